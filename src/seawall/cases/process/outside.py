"""Other people's logs: which column is what, and rows of text as rows of the log."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from seawall.cases.process import log, problems, tables
from seawall.core.period import microseconds
from seawall.core.problem import Kind, Place, Problem
from seawall.core.text import Text

ISO = "ISO 8601"
COMPLETE = "complete"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Columns:
    """Which column of a file is what.

    Attributes:
        case_id: whose rows belong together.
        activity: what was done.
        happened_at: when; a time without a zone is UTC.
        lifecycle: schedule, start or complete; every row is a completion where None.
        actor: who did it.
        attributes: columns to break answers down by.
        time_format: a strptime format; ISO 8601 where None.
        completed: whether only completions are wanted.
    """

    case_id: str
    activity: str
    happened_at: str
    lifecycle: str | None = None
    actor: str | None = None
    attributes: tuple[str, ...] = ()
    time_format: str | None = None
    completed: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        some = (self.case_id, self.activity, self.happened_at, self.lifecycle, self.actor)
        return tuple(dict.fromkeys(name for name in (*some, *self.attributes) if name is not None))


def misfits(columns: Columns, header: tuple[str, ...], name: str) -> Iterator[Problem]:
    """What a file's header lacks, and breakdowns whose names a log cannot have."""
    first = Place(name, line=1)
    if absent := [column for column in columns.named if column not in header]:
        facts: dict[str, object] = {"names": ", ".join(absent), "found": ", ".join(header)[:300]}
        yield Problem(problems.LOG_COLUMN_MISSING, first, facts)
    for attribute in columns.attributes:
        if attribute.lower() in TAKEN | RESERVED or not _WORD.fullmatch(attribute):
            yield Problem(problems.LOG_COLUMN_NAME, first, {"name": attribute})


TAKEN = frozenset({
    *log.SCHEMA.names,
    *(column.name for measure in tables.measures() for column in measure.columns),
    "began_us", "ended_us", "number", "place", "places", "position", "took_us", "trace",
})  # fmt: skip
"""Names that the log and the measures give to columns of their own."""

RESERVED = frozenset((
    "all", "analyse", "analyze", "and", "anti", "any", "array", "as", "asc", "asof",
    "asymmetric", "at", "authorization", "binary", "both", "by", "case", "cast", "check",
    "collate", "collation", "column", "columns", "concurrently", "constraint", "create",
    "cross", "default", "deferrable", "desc", "describe", "distinct", "do", "else", "end",
    "except", "false", "fetch", "for", "foreign", "freeze", "from", "full", "generated", "glob",
    "group", "having", "ilike", "in", "initially", "inner", "intersect", "into", "is", "isnull",
    "join", "lambda", "lateral", "leading", "left", "like", "limit", "map", "natural", "not",
    "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "pivot",
    "pivot_longer", "pivot_wider", "placing", "positional", "primary", "qualify", "references",
    "returning", "right", "select", "semi", "show", "similar", "some", "struct", "summarize",
    "symmetric", "table", "tablesample", "then", "to", "trailing", "true", "try_cast", "tuple",
    "union", "unique", "unpack", "unpivot", "using", "variadic", "verbose", "when", "where",
    "window", "with",
))  # fmt: skip
"""Words that DuckDB takes for its own; a test asks DuckDB for them."""


@dataclass(frozen=True)
class Taken:
    """Rows of a file as rows of the log, what was wrong with the others, and how many were not wanted."""

    rows: pa.Table
    rejects: tuple[Problem, ...]
    passed_over: int


def taken(batch: pa.Table, columns: Columns, name: str) -> Taken:
    """Read a batch of rows.

    Args:
        batch: columns of text, and `row`, the row's number in the file, which breaks ties of time.
        columns: which is what.
        name: what problems call the file.

    Returns:
        rows kept, rejected and passed over; together they are the batch's.
    """
    reader = _Reader(columns, name)
    kept = [made for row in batch.to_pylist() if (made := reader.row(row)) is not None]
    return Taken(
        pa.Table.from_pylist(kept, schema(columns)), tuple(reader.rejects), reader.passed_over
    )


def schema(columns: Columns) -> pa.Schema:
    """The log's columns, and the attributes behind them."""
    return pa.schema([*log.SCHEMA, *(pa.field(name, pa.string()) for name in columns.attributes)])


class _Reader:
    """Reads rows of one file; a row is rejected for the first thing that is wrong with it."""

    def __init__(self, columns: Columns, name: str) -> None:
        self._columns = columns
        self._name = name
        self._moment = _moments(columns.time_format)
        self.rejects: list[Problem] = []
        self.passed_over = 0

    def row(self, row: dict[str, str]) -> dict[str, object] | None:
        """A row of the log; None where it was rejected, or not wanted."""
        columns = self._columns
        lifecycle = _said(row, columns.lifecycle)
        if columns.completed and (lifecycle or COMPLETE).lower() != COMPLETE:
            self.passed_over += 1
            return None
        case_id, activity = _said(row, columns.case_id), _said(row, columns.activity)
        happened_us = self._time(row)
        if case_id is None:
            self._reject(row, columns.case_id, problems.LOG_VALUE_MISSING, what=_CASE)
        elif activity is None:
            self._reject(row, columns.activity, problems.LOG_VALUE_MISSING, what=_ACTIVITY)
        elif happened_us is None:
            facts = {"value": row[columns.happened_at][:_SHOWN], "form": columns.time_format or ISO}
            self._reject(row, columns.happened_at, problems.LOG_TIME_UNREADABLE, **facts)
        else:
            return {
                "case_id": case_id, "activity": activity, "happened_us": happened_us,
                "ordinal": row["row"], "actor": _said(row, columns.actor), "lifecycle": lifecycle,
                **{name: _said(row, name) for name in columns.attributes},
            }  # fmt: skip
        return None

    def _time(self, row: dict[str, str]) -> int | None:
        try:
            return microseconds(self._moment(row[self._columns.happened_at].strip()))
        except (ValueError, OverflowError):
            return None

    def _reject(self, row: dict[str, str], column: str, kind: Kind, **facts: object) -> None:
        place = Place(self._name, row=int(row["row"]), column=column)
        self.rejects.append(Problem(kind, place, facts))


def _said(row: dict[str, str], column: str | None) -> str | None:
    """A column's text; None where there is none."""
    return None if column is None else row[column].strip() or None


def _moments(form: str | None) -> Callable[[str], datetime]:
    if form is None:
        return datetime.fromisoformat
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - one without a zone is UTC


_SHOWN = 40
_CASE = Text(en="case", zh="案件标识")
_ACTIVITY = Text(en="activity", zh="活动名称")
