"""What an import and a stream have in common: facts that were checked enter the book, rejects a file."""

import csv
from typing import TextIO

from seawall.book.store import Change
from seawall.core.engine import Engine
from seawall.core.spreadsheet import harmless
from seawall.core.steps import Steps
from seawall.portfolio import held, tape
from seawall.portfolio.delimited import Reject
from seawall.portfolio.intake import Intake

_HEAD = ("file", "row", "column", "value", "code", "reason", "remedy", "原因", "处理")


def enter(engine: Engine, intake: Intake, change: Change) -> None:
    """Write what is new; what it replaces leaves the book's tables and stays in its facts.

    The keys of what was replaced are a fact too, of the table `replaced_<table>`: taking them out
    and adding the rows, import after import, gives the book as it was known after each.
    """
    for name, keys in intake.replaced.items():
        stays = change.file(name, 0)
        engine.show("gone", keys)
        engine.write(Steps().then("stays", held.left(tape.table(name), "gone")), stays)
        change.condense(name, stays)
        change.append(f"replaced_{name}", keys)
    for name, rows in intake.tables.items():
        change.append(name, rows)


def write_rejects(out: TextIO, rejects: list[Reject] | tuple[Reject, ...], *, head: bool) -> None:
    """Write rejects as CSV: where, what stood there, why, and what to do.

    Args:
        out: opened without translation of line ends.
        rejects: in the order in which they are told.
        head: whether the columns' names come first.
    """
    writer = csv.writer(out)
    if head:
        writer.writerow(_HEAD)
    for each in rejects:
        problem, place = each.problem, each.problem.where
        writer.writerow((
            place.file, place.row, place.column or "", harmless(each.value), problem.code,
            problem.message.en, problem.remedy.en, problem.message.zh, problem.remedy.zh,
        ))  # fmt: skip
