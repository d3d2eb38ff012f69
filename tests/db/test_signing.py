"""A record is signed by who kept it and by a clinician; it never changes after that, and a change made behind it shows."""

import contextlib
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from programs.models import (
    Addendum,
    Check,
    Discharge,
    DoseMark,
    DoseOrder,
    Note,
    RecordSignature,
    Session,
    StartRelease,
    ThoughtsAsked,
    Vitals,
    Weight,
)
from programs.services import infusion
from programs.services.discharge import Leave, discharge_otherwise
from programs.services.overdue import remind_overdue
from programs.services.signing import (
    SESSION_FIELDS,
    add_addendum,
    is_unchanged,
    missing_of,
    review_record,
    sign_record,
    signed_of,
)
from programs.services.tablets import hear_tablet
from tests.cast import WELL, Cast
from tests.snapshots import Snapshots
from tracker.errors import NotAllowed, Refused
from tracker.messaging.models import Message

MONDAY = date(2026, 3, 2)


@pytest.fixture
def home(cast: Cast, snapshots: Snapshots) -> Session:
    """Pia went home after her first infusion."""
    return snapshots.begin_with(cast.home)


@pytest.fixture
def signed(cast: Cast, home: Session) -> Session:
    return cast.sign_record(home)


def validity(session: Session) -> list[bool]:
    return [one.is_valid for one in signed_of(session)]


def test_nils_signs_and_maya_reviews(signed: Session) -> None:
    assert [(one.signature.part, one.signature.signed_by) for one in signed_of(signed)] == [
        ("kept", "Nils"),
        ("reviewed", "Maya"),
    ]
    assert validity(signed) == [True, True]


def test_missing_readings_need_a_written_reason(cast: Cast, home: Session) -> None:
    with pytest.raises(Refused, match=r"without a reading during the dose\. Write why"):
        sign_record(home, reason=" ", actor=cast.actor("nils"), at=home.ends_at)
    row = sign_record(home, reason="The cuff failed", actor=cast.actor("nils"), at=home.ends_at)
    assert (row.missing, row.reason) == ("40 minutes without a reading during the dose", "The cuff failed")


def test_a_tablet_that_fell_silent_before_the_patient_left_is_waited_for(cast: Cast, home: Session) -> None:
    silent, other = uuid.uuid4(), uuid.uuid4()
    hear(cast, home, silent, home.discharged_at - timedelta(minutes=30))
    hear(cast, home, other, home.discharged_at + timedelta(minutes=1))
    with pytest.raises(Refused, match=r"no word since Mar 2, \d\d:\d\d from a tablet of Nils, which may hold rows\. Write why"):
        sign_record(home, actor=cast.actor("nils"), at=home.ends_at)
    hear(cast, home, silent, home.discharged_at + timedelta(minutes=2))
    assert [words for words in missing_of(home) if "tablet" in words] == []


def test_a_tablet_that_said_it_has_rows_is_waited_for_and_what_became_of_it_is_signed(cast: Cast, home: Session) -> None:
    hear(cast, home, uuid.uuid4(), home.discharged_at + timedelta(minutes=1), unsent=2)
    row = sign_record(home, reason="It fell into the sink", actor=cast.actor("nils"), at=home.ends_at)
    assert "from a tablet of Nils, which had 2 unsent rows" in row.missing
    assert row.reason == "It fell into the sink"


def hear(cast: Cast, session: Session, tablet: uuid.UUID, at: datetime, unsent: int = 0) -> None:
    hear_tablet(session, tablet, unsent=unsent, is_leaving=False, actor=cast.actor("nils"), at=at)


def test_a_whole_record_asks_for_no_reason(cast: Cast, home: Session) -> None:
    for minutes in (15, 30):
        at = home.started_at + timedelta(minutes=minutes)
        infusion.record_vitals(home, systolic=140, diastolic=85, pulse=80, spo2=97, stamp=cast.stamp("nils", at))
    assert sign_record(home, actor=cast.actor("nils"), at=home.ends_at).missing == ""


def test_nobody_signs_before_the_patient_is_gone(cast: Cast) -> None:
    resting = cast.give(cast.enrol(starts_on=MONDAY).sessions.get(infusion=1))
    with pytest.raises(Refused, match="after the discharge"):
        sign_record(resting, reason="x", actor=cast.actor("nils"), at=resting.ends_at)


def test_a_signed_record_takes_no_row_and_no_correction(cast: Cast, signed: Session) -> None:
    with pytest.raises(Refused, match="is signed and does not change"):
        infusion.record_note(signed, text="calm", stamp=cast.stamp("nils", signed.ends_at))
    old = Weight.objects.get(session=signed)
    stamp = cast.stamp("nils", signed.ends_at)
    with pytest.raises(Refused, match="is signed and does not change"):
        infusion.record_weight(signed, typed="71", unit="kg", stamp=type(stamp)(stamp.actor, stamp.key, corrects=old, why="typo"))
    assert validity(signed) == [True, True]


def test_a_row_that_was_sent_before_the_signature_may_come_again(cast: Cast, home: Session) -> None:
    stamp = cast.stamp("nils", home.ends_at)
    note = infusion.record_note(home, text="calm", stamp=stamp)
    assert infusion.record_note(cast.sign_record(home), text="calm", stamp=stamp) == note


def test_an_addendum_stands_beside_a_signed_record(cast: Cast, home: Session) -> None:
    later = cast.stamp("maya", home.ends_at + timedelta(days=2))
    with pytest.raises(Refused, match="not signed yet"):
        add_addendum(home, text="The weight was 71 kg", stamp=later)
    signed = cast.sign_record(home)
    row = add_addendum(signed, text="The weight was 71 kg", stamp=later)
    assert (row.author, is_unchanged(row), validity(signed)) == ("Maya", True, [True, True])
    Addendum.objects.update(text="The weight was 17 kg")
    assert not is_unchanged(Addendum.objects.get())


