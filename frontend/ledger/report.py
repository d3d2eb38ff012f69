"""The ledger of some days: on a page, as CSV, as PDF. All three say the same lines."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontend.doors import Request, door
from frontend.ledger.forms import PeriodForm
from programs.services.ledger import reading
from programs.services.ledger.reading import Matters, Report
from tracker.audit.services import record_seen

PAGE = 100


def _form(request: Request) -> PeriodForm:
    today = timezone.now().astimezone(request.hat.clinic.tz).date()
    month = {"first": today.replace(day=1), "last": today}
    return PeriodForm({**month, **request.GET.dict()})


def _report(request: Request, form: PeriodForm) -> Report:
    typed = form.cleaned_data
    return reading.report_of(request.hat.clinic, request.actor, typed["first"], typed["last"])


def _note_seen(request: Request, what: str, matters: Matters, of_lines: Iterable[int | None]) -> None:
    """Whom the open matters name, and the lines: the patients of these."""
    named = {*of_lines, *(line.patient_id for line in matters.pending), *(row.patient_id for row in matters.unwritten)}
    named |= {one.session.patient_id for one in matters.differing}
    record_seen(request.actor, what, {patient_id for patient_id in named if patient_id})


@require_safe
@door("see_ledger")
def report(request: Request) -> HttpResponse:
    """Every line of some days, a page at a time, and whether they add up; this month unless asked otherwise."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "ledger/report.html", {"form": form}, status=422)
    found = _report(request, form)
    page = Paginator(found.lines, PAGE).get_page(request.GET.get("page"))
    lines = list(page)
    _note_seen(request, "ledger report", found.matters, (line.patient_id for line in lines))
    before = found.first - timedelta(days=1)
    context = {
        "form": form,
        "report": found,
        "page": page,
        "lines": lines,
        "query": f"&first={found.first}&last={found.last}",
        "month_before": before.replace(day=1),
        "month_end": before,
    }
    return render(request, "ledger/report.html", context)


@require_safe
@door("see_ledger")
def report_csv(request: Request) -> HttpResponse:
    from frontend.ledger.printing import write_csv

    form = _form(request)
    if not form.is_valid():
        return render(request, "ledger/report.html", {"form": form}, status=422)
    found = _report(request, form)
    _note_seen(request, "ledger CSV", found.matters, found.lines.order_by().values_list("patient_id", flat=True).distinct())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_name(found)}.csv"'
    write_csv(response, found)
    return response


@require_safe
@door("see_ledger")
def report_pdf(request: Request) -> HttpResponse:
    from frontend.ledger.printing import write_pdf  # its library takes a third of a second to load, in every process

    form = _form(request)
    if not form.is_valid():
        return render(request, "ledger/report.html", {"form": form}, status=422)
    found = _report(request, form)
    _note_seen(request, "ledger PDF", found.matters, (line.patient_id for line in found.lines))
    response = HttpResponse(write_pdf(found, printed_by=request.actor.name, at=timezone.now()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_name(found)}.pdf"'
    return response


def _name(report: Report) -> str:
    return f"drug-ledger-{report.clinic.slug}-{report.first}-{report.last}"
