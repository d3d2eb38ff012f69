"""How a clinic begins in production: the commands that open it and let its people in."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tracker.accounts.models import Clinic, Membership, User
from tracker.audit.models import AuditRow, Event
from tracker.people.models import Patient

EAST = {
    "name": "East Clinic",
    "zone": "America/Chicago",
    "phone": "(312) 555-0100",
    "alert_email": "team@east.example",
    "hours": "Our nurses read check-ins from Monday to Friday, 8 am to 6 pm.",
    "chairs": 2,
}
PASSWORD = "nobody guesses these words"


def run(*args: str, **options: object) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def east(db: None) -> Clinic:
    run("open_clinic", "east", **EAST)
    return Clinic.objects.get(slug="east")


def set_password_from_mail(client: Client, email: str, mails: list) -> None:
    """What a person does: asks for a link, opens it, types a password."""
    client.post(reverse("account_reset_password"), {"email": email})
    link = re.search(rf"{settings.SITE_URL}(/account/password/new/\S+)", mails[-1].body)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})


def test_a_new_clinic_has_the_chairs_that_were_asked_for(east: Clinic) -> None:
    assert [chair.name for chair in east.chairs.all()] == ["Chair 1", "Chair 2"]


def test_its_phone_number_is_kept_as_it_is_dialled_from_anywhere(east: Clinic) -> None:
    assert east.phone == "+13125550100"


def test_opening_a_clinic_is_audited(east: Clinic) -> None:
    row = AuditRow.objects.get(subject_id=str(east.public_id))
    assert (row.role, row.verb, row.clinic_id) == ("operator", "opened", east.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "typed"),
    [("zone", "Chicago"), ("phone", "call us"), ("alert_email", "team"), ("open_days", "Mon-Fri"), ("hours", ""), ("name", "")],
)
def test_a_clinic_that_is_told_something_impossible_does_not_open(option: str, typed: str) -> None:
    with pytest.raises(CommandError):
        run("open_clinic", "east", **EAST | {option: typed})
    assert not Clinic.objects.exists()


def test_the_same_clinic_does_not_open_twice(east: Clinic) -> None:
    with pytest.raises(CommandError, match="slug"):
        run("open_clinic", "east", **EAST)


def test_the_mail_for_a_new_password_names_this_site_whatever_host_was_asked(
    east: Clinic, client: Client, mailoutbox: list
) -> None:
    run("add_member", "alma@sextant.example", clinic="east", role="manager", name="Alma")
    client.post(reverse("account_reset_password"), {"email": "alma@sextant.example"}, headers={"host": "127.0.0.1"})
    [mail] = mailoutbox
    assert mail.subject == "Choose a new password"
    assert f"at {settings.SITE_URL}." in mail.body
    assert f"{settings.SITE_URL}/account/password/new/" in mail.body
    assert "127.0.0.1" not in mail.body


def test_the_mail_to_an_unknown_address_offers_no_sign_up(db: None, client: Client, mailoutbox: list) -> None:
    client.post(reverse("account_reset_password"), {"email": "stranger@sextant.example"})
    [mail] = mailoutbox
    assert mail.subject == "Nobody signs in with this e-mail address"
    assert "ask your clinic" in mail.body
    assert "sign-up" not in mail.body


def test_who_is_added_sets_a_password_by_mail_and_signs_in(east: Clinic, client: Client, mailoutbox: list) -> None:
    run("add_member", "Alma@Sextant.example", clinic="east", role="manager", name="Alma")
    set_password_from_mail(client, "alma@sextant.example", mailoutbox)
    assert Client().login(email="alma@sextant.example", password=PASSWORD)


def test_nobody_signs_in_before_a_password_is_set(east: Clinic) -> None:
    run("add_member", "alma@sextant.example", clinic="east", role="manager", name="Alma")
    assert not User.objects.get().has_usable_password()


def test_a_password_typed_on_the_terminal_is_kept(east: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    run("add_member", "alma@sextant.example", clinic="east", role="manager", name="Alma", ask_password=True)
    assert User.objects.get().check_password(PASSWORD)


def test_a_short_password_is_refused(east: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "short")
    with pytest.raises(CommandError, match="15"):
        run("add_member", "alma@sextant.example", clinic="east", role="manager", name="Alma", ask_password=True)


def test_maya_of_north_gets_a_second_role_in_the_south_and_keeps_her_name(cast: Cast) -> None:
    run("add_member", "maya@sextant.example", clinic="south", role="nurse")
    roles = Membership.objects.filter(user=cast.users["maya"]).values_list("clinic__slug", "role")
    assert set(roles) == {("north", "clinician"), ("south", "nurse")}


def test_adding_a_member_says_who_and_as_what(cast: Cast) -> None:
    run("add_member", "maya@sextant.example", clinic="south", role="nurse")
    event = Event.objects.get(verb="added member")
    assert (event.clinic_id, event.now) == (cast.south.pk, "Maya, Nurse")


def test_a_role_is_not_given_twice(cast: Cast) -> None:
    with pytest.raises(CommandError, match="already"):
        run("add_member", "maya@sextant.example", clinic="north", role="clinician")


def test_a_role_that_ended_is_given_back(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["nils"]).update(is_active=False)
    run("add_member", "nils@sextant.example", clinic="north", role="nurse")
    assert Membership.objects.get(user=cast.users["nils"]).is_active


def test_somebody_new_needs_a_name(east: Clinic) -> None:
    with pytest.raises(CommandError, match="name"):
        run("add_member", "alma@sextant.example", clinic="east", role="manager")


def test_nobody_is_made_a_patient_by_giving_them_a_role(east: Clinic) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("add_member", "pia@sextant.example", "--clinic=east", "--role=patient", "--name=Pia")


def test_a_patient_who_is_let_in_sets_a_password_by_mail(cast: Cast, client: Client, mailoutbox: list) -> None:
    Patient.objects.filter(pk=cast.patients["pia"].pk).update(user=None)
    run("let_patient_sign_in", "northwood@example.org", clinic="north", mrn="N00001")
    set_password_from_mail(client, "northwood@example.org", mailoutbox)
    assert client.login(email="northwood@example.org", password=PASSWORD)
    assert client.get(reverse("my_home")).status_code == 200


def test_a_patient_who_signs_in_already_keeps_their_address(cast: Cast) -> None:
    with pytest.raises(CommandError, match="already"):
        run("let_patient_sign_in", "new@example.org", clinic="north", mrn="N00001")


def test_one_address_is_never_two_patients_of_a_clinic(cast: Cast) -> None:
    Patient.objects.filter(pk=cast.patients["pia"].pk).update(user=None)
    with pytest.raises(CommandError, match="another patient"):
        run("let_patient_sign_in", "paul@sextant.example", clinic="north", mrn="N00001")
