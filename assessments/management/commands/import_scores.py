"""manage.py import_scores FILE --clinic SLUG --program CODE --scale CODE [--mapping M.toml]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from assessments.services.scales import scale_named
from assessments.transfer.importing import Plan, plan_import, publish_import, upload_scores
from assessments.transfer.scores_csv import guess, read_table
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor, Role
from tracker.errors import Refused

PROBLEMS_SHOWN = 20


class Command(BaseCommand):
    help = "Bring the scores of a CSV file in: one row a score. Without --mapping it says what it would need to know."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--program", required=True, help="the program's code")
        parser.add_argument("--scale", required=True, help="the scale's code")
        parser.add_argument("--mapping", type=Path, help="TOML: which column is what (docs/importing.md)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--good-rows", action="store_true", help="bring the good rows in although others are refused")
        parser.add_argument("--at", type=parse_datetime, help="act as if it were that moment (2026-11-24T10:00:00Z)")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = Clinic.objects.filter(slug=options["clinic"]).first()
        if clinic is None:
            raise CommandError(f"There is no clinic {options['clinic']!r}.")
        actor = Actor(Role.OPERATOR, clinic.pk, name="operator")
        try:
            self._import(clinic, actor, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _import(self, clinic: Clinic, actor: Actor, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        row = upload_scores(
            clinic,
            content=_bytes(file),
            file_name=file.name,
            program=options["program"],
            scale=options["scale"],
            actor=actor,
            at=options["at"],
        )
        if options["mapping"] is None:
            found = guess(read_table(row.text), scale_named(row.scale_code, row.clinic_id))
            columns = ", ".join(read_table(row.text).columns)
            raise CommandError(f"Say which column is what with --mapping. Columns: {columns}. By their names: {found}")
        try:
            mapping = _bytes(options["mapping"]).decode()
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['mapping']} is no text in UTF-8.") from error
        plan = plan_import(row, mapping, actor=actor, at=options["at"])
        self._say(plan)
        if not options["dry_run"]:
            publish_import(row, mapping, actor=actor, takes_good_rows=options["good_rows"], at=options["at"])
            self.stdout.write("Done.")

    def _say(self, plan: Plan) -> None:
        write = self.stdout.write
        write(f"patients: {len(plan.new_patients)} new, {len(plan.known_patients)} known")
        write(f"scores: {len(plan.adds)} new, {plan.known} known")
        write(f"rows: {plan.blank} without a score, {len(plan.refused)} refused")
        write(f"safety answers among the new: {plan.safety_answers}")
        for problem in plan.refused[:PROBLEMS_SHOWN]:
            write(f"  line {problem.line}, {problem.column} = {problem.value!r}: {problem.why}")
        if len(plan.refused) > PROBLEMS_SHOWN:
            write(f"  and {len(plan.refused) - PROBLEMS_SHOWN} more")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
