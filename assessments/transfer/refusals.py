"""The rows that did not come in, as a file with the reason beside each."""

import csv
from typing import TextIO

from django.db.models import Q

from assessments.models import Import, StagedRow
from assessments.transfer.printing import safe_cell
from assessments.transfer.table import Row
from assessments.transfer.uploads import opened_table
from tracker.accounts.roles import Actor

Verdict, Answer = StagedRow.Verdict, StagedRow.Answer
STAYS_OUT = Q(verdict=Verdict.REFUSED) | Q(answer=Answer.LEAVE)


def write_refused(out: TextIO, row: Import, *, actor: Actor) -> int:
    """Write the lines of the file that do not come in, as they are, each with its line and the reason; gives how many."""
    actor.require("import_scores", clinic_id=row.clinic_id)
    staged = StagedRow.objects.filter(STAYS_OUT, brought_in=row).order_by("line", "part").values_list("line", "column", "why")
    waiting = staged.iterator(chunk_size=500)
    ahead = next(waiting, None)
    count = 0
    with opened_table(row) as table:
        writer = csv.writer(out)
        writer.writerow([*map(safe_cell, table.columns), "line", "reason"])
        for line in table.rows() if ahead else ():
            while ahead and ahead[0] == line.line:
                writer.writerow(_cells(line, ahead[1], ahead[2]))
                count += 1
                ahead = next(waiting, None)
            if ahead is None:
                break
    return count


def _cells(line: Row, column: str, why: str) -> list[str]:
    return [*map(safe_cell, line.cells.values()), str(line.line), safe_cell(f"{column}: {why}" if column else why)]
