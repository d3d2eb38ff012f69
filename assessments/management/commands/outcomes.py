"""manage.py outcomes --clinic SLUG --scale CODE: the outcome of every course, as CSV."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.services.scales import scales_of
from assessments.transfer.printing import write_outcomes
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor, Role


class Command(BaseCommand):
    help = "Print the outcome of every course of a clinic on one scale, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--scale", required=True, help="the scale's code")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = Clinic.objects.filter(slug=options["clinic"]).first()
        if clinic is None:
            raise CommandError(f"There is no clinic {options['clinic']!r}.")
        if clinic.is_training:
            raise CommandError(f"{clinic}: nobody there is real, and nothing counts.")
        scales = scales_of(clinic.pk)
        if options["scale"] not in scales:
            raise CommandError(f"There is no scale {options['scale']!r}; there are {', '.join(scales)}.")
        try:
            write_outcomes(self.stdout, Actor(Role.OPERATOR, clinic.pk), options["scale"])  # type: ignore[arg-type]
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever read this has seen enough: outcomes | head. Python would fail once more when it flushes at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