def test_maya_does_not_review_what_she_kept(cast: Cast, home: Session) -> None:
    sign_record(home, reason="The cuff failed", actor=cast.actor("maya"), at=home.ends_at)
    with pytest.raises(Refused, match="another clinician reviews"):
        review_record(home, actor=cast.actor("maya"), at=home.ends_at)


def test_nils_reviews_nothing(cast: Cast, home: Session) -> None:
    with pytest.raises(NotAllowed):
        review_record(home, actor=cast.actor("nils"), at=home.ends_at)
    with pytest.raises(Refused, match="signs it first"):
        review_record(home, actor=cast.actor("maya"), at=home.ends_at)


def test_only_who_gave_the_order_by_word_of_mouth_signs_for_it(cast: Cast) -> None:
    resting = cast.give(cast.enrol(starts_on=MONDAY).sessions.get(infusion=1))
    order = Leave("against advice", "Wants to go now", cast.users["maya"], read_back=True)
    discharge_otherwise(resting, WELL, order, stamp=cast.stamp("nils", resting.ends_at))
    sign_record(resting, reason="Left before the last one", actor=cast.actor("nils"), at=resting.ends_at)
    cast.add_clinician("ines")
    with pytest.raises(Refused, match="Maya let the patient go by word of mouth"):
        review_record(resting, actor=cast.actor("ines"), at=resting.ends_at)
    assert review_record(resting, actor=cast.actor("maya"), at=resting.ends_at).part == "reviewed"


@pytest.fixture
def let_go(cast: Cast) -> Session:
    """Pia left against advice; Nils took it from Maya by word of mouth."""
    resting = cast.give(cast.enrol(starts_on=MONDAY).sessions.get(infusion=1))
    cast.leave(resting, resting.ends_at)
    return Session.objects.get(pk=resting.pk)


def test_letting_somebody_go_by_word_of_mouth_waits_for_mayas_signature_like_any_order(cast: Cast, let_go: Session) -> None:
    late = let_go.ends_at + timedelta(hours=25)
    remind_overdue(late)
    assert Message.objects.get().to == "maya@sextant.example"
    cast.sign_record(let_go)
    assert not Discharge.objects.waiting_for(cast.users["maya"].pk).exists()


def test_mayas_first_page_counts_it_among_what_is_overdue_and_leads_to_the_record(
    cast: Cast, let_go: Session, signed_in: Callable[[str], Client], stand_at: Callable[[datetime], None]
) -> None:
    stand_at(let_go.ends_at + timedelta(hours=29))
    page = signed_in("maya").get(reverse("worklist")).content.decode()
    assert "<h1>1 signature overdue," in page
    assert re.search(r"Overdue by 5\xa0hours.*left against advice.*because Wants to go now.*signs it first", page, re.DOTALL)
    sign_record(let_go, reason="The cuff failed", actor=cast.actor("nils"))
    page = signed_in("maya").get(reverse("worklist")).content.decode()
    assert page.count(reverse("session_record", args=[let_go.public_id])) == 1, "not among the records for any clinician too"


def test_a_record_changed_after_it_was_signed_is_not_reviewed(cast: Cast, home: Session) -> None:
    sign_record(home, reason="The cuff failed", actor=cast.actor("nils"), at=home.ends_at)
    Vitals.objects.filter(session=home).update(systolic=119)
    with pytest.raises(Refused, match="changed after it was signed"):
        review_record(home, actor=cast.actor("maya"), at=home.ends_at)


COVERED = (Session, Weight, Vitals, Note, DoseMark, Check, ThoughtsAsked, Discharge, DoseOrder, StartRelease, RecordSignature)
COLUMNS = [
    (kind, field)
    for kind in COVERED
    for field in kind._meta.concrete_fields
    if not field.primary_key and (kind is not Session or field.attname in SESSION_FIELDS)
]


def other_value(field: models.Field) -> str:
    """SQL for another value of the same kind."""
    match field:
        case models.BooleanField():
            return f"NOT COALESCE({field.column}, FALSE)"
        case models.DateTimeField():
            return "'2026-03-02 23:00:01+00:00'"
        case models.DateField():
            return "'2026-03-03'"
        case models.UUIDField():
            return "'12345678123456781234567812345678'"
        case models.CharField() | models.TextField():
            return "'x'"
    return f"COALESCE({field.column}, 0) + 1"


def signed_with_a_note(cast: Cast, home: Session) -> Session:
    infusion.record_note(home, text="calm", stamp=cast.stamp("nils", home.ends_at))
    return cast.sign_record(home)


@pytest.mark.parametrize(("kind", "field"), COLUMNS, ids=[f"{kind.__name__}.{field.name}" for kind, field in COLUMNS])
def test_a_column_changed_by_sql_shows_or_the_database_refuses(
    cast: Cast, home: Session, snapshots: Snapshots, kind: type[models.Model], field: models.Field
) -> None:
    signed = snapshots.begin_with(signed_with_a_note, cast, home)
    whose = {"pk": signed.pk} if kind is Session else {"session": signed}
    number = kind._default_manager.filter(**whose).values_list("pk", flat=True)[0]
    change = f'UPDATE "{kind._meta.db_table}" SET "{field.column}" = {other_value(field)} WHERE id = {number}'
    with contextlib.suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
        assert False in validity(signed)
        transaction.set_rollback(True)
