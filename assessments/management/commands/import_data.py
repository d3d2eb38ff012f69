"""manage.py import_data FILE --kind people|sessions|scores --clinic SLUG [--mapping M.toml]"""

from argparse import ArgumentParser

from assessments.management.importing import ImportCommand
from assessments.models import Import


class Command(ImportCommand):
    help = "Bring people, sessions or scores of a file in. Without --mapping it says what it would need to know."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", required=True, choices=Import.Kind.values, help="what the file holds")
