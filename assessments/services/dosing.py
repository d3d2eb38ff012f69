"""The two acts in the chair that an outcome rests on: when the first dose began decides which score is the baseline."""

from django.db import transaction
from django.utils import timezone

from assessments.services.standing import refresh_outcomes
from programs.models import DoseMark, Session
from programs.services import infusion
from programs.services.infusion import Stamp


@transaction.atomic
def start_infusion(session: Session, *, stamp: Stamp) -> DoseMark:
    """Begin the dose, and freeze the baseline with it. Raises Refused with every line that is missing."""
    mark = infusion.start_infusion(session, stamp=stamp)
    refresh_outcomes(session.enrolment, at=stamp.at or timezone.now())
    return mark


@transaction.atomic
def correct_start(mark: DoseMark, *, stamp: Stamp) -> DoseMark:
    """Correct when the dose began; a baseline that this moves is worked out again."""
    row = infusion.correct_start(mark, stamp=stamp)
    refresh_outcomes(mark.session.enrolment, at=stamp.at or timezone.now())
    return row
