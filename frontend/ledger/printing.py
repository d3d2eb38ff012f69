"""The report of the drug ledger as CSV and as PDF."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from io import BytesIO
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape

import reportlab
from django.http import HttpResponse
from reportlab.lib import colors
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from assessments.transfer.printing import safe_cell
from programs.dosing import show, show_mg
from programs.ledger import mg_in, plain_ml, show_ml
from programs.models import LedgerLine
from programs.services.ledger.reading import LotPeriod, Report

COLUMNS = [
    "line", "written", "happened", "drug", "lot", "vial", "what", "vials", "mL", "mL given", "mg given", "mL wasted",
    "mg wasted", "patient", "record number", "session", "sealed after", "mL in vial after", "mL drawn after", "by", "witness",
    "why", "corrects line",
]  # fmt: skip


# What of a line stands in the file. Read as plain values: ten thousand lines with all that hangs on them as objects took
# seconds, most of them for making the objects.
_READ = (
    "number", "recorded_at", "happened_at", "kind", "vials", "volume_ul", "given_ul", "wasted_ul", "sealed_after",
    "open_after_ul", "drawn_after_ul", "author", "witness", "reason", "lot__drug", "lot__ug_per_ml", "lot__lot",
    "vial__number", "patient__legal_name", "patient__mrn", "session__day", "corrects__number",
)  # fmt: skip


def write_csv(out: TextIO | HttpResponse, report: Report) -> None:
    """One line for each line of the ledger. Amounts of a correction are those that hold now, not the difference."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    words = {kind.value: str(kind.label) for kind in LedgerLine.What}
    for line in report.lines.select_related(None).values_list(*_READ, named=True):
        writer.writerow(list(_cells(report.clinic.tz, words, line)))


def _cells(tz: tzinfo, words: Mapping[str, str], line: Any) -> Iterator[object]:
    yield line.number
    yield f"{line.recorded_at.astimezone(tz):%Y-%m-%d %H:%M}"
    yield f"{line.happened_at.astimezone(tz):%Y-%m-%d %H:%M}"
    yield safe_cell(line.lot__drug) + f" {show_ml(line.lot__ug_per_ml)} mg/mL"
    yield safe_cell(line.lot__lot)
    yield line.vial__number or ""
    yield words[line.kind]
    yield line.vials or ""
    yield plain_ml(line.volume_ul)
    yield from _used(line, line.given_ul)
    yield from _used(line, line.wasted_ul)
    yield safe_cell(line.patient__legal_name or "")
    yield safe_cell(line.patient__mrn or "")
    yield line.session__day or ""
    yield line.sealed_after
    yield plain_ml(line.open_after_ul) if line.vial__number else ""
    yield plain_ml(line.drawn_after_ul) if line.vial__number else ""
    yield safe_cell(line.author)
    yield safe_cell(line.witness)
    yield safe_cell(line.reason)
    yield line.corrects__number or ""


def _used(line: Any, volume_ul: int) -> tuple[str, str]:
    if line.given_ul + line.wasted_ul == 0:
        return "", ""
    return plain_ml(volume_ul), f"{mg_in(volume_ul, line.lot__ug_per_ml):f}"


