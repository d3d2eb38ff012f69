"""manage.py add_member EMAIL --clinic SLUG --role ROLE [--name NAME] [--ask-password]"""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from tracker.accounts.models import Clinic, User
from tracker.accounts.roles import STAFF, Role
from tracker.errors import Refused
from tracker.people.joining import add_member, operator_of


class Command(BaseCommand):
    help = "Give somebody a role at a clinic. They set their password with the link that “Forgot your password?” sends them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--role", required=True, choices=sorted(role.value for role in STAFF))
        parser.add_argument("--name", default="", help="for somebody who is new")
        parser.add_argument("--ask-password", action="store_true", help="ask for their password here, on the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = Clinic.objects.filter(slug=options["clinic"]).first()
        if clinic is None:
            raise CommandError(f"There is no clinic {options['clinic']!r}.")
        role = Role(options["role"])
        try:
            member = add_member(clinic, email=options["email"], role=role, name=options["name"], actor=operator_of(clinic))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{member.user} is {role.label} at {clinic}.")
        if options["ask_password"]:
            set_password(member.user)
        elif not member.user.has_usable_password():
            self.stdout.write(f"Their password is set at {settings.SITE_URL}{reverse('account_reset_password')}")


def set_password(user: User) -> None:
    """Ask for a password, unseen and twice, and keep it. Raises CommandError for one that is too weak or mistyped."""
    password = getpass.getpass("Password: ")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    if password != getpass.getpass("Again: "):
        raise CommandError("The two are not the same. The role is given; the password is not set.")
    user.set_password(password)
    user.save(update_fields=["password"])
