"""The safety list of a patient: kept by those who treat, reviewed by a clinician for each course."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from programs.models import Enrolment, SafetyItem, SafetyReview
from programs.services.states import demand_reason
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused
from tracker.people.models import Patient
from tracker.ready import Ready


@transaction.atomic
def add_safety_item(
    patient: Patient, *, kind: str, words: str, last_taken: str, actor: Actor, at: datetime | None = None
) -> SafetyItem:
    """Put something on the list. A list that changed after the review has to be reviewed again."""
    actor.require("keep_safety_list", clinic_id=patient.clinic_id)
    if kind not in SafetyItem.Kind.values:
        raise Refused("Choose what it is.", "kind")
    if not words.strip():
        raise Refused("Write what it is.", "words")
    now = at or timezone.now()
    known = patient.safety_items.filter(kind=kind, words__iexact=words.strip(), ended_at=None).first()
    if known:
        raise Refused(f"“{known.words}” is on the list already.", "words")
    row = SafetyItem(
        clinic_id=patient.clinic_id, patient=patient, kind=kind, words=words.strip(), last_taken=last_taken.strip(),
        added_at=now, added_by=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    record_act(actor, "added", row, at=now, patient_id=patient.pk, now=row)
    return row


@transaction.atomic
def end_safety_item(item: SafetyItem, *, why: str, actor: Actor, at: datetime | None = None) -> None:
    """It no longer holds: the line stays, crossed out, with the reason. Raises Refused without one."""
    actor.require("keep_safety_list", clinic_id=item.clinic_id)
    demand_reason(why)
    now = at or timezone.now()
    ended = SafetyItem.objects.filter(pk=item.pk, ended_at=None).update(ended_at=now, ended_by=actor.name, ended_why=why.strip())
    if not ended:
        raise Refused("Somebody ended this line meanwhile.")
    record_act(actor, "ended", item, at=now, patient_id=item.patient_id, was=item, reason=why.strip())


@transaction.atomic
def review_safety(
    enrolment: Enrolment, *, is_cleared: bool, no_known_allergies: bool, words: str, actor: Actor, at: datetime | None = None
) -> SafetyReview:
    """A clinician read the list and clears the patient for this course, or says why not. Raises Refused."""
    actor.require("review_safety", clinic_id=enrolment.clinic_id)
    standing = list(SafetyItem.objects.standing().filter(patient_id=enrolment.patient_id))
    has_allergies = any(item.kind == SafetyItem.Kind.ALLERGY for item in standing)
    if has_allergies == no_known_allergies:
        raise Refused(
            "An allergy stands on the list." if has_allergies else "Put the allergies on the list, or say that none is known.",
            "no_known_allergies",
        )
    if not words.strip() and (not is_cleared or any(item.kind == SafetyItem.Kind.CONTRAINDICATION for item in standing)):
        raise Refused("Write why, since a contraindication stands or the patient is not cleared.", "words")
    now = at or timezone.now()
    row = SafetyReview(
        clinic_id=enrolment.clinic_id, patient_id=enrolment.patient_id, enrolment=enrolment, is_cleared=is_cleared,
        no_known_allergies=no_known_allergies, words=words.strip(), reviewed_at=now, reviewed_by=actor.name,
        reviewer_user_id=actor.signer_id,
    )  # fmt: skip
    row.save(force_insert=True)
    record_act(actor, "reviewed", row, at=now, patient_id=row.patient_id, course_id=enrolment.pk, now=row, reason=row.words)
    return row


def review_in_force(enrolment: Enrolment) -> SafetyReview | None:
    """The newest review of this course, unless the list changed after it: then it has to be read again."""
    newest = _reviews.first(enrolment=enrolment.pk)
    return None if newest is None or newest.is_stale else newest  # type: ignore[attr-defined]


def _newest_review(enrolment: int) -> QuerySet[SafetyReview]:
    after = Q(added_at__gt=OuterRef("reviewed_at")) | Q(ended_at__gt=OuterRef("reviewed_at"))
    changed = SafetyItem.objects.filter(after, patient=OuterRef("patient"))
    return SafetyReview.objects.filter(enrolment=enrolment).annotate(is_stale=Exists(changed))[:1]


_reviews = Ready(_newest_review)
