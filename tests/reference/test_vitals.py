"""Twenty published records of vitals, each replayed as a session: what a nurse would have typed in the two hours from the
first reading on. Every number arrives as it stands in the file; what is out of the limits, late or missing is seen.

The expected figures are counted here from the cells of each file, in whole minutes, without any of our code. What the
files lack is supplied where a session needs it, and said: the vitals before the dose, the weight of two, no oxygen at all.
"""

import csv
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from assessments.services.dosing import start_infusion
from programs.models import Session, Vitals
from programs.services import infusion, sessions
from programs.services.checklist import checklist_of, record_check
from programs.services.room import Answer, Sent, write_rows
from programs.services.room_rules import rules_of_clinic, sign_rules, vitals_due_at
from programs.services.signing import missing_of, sign_record, signed_of
from tests.cast import HOLD, STOP, Cast
from tests.reference.data import FOLDER, reference_file
from tracker.errors import Refused

NUMBERS = (539, 540, 541, 543, 545, 547, 548, 551, 554, 555, 556, 567, 568, 570, 573, 575, 577, 582, 584, 585)
FILES = [f"132{number}" for number in NUMBERS]
MONDAY = date(2026, 3, 2)
# Minutes: how long the dose runs, how long the record is replayed, between two readings during the dose and after it;
# and how much later a reading may be before the record lacks one.
DOSE, TWO_HOURS, DURING, AFTER, GRACE = 40, 120, 10, 15, 5
READ = {"NISysABP": "systolic", "NIDiasABP": "diastolic", "HR": "pulse", "RespRate": "respiration", "Temp": "temperature"}
SUPPLIED_KG = "70"


@dataclass
class Record:
    """One file: the weight that it gives, and the numbers of each minute since its first reading."""

    kg: str = ""
    by_minute: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def near(self) -> dict[int, dict[str, str]]:
        """Those of the first two hours."""
        return {minute: numbers for minute, numbers in self.by_minute.items() if minute <= TWO_HOURS}


def read_record(name: str) -> Record:
    """The cells of one file as they stand there; -1 is the file's word for missing."""
    record, by_minute = Record(), defaultdict(dict)
    with reference_file(f"vitals/{name}.txt").open(newline="") as file:
        for row in csv.DictReader(file):
            hours, minutes = map(int, row["Time"].split(":"))
            if row["Parameter"] == "Weight" and (hours, minutes) == (0, 0):
                record.kg = row["Value"].replace("-1", "")
            if row["Parameter"] in READ:
                by_minute[hours * 60 + minutes][READ[row["Parameter"]]] = row["Value"]
    first = min(by_minute)
    record.by_minute = {minute - first: by_minute[minute] for minute in sorted(by_minute)}
    return record


@dataclass
class Replay:
    """A session in which the rows of a file are typed."""

    cast: Cast
    session: Session
    late: list[int] = field(default_factory=list)

    @property
    def began(self) -> datetime:
        return self.session.starts_at + timedelta(minutes=5)

    def begin(self, kg: str) -> None:
        """Weighed with the file's weight, ordered for it; the vitals before the dose are ours."""
        cast, at = self.cast, self.session.starts_at
        sessions.receive_patient(self.session, actor=cast.actor("nils"), at=at)
        infusion.record_weight(self.session, typed=kg, unit="kg", stamp=cast.stamp("nils", at))
        infusion.record_vitals(self.session, systolic=122, diastolic=78, pulse=70, spo2=98, stamp=cast.stamp("nils", at))
        for line in checklist_of(self.session.clinic_id):
            record_check(self.session, line, answer="yes", detail="", stamp=cast.stamp("nils", at))
        cast.order(self.session, at=at, weight=kg)
        cast.let_pass(self.session, "unanswered", at=at)
        start_infusion(self.session, stamp=cast.stamp("nils", self.began))
        self.session.refresh_from_db()

    def end(self) -> None:
        infusion.end_infusion(self.session, stamp=self.cast.stamp("nils", self.began + timedelta(minutes=DOSE)))

    def type(self, minute: int, numbers: dict[str, str]) -> Answer:
        """One row of the pad, sent as a tablet sends it."""
        at = self.began + timedelta(minutes=minute)
        values = dict.fromkeys(("systolic", "diastolic", "pulse", "spo2")) | {
            name: number if name == "temperature" else int(number) for name, number in numbers.items()
        }
        row = Sent(uuid.uuid4(), "vitals", at, values)
        patient, nils = self.session.patient.public_id, self.cast.actor("nils")
        return write_rows(self.session, [row], patient=patient, actor=nils, at=at)[0]

    def note_if_late(self, minute: int) -> None:
        last = self.rows().last()
        rules = rules_of_clinic(self.session.clinic_id)
        due = vitals_due_at(self.session, rules, last_at=last.happened_at if last else None, minutes=DOSE)
        if due and due < self.began + timedelta(minutes=minute):
            self.late.append(minute)

    def rows(self):
        """The readings since the dose began."""
        return Vitals.objects.filter(session=self.session, happened_at__gte=self.began).order_by("happened_at")


