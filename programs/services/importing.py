"""Courses and sessions that a file brings: given elsewhere or long ago, so nothing of them is planned, booked or asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from programs.models import Enrolment, ImportedDose, Program, Session
from programs.protocols import Kind
from programs.schedule import utc_of
from programs.services.offering import stored_program
from tracker.accounts.models import Clinic
from tracker.accounts.roles import Actor
from tracker.audit.services import Change, record_act, record_acts

# A dose without a clock time was given at this hour; scores of that day were asked before it.
DOSE_TIME = time(12)
# How long a session without an end is taken to have lasted, on charts and lists.
SESSION_LENGTH = timedelta(hours=1)
PIECE = 500


@dataclass(frozen=True)
class Begin:
    """A patient's course of a program: the first dose where a file or a person named it, and a day that the file knows."""

    patient_id: int
    program: str
    day: date
    start: date | None = None
    primary_scale: str = ""

    def earlier(self, other: "Begin") -> "Begin":
        """What both say of one course: the earlier day, the first start and scale that were named."""
        return Begin(
            self.patient_id, self.program, min(self.day, other.day), self.start or other.start,
            self.primary_scale or other.primary_scale,
        )  # fmt: skip


@dataclass(frozen=True)
class ImportedSession:
    """One session as a file has it. Without a dose it is a visit, and counts as none."""

    patient_id: int
    starts_at: datetime
    ends_at: datetime | None
    dose_ug: int | None
    typed: str
    route: str
    weight_g: int | None
    lot: str

    @property
    def kind(self) -> Kind:
        return Kind.INFUSION if self.dose_ug else Kind.FOLLOW_UP


def imported_courses(clinic: Clinic, patient_ids: Collection[int]) -> dict[tuple[int, str], Enrolment]:
    """The imported courses of these patients, by patient and program; one that was taken back is among them."""
    rows = Enrolment.objects.filter(clinic=clinic, is_imported=True, patient_id__in=patient_ids).select_related("program")
    courses = {(row.patient_id, row.program.code): row for row in rows.defer("program__body").order_by("pk")}
    for course in courses.values():
        course.clinic = clinic
    return courses


def bring_courses(
    clinic: Clinic, begins: Iterable[Begin], *, at: datetime
) -> tuple[dict[tuple[int, str], Enrolment], list[Enrolment]]:
    """The imported course that each of `begins` is of, made where there is none: all by patient and program, and those
    that were made or stand again. Call it inside the import's transaction.
    """
    wanted: dict[tuple[int, str], Begin] = {}
    for begin in begins:
        key = (begin.patient_id, begin.program)
        wanted[key] = wanted[key].earlier(begin) if key in wanted else begin
    there = imported_courses(clinic, {patient_id for patient_id, _ in wanted})
    courses = {key: course for key, course in there.items() if key in wanted}
    again = {key: course for key, course in courses.items() if course.state == Enrolment.State.WITHDRAWN}
    for key, course in again.items():
        _begin_at(course, wanted[key])
    Enrolment.objects.bulk_update(again.values(), ["state", "state_reason", "typed_start", "starts_on"], batch_size=PIECE)
    programs = {code: stored_program(code, clinic.pk) for code in {code for _, code in wanted.keys() - courses.keys()}}
    new = {key: _course(clinic, programs[begin.program], begin, at) for key, begin in wanted.items() if key not in courses}
    Enrolment.objects.bulk_create(new.values(), batch_size=PIECE)
    return courses | new, [*again.values(), *new.values()]


def _begin_at(course: Enrolment, begin: Begin) -> None:
    course.state, course.state_reason = Enrolment.State.COMPLETED, "imported"
    course.typed_start, course.starts_on = begin.start, begin.start or begin.day


def _course(clinic: Clinic, program: Program, begin: Begin, at: datetime) -> Enrolment:
    course = Enrolment(
        clinic=clinic,
        patient_id=begin.patient_id,
        program=program,
        indication=next(iter(program.protocol.indications)),
        clock=DOSE_TIME,
        infusions=program.protocol.infusions,
        primary_scale=begin.primary_scale or program.protocol.primary_scale,
        enrolled_at=at,
        is_imported=True,
    )
    _begin_at(course, begin)
    _changed(course, **_doses_of(course, ()))
    return course


def bring_sessions(
    clinic: Clinic, pairs: Sequence[tuple[Enrolment, ImportedSession]], *, actor: Actor, at: datetime
) -> list[Session]:
    """The sessions of these imported courses as rows, with what the file said of each. Their numbers follow with
    `count_imported`, once all of them are there.
    """
    taken = {course.pk: 0 for course, _ in pairs}
    for course_id, number in Session.objects.filter(enrolment__in=taken).values_list("enrolment", "number"):
        taken[course_id] = max(taken[course_id], number)
    rows = []
    for course, one in pairs:
        taken[course.pk] += 1
        rows.append(_session(clinic, course, one, taken[course.pk]))
    Session.objects.bulk_create(rows, batch_size=PIECE)
    doses = [_dose(row, one, actor, at) for row, (_, one) in zip(rows, pairs, strict=True)]
    ImportedDose.objects.bulk_create(doses, batch_size=PIECE)
    return rows


