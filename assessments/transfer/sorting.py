"""What a staged row is beside the rest of its file, and beside what stands in the clinic."""

from collections.abc import Sequence

from assessments.models import Import, StagedRow
from assessments.transfer.incoming import Incoming
from assessments.transfer.kinds import KINDS

Verdict = StagedRow.Verdict
# These say nothing that could be compared.
MUTE = (Verdict.REFUSED, Verdict.BLANK)


def keyed(staged: StagedRow, one: Incoming) -> StagedRow:
    """`staged` with what it is found by."""
    kind = KINDS[staged.brought_in.kind]
    staged.mrn, staged.key, staged.data = one.patient, kind.key(one), one.as_json()
    staged.said = one
    kind.describe(staged, one)
    return staged


def sort_out(row: Import, staged: Sequence[StagedRow]) -> list[StagedRow]:
    """The rows of one piece, each with its verdict; without those that only repeat an earlier row."""
    once = _without_repeated(row, staged)
    KINDS[row.kind].sort(row, [found for found in once if found.verdict not in MUTE])
    return once


def _without_repeated(row: Import, staged: Sequence[StagedRow]) -> list[StagedRow]:
    kind = KINDS[row.kind]
    keys = {found.key for found in staged if found.key}
    earlier = StagedRow.objects.filter(brought_in=row, key__in=keys).exclude(verdict=Verdict.REFUSED)
    first = {found.key: found for found in earlier}
    once = []
    for found in staged:
        before = first.setdefault(found.key, found) if found.key else found
        if before is not found:
            one = kind.read_back(found)
            if kind.is_repeated(one, kind.read_back(before)):
                continue
            found.verdict, found.why, found.key = Verdict.REFUSED, kind.twice(one, before.line)[:300], ""
        once.append(found)
    return once


def sort_again(row: Import, staged: Sequence[StagedRow]) -> None:
    """Compare staged rows with what stands now, and store those that changed."""
    was = {found.pk: (found.verdict, found.why) for found in staged}
    KINDS[row.kind].sort(row, staged)
    changed = [found for found in staged if (found.verdict, found.why) != was[found.pk]]
    for found in changed:
        found.why = found.why[:300]
    StagedRow.objects.bulk_update(changed, ["verdict", "why"], batch_size=500)