# Vera comes with reportlab: it draws Latin letters with their accents, where the fonts built into PDF stop short.
_FONTS = Path(reportlab.__file__).parent / "fonts"
pdfmetrics.registerFont(TTFont("Ledger", _FONTS / "Vera.ttf"))
pdfmetrics.registerFont(TTFont("Ledger-Bold", _FONTS / "VeraBd.ttf"))
_SMALL = ParagraphStyle("small", fontName="Ledger", fontSize=7, leading=8.5)
_HEAD = ParagraphStyle("head", parent=_SMALL, fontName="Ledger-Bold")
_TEXT = ParagraphStyle("text", fontName="Ledger", fontSize=9, leading=12)
_TITLE = ParagraphStyle("title", fontName="Ledger-Bold", fontSize=14, leading=20)
_GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.grey),
        ("LINEBELOW", (0, 0), (-1, 0), 0.75, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


def write_pdf(report: Report, *, printed_by: str, at: datetime) -> bytes:
    """The report on Letter pages, black on white, each page numbered and naming who printed it when."""
    out = BytesIO()
    title = f"Drug ledger, {report.clinic}, {report.first:%b %-d, %Y} to {report.last:%b %-d, %Y}"
    document = SimpleDocTemplate(
        out, pagesize=landscape(letter), title=title, author=str(report.clinic), leftMargin=12 * mm, rightMargin=12 * mm,
        topMargin=12 * mm, bottomMargin=14 * mm,
    )  # fmt: skip
    foot = f"{report.clinic} · printed by {printed_by}, {at.astimezone(report.clinic.tz):%b %-d, %Y, %H:%M}"

    def draw_foot(canvas: Canvas, page: Any) -> None:
        canvas.setFont("Ledger", 7)
        canvas.drawString(12 * mm, 7 * mm, foot)
        canvas.drawRightString(landscape(letter)[0] - 12 * mm, 7 * mm, f"page {canvas.getPageNumber()}")

    parts = [Paragraph(escape(title), _TITLE), *_verdict(report), Spacer(0, 4 * mm), _lots_table(report), Spacer(0, 5 * mm)]
    parts.append(_lines_table(report) if report.lines else Paragraph("No line was written in this period.", _TEXT))
    document.build(parts, onFirstPage=draw_foot, onLaterPages=draw_foot)
    return out.getvalue()


def _verdict(report: Report) -> Iterator[Paragraph]:
    for said in sentences_of(report):
        yield Paragraph(escape(said), _TEXT)


def sentences_of(report: Report) -> list[str]:
    """Whether a period adds up, and if not, each reason in a sentence."""
    tz, matters = report.clinic.tz, report.matters
    said = [
        f"{show_ml(line.volume_ul)} mL were drawn for {line.patient} on {line.happened_at.astimezone(tz):%b %-d}"
        " and nobody has said what was given and what wasted."
        for line in matters.pending
    ]
    said += [f"A count differed and is not signed: {item}." for item in matters.unsigned]
    said += [f"Nothing was drawn for the infusion of {row.patient} on {row.day:%b %-d}." for row in matters.unwritten]
    said += [
        f"The ledger has {show_mg(one.given_ug)} mg given to {one.session.patient} on {one.session.day:%b %-d};"
        f" measured at the chair it was {show_mg(one.measured_ug)} mg."
        for one in matters.differing
    ]
    said += [f"The lines of {lot.lot} do not make what it holds." for lot in report.lots if not lot.adds_up]
    if not said:
        return ["These days add up: what there was, with what came in, is what was given, wasted, sent away, and what there is."]
    return [f"These days do not add up: {len(said)} matter{'' if len(said) == 1 else 's'} open.", *said]


LOT_COLUMNS = [
    "Lot",
    "Before mL",
    "Received",
    "Overfill",
    "Found",
    "Given",
    "Wasted",
    "Destroyed",
    "Returned",
    "Missing",
    "After mL",
]


def lot_amounts(lot: LotPeriod) -> list[str]:
    """The row of one lot under LOT_COLUMNS, from the second on."""
    sums = lot.sums
    amounts = [
        lot.before_ul, sums.received_ul, sums.overfill_ul, sums.found_ul, sums.given_ul, sums.wasted_ul, sums.destroyed_ul,
        sums.returned_ul, sums.missing_ul, lot.after_ul,
    ]  # fmt: skip
    return [show_ml(amount) for amount in amounts]


def _table(head: list[str], rows: list[list[str]], widths: list[float]) -> Table:
    cells = [[Paragraph(text, _HEAD) for text in head]]
    cells += [[Paragraph(escape(text), _SMALL) for text in row] for row in rows]
    return Table(cells, colWidths=[width * mm for width in widths], repeatRows=1, style=_GRID)


def _lots_table(report: Report) -> Table:
    rows = [[str(lot.lot), *lot_amounts(lot)] for lot in report.lots]
    return _table(LOT_COLUMNS, rows, [55, *[20] * 10])


LINE_COLUMNS = [
    "Line",
    "Written",
    "Happened",
    "Lot, vial",
    "What",
    "Amount",
    "Patient, session",
    "After: sealed; vial mL",
    "By, witness",
    "Why",
]


def _lines_table(report: Report) -> Table:
    return _table(LINE_COLUMNS, [_line_cells(report, line) for line in report.lines], [13, 22, 22, 28, 24, 34, 36, 20, 28, 28])


def _line_cells(report: Report, line: LedgerLine) -> list[str]:
    tz = report.clinic.tz
    corrects = f"Corrects line {line.corrects.number}. " if line.corrects else ""
    vial = f", vial {line.vial.number}" if line.vial else ""
    after = f"{line.sealed_after}; {show_ml(line.open_after_ul)}" if line.vial else str(line.sealed_after)
    mg = f" ({show(mg_in(line.given_ul, line.lot.ug_per_ml))} mg given)" if line.given_ul else ""
    return [
        str(line.number),
        f"{line.recorded_at.astimezone(tz):%b %-d, %H:%M}",
        f"{line.happened_at.astimezone(tz):%b %-d, %H:%M}",
        f"{line.lot.lot}{vial}",
        line.get_kind_display(),
        line.amount + mg,
        f"{line.patient}, {line.patient.mrn}, {line.session.day:%b %-d}" if line.patient and line.session else "",
        after,
        ", ".join(name for name in (line.author, line.witness) if name),
        corrects + line.reason,
    ]
