"""manage.py ledger --clinic SLUG [--at MOMENT]: what the drug ledger says there is, as CSV."""

import csv
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from programs.ledger import plain_ml
from programs.services.ledger.reading import stock_of
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor, Role

COLUMNS = ["lot", "drug", "mg/mL", "expiry", "vial", "use until", "sealed vials", "mL in the vial", "mL drawn", "set apart"]


class Command(BaseCommand):
    help = "Print what there is of each lot and in each open vial, now or as the drug ledger stood at a moment, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--at", default="", help="2026-11-01T09:30, on the clinic's clock; now when not given")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = Clinic.objects.filter(slug=options["clinic"]).first()
        if clinic is None:
            raise CommandError(f"There is no clinic {options['clinic']!r}.")
        writer = csv.writer(self.stdout)
        writer.writerow(COLUMNS)
        for stock in stock_of(clinic, Actor(Role.OPERATOR, clinic.pk), at=_moment(options["at"], clinic)):
            lot = stock.lot
            label = [lot.lot, lot.drug, plain_ml(lot.ug_per_ml), lot.expires_on]
            if stock.sealed:
                writer.writerow([*label, "", "", stock.sealed, "", "", _yes(stock.is_set_apart)])
            for one in stock.vials:
                amounts = [plain_ml(one.open_ul), plain_ml(one.drawn_ul)]
                writer.writerow([*label, one.vial.number, one.vial.use_until, "", *amounts, _yes(one.is_set_apart)])


def _moment(typed: str, clinic: Clinic) -> datetime:
    if not typed:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as error:
        raise CommandError(f"{typed!r} is not a moment; write 2026-11-01T09:30.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=clinic.tz)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else ""
