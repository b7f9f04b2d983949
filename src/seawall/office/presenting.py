"""What a page of the portfolio tells: a measure's answer drawn, laid out as a table, and accounted for."""

from collections.abc import Iterator
from dataclasses import dataclass

from seawall.core.measure import Column, Selection
from seawall.core.steps import Step
from seawall.core.text import Text, verbatim
from seawall.office.answering import Answer, Answers, Asked
from seawall.office.measuring import Reading
from seawall.reports import charts, drawing, leaf, portfolio
from seawall.reports.leaf import SEGMENTS, Grid
from seawall.reports.portfolio import Part
from seawall.reports.sheet import Sheet

ROWS_SHOWN = 150
"""A page shows so many rows: the latest of what runs over time, else the first; exports have all."""
UNKNOWN = "–"
"""What a loan without a value in a segment is called."""
OVERVIEW = ("delinquency", "growth", "vintage", "roll_rate", "transition", "concentration")
"""The measures on the summary page, beneath its figures."""


@dataclass(frozen=True)
class Account:
    """How a number was made, and of what: for whoever wants to make it again.

    Attributes:
        meaning: how it is computed, in words.
        facts: what it rests on, each under its heading.
        steps: the SQL, step by step, as it ran.
    """

    meaning: Text
    facts: tuple[tuple[Text, Text], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Told:
    """A measure on a page.

    Attributes:
        chart: of the whole; None where the measure has none, or is broken down.
        parts: charts of its segments, where it is broken down.
        grid: its figures; not all rows, where there are many.
        rows: how many rows the answer has.
        account: how it was made.
    """

    name: str
    title: Text
    meaning: Text
    chart: charts.Spec | None
    parts: tuple[Part, ...]
    grid: Grid
    rows: int
    account: Account


@dataclass(frozen=True)
class Overview:
    """The summary page.

    Attributes:
        tiles: the book's figures, each with its column.
        summary: the same, with their account; broken down where that is asked for.
        others: measures to look into.
    """

    tiles: tuple[tuple[Column, object], ...]
    summary: Told
    others: tuple[Told, ...]


def overview(answers: Answers, asked: Asked) -> Overview:
    """The book's figures, and the first measures to look at. What is raised: see `Answers.answer`."""
    whole = answers.answer(Asked("summary", only=asked.only, as_of=asked.as_of))
    rows = whole.rows.to_pylist()
    tiles = tuple((column, rows[0][column.name]) for column in whole.measure.columns)
    others = (Asked(name, only=asked.only, as_of=asked.as_of) for name in OVERVIEW)
    told = (tell(answers, each, most=leaf.ROWS_TOLD) for each in others)
    return Overview(tiles, tell(answers, asked), tuple(told))


def tell(answers: Answers, asked: Asked, *, most: int = ROWS_SHOWN) -> Told:
    """A measure as a page tells it, with so many rows at most. What is raised: see `Answers.answer`."""
    answer = answers.answer(asked)
    measure, marks = answer.measure, answer.reading.conventions.marks
    split = bool(asked.by) and not _lists_segments(answer)
    return Told(
        name=measure.name,
        title=measure.title,
        meaning=measure.meaning,
        chart=None if split else portfolio.chart(measure, answer.rows, marks),
        parts=portfolio.parts(measure, answer.rows, asked.by, marks) if split else (),
        grid=_grid(answer, most),
        rows=answer.rows.num_rows,
        account=account(answer),
    )


def sheet(answers: Answers, asked: Asked) -> Sheet:
    """A measure's whole answer as a list to take away. What is raised: see `Answers.answer`."""
    answer = answers.answer(asked)
    columns = leaf.headed(portfolio.worded(answer.measure), answer.by)
    return Sheet(answer.measure.title, columns, _rows(answer, columns), about(answer.reading))


def picture(answers: Answers, asked: Asked) -> charts.Spec | None:
    """A measure's chart with a heading that says of what and when; None where it has no chart."""
    told = tell(answers, asked)
    if told.chart is None:
        return None
    return drawing.titled(told.chart, told.title, about(answers.reading(asked.as_of, asked.only)))


def account(answer: Answer) -> Account:
    """How an answer was made."""
    reading, conventions = answer.reading, answer.reading.conventions
    by = _joined(tuple(SEGMENTS[name] for name in answer.by)) or _NOT_BROKEN
    return Account(
        meaning=answer.measure.meaning,
        facts=(
            (_AS_OF, _DAYS.filled(day=reading.as_of, last=reading.month_end)),
            (_LOANS, selection(reading.only)),
            (_BY, by),
            (_DEFINITION, _as_is(answer.measure.source)),
            (_CONVENTIONS, _CITED.filled(since=conventions.since, cite=conventions.cite.strip())),
            (_BOOK, _FILES.filled(n=len(reading.snapshot.brought))),
            (_DIGEST, _as_is(reading.snapshot.digest)),
        ),
        steps=answer.steps.queue,
    )


def about(reading: Reading) -> Text:
    """Of when and of which loans, from which book: one line under a heading."""
    return _ABOUT.filled(
        day=reading.as_of, currency=reading.currency, loans=selection(reading.only),
        digest=reading.snapshot.digest[:12],
    )  # fmt: skip


def selection(only: Selection) -> Text:
    """Which loans alone are told of, in words."""
    parts = [
        _AMONG.filled(segment=SEGMENTS[name], values=", ".join(v or UNKNOWN for v in values))
        for name, values in only.among
    ]
    parts += [_FROM.filled(day=only.made_from)] if only.made_from else []
    parts += [_UNTIL.filled(day=only.made_until)] if only.made_until else []
    return _joined(tuple(parts)) or _EVERY


def _lists_segments(answer: Answer) -> bool:
    """Whether the answer's rows are segments, as of concentration: what it is asked by chooses them."""
    return any(column.name == "segment" for column in answer.measure.columns)


def _grid(answer: Answer, most: int) -> Grid:
    """The rows to show: the latest months, where rows are months; else the first."""
    columns = leaf.headed(portfolio.worded(answer.measure), answer.by)
    latest = not answer.by and columns[0].unit == "date"
    rows = answer.rows.slice(max(0, answer.rows.num_rows - most) if latest else 0, most)
    cells = (tuple(row[column.name] for column in columns) for row in rows.to_pylist())
    return Grid(columns, tuple(cells))


def _rows(answer: Answer, columns: tuple[Column, ...]) -> Iterator[tuple[object, ...]]:
    for batch in answer.rows.select([column.name for column in columns]).to_batches(1_000):
        yield from zip(*(each.to_pylist() for each in batch.columns), strict=True)


def _joined(parts: tuple[Text, ...]) -> Text | None:
    if not parts:
        return None
    return Text(en="; ".join(p.en for p in parts), zh="；".join(p.zh for p in parts))


def _as_is(text: str) -> Text:
    return verbatim(text)


_AS_OF = Text(en="As of", zh="分析日")
_DAYS = Text(en="{day}; balances of {last}", zh="{day}；余额为 {last} 月末")
_LOANS = Text(en="Loans", zh="贷款范围")
_BY = Text(en="Broken down by", zh="细分维度")
_NOT_BROKEN = Text(en="not broken down", zh="不细分")
_DEFINITION = Text(en="Definition", zh="定义出处")
_CONVENTIONS = Text(en="Conventions", zh="口径")
_CITED = Text(en="in force since {since}: {cite}", zh="自 {since} 起施行：{cite}")
_BOOK = Text(en="Book", zh="账册")
_FILES = Text(en="{n} files brought in", zh="已导入 {n} 个文件")
_DIGEST = Text(en="SHA-256 of the book's manifest", zh="账册清单 SHA-256")
_ABOUT = Text(
    en="as of {day} · {currency} · {loans} · book {digest}",
    zh="截至 {day} · {currency} · {loans} · 账册 {digest}",
)
_AMONG = Text(en="{segment}: {values}", zh="{segment}：{values}")
_FROM = Text(en="disbursed from {day}", zh="放款日自 {day}")
_UNTIL = Text(en="disbursed until {day}", zh="放款日至 {day}")
_EVERY = Text(en="every loan of the book", zh="账册全部贷款")