@pytest.fixture
def replay(cast: Cast) -> Replay:
    """Pia's first infusion, in a clinic that asks respiration and temperature too."""
    sign_rules(
        cast.north, during_every=DURING, after_every=AFTER, asks_respiration=True, temperature="C", actor=cast.actor("maya")
    )
    return Replay(cast, cast.enrol(starts_on=MONDAY).sessions.get(infusion=1))


def plain_late(minutes: list[int]) -> list[int]:
    """Later than the step that began with the reading before; a step that begins in the dose is the short one."""
    return [now for last, now in pairwise(minutes) if now > last + (DURING if last < DOSE else AFTER)]


def plain_missing(minutes: list[int]) -> list[str]:
    during = [0, *(minute for minute in minutes if 0 < minute < DOSE), DOSE]
    gaps = [later - earlier for earlier, later in pairwise(during) if later - earlier > DURING + GRACE]
    after = [] if any(minute >= DOSE for minute in minutes) else ["no reading after the dose"]
    return [f"{gap} minutes without a reading during the dose" for gap in gaps] + after


def plain_beyond(record: Record, systolic: int, diastolic: int, pulse: int) -> int:
    """In how many rows a number is at or above these."""
    limits = {"systolic": systolic, "diastolic": diastolic, "pulse": pulse}
    rows = record.near.values()
    return sum(any(int(numbers.get(name, 0)) >= limit for name, limit in limits.items()) for numbers in rows)


@pytest.mark.parametrize("name", FILES)
def test_a_record_is_replayed_and_nothing_of_it_is_lost_or_changed(replay: Replay, say, name: str) -> None:
    record = read_record(name)
    minutes = list(record.near)
    replay.begin(record.kg or SUPPLIED_KG)
    answers = []
    for minute, numbers in record.near.items():
        if minute >= DOSE and replay.session.state == Session.State.IN_PROGRESS:
            replay.end()
        if minute:
            replay.note_if_late(minute)
        answers.append(replay.type(minute, numbers))
    if replay.session.state == Session.State.IN_PROGRESS:
        replay.end()
    replay.cast.leave(replay.session, replay.began + timedelta(minutes=TWO_HOURS))
    rows = list(replay.rows())
    missing = missing_of(replay.session)
    held, stopped = (sum(bool(limit.passed_by(row.reading)) for row in rows) for limit in (HOLD, STOP))
    gaps = sum(len(row.reading.gaps) for row in rows)
    say(
        f"{name}: {len(rows)} rows, {record.kg or 'supplied ' + SUPPLIED_KG} kg; beyond hold {held}, beyond stop {stopped};"
        f" {gaps} gaps, {len(replay.late)} late; the record lacks: {'; '.join(missing) or 'nothing'}"
    )

    assert {answer.outcome for answer in answers} == {"stored"}
    stored = {(row.happened_at - replay.began) // timedelta(minutes=1): _numbers(row) for row in rows}
    assert stored == record.near
    assert held == plain_beyond(record, 160, 100, 111)
    assert stopped == plain_beyond(record, 180, 110, 131)
    assert gaps == sum(1 + ("systolic" not in numbers) + ("pulse" not in numbers) for numbers in record.near.values())
    assert replay.late == plain_late(minutes)
    assert missing == plain_missing(minutes)
    _sign(replay, missing)


def _numbers(row: Vitals) -> dict[str, str]:
    """What of a row has a number, as text."""
    return {name: str(value) for name in READ.values() if (value := getattr(row, name)) not in (None, "")}


def _sign(replay: Replay, missing: list[str]) -> None:
    """A record that lacks readings closes with a written reason only."""
    nils, at = replay.cast.actor("nils"), replay.began + timedelta(minutes=TWO_HOURS)
    if missing:
        with pytest.raises(Refused, match="Write why"):
            sign_record(replay.session, actor=nils, at=at)
    sign_record(replay.session, reason="Not measured at that time" if missing else "", actor=nils, at=at)
    assert [one.is_valid for one in signed_of(replay.session)] == [True]


def test_a_pressure_of_nothing_over_nothing_is_refused_with_the_reason(replay: Replay, say) -> None:
    [numbers] = [one for one in read_record("132570").by_minute.values() if one.get("systolic") == "0"]
    replay.begin(SUPPLIED_KG)
    answer = replay.type(1, {name: numbers[name] for name in ("systolic", "diastolic", "pulse")})
    say(f"132570: {numbers['systolic']}/{numbers['diastolic']}: {answer.why}")
    assert (answer.outcome, answer.wrong) == ("refused", "systolic")
    assert answer.why == "Systolic 0 cannot be: it lies between 40 and 300."
    assert not replay.rows()


def test_the_files_are_those_that_are_described() -> None:
    assert sorted(path.stem for path in (FOLDER / "vitals").glob("*.txt")) == FILES
    records = {name: read_record(name) for name in FILES}
    assert [name for name, record in records.items() if not record.kg] == ["132539", "132545"]
    no_cuff = [name for name, record in records.items() if not any("systolic" in row for row in record.by_minute.values())]
    assert no_cuff == ["132575"]
