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
from seawall.core.measure import Measure, Question
from seawall.core.problem import Unable
from seawall.core.steps import Steps
from seawall.core.text import Language, Text
from seawall.office import pages
from seawall.office.homes import Home
from seawall.office.tables import measures
from seawall.portfolio import (
    invariants,
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
    """

    engine: Engine
    snapshot: Snapshot
    conventions: Conventions
    as_of: date
    first: date
    month_end: date
    currency: str

    def measure(self, name: str) -> Measure:
        """The measure of this name."""
        return {each.name: each for each in measures(self.conventions)}[name]

    def answer(self, measure: Measure, by: tuple[str, ...] = ()) -> pa.Table:
        """A measure's answer at the analysis date."""
        return self.engine.table(measure.steps(Question(self.as_of, by)))


def read(at: Home, as_of: date | None = None) -> Reading:
    """Open the book for measures.

    Args:
        at: whose book.
        as_of: the analysis date; the last month-end of the book where None.

    Raises:
        UnableToReadEmptyBook: nothing was ever brought in.
        UnableToLookThere: the analysis date lies before the first month-end, or over three months
            after the last observation: a question that old facts cannot answer.
    """
    snapshot = at.book.snapshot()
    if not snapshot.tables.get("month_end"):
        raise UnableToReadEmptyBook(at.folder)
    engine = at.engine()
    for table in tape.TABLES:
        engine.show(table.name, snapshot.tables.get(table.name) or table.schema.empty_table())
    for name in ("month_end", "settlement"):
        engine.show(name, snapshot.tables[name])
    known = engine.table(_extent(as_of)).to_pylist()[0]
    if as_of is not None and not known["first"] <= as_of <= known["until"]:
        raise UnableToLookThere(as_of, known["first"], known["until"])
    last, currency = known["last"], known["currency"]
    first = known["first"]
    return Reading(engine, snapshot, at.conventions, as_of or last, first, last, currency)


def _extent(as_of: date | None) -> Steps:
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


def steps_text(reading: Reading, measure: Measure, by: tuple[str, ...]) -> str:
    """The SQL of a measure, step by step."""
    return measure.steps(Question(reading.as_of, by)).sql()


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
