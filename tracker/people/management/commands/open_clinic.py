"""manage.py open_clinic SLUG --name NAME --zone ZONE --phone PHONE --alert-email EMAIL --hours TEXT"""

from argparse import ArgumentParser
from datetime import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.accounts.models import Clinic
from tracker.errors import Refused
from tracker.people.joining import open_clinic

WEEK = "MTWTFSS"


class Command(BaseCommand):
    help = "Open a clinic: its name, clock, opening days, chairs, and who is told of a safety answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its short name, in lower case: north")
        parser.add_argument("--name", required=True)
        parser.add_argument("--zone", required=True, help="America/New_York")
        parser.add_argument("--phone", required=True, help="the number that patients call")
        parser.add_argument("--alert-email", required=True, help="who is told of a safety answer")
        parser.add_argument("--hours", required=True, help="who reads check-ins and when, in words; patients read this")
        parser.add_argument("--hours-es", default="", help="the same in Spanish")
        parser.add_argument("--country", default="US", help="decides how phone numbers are read")
        parser.add_argument("--open-days", default="1111100", help=f"1 or 0 for each of {WEEK}")
        parser.add_argument("--opens", type=time.fromisoformat, default=time(8), help="08:00")
        parser.add_argument("--closes", type=time.fromisoformat, default=time(18), help="18:00")
        parser.add_argument("--chairs", type=int, default=1, help="how many patients can be treated at once")
        parser.add_argument("--training", action="store_true", help="for practising only: marked so, nobody in it is real")
        parser.add_argument("--chairs-per-nurse", type=int, default=1, help="how many of them one nurse may watch")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["chairs"] < 1:
            raise CommandError("A clinic has at least one chair.")
        clinic = Clinic(
            slug=options["slug"],
            name=options["name"],
            zone=options["zone"],
            phone=options["phone"],
            alert_email=options["alert_email"],
            hours_en=options["hours"],
            hours_es=options["hours_es"],
            country=options["country"],
            open_days=options["open_days"],
            opens_at=options["opens"],
            closes_at=options["closes"],
            chairs_per_nurse=options["chairs_per_nurse"],
            is_training=options["training"],
        )
        try:
            open_clinic(clinic, chairs=options["chairs"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{clinic} is open. Next: manage.py add_member EMAIL --clinic {clinic.slug} --role manager --name NAME")
