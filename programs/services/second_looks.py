"""An order that is unusual is looked at by another person, who proves who they are, before the dose may start."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.models import DoseOrder, SecondLook
from programs.services.orders import order_sentence
from tracker.accounts.roles import Actor
from tracker.audit.services import record_act
from tracker.errors import Refused


def shown_of(order: DoseOrder) -> str:
    """What somebody who looks is shown, and signs for: the order and why it is asked, a line each."""
    return "\n".join([order_sentence(order), *order.look_lines])


@transaction.atomic
def look_again(order: DoseOrder, *, looker: Actor, at: datetime | None = None) -> SecondLook:
    """`looker`, who has proved who they are, saw this order and stands behind it. Raises Refused for who signed it."""
    looker.require("second_look", clinic_id=order.clinic_id)
    if looker.signer_id == order.signer_user_id:
        raise Refused("The second look is another person's, not the one's who ordered.", "witness")
    if not order.look_for:
        raise Refused("This order needs no second look.")
    now = at or timezone.now()
    row = SecondLook(
        clinic_id=order.clinic_id, order=order, session_id=order.session_id, patient_id=order.patient_id,
        shown=shown_of(order), looked_at=now, looked_by=looker.name, looker_user_id=looker.signer_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return SecondLook.objects.get(order=order)
    record_act(
        looker, "looked again at", order, at=now, patient_id=order.patient_id, course_id=order.session.enrolment_id, now=row.shown
    )
    return row
