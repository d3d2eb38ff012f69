"""manage.py let_patient_sign_in EMAIL --clinic SLUG --mrn NUMBER"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from tracker.errors import Refused
from tracker.people.joining import let_patient_sign_in, operator_of
from tracker.people.models import Patient


class Command(BaseCommand):
    help = "Let a patient sign in with this e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--mrn", required=True, help="the patient's record number there")

    def handle(self, *args: Any, **options: Any) -> None:
        patients = Patient.objects.select_related("clinic", "user")
        patient = patients.filter(clinic__slug=options["clinic"], mrn=options["mrn"]).first()
        if patient is None:
            raise CommandError(f"Clinic {options['clinic']!r} has no patient with record number {options['mrn']!r}.")
        try:
            user = let_patient_sign_in(patient, email=options["email"], actor=operator_of(patient.clinic))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{user.email} may sign in. The password is set at {settings.SITE_URL}{reverse('account_reset_password')}"
        )
