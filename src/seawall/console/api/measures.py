"""Measures: numbers by date and segment, each with how it was computed and from what."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from django.http import HttpRequest
from ninja import Query, Router, Schema

from seawall.console import place
from seawall.console.api import problems
from seawall.console.api.answers import REQUEST, Day, Words, answers, words
from seawall.console.api.tokens import Token
from seawall.core.measure import Column, Measure
from seawall.core.problem import Unable, refusal
from seawall.core.text import Text
from seawall.office import answering
from seawall.office.answering import Asked
from seawall.office.turns import Turns
from seawall.portfolio import segments
from seawall.reports import leaf

router = Router(tags=["measures"])
TURNS: Final = Turns(at_once=2)
"""An answer takes the machine's cores and memory: few at a time, and no queue without an end."""
ROWS_MOST: Final = 20_000
"""Of one answer; a page gives more as a file."""
Cell = str | int | float | bool | None


class MeasureLine(Schema):
    """A measure: what it tells, and where its definition comes from."""

    name: str
    title: Words
    meaning: Words
    source: str
    columns: list["Heading"]


class Heading(Schema):
    """A column: its unit says how to read it; a `share` is a fraction of one, `money` a decimal text."""

    name: str
    unit: str
    title: Words


class Measures(Schema):
    """The measures, and what each can be broken down by."""

    measures: list[MeasureLine]
    segments: list[str]


class How(Schema):
    """How an answer was computed and from what: the SQL, and the files that the book then held."""

    meaning: Words
    source: str
    sql: str
    files: list[str]


class Answer(Schema):
    """A measure's answer: rows of cells, in the order of the columns."""

    name: str
    as_of: Day
    month_end: Day
    currency: str
    columns: list[Heading]
    rows: list[list[Cell]]
    how: How


@router.get(
    "/measures",
    auth=Token("measures.read"),
    response=answers(Measures),
    operation_id="list_measures",
    summary="List the measures",
)
def list_measures(request: HttpRequest) -> Measures:  # noqa: ARG001 - the library's form
    """Name every measure, and the segments by which each can be asked."""
    known = place.answers().measures
    return Measures(
        measures=[_line(each) for each in known.values()], segments=list(segments.NAMES)
    )


@router.get(
    "/measures/{name}",
    auth=Token("measures.read"),
    response=answers(Answer),
    operation_id="ask_measure",
    summary="Ask a measure",
)
def ask(
    request: HttpRequest,  # noqa: ARG001 - the library's form
    name: str,
    by: Annotated[list[str] | None, Query(description="Segments, in order.", max_length=10)] = None,
    as_of: Annotated[
        date | None, Query(description="The last month-end of the book if left out.")
    ] = None,
) -> Answer:
    """Ask a measure of the book as it is now, by segments, as of a day."""
    for each in by or ():
        if each not in segments.NAMES:
            known = ", ".join(segments.NAMES)
            raise refusal(problems.AMONG, REQUEST, what=_SEGMENT, found=each, known=known)
    with TURNS.taken():
        found = place.answers().answer(Asked(name, tuple(dict.fromkeys(by or ())), as_of=as_of))
    if found.rows.num_rows > ROWS_MOST:
        raise UnableToTellSoMuch(found.rows.num_rows)
    return told(found)


def told(found: answering.Answer) -> Answer:
    """An answer as the API tells it."""
    measure, reading = found.measure, found.reading
    columns = leaf.headed(measure, found.by)
    names = [each.name for each in columns]
    rows = [[_cell(row[name]) for name in names] for row in found.rows.to_pylist()]
    how = How(
        meaning=words(measure.meaning),
        source=measure.source,
        sql=found.steps.sql(),
        files=sorted(f"{each.parent.name}/{each.name}" for each in reading.snapshot.files),
    )
    return Answer(
        name=measure.name, as_of=reading.as_of.isoformat(), month_end=reading.month_end.isoformat(),
        currency=reading.currency, columns=[_heading(each) for each in columns], rows=rows, how=how,
    )  # fmt: skip


def _cell(value: Any) -> Cell:  # noqa: ANN401 - whatever a column holds
    """A value as JSON: money and days are texts, so that no amount becomes a binary fraction."""
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - JSON has no NaN
        return None
    cell: Cell = value
    return cell


def _line(measure: Measure) -> MeasureLine:
    return MeasureLine(
        name=measure.name, title=words(measure.title), meaning=words(measure.meaning),
        source=measure.source, columns=[_heading(each) for each in measure.columns],
    )  # fmt: skip


def _heading(column: Column) -> Heading:
    return Heading(name=column.name, unit=column.unit, title=words(column.title))


class UnableToTellSoMuch(Unable, ValueError):
    """An answer has more rows than anybody reads."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            Text(en="the answer has {rows:,} rows, and {most:,} at most are told: ask by fewer segments",
                 zh="结果共 {rows:,} 行，最多给出 {most:,} 行：请减少分组"),
            rows=rows, most=ROWS_MOST,
        )  # fmt: skip


_SEGMENT = Text(en="segment", zh="分组")
