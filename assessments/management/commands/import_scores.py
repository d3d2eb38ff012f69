"""manage.py import_scores FILE --clinic SLUG --program CODE --scale CODE [--mapping M.toml]"""

from argparse import ArgumentParser
from typing import Any

from assessments.management.importing import ImportCommand
from assessments.models import Import


class Command(ImportCommand):
    help = "Bring the scores of a file in. Without --mapping it says what it would need to know."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--program", required=True, help="the program's code")
        parser.add_argument("--scale", required=True, help="the scale's code")
        parser.set_defaults(kind=Import.Kind.SCORES.value)

    def chosen(self, options: dict[str, Any]) -> dict[str, Any]:
        """The mapping file, with the program and the scale of the line where it names none."""
        said = super().chosen(options)
        scores = [{"scale": options["scale"], **one} for one in said.get("scores", ()) if isinstance(one, dict)]
        return {"program": options["program"], **said, "scores": scores}