def _session(clinic: Clinic, course: Enrolment, one: ImportedSession, number: int) -> Session:
    local = one.starts_at.astimezone(clinic.tz)
    return Session(
        clinic=clinic,
        enrolment=course,
        patient_id=one.patient_id,
        number=number,
        kind=one.kind,
        day=local.date(),
        clock=local.time(),
        zone=clinic.zone,
        starts_at=one.starts_at,
        ends_at=one.ends_at or one.starts_at + SESSION_LENGTH,
        window_from=local.date(),
        window_to=local.date(),
        spacing_days=0,
        window_days=0,
        needs="",
        state=Session.State.DONE,
        state_reason="imported",
        started_at=one.starts_at,
        ended_at=one.ends_at,
        dose_ug=one.dose_ug,
        is_imported=True,
    )


def _dose(session: Session, one: ImportedSession, actor: Actor, at: datetime) -> ImportedDose:
    return ImportedDose(
        clinic_id=session.clinic_id,
        session=session,
        dose_ug=one.dose_ug,
        typed=one.typed[:40],
        route=one.route,
        weight_g=one.weight_g,
        lot=one.lot,
        recorded_at=at,
        author=actor.name,
    )


def correct_session(session: Session, one: ImportedSession, *, reason: str, actor: Actor, at: datetime) -> ImportedDose:
    """What a later file says of an imported session, in place of what stood: a new row that points at the old, with why."""
    return _put(_dose(session, one, actor, at), session.imported_doses.standing().get(), reason, actor, at)


def restore_dose(dose: ImportedDose, *, reason: str, actor: Actor, at: datetime) -> None:
    """The correction `dose` is taken back: what it replaced stands again, as a new row."""
    old = dose.replaces
    assert old is not None
    again = ImportedDose(
        clinic_id=old.clinic_id, session=old.session, dose_ug=old.dose_ug, typed=old.typed, route=old.route,
        weight_g=old.weight_g, lot=old.lot, recorded_at=at, author=actor.name,
    )  # fmt: skip
    _put(again, dose, reason, actor, at)


def _put(new: ImportedDose, old: ImportedDose, reason: str, actor: Actor, at: datetime) -> ImportedDose:
    new.replaces, new.reason = old, reason
    new.save(force_insert=True)
    session = new.session
    session.dose_ug, session.kind = new.dose_ug, Kind.INFUSION if new.dose_ug else Kind.FOLLOW_UP
    session.save(update_fields=["dose_ug", "kind"])
    record_act(
        actor, "corrected", session, at=at, patient_id=session.patient_id, course_id=session.enrolment_id,
        was=old.typed, now=new.typed, reason=reason,
    )  # fmt: skip
    return new


def count_imported(courses: Iterable[Enrolment]) -> None:
    """Number the infusions of these imported courses by time, and store when the first and the last dose was given."""
    by_course: dict[int, Enrolment] = {course.pk: course for course in courses}
    given: dict[int, list[Session]] = {pk: [] for pk in by_course}
    for row in Session.objects.given().filter(enrolment__in=by_course).order_by("started_at", "pk"):
        given[row.enrolment_id].append(row)
    numbered = [row for rows in given.values() for number, row in enumerate(rows, 1) if _changed(row, infusion=number)]
    counted = [course for pk, course in by_course.items() if _changed(course, **_doses_of(course, given[pk]))]
    Session.objects.bulk_update(numbered, ["infusion"], batch_size=PIECE)
    Enrolment.objects.bulk_update(counted, ["infusions_given", "first_dose_at", "last_dose_at"], batch_size=PIECE)


def _doses_of(course: Enrolment, given: Sequence[Session]) -> dict[str, object]:
    """How many doses there were, the first and the last; without a session the start that an import said."""
    typed = utc_of(course.typed_start, DOSE_TIME, course.clinic.tz) if course.typed_start else None
    first, last = (given[0].started_at, given[-1].started_at) if given else (typed, typed)
    return {"infusions_given": len(given), "first_dose_at": first, "last_dose_at": last}


def _changed(row: Session | Enrolment, **fields: object) -> bool:
    """Set these fields; whether any of them was something else. Most rows of a long file change nothing."""
    was = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    return was != fields


def withdraw_sessions(sessions: Sequence[Session], *, reason: str, actor: Actor, at: datetime) -> None:
    """Sessions of an import that is taken back: they stay as rows, and count nowhere."""
    _withdraw(Session, sessions, reason, actor, at)


def withdraw_courses(courses: Sequence[Enrolment], *, reason: str, actor: Actor, at: datetime) -> None:
    """Courses that an import made and that is taken back."""
    _withdraw(Enrolment, courses, reason, actor, at)


def _withdraw(
    model: type[Session] | type[Enrolment], rows: Sequence[Session] | Sequence[Enrolment], reason: str, actor: Actor, at: datetime
) -> None:
    changes = [
        Change(row, row.patient_id, row.pk if isinstance(row, Enrolment) else row.enrolment_id, was=row.state, now="withdrawn")
        for row in rows
    ]
    model._default_manager.filter(pk__in=[row.pk for row in rows]).update(state="withdrawn", state_reason=reason[:200])
    record_acts(actor, "took back", changes, at=at, reason=reason)
