"""The ledger of some days: on a page, as CSV, as PDF. All three say the same lines."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontend.doors import Request, door
from frontend.ledger.forms import PeriodForm
from frontend.ledger.printing import write_csv, write_pdf
from programs.services.ledger import reading
from programs.services.ledger.reading import Report
from tracker.audit.services import record_seen


def _form(request: Request) -> PeriodForm:
    today = timezone.now().astimezone(request.hat.clinic.tz).date()
    month = {"first": today.replace(day=1), "last": today}
    return PeriodForm({**month, **request.GET.dict()})


def _report(request: Request, form: PeriodForm, what: str) -> Report:
    typed = form.cleaned_data
    report = reading.report_of(request.hat.clinic, request.actor, typed["first"], typed["last"])
    matters = report.matters
    named = {line.patient_id for line in [*report.lines, *matters.pending]} | {row.patient_id for row in matters.unwritten}
    named |= {one.session.patient_id for one in matters.differing}
    record_seen(request.actor, what, {patient_id for patient_id in named if patient_id})
    return report


@require_safe
@door("see_ledger")
def report(request: Request) -> HttpResponse:
    """Every line of some days, and whether they add up; this month unless asked otherwise."""
    form = _form(request)
    found = _report(request, form, "ledger report") if form.is_valid() else None
    before = (form.cleaned_data["first"] - timedelta(days=1)) if found else date.max
    context = {"form": form, "report": found, "month_before": before.replace(day=1), "month_end": before}
    return render(request, "ledger/report.html", context, status=200 if found else 422)


@require_safe
@door("see_ledger")
def report_csv(request: Request) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return render(request, "ledger/report.html", {"form": form}, status=422)
    found = _report(request, form, "ledger CSV")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_name(found)}.csv"'
    write_csv(response, found)
    return response


@require_safe
@door("see_ledger")
def report_pdf(request: Request) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return render(request, "ledger/report.html", {"form": form}, status=422)
    found = _report(request, form, "ledger PDF")
    response = HttpResponse(write_pdf(found, printed_by=request.actor.name, at=timezone.now()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_name(found)}.pdf"'
    return response


def _name(report: Report) -> str:
    return f"drug-ledger-{report.clinic.slug}-{report.first}-{report.last}"
