"""Derive what follows from the facts: when instalments were settled, and every month-end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from seawall.book.store import Book, Change
from seawall.core.engine import Engine
from seawall.core.steps import Steps
from seawall.portfolio import tape
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import settlement, slices, starts

LOANS_PER_SLICE = 250_000
"""Work is cut into slices of loans so that memory stays flat as the book grows."""


@dataclass(frozen=True)
class Desk:
    """What an act on the book works with.

    Attributes:
        book: the store.
        engine: runs the steps.
        conventions: how the institution cuts delinquency.
        rejects: the folder for rejects files.
    """

    book: Book
    engine: Engine
    conventions: Conventions
    rejects: Path


Progress = Callable[[str, float], None]
"""Told what is being done, and which fraction of it is."""


def derive(change: Change, engine: Engine, conventions: Conventions, progress: Progress) -> None:
    """Replace the derived tables `settlement` and `month_end` of a change.

    Args:
        change: the book in the making; its facts are read, its derived tables replaced.
        engine: runs the steps.
        conventions: how the institution cuts delinquency.
        progress: told how far it is.
    """
    change.flush()
    if "loan" not in change.after.tables:
        return
    for table in (tape.LOAN, tape.INSTALMENT, tape.PAYMENT):
        files = change.after.tables.get(table.name)
        engine.show(table.name, files or table.schema.empty_table())
    first, last = _extent(engine)
    engine.show("calendar", calendar(first, last))
    cuts = slices(engine.table(starts(LOANS_PER_SLICE))["loan_id"].to_pylist())
    for number, part in enumerate(cuts):
        progress("month-ends", number / len(cuts))
        settled = change.file("settlement", number)
        engine.write(settlement(last, part), settled)
        engine.show("settlement", (settled,))
        engine.write(month_end(last, conventions, part), change.file("month_end", number))
    for name in ("settlement", "month_end"):
        change.replace(name, tuple(change.file(name, number) for number in range(len(cuts))))
    progress("month-ends", 1.0)


def _extent(engine: Engine) -> tuple[date, date]:
    """The first disbursement, and the last day known."""
    sql = "SELECT MIN(disbursed_on) AS first, MAX(observed_on) AS last FROM loan"
    found = engine.table(Steps().then("extent", sql)).to_pylist()[0]
    return found["first"], found["last"]
