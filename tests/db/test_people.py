"""Adding a patient: one record number, one patient of that clinic."""

from datetime import date

import pytest

from tests.cast import Cast
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor, Role
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.people.services import Reach, add_patient

BORN = date(1990, 5, 1)


def add(clinic: Clinic, actor: Actor, *, mrn: str = "N00001", birth_date: date = BORN, phone: str = "") -> Patient:
    reach = (Reach("self", phone, ""),)
    return add_patient(clinic, actor=actor, mrn=mrn, legal_name="Paul Ibarra", birth_date=birth_date, reach=reach)


def test_a_record_number_that_is_taken_is_refused_and_adds_nobody(cast: Cast) -> None:
    with pytest.raises(Refused, match="N00001 belongs to another patient here") as refusal:
        add(cast.north, cast.actor("dana"))
    assert refusal.value.field == "mrn"
    assert Patient.objects.filter(clinic=cast.north).count() == len(cast.patients)


def test_another_clinic_may_use_the_same_record_number(cast: Cast) -> None:
    added = add(cast.south, Actor(role=Role.DESK, clinic_id=cast.south.pk, name="Omar"))
    assert added.mrn == cast.patients["pia"].mrn


def test_a_birth_date_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="between 1900 and today"):
        add(cast.north, cast.actor("dana"), mrn="N9", birth_date=date(2190, 1, 1))


def test_a_phone_is_kept_as_it_can_be_dialled_from_anywhere(cast: Cast) -> None:
    added = add(cast.north, cast.actor("dana"), mrn="N9", phone="(206) 555-0142")
    assert added.contacts.get().phone == "+12065550142"
