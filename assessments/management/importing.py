"""What the commands that bring a file share: the same steps as the page, one after the other, without a worker."""

import tomllib
from argparse import ArgumentParser
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assessments.models import Import
from assessments.transfer.mapping import Mapping, MappingRefused, mapping_of
from assessments.transfer.preview import Preview, preview, staged_rows
from assessments.transfer.proposing import propose
from assessments.transfer.publishing import ask_to_publish, publish
from assessments.transfer.questions import questions
from assessments.transfer.staging import begin_reading, known_to, stage
from assessments.transfer.uploads import format_of, keep_file, opened_table
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.errors import Refused
from tracker.people.joining import operator_of

PROBLEMS_SHOWN = 20


class ImportCommand(BaseCommand):
    """Keep a file, read it, say what would happen, bring it in."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--mapping", type=Path, help="TOML: which column is what (docs/importing.md)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and bring nothing in")
        parser.add_argument("--good-rows", action="store_true", help="bring the good rows in although others are refused")
        parser.add_argument("--at", type=parse_datetime, help="act as if it were that moment (2026-11-24T10:00:00Z)")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = Clinic.objects.filter(slug=options["clinic"]).first()
        if clinic is None:
            raise CommandError(f"There is no clinic {options['clinic']!r}.")
        try:
            self.bring(clinic, options, options["at"] or timezone.now())
        except (Refused, MappingRefused) as refusal:
            raise CommandError(str(refusal)) from refusal

    def bring(self, clinic: Clinic, options: dict[str, Any], at: datetime) -> None:
        """The steps of one import."""
        actor, path = operator_of(clinic), options["file"]
        try:
            with path.open("rb") as file:
                row = keep_file(clinic, kind=options["kind"], file=file, file_name=path.name, actor=actor, at=at)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        if options["mapping"] is None:
            self.refuse_without_mapping(row, options, at)
        mapping = mapping_of(self.chosen(options))
        self.refuse_questions(row, mapping, at)
        begin_reading(row, mapping, actor=actor, is_asked=True, at=at)
        stage(row, actor=actor, at=at, seconds=float("inf"))
        self.say(row, preview(row, actor=actor), actor)
        if not options["dry_run"]:
            ask_to_publish(row, actor=actor, takes_good_rows=options["good_rows"], at=at)
            publish(row, actor=actor, at=at)
            self.stdout.write("Done.")

    def chosen(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the mapping file says, with what was typed on the line."""
        try:
            text = options["mapping"].read_bytes().decode()
        except OSError as error:
            raise CommandError(f"{options['mapping']} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['mapping']} is no text in UTF-8.") from error
        try:
            return {"kind": options["kind"], **tomllib.loads(text, parse_float=Decimal)}
        except tomllib.TOMLDecodeError as error:
            raise CommandError(f"The mapping cannot be read: {error}.") from error

    def refuse_without_mapping(self, row: Import, options: dict[str, Any], at: datetime) -> None:
        """Stop, and say what there is to choose from."""
        with opened_table(row) as table:
            columns, proposed = ", ".join(table.columns), propose(table, options["kind"], known_to(row, at))
        raise CommandError(f"{format_of(row)}. Say which column is what with --mapping. Columns: {columns}. Proposed: {proposed}")

    def refuse_questions(self, row: Import, mapping: Mapping, at: datetime) -> None:
        """Stop where the file does not say something without which nothing can come in; say what else is in question."""
        with opened_table(row) as table:
            found = questions(mapping, table, known_to(row, at))
        for question in found:
            self.stdout.write(f"  {question}")
        if any(question.must for question in found):
            raise CommandError("Answer in the mapping: " + "; ".join(str(one) for one in found if one.must))

    def say(self, row: Import, found: Preview, actor: Actor) -> None:
        """What would happen."""
        write = self.stdout.write
        write(f"patients: {found.new_patients} new, {found.known_patients} known")
        write(f"{row.kind}: {found.new} new, {found.known} known")
        write(f"rows: {found.blank} without a value, {found.refused} refused")
        write(
            f"questions: {found.twins} same name and birth date, {found.differing} different, {found.disagreeing} in disagreement"
        )
        write(f"safety answers among the new: {found.safety_answers}")
        if found.unstarted_scores:
            write(f"without a first dose, so without a baseline: {found.unstarted_scores} scores of {found.unstarted_patients}")
        for problem in staged_rows(row, "refused", actor=actor)[:PROBLEMS_SHOWN]:
            write(f"  line {problem.line}, {problem.column} = {problem.value!r}: {problem.why}")
        if found.refused > PROBLEMS_SHOWN:
            write(f"  and {found.refused - PROBLEMS_SHOWN} more")
