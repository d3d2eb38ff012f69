"""Random histories of one lot, and what must hold of each.

The oracle keeps its own book, the way somebody would with vials on a table: a list of sealed vials, what is in each
open one, each syringe with what is in it, and two bins, given and wasted. It shares no arithmetic with the ledger.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from programs.ledger import Amounts, BelowZero, Kind, Movement, add_up, after, change

LABEL_UL = 10_000

# What somebody tries, whether or not it can be done: act, which of the things it is about, and an amount.
ACTS = ("receive", "open", "overfill", "draw", "use", "rest", "return", "destroy", "miss", "find", "correct draw")
Step = tuple[str, int, int]


def histories() -> st.SearchStrategy[list[Step]]:
    """Up to forty acts; many of them impossible, as people try too."""
    step = st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 2 * LABEL_UL))
    return st.lists(step, max_size=40).map(lambda steps: [("receive", 0, 3), ("open", 0, 0), *steps])


@dataclass
class Table:
    """Vials, syringes and bins on a table."""

    sealed: int = 0
    vials: list[int] = field(default_factory=list)
    syringes: dict[int, tuple[int, int]] = field(default_factory=dict)
    given: int = 0
    wasted: int = 0
    came: int = 0
    went: int = 0

    @property
    def all_of_it(self) -> int:
        return self.sealed * LABEL_UL + sum(self.vials) + sum(held for _vial, held in self.syringes.values())


class Book:
    """The ledger's side of it: lines, and what there is by them."""

    def __init__(self) -> None:
        self.lines: list[tuple[Movement, Movement | None]] = []
        self.sealed = 0
        self.of_vial: list[Amounts] = []

    def write(self, line: Movement, vial: int | None = None, corrected: Movement | None = None) -> bool:
        """Whether the ledger took it."""
        before = Amounts(self.sealed) + (self.of_vial[vial] if vial is not None else Amounts())
        try:
            there = after(before, change(line, corrected))
        except BelowZero:
            return False
        self.lines.append((line, corrected))
        self.sealed = there.sealed
        if vial is not None:
            self.of_vial[vial] = Amounts(0, there.open_ul, there.drawn_ul)
        return True


def check_history(steps: list[Step]) -> None:
    """Play one history on the table and in the ledger; after each act the two agree."""
    table, book = Table(), Book()
    for number, (act, which, amount) in enumerate(steps):
        play(table, book, number, act, which, amount)
        agree(table, book)


def agree(table: Table, book: Book) -> None:
    sums = add_up(book.lines)
    assert book.sealed == table.sealed
    assert [there.open_ul for there in book.of_vial] == table.vials
    assert sum(there.drawn_ul for there in book.of_vial) == sums.pending_ul
    assert sums.pending_ul == sum(held for _vial, held in table.syringes.values())
    assert sums.drawn_ul == sums.given_ul + sums.wasted_ul + sums.pending_ul
    assert (sums.given_ul, sums.wasted_ul) == (table.given, table.wasted)
    assert sums.net_ul == table.all_of_it == table.came - table.went
    assert min(table.sealed, *table.vials, table.all_of_it) >= 0


def play(table: Table, book: Book, number: int, act: str, which: int, amount: int) -> None:
    """One act; what is not there to act on is left alone by both."""
    match act:
        case "receive" | "return" | "destroy":
            whole(table, book, act, which + 1)
        case "open":
            open_one(table, book)
        case "use" | "correct draw":
            of_syringe(table, book, act, which, amount)
        case _ if table.vials:
            of_vial(table, book, number, act, which % len(table.vials), amount)


def whole(table: Table, book: Book, act: str, count: int) -> None:
    kind = {"receive": Kind.RECEIVED, "return": Kind.RETURNED, "destroy": Kind.DESTROYED}[act]
    can = act == "receive" or count <= table.sealed
    assert book.write(Movement(kind, count, count * LABEL_UL)) == can
    if can:
        table.sealed += count if act == "receive" else -count
        if act == "receive":
            table.came += count * LABEL_UL
        else:
            table.went += count * LABEL_UL


def open_one(table: Table, book: Book) -> None:
    book.of_vial.append(Amounts())
    can = table.sealed > 0
    assert book.write(Movement(Kind.OPENED, 1, LABEL_UL), len(book.of_vial) - 1) == can
    if can:
        table.sealed -= 1
        table.vials.append(LABEL_UL)
    else:
        book.of_vial.pop()


def of_vial(table: Table, book: Book, number: int, act: str, vial: int, amount: int) -> None:
    kinds = {"overfill": Kind.OVERFILL, "find": Kind.FOUND, "miss": Kind.MISSING, "rest": Kind.WASTED, "draw": Kind.DRAWN}
    brings = act in {"overfill", "find"}
    can = brings or amount <= table.vials[vial]
    assert book.write(Movement(kinds[act], 0, amount, 0, amount if act == "rest" else 0), vial) == can
    if not can:
        return
    table.vials[vial] += amount if brings else -amount
    if brings:
        table.came += amount
    elif act == "draw":
        table.syringes[number] = (vial, amount)
    else:
        table.went += amount
        table.wasted += amount if act == "rest" else 0


def of_syringe(table: Table, book: Book, act: str, which: int, amount: int) -> None:
    if not table.syringes:
        return
    number = sorted(table.syringes)[which % len(table.syringes)]
    vial, held = table.syringes[number]
    if act == "use":
        given = min(amount, held)
        assert book.write(Movement(Kind.USED, 0, held, given, held - given), vial)
        del table.syringes[number]
        table.given += given
        table.wasted += held - given
        table.went += held
        return
    can = amount - held <= table.vials[vial]
    assert book.write(Movement(Kind.DRAWN, 0, amount), vial, Movement(Kind.DRAWN, 0, held)) == can
    if can:
        table.vials[vial] -= amount - held
        table.syringes[number] = (vial, amount)
