"""The pages of the drug ledger: a witness types a password of their own; what was typed stays; files say what pages say."""

import csv
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from programs.models import LedgerLine, Session
from programs.services import infusion
from programs.services.ledger import drawing
from programs.services.ledger.drawing import Use
from tests.cast import PASSWORD, Cast
from tests.db.test_ledger import MONDAY
from tests.snapshots import Snapshots
from tracker.accounts.hashers import Argon2id
from tracker.audit.models import AuditRow
from tracker.people.services import add_patient

Browser = Callable[[str], Client]


@pytest.fixture
def session(cast: Cast, snapshots: Snapshots, stand_at: Callable[..., None]) -> Session:
    """Pia's infusion runs, 5 mL are drawn for it, and it is the moment after."""
    session = snapshots.begin_with(drawn_for, cast)
    stand_at(session.starts_at + timedelta(minutes=45))
    return session


def drawn_for(cast: Cast) -> Session:
    session = cast.running()
    cast.keep_ledger(session, session.starts_at)
    return session


def account(browser: Client, session: Session, **typed: str):
    """Post what became of the draw: 3.5 mL given and 1.5 mL wasted unless told otherwise."""
    drawn = LedgerLine.objects.get(kind="drawn")
    body = {"key": str(uuid.uuid4()), "given": "3.5", "wasted": "1.5", "clock": "10:40", "witness": "", "password": ""}
    return browser.post(reverse("session_account", args=[session.public_id, drawn.public_id]), {**body, **typed})


def test_maya_witnesses_what_nils_wastes_and_stays_signed_out(cast: Cast, session: Session, signed_in: Browser) -> None:
    nils = signed_in("nils")
    answer = account(nils, session, witness=str(cast.users["maya"].pk), password=PASSWORD)
    assert answer["Location"] == reverse("session_drug", args=[session.public_id])
    used = LedgerLine.objects.get(kind="used")
    assert (used.author, used.witness, used.given_ul, used.wasted_ul) == ("Nils", "Maya", 3_500, 1_500)
    assert nils.session["_auth_user_id"] == str(cast.users["nils"].pk)


def test_a_wrong_password_is_no_witness_and_what_was_typed_stays(cast: Cast, session: Session, signed_in: Browser) -> None:
    answer = account(signed_in("nils"), session, witness=str(cast.users["maya"].pk), password="not maya's password")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not the password of Maya." in page
    assert 'value="3.5"' in page
    assert "not maya" not in page
    assert not LedgerLine.objects.filter(kind="used").exists()
    assert AuditRow.objects.filter(verb="sign-in failed").count() == 1


@pytest.mark.parametrize("name", ["nils", "theo", "alma", "pia", "omar"])
def test_who_may_not_bear_witness_is_not_to_be_chosen(cast: Cast, session: Session, signed_in: Browser, name: str) -> None:
    answer = account(signed_in("nils"), session, witness=str(cast.users[name].pk), password=PASSWORD)
    assert answer.status_code == 422
    assert "not one of the available choices" in answer.content.decode()
    assert not LedgerLine.objects.filter(kind="used").exists()


def test_wasting_without_a_witness_is_refused_in_words(session: Session, signed_in: Browser) -> None:
    answer = account(signed_in("nils"), session)
    assert "A second person must bear witness" in answer.content.decode()


def test_all_of_it_given_needs_no_witness(session: Session, signed_in: Browser) -> None:
    assert account(signed_in("nils"), session, given="5", wasted="0").status_code == 302


