"""Statements that are built once give what the queryset itself gives, for each actor and each time its own."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.forms.models import model_to_dict

from assessments.models import Outcome, Score
from programs.models import CheckIn, Session
from tests.cast import Cast
from tracker.accounts.roles import Actor
from tracker.audit.models import AuditRow, Event
from tracker.people.models import Patient
from tracker.prepared import fetch_each
from tracker.ready import Ready, answers
from tracker.writing import change, insert

MONDAY = date(2026, 3, 2)

due = Ready(lambda actor, now: CheckIn.objects.visible_to(actor).due(now).order_by("pk"))
patients = Ready(lambda actor: Patient.objects.visible_to(actor).select_related("clinic", "user").order_by("pk"))
scores = Ready(lambda actor: Score.objects.visible_to(actor).in_time().with_scale())
sessions = Ready(lambda course: Session.objects.filter(enrolment=course).order_by("pk").select_related("chair"))
session_days = Ready(lambda course: Session.objects.filter(enrolment=course).order_by("day").values_list("day", flat=True))


def test_the_clinician_gets_every_patient_of_her_clinic_and_each_whole(cast: Cast) -> None:
    found = patients(cast.actor("maya"))
    plain = list(Patient.objects.filter(clinic=cast.north).order_by("pk"))
    assert [model_to_dict(row) for row in found] == [model_to_dict(row) for row in plain]
    assert [(row.clinic.name, row.user_id) for row in found] == [(row.clinic.name, row.user_id) for row in plain]


def test_two_clinicians_ask_the_same_statement_and_get_each_their_own(cast: Cast) -> None:
    assert patients(cast.actor("maya"))
    assert patients(cast.actor("omar")) == []


def test_pia_and_paul_get_each_themselves(cast: Cast) -> None:
    assert [row.legal_name for name in ("pia", "paul") for row in patients(cast.actor(name))] == ["Pia Northwood", "Paul Ibarra"]


def test_the_front_desk_that_sees_no_score_gets_none(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE))
    assert scores(cast.actor("dana")) == []
    assert scores(cast.actor("maya")) == list(Score.objects.in_time())


def test_a_value_is_asked_for_anew_each_time(cast: Cast) -> None:
    first = cast.enrol(starts_on=MONDAY).checkins.get(purpose=CheckIn.Purpose.BASELINE)
    pia: Actor = cast.actor("pia")
    assert due(pia, now=first.opens_at) == [first]
    assert due(pia, now=first.opens_at - timedelta(minutes=1)) == []


def test_one_column_comes_as_plain_values(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    assert session_days(course=course.pk) == [row.day for row in course.sessions.order_by("day")]


def test_rows_of_a_scale_carry_its_version_with_them(cast: Cast, django_assert_num_queries) -> None:
    cast.answer(cast.enrol(starts_on=MONDAY).checkins.get(purpose=CheckIn.Purpose.BASELINE))
    with django_assert_num_queries(1):
        assert {row.scale.code for row in scores(cast.actor("pia"))} == {"phq-9", "gad-7"}


def test_an_inserted_row_is_what_save_would_have_stored(cast: Cast) -> None:
    at = cast.enrol(starts_on=MONDAY).enrolled_at
    told = {"at": at, "clinic_id": cast.north.pk, "patient_id": None, "verb": "x", "who": "Maya", "now": "1", "reason": "é"}
    plain, lean = Event(**told), Event(**told)
    plain.save(force_insert=True)
    insert(lean)
    both = Event.objects.filter(verb="x").order_by("pk")
    assert [row.pk for row in both] == [plain.pk, lean.pk]
    assert model_to_dict(both[0], exclude=["id"]) == model_to_dict(both[1], exclude=["id"])


def test_many_rows_get_each_their_own_id(cast: Cast) -> None:
    at = cast.enrol(starts_on=MONDAY).enrolled_at
    rows = [AuditRow(at=at, verb=f"verb {number}") for number in range(3)]
    insert(*rows)
    assert [AuditRow.objects.get(pk=row.pk).verb for row in rows] == [row.verb for row in rows]


def test_a_row_instead_of_another_keeps_its_ids_and_brings_every_other_value(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    ids = {"clinic_id": course.clinic_id, "patient_id": course.patient_id, "enrolment_id": course.pk, "code": "peg"}
    first = Outcome(**ids, scores=1, why="one score", public_id=uuid.uuid4(), updated_at=course.enrolled_at)
    later = Outcome(**ids, scores=2, response=True, percent=50, updated_at=course.enrolled_at + timedelta(days=1))
    insert(first, instead_of=("enrolment", "code"))
    insert(later, instead_of=("enrolment", "code"))
    row = Outcome.objects.get(code="peg")
    assert (row.pk, row.public_id) == (first.pk, first.public_id)
    assert (row.scores, row.why, row.response, row.updated_at) == (2, "", True, later.updated_at)


def test_a_changed_row_is_what_update_would_have_made_of_it(cast: Cast) -> None:
    first, second = cast.enrol(starts_on=MONDAY).checkins.order_by("pk")[:2]
    to = {"state": CheckIn.State.DONE, "answered_at": first.opens_at}
    assert CheckIn.objects.filter(pk=first.pk, state="planned").update(**to) == 1
    assert change(CheckIn, to, where={"id": second.pk, "state": "planned"}) == 1
    rows = [model_to_dict(CheckIn.objects.get(pk=row.pk), fields=["state", "answered_at"]) for row in (first, second)]
    assert rows[0] == rows[1]


def test_a_row_that_is_not_as_it_was_is_not_changed(cast: Cast) -> None:
    row = cast.enrol(starts_on=MONDAY).checkins.first()
    assert change(CheckIn, {"state": "done"}, where={"id": row.pk, "state": "missed"}) == 0
    assert CheckIn.objects.get(pk=row.pk).state == "planned"


def test_rows_that_point_to_one_row_share_it_and_one_that_points_to_none_has_none(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    talk = course.sessions.latest("pk")
    course.sessions.filter(pk=talk.pk).update(chair=None)
    found = sessions(course=course.pk)
    plain = list(course.sessions.order_by("pk").select_related("chair"))
    assert [row.chair for row in found] == [row.chair for row in plain]
    assert found[0].chair is found[1].chair
    assert found[-1].chair is None


def test_questions_asked_in_one_go_get_each_the_answer_that_it_gets_alone(cast: Cast) -> None:
    course = cast.enrol(starts_on=MONDAY)
    cast.answer(course.checkins.get(purpose=CheckIn.Purpose.BASELINE))
    maya, dana = cast.actor("maya"), cast.actor("dana")
    found = answers(scores.asking(maya), scores.asking(dana), session_days.asking(course=course.pk), sessions.asking(course=0))
    assert found == [scores(maya), [], session_days(course=course.pk), []]
    assert [row.subscores for row in found[0]] == [row.subscores for row in Score.objects.in_time()]


@pytest.mark.django_db
def test_a_question_that_fails_takes_the_others_with_it_but_not_the_next() -> None:
    least = -(2**63)
    with pytest.raises(DatabaseError), transaction.atomic():
        fetch_each([("SELECT abs(%s)", [-1]), ("SELECT abs(%s)", [least]), ("SELECT abs(%s)", [-2])])
    assert fetch_each([("SELECT abs(%s)", [-3]), ("SELECT abs(%s)", [-(2**40)])]) == [[(3,)], [(2**40,)]]
