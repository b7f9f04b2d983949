"""The book opened for measures, and reports on it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from seawall.acts.deriving import Progress
from seawall.acts.simulating import NOTE
from seawall.book.store import Snapshot
from seawall.core.engine import Engine
from seawall.core.measure import EVERY, Measure, Question, Selection
from seawall.core.problem import Unable
from seawall.core.steps import Steps
from seawall.core.text import Language, Text
from seawall.office import pages
from seawall.office.homes import Home
from seawall.office.tables import measures
from seawall.portfolio import (
    invariants,
    selecting,
    tape,
)
from seawall.portfolio.conventions import Conventions
from seawall.reports import pdf, portfolio


@dataclass(frozen=True)
class Reading:
    """The book opened for measures: one snapshot, shown to one engine.

    Attributes:
        as_of: the analysis date.
        first: the book's first month-end.
        month_end: the last month-end up to then, whose balances are told.
        currency: what amounts are in.
        only: which loans alone are told of.
    """

    engine: Engine
    snapshot: Snapshot
    conventions: Conventions
    as_of: date
    first: date
    month_end: date
    currency: str
    only: Selection = EVERY

    def measure(self, name: str) -> Measure:
        """The measure of this name."""
        return {each.name: each for each in measures(self.conventions)}[name]

    def answer(self, measure: Measure, by: tuple[str, ...] = ()) -> pa.Table:
        """A measure's answer at the analysis date."""
        return self.engine.table(self.steps(measure, by))

    def steps(self, measure: Measure, by: tuple[str, ...] = ()) -> Steps:
        """The SQL of a measure's answer, step by step; the first say which loans are selected."""
        question = Question(self.as_of, by, self.only)
        return selecting.selected(measure.steps(question), question)


def read(at: Home, as_of: date | None = None, only: Selection = EVERY) -> Reading:
    """Open the book for measures.

    Args:
        at: whose book.
        as_of: the analysis date; the last month-end of the book where None.
        only: which loans alone are asked about.

    Raises:
        UnableToReadEmptyBook: nothing was ever brought in.
        UnableToLookThere: the analysis date lies before the first month-end, or over three months
            after the last observation: a question that old facts cannot answer.
    """
    book = opened(at)
    return book.reading(book.engine.table(extent(as_of)), as_of, only)


@dataclass(frozen=True)
class Opened:
    """A snapshot of the book shown to an engine, each relation also by its name as the whole book's."""

    engine: Engine
    snapshot: Snapshot
    conventions: Conventions

    def reading(self, known: pa.Table, as_of: date | None, only: Selection = EVERY) -> Reading:
        """The book as it is read at an analysis date.

        Args:
            known: what `extent` answers for it.
            as_of: the analysis date; the last month-end of the book where None.
            only: which loans alone are asked about.

        Raises:
            UnableToLookThere: see `read`.
        """
        [row] = known.to_pylist()
        if as_of is not None and not row["first"] <= as_of <= row["until"]:
            raise UnableToLookThere(as_of, row["first"], row["until"])
        return Reading(
            self.engine, self.snapshot, self.conventions, as_of or row["last"], row["first"],
            row["last"], row["currency"], only,
        )  # fmt: skip


def opened(at: Home) -> Opened:
    """The book as it is now, shown to an engine of its own.

    Raises:
        UnableToReadEmptyBook: nothing was ever brought in.
    """
    snapshot = at.book.snapshot()
    if not snapshot.tables.get("month_end"):
        raise UnableToReadEmptyBook(at.folder)
    engine = at.engine()
    for table in tape.TABLES:
        _show(engine, table.name, snapshot.tables.get(table.name) or table.schema.empty_table())
    for name in selecting.DERIVED:
        _show(engine, name, snapshot.tables[name])
    return Opened(engine, snapshot, at.conventions)


def _show(engine: Engine, name: str, source: pa.Table | tuple[Path, ...]) -> None:
    engine.show(name, source)
    engine.show(f"{selecting.WHOLE}{name}", source)


def extent(as_of: date | None) -> Steps:
    """What the book can be asked about: dates, the last month-end up to one, the currency."""
    told = f"WHERE month_end <= DATE '{as_of}'" if as_of is not None else ""
    sql = f"""
SELECT MIN(month_end) AS first, (SELECT MAX(month_end) FROM month_end {told}) AS last,
  (SELECT LAST_DAY(MAX(observed_on) + INTERVAL 3 MONTH) FROM loan) AS until,
  (SELECT MIN(currency) FROM loan) AS currency
FROM month_end"""
    return Steps().then("extent", sql)


def check(reading: Reading) -> Iterator[tuple[Text, int]]:
    """Every law of the book with the number of its violations."""
    told = invariants.of_measures(Question(reading.as_of), reading.conventions)
    for law in (*invariants.LAWS, *told):
        yield law.meaning, reading.engine.table(law.steps).to_pylist()[0]["violations"]


def write_report(told: portfolio.Told, target: Path) -> Path:
    """Write the HTML risk report; returns where it is."""
    return pages.write(portfolio.leaf(told), target)


def write_pdf(told: portfolio.Told, target: Path, language: Language) -> Path:
    """Write the risk report as PDF in one language; returns where it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pdf.document(portfolio.leaf(told), language))
    return target


def told(
    reading: Reading, progress: Progress, caught: Mapping[str, Text] | None = None
) -> portfolio.Told:
    """The answers a report tells, and what is planted where the book is a simulation.

    Args:
        reading: the book.
        progress: told how far it is.
        caught: by the trouble's id, when and by what it was caught; None where nobody watched.
    """
    every = measures(reading.conventions)
    answers = {}
    for turn, each in enumerate(every):
        progress("measures", turn / len(every))
        answers[each.name] = reading.answer(each)
        for by in portfolio.BROKEN_DOWN.get(each.name, ()):
            answers[f"{each.name}:{by}"] = reading.answer(each, (by,))
    progress("measures", 1.0)
    noted = json.loads(reading.snapshot.notes.get(NOTE, '{"troubles": []}'))
    return portfolio.Told(
        as_of=reading.as_of,
        currency=reading.currency,
        measures={each.name: each for each in every},
        answers=answers,
        marks=reading.conventions.marks,
        brought=tuple(each.file for each in reading.snapshot.brought),
        troubles=tuple(noted["troubles"]),
        caught=caught,
    )


class UnableToReadEmptyBook(Unable):
    """The home holds no book yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Text(
                en="{folder} holds no book yet; bring a tape in with `seawall import`, or make a "
                "synthetic lender with `seawall simulate`",
                zh="{folder} 中还没有账册；请用 `seawall import` 导入数据带，或用 `seawall simulate` 生"
                "成模拟机构",
            ),
            folder=folder,
        )


class UnableToLookThere(Unable):
    """The analysis date is outside what the book knows."""

    def __init__(self, asked: date, first: date, last: date) -> None:
        super().__init__(
            Text(
                en="the book knows its loans from {first} to {last}, and nothing of {asked}: choose a "
                "date between these",
                zh="账册所知贷款自 {first} 至 {last}，对 {asked} 一无所知：请在此区间内选择日期",
            ),
            first=first,
            last=last,
            asked=asked,
        )
