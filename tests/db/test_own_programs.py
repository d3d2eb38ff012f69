"""Alma copies a program and changes it: the plan first, then a version with her name; nobody else has it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse

from assessments.services.own_programs import save_program
from frontend.manager.program_form import ProgramForm, Shape, values_of
from programs.models import Program
from programs.protocols import Protocol
from programs.services.offering import offered_programs, program_named, programs_of, switch_program
from tests.cast import INDICATION, SIX, TALK, Cast
from tests.programs_and_scales import PROTOCOLS
from tracker.audit.models import AuditRow, Event
from tracker.errors import NotAllowed, Overtaken, Refused

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 2, 26, 15, tzinfo=UTC)
TITLE = "Six, our way"
CODE = "own-six-our-way"
SCALES = [(code, code) for code in ("phq-9", "gad-7", "pcl-5", "mood", "peg", "pain-nrs")]


def typed(protocol: Protocol, **changes: Any) -> dict[str, Any]:
    """What the form sends for `protocol`, with some fields changed; "__" in a name stands for "-"."""
    values = {name: value for name, value in values_of(protocol).items() if value not in (None, "", ())}
    values |= {"shape": str(Shape.of(protocol)), "plan-start": "2026-03-02", "plan-clock": "10:00"}
    # A browser sends boxes in the order of the page, which is the program's order of scales.
    values |= {name: sorted(value, key=protocol.scales.index) for name, value in values.items() if name.endswith("-scales")}
    return values | {name.replace("__", "-"): value for name, value in changes.items()}


def copied(cast: Cast, name: str = "alma", title: str = TITLE, base: Protocol = PROTOCOLS[SIX], **update: Any) -> Program:
    """A copy of the series with another title, through the service."""
    words = {"en": base.words["en"].model_copy(update={"title": title})}
    return save_program(base.model_copy(update={"words": words, **update}), base, actor=cast.actor(name), at=NOW)


@pytest.fixture
def change(signed_in: Callable[[str], Client], stand_at: Callable) -> Callable[..., HttpResponse]:
    """`change(SIX, do="plan", words__en__title="...")`: Alma sends the form of that program."""
    stand_at(NOW)

    def sent(code: str = SIX, base: Protocol | None = None, name: str = "alma", **fields: Any) -> HttpResponse:
        body = typed(base or PROTOCOLS[code], **fields)
        return signed_in(name).post(reverse("program_change", args=[code]), body)

    return sent


def save(change: Callable[..., HttpResponse], code: str = SIX, **fields: Any) -> HttpResponse:
    """Look at the plan, then save what was looked at."""
    seen = change(code, do="plan", **fields).context["seen"]
    return change(code, do="save", seen=seen, **fields)


# The form and the definition.


@pytest.mark.parametrize("code", PROTOCOLS)
def test_a_program_that_is_sent_unchanged_is_the_same_program(code: str) -> None:
    protocol = PROTOCOLS[code]
    scales = [(scale, scale) for scale in protocol.scales]
    form = ProgramForm(protocol, Shape.of(protocol), scales, True, as_sent(typed(protocol)))
    assert form.read() == protocol.model_copy(update={"on_by_default": False}), form.errors


def as_sent(values: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)])
    return data


def test_the_plan_is_shown_with_its_days_and_nothing_is_saved(cast: Cast, change: Callable) -> None:
    page = change(do="plan", words__en__title=TITLE, **{"blocks-0-repeat": 4, "blocks-0-sessions-0-spacing_days": "4, 3"})
    assert [session.day for session in page.context["plan"].sessions] == [MONDAY + timedelta(days=n) for n in (0, 3, 7, 10)]
    assert not Program.objects.filter(clinic=cast.north).exists()


def test_the_page_says_what_differs_from_the_version_before(cast: Cast, change: Callable) -> None:
    page = change(do="plan", words__en__title=TITLE, **{"blocks-0-repeat": 4, "checkins-1-scales": ["phq-9", "mood"]})
    assert page.context["changes"] == [
        ("English", "Title", "Six-infusion series", TITLE),
        ("Phase 1", "Times (0: by need)", "6", "4"),
        ("Check-in 2", "Asks", "PHQ-9", "PHQ-9, Mood"),
    ]


def test_alma_says_for_whom_it_is_and_where_and_how_often_a_scale_may_be_asked(cast: Cast, change: Callable) -> None:
    fields = {
        "words__en__title": TITLE, "indications__0__words": "Depression, any", "indications__4__words": "Long grief",
        "setting": "inpatient", "least__0__scale": "phq-9", "least__0__days": "3",
    }  # fmt: skip
    plan = change(do="plan", **fields)
    assert ("Least days between", "PHQ-9", "", "3") in plan.context["changes"]
    save(change, **fields)
    saved, before = programs_of(cast.north.pk)[CODE], PROTOCOLS[SIX].indications
    assert saved.indications == {**before, next(iter(before)): "Depression, any", "long-grief-4": "Long grief"}
    assert (saved.setting, saved.least_days_between) == ("inpatient", {"phq-9": 3})


def test_a_program_for_nobody_is_refused_at_its_field(change: Callable) -> None:
    none = {f"indications__{n}__words": "" for n in range(len(PROTOCOLS[SIX].indications))}
    page = change(do="plan", words__en__title=TITLE, **none)
    assert page.status_code == 422
    assert page.context["form"].errors["indications-0-words"] == ["At least one is needed."]


def test_a_span_that_cannot_be_kept_is_said_before_it_is_saved(cast: Cast, change: Callable) -> None:
    page = change(do="plan", words__en__title=TITLE, infusions_within_days=10).content.decode()
    assert "The infusions take 11 days. The program promises 10: that cannot be kept with this start." in page


def test_alma_saves_what_she_looked_at_and_it_is_hers(cast: Cast, change: Callable) -> None:
    assert save(change, words__en__title=TITLE).status_code == 302
    row = Program.objects.get(clinic=cast.north)
    assert (row.code, row.version, row.author, row.made_at) == (CODE, 1, "Alma", NOW)
    assert row.protocol.words["en"].title == TITLE


def test_what_was_changed_after_the_plan_was_shown_is_shown_again_not_saved(cast: Cast, change: Callable) -> None:
    seen = change(do="plan", words__en__title=TITLE).context["seen"]
    page = change(do="save", seen=seen, words__en__title=TITLE, infusions_within_days=28)
    assert "Something changed after the plan was shown." in page.content.decode()
    assert not Program.objects.filter(clinic=cast.north).exists()


NO_GAP = "An infusion needs “Least hours since the last dose”, the shortest time since the infusion before it."
TWO_LENGTHS = "“Minutes” stands with every session but an infusion, whose length follows from the dose."
NO_BASELINE = "No baseline check-in asks the primary scale: nobody could say whether it helped."
SESSION = "blocks-0-sessions-0"


@pytest.mark.parametrize(
    ("fields", "at", "reason"),
    [
        ({"most_infusions": 5}, "most_infusions", "The sequence has more infusions than “Doses at most”."),
        ({"most_infusions": 61}, "most_infusions", "Ensure this value is less than or equal to 60."),
        ({"words-en-title": ""}, "words-en-title", "This field is required."),
        ({"primary_scale": "mood"}, "primary_scale", NO_BASELINE),
        ({f"{SESSION}-spacing_days": "2 or 3"}, f"{SESSION}-spacing_days", "Write whole numbers with commas between them: 2, 4."),
        ({f"{SESSION}-least_gap_hours": ""}, f"{SESSION}-least_gap_hours", NO_GAP),
        ({f"{SESSION}-minutes": 50}, f"{SESSION}-minutes", TWO_LENGTHS),
        ({f"{SESSION}-out": "on"}, f"{SESSION}-kind", "At least one is needed."),
        ({"checkins-1-infusions": "these"}, "checkins-1-numbers", "Write the numbers of the doses: 2, 4."),
        ({"checkins-1-out": "on", "checkins-2-days": 500}, "checkins-2-days", "Ensure this value is less than or equal to 400."),
        ({"blocks-0-repeat": 0}, "blocks-0-repeat", "No block holds an infusion."),
    ],
)
def test_a_bad_draft_gets_its_reason_at_the_field_and_stays_typed(
    cast: Cast, change: Callable, fields: dict[str, Any], at: str, reason: str
) -> None:
    page = change(do="plan", **{"words-es-summary": "Lo que Alma escribió", **fields})
    assert page.status_code == 422
    assert page.context["form"].errors == {at: [reason]}
    assert "Lo que Alma escribió" in page.content.decode()


def test_a_phase_more_keeps_what_was_typed_and_judges_nothing_yet(cast: Cast, change: Callable) -> None:
    page = change(do="add-phases", words__en__title=TITLE, most_infusions="many")
    form = page.context["form"]
    assert (page.status_code, len(form.phases), form.errors) == (200, 2, {})
    assert 'value="many"' in page.content.decode()
    assert f'value="{TITLE}"' in page.content.decode()


def test_a_new_phase_of_weekly_sessions_follows_the_series(cast: Cast, change: Callable) -> None:
    more = {
        "shape": "1.1/8/2", "blocks-1-repeat": 2, "blocks-1-sessions-0-kind": "infusion", "blocks-1-sessions-0-spacing_days": "7",
        "blocks-1-sessions-0-window_days": 1, "blocks-1-sessions-0-least_gap_hours": 96, "blocks-1-sessions-0-needs": ["chair"],
    }  # fmt: skip
    page = change(do="plan", words__en__title=TITLE, infusions_within_days=28, **more)
    assert [(session.day - MONDAY).days for session in page.context["plan"].sessions] == [0, 2, 4, 6, 8, 10, 17, 24]


def test_a_row_that_is_left_out_need_not_be_right(cast: Cast, change: Callable) -> None:
    page = change(do="plan", words__en__title=TITLE, **{"checkins-7-out": "on", "checkins-7-days": ""})
    assert page.status_code == 200
    assert len(page.context["form"].read().checkins) == len(PROTOCOLS[SIX].checkins) - 1


@pytest.mark.parametrize("shape", ["", "x", "999/1/1", "1/99/1", "1.1.1.1.1.1.1.1.1.1.1/1/1", "٣/1/1", "0/0/0"])
def test_a_shape_that_is_not_ours_is_that_of_the_program(cast: Cast, change: Callable, shape: str) -> None:
    assert change(do="plan", words__en__title=TITLE, shape=shape).status_code == 200


def test_the_boxes_stand_in_the_programs_order_so_that_nothing_seems_changed(
    cast: Cast, signed_in: Callable[[str], Client]
) -> None:
    for code, protocol in PROTOCOLS.items():
        form = signed_in("alma").get(reverse("program_change", args=[code])).context["form"]
        order = [scale for scale, _ in form.fields["checkins-0-scales"].choices]
        assert [sorted(rule.scales, key=order.index) for rule in protocol.checkins] == [list(r.scales) for r in protocol.checkins]


# Who may change what.


def test_the_dose_is_not_on_almas_page_and_what_she_sends_of_it_is_not_read(cast: Cast, change: Callable) -> None:
    save(change, words__en__title=TITLE, **{"dose-most_mg": 300, "dose-mg_per_kg": 2, "frequency-doses": 1, "frequency-days": 1})
    assert Program.objects.get(clinic=cast.north).protocol.dose == PROTOCOLS[SIX].dose


def test_a_manager_raises_no_cap_by_another_door(cast: Cast) -> None:
    dose = PROTOCOLS[SIX].dose.model_copy(update={"most_mg": 300})
    with pytest.raises(NotAllowed):
        copied(cast, dose=dose)


def test_maya_changes_the_dose_and_her_name_stands_under_it(cast: Cast, change: Callable) -> None:
    save(change, name="maya", words__en__title=TITLE, **{"dose-mg_per_kg": "0.4", "dose-most_mg": "100"})
    row = Program.objects.get(clinic=cast.north)
    assert (row.author, str(row.protocol.dose.mg_per_kg), row.protocol.dose.most_mg) == ("Maya", "0.4", 100)


def test_maya_cannot_go_beyond_what_any_program_may(cast: Cast, change: Callable) -> None:
    page = change(do="plan", name="maya", words__en__title=TITLE, **{"dose-most_mg": "301"})
    assert list(page.context["form"].errors) == ["dose-most_mg"]


@pytest.mark.parametrize("name", ["nils", "theo", "dana", "pia"])
def test_who_is_neither_manager_nor_clinician_changes_no_program(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        copied(cast, name)


# Versions.


def test_omar_of_the_south_has_no_part_in_it(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    copied(cast)
    assert CODE not in programs_of(cast.south.pk)
    for page in ("program", "program_change"):
        assert signed_in("omar").get(reverse(page, args=[CODE])).status_code == 404


def test_both_clinics_may_call_theirs_the_same(cast: Cast) -> None:
    copied(cast)
    copied(cast, "omar", most_infusions=7)
    assert [program_named(CODE, clinic.pk).most_infusions for clinic in (cast.north, cast.south)] == [8, 7]


def test_a_copy_is_off_until_it_is_switched_on(cast: Cast) -> None:
    copied(cast)
    assert CODE not in offered_programs(cast.north.pk)
    switch_program(CODE, is_on=True, actor=cast.actor("alma"))
    assert CODE in offered_programs(cast.north.pk)


def test_pia_keeps_the_version_she_was_enrolled_with(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = copied(cast)
    switch_program(CODE, is_on=True, actor=cast.actor("alma"))
    monkeypatch.setitem(INDICATION, CODE, "depression")
    pias = cast.enrol(program=CODE, starts_on=MONDAY)
    save_program(first.protocol.model_copy(update={"most_infusions": 7}), first.protocol, actor=cast.actor("alma"), at=NOW)
    pauls = cast.enrol("paul", program=CODE, starts_on=MONDAY)
    assert [(one.program.version, one.protocol.most_infusions) for one in (pias, pauls)] == [(1, 8), (2, 7)]


def test_a_course_of_it_is_planned_answered_given_and_drawn(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, signed_in: Callable[[str], Client], stand_at: Callable
) -> None:
    copied(cast)
    switch_program(CODE, is_on=True, actor=cast.actor("alma"))
    monkeypatch.setitem(INDICATION, CODE, "depression")
    course = cast.enrol(program=CODE, starts_on=MONDAY)
    cast.answer(course.checkins.get(purpose="baseline"), each=2, q9=0)
    given = cast.infuse(course.sessions.get(infusion=1))
    cast.answer(course.checkins.get(session=given, days=1), each=1, q9=0)
    stand_at(given.ends_at + timedelta(days=1))
    page = signed_in("maya").get(reverse("patient", args=[course.patient.public_id])).content.decode()
    history = signed_in("maya").get(reverse("api_history", args=[course.patient.public_id]))
    assert (TITLE in page, "<svg" in page, history.status_code) == (True, True, 200)


def test_another_consent_text_asks_for_another_consent(cast: Cast) -> None:
    words = PROTOCOLS[SIX].words["en"].model_copy(update={"title": TITLE, "consent": "I agree to something else."})
    kept = copied(
        cast, title="The same consent", base=PROTOCOLS[SIX].model_copy(update={"words": {"en": PROTOCOLS[SIX].words["en"]}})
    )
    other = save_program(PROTOCOLS[SIX].model_copy(update={"words": {"en": words}}), PROTOCOLS[SIX], actor=cast.actor("alma"))
    assert (kept.protocol.consent_version, other.protocol.consent_version) == ("2026-11", "own version 1")


def test_two_who_change_the_same_version_are_not_both_saved(cast: Cast) -> None:
    first = copied(cast).protocol
    save_program(first.model_copy(update={"most_infusions": 7}), first, actor=cast.actor("alma"))
    with pytest.raises(Overtaken, match="after version 1"):
        save_program(first.model_copy(update={"most_infusions": 9}), first, actor=cast.actor("maya"))


def test_a_title_in_use_and_a_draft_without_a_change_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="Nothing is changed"):
        save_program(PROTOCOLS[SIX], PROTOCOLS[SIX], actor=cast.actor("alma"))
    with pytest.raises(Refused, match="Another program here has this title") as refusal:
        copied(cast, title=PROTOCOLS[TALK].words["en"].title.upper())
    assert refusal.value.field == "words-en-title"


def test_a_scale_that_is_not_there_is_refused(cast: Cast) -> None:
    rule = PROTOCOLS[SIX].checkins[0].model_copy(update={"scales": ("phq-9", "nosuch")})
    with pytest.raises(Refused, match="no scale called nosuch"):
        copied(cast, checkins=(rule,))


def test_each_version_is_an_audit_row_and_an_event(cast: Cast) -> None:
    first = copied(cast).protocol
    save_program(first.model_copy(update={"most_infusions": 7}), first, actor=cast.actor("maya"), at=NOW)
    rows = Event.objects.filter(subject="program").order_by("pk").values_list("verb", "who", "was", "now")
    assert list(rows) == [
        ("copied", "Alma", f"{SIX}, version 2", f"{CODE}, version 1"),
        ("changed", "Maya", f"{CODE}, version 1", f"{CODE}, version 2"),
    ]
    assert AuditRow.objects.filter(subject="program").count() == 2


def test_the_page_of_a_program_names_its_versions(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    copied(cast)
    page = signed_in("nils").get(reverse("program", args=[CODE])).content.decode()
    assert "<strong>Version 1</strong>, Alma, Feb 26, 10:00" in page


def test_an_earlier_version_can_be_opened_and_says_that_it_is_one(cast: Cast, signed_in: Callable[[str], Client]) -> None:
    first = copied(cast)
    save_program(first.protocol.model_copy(update={"most_infusions": 7}), first.protocol, actor=cast.actor("alma"), at=NOW)
    page = signed_in("nils").get(reverse("program_version", args=[CODE, 1])).content.decode()
    assert "This is version 1, by which courses of then go." in page
    assert "at most 8" in page
    assert "at most 7" in signed_in("nils").get(reverse("program", args=[CODE])).content.decode()


@pytest.mark.parametrize(("longer", "opened"), [("phases", "1"), ("0", "0"), ("checkins", "checkins"), ("reviews", "reviews")])
def test_only_the_part_with_a_row_more_is_not_folded(cast: Cast, change: Callable, longer: str, opened: str) -> None:
    form = change(do=f"add-{longer}").context["form"]
    phases = {str(phase["number"]): phase["is_open"] for phase in form.phases}
    assert [name for name, is_open in {**phases, **form.opened}.items() if is_open] == [opened]


def test_what_was_changed_is_not_folded_when_the_plan_is_shown(cast: Cast, change: Callable) -> None:
    form = change(do="plan", words__en__title=TITLE, infusions_within_days=30).context["form"]
    assert form.opened == {"aim": False, "whole": True, "dose": False, "checkins": False, "reviews": False}
