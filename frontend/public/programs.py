"""The programs in words: what each is for, how it goes, how it is judged, where it comes from."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments.scales import Scale
from assessments.services.scales import scales_of
from frontend.doors import Request, door
from programs.dosing import show
from programs.models.plans import KIND_WORDS
from programs.protocols import Block, CheckInRule, SessionSpec
from programs.services.enrolling import offered_programs


@require_safe
@door("work_here")
def programs(request: Request) -> HttpResponse:
    """Every program that can be begun here."""
    language = get_language() or "en"
    listed = [(code, file.definition, file.definition.words_in(language)) for code, file in offered_programs().items()]
    return render(request, "public/programs.html", {"programs": listed})


@require_safe
@door("work_here")
def program(request: Request, code: str) -> HttpResponse:
    """One program, whole, in words."""
    file = offered_programs().get(code)
    if file is None:
        raise Http404
    protocol = file.definition
    scales = scales_of(request.actor.clinic_id)
    context = {
        "protocol": protocol,
        "words": protocol.words_in(get_language() or "en"),
        "dose": f"{show(protocol.dose.mg_per_kg)} mg/kg",
        "most": f"{show(protocol.dose.most_mg_per_kg)} mg/kg, {show(protocol.dose.most_mg)} mg",
        "sequence": [_block_words(block) for block in protocol.blocks],
        "checkins": [_checkin_words(rule, scales) for rule in protocol.checkins],
    }
    return render(request, "public/program.html", context)


def _block_words(block: Block) -> str:
    """ "6 times: Infusion, 7 days after the last (± 2), at least 72 hours between; Integration, 1 day after"."""
    sessions = "; ".join(_session_words(spec) for spec in block.sessions)
    return f"{block.repeat} times: {sessions}" if block.repeat > 1 else sessions


def _session_words(spec: SessionSpec) -> str:
    words = f"{KIND_WORDS[spec.kind]}, {_days(spec.spacing_days)} after the one before, ± {_days(spec.window_days)}"
    return words + (f", at least {spec.least_gap_hours} hours between" if spec.least_gap_hours else "")


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _checkin_words(rule: CheckInRule, known: dict[str, Scale]) -> str:
    scales = ", ".join(known[code].title if code in known else code for code in rule.scales)
    if rule.purpose == "baseline":
        return f"{scales}: in the {-rule.days} days before the first infusion (baseline)"
    which = {"first": "the first infusion", "each": "each infusion", "last": "the last infusion"}
    of = which[rule.infusions] if isinstance(rule.infusions, str) else f"infusion {' and '.join(map(str, rule.infusions))}"
    return f"{scales}: {'the morning' if rule.days == 1 else _days(rule.days)} after {of}"