def test_passwords_cannot_be_tried_without_end(cast: Cast, session: Session, signed_in: Browser) -> None:
    nils, maya = signed_in("nils"), str(cast.users["maya"].pk)
    said = [account(nils, session, witness=maya, password=f"guess {n}").content.decode() for n in range(12)]
    assert "Too many failed login attempts" in said[-1]
    assert account(nils, session, witness=maya, password=PASSWORD).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_password_is_checked_outside_any_transaction(cast: Cast, signed_in: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    check = Argon2id.verify

    def verify(self: Argon2id, password: str, encoded: str) -> bool:
        seen.append(connection.in_atomic_block)
        return check(self, password, encoded)

    monkeypatch.setattr(Argon2id, "verify", verify)
    # A label that cannot be: nothing is written, so the tables can be emptied after the test.
    body = {"key": str(uuid.uuid4()), "drug": "ketamine", "mg_per_ml": "x", "ml": "10", "lot": "K1", "expires_on": "2099-01-01"}
    body |= {"count": "1", "witness": str(cast.users["maya"].pk), "password": PASSWORD}
    answer = signed_in("nils").post(reverse("ledger_receive"), body)
    assert "has letters" in answer.content.decode()
    assert seen == [False]


def test_a_draw_is_written_from_the_page_of_the_session(session: Session, signed_in: Browser) -> None:
    nils, address = signed_in("nils"), reverse("session_drug", args=[session.public_id])
    vial = LedgerLine.objects.get(kind="drawn").vial
    body = {"key": str(uuid.uuid4()), "vial": str(vial.pk), "ml": "0.5", "clock": "10:30"}
    assert nils.post(address, body).status_code == 302
    assert nils.post(address, {**body, "key": str(uuid.uuid4()), "ml": "5,0"}).status_code == 422
    assert LedgerLine.objects.filter(kind="drawn").count() == 2


def test_one_tap_leads_from_the_session_to_its_lines_and_back(session: Session, signed_in: Browser) -> None:
    here, lines = (reverse(name, args=[session.public_id]) for name in ("session", "session_drug"))
    nils = signed_in("nils")
    assert f'href="{lines}"' in nils.get(here).content.decode()
    assert f'href="{here}"' in nils.get(lines).content.decode()


def test_who_received_a_lot_is_on_a_page_and_in_the_audit(cast: Cast, session: Session, signed_in: Browser) -> None:
    page = signed_in("alma").get(reverse("ledger_trace", args=[LedgerLine.objects.get(kind="drawn").lot.public_id]))
    assert "Pia Northwood" in page.content.decode()
    seen = AuditRow.objects.get(verb="saw", subject="lot trace")
    assert (seen.patient_id, seen.user_id) == (session.patient_id, cast.users["alma"].pk)


def rows_of(browser: Client) -> list[dict[str, str]]:
    answer = browser.get(reverse("ledger_csv"), {"first": MONDAY, "last": MONDAY})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_the_csv_has_every_line(cast: Cast, session: Session, signed_in: Browser) -> None:
    drawn = LedgerLine.objects.get(kind="drawn")
    drawing.account_for(drawn, Use("3.5", "1.5"), signing=cast.sign("nils", session.ends_at, "maya"))
    rows = rows_of(signed_in("alma"))
    assert [row["what"] for row in rows] == ["Received", "Opened", "Drawn", "Given, wasted"]
    last = rows[-1]
    assert (last["mL given"], last["mg given"], last["mL wasted"], last["mg wasted"]) == ("3.5", "35", "1.5", "15")
    assert (last["patient"], last["witness"], last["mL in vial after"]) == ("Pia Northwood", "Maya", "5")


def test_a_long_report_is_read_page_by_page_and_its_sums_and_files_are_of_all(
    session: Session, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontend.ledger.report.PAGE", 2)
    alma, days = signed_in("alma"), {"first": MONDAY, "last": MONDAY}
    pages = [alma.get(reverse("ledger_report"), days | {"page": page}) for page in (1, 2)]
    assert [[line.kind for line in page.context["lines"]] for page in pages] == [["received", "opened"], ["drawn"]]
    assert "Lines 1 to 2, the earliest first." in pages[0].content.decode()
    assert f"?page=2&amp;first={MONDAY}&amp;last={MONDAY}" in pages[0].content.decode()
    assert {page.context["report"].lots[0].sums.drawn_ul for page in pages} == {5000}
    assert len(rows_of(alma)) == 3


def test_a_name_is_no_formula(cast: Cast, session: Session, signed_in: Browser) -> None:
    cast.patients["evil"] = add_patient(
        cast.north, actor=cast.actor("dana"), mrn="N9", legal_name="=1+1", birth_date=MONDAY.replace(year=1990)
    )
    other = cast.enrol("evil", starts_on=MONDAY).sessions.get(infusion=1)
    cast.prepare(other, other.starts_at)
    vial = LedgerLine.objects.get(kind="drawn").vial
    drawing.draw(other, vial, ml="1", signing=cast.sign("nils", other.starts_at))
    assert rows_of(signed_in("alma"))[-1]["patient"] == "'=1+1"


@pytest.mark.parametrize("name", ["Zoë Łukasik-Nguyễn", "<b>&amp; & </para>"])
def test_the_pdf_is_made_whatever_somebody_is_called(cast: Cast, session: Session, signed_in: Browser, name: str) -> None:
    type(cast.patients["pia"]).objects.filter(pk=session.patient_id).update(legal_name=name)
    answer = signed_in("alma").get(reverse("ledger_pdf"), {"first": MONDAY, "last": MONDAY})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("query", ["?first=x&last=y", "?first=2026-03-02&last=2026-03-01", "?first=0001-01-01&last=9999-12-31"])
@pytest.mark.parametrize("name", ["ledger_report", "ledger_csv", "ledger_pdf"])
def test_days_that_cannot_be_are_refused_in_words(session: Session, signed_in: Browser, name: str, query: str) -> None:
    answer = signed_in("nils").get(reverse(name) + query)
    assert answer.status_code == 422
    assert "Please look at this again" in answer.content.decode()


@pytest.mark.parametrize("at", ["x", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_at_the_end_of_the_calendar_is_answered(session: Session, signed_in: Browser, at: str) -> None:
    assert signed_in("nils").get(reverse("ledger"), {"at": at}).status_code in {200, 422}


def test_the_ledger_as_it_stood_before_the_vial_was_opened(session: Session, signed_in: Browser) -> None:
    context = signed_in("nils").get(reverse("ledger"), {"at": "2026-03-02T09:30"}).context
    assert [(stock.sealed, stock.vials) for stock in context["stocks"]] == [(3, [])]


def test_the_command_says_the_same(cast: Cast, session: Session) -> None:
    for at, sealed in (("2026-03-02T09:30", "3"), ("", "2")):
        out = StringIO()
        call_command("ledger", clinic="north", at=at, stdout=out)
        rows = list(csv.DictReader(StringIO(out.getvalue())))
        assert rows[0]["sealed vials"] == sealed
    assert (rows[1]["mL in the vial"], rows[1]["mL drawn"]) == ("5", "5")
    with pytest.raises(CommandError, match="not a moment"):
        call_command("ledger", clinic="north", at="yesterday")


def test_a_correction_leaves_both_lines_on_the_page(cast: Cast, session: Session, signed_in: Browser) -> None:
    nils, drawn = signed_in("nils"), LedgerLine.objects.get(kind="drawn")
    body = {"key": str(uuid.uuid4()), "ml": "4", "reason": "read wrongly"}
    body |= {"witness": str(cast.users["maya"].pk), "password": PASSWORD}
    assert nils.post(reverse("ledger_correct", args=[drawn.public_id]), body).status_code == 302
    page = nils.get(reverse("session_drug", args=[session.public_id])).content.decode()
    assert "corrected by line 4" in page
    assert "corrects line 3" in page
    assert "read wrongly" in page


def test_a_finished_infusion_without_given_and_wasted_stands_on_the_ledger_page(
    cast: Cast, session: Session, signed_in: Browser
) -> None:
    alma = signed_in("alma")
    assert not alma.get(reverse("ledger")).context["matters"].pending
    infusion.end_infusion(session, stamp=cast.stamp("nils", session.starts_at + timedelta(minutes=40)))
    assert "given and wasted are not written" in alma.get(reverse("ledger")).content.decode()


@pytest.mark.parametrize("name", ["dana", "maya"])
def test_what_was_drawn_is_not_in_the_timeline_of_the_course(session: Session, signed_in: Browser, name: str) -> None:
    page = signed_in(name).get(reverse("patient", args=[session.patient.public_id])).content.decode()
    assert "drawn 5 mL" not in page
