"""Facts as they come: one JSON object a line, `{"table": "event", "event_id": …}`, columns as in the contract.

Values are JSON texts, numbers or booleans; dates are `2026-03-01`, times `2026-03-01T08:30:00` in UTC,
with or without `Z` and fractions of a second. Lines become sheets of text, which `intake` reads by a
mapping that leaves everything as it is: what is rejected of a file is rejected of a stream, for the
same reasons.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from seawall.core.problem import Kind, Place, Problem
from seawall.core.text import Text
from seawall.portfolio import problems, tape
from seawall.portfolio.delimited import LINE_BYTES_MOST, Reject
from seawall.portfolio.intake import Sheet
from seawall.portfolio.mapping import Mapping, Reads, Rows, Source

_DATES = ("%Y-%m-%d",)
_TIMES = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S")
_FORMATS: dict[tape.Type, tuple[str, ...]] = {"date": _DATES, "time": _TIMES}
_SHOWN = 200


def mapping() -> Mapping:
    """The mapping that reads each table's rows under the contract's own names."""
    sources = {
        table.name: Source(
            columns={
                c.name: Reads(type=c.type, formats=_FORMATS.get(c.type, ())) for c in table.columns
            },
            key=table.key,
        )
        for table in tape.TABLES
    }
    tables: dict[str, tuple[Rows, ...]] = {
        name: (Rows(source=name, columns={each: f'"{each}"' for each in source.columns}),)
        for name, source in sources.items()
    }
    return Mapping(id="stream", title=_TITLE, about=_ABOUT, since=date(2026, 1, 1), cite="docs/contract.md",
                   sources=sources, tables=tables)  # fmt: skip


_TITLE = Text(en="Facts as they come", zh="实时事实")
_ABOUT = Text(en="JSON lines in the contract's own names", zh="按合约列名的 JSON 行")


@dataclass(frozen=True)
class Told:
    """Lines that were read.

    Attributes:
        rounds: sheets to be taken in one after the other: what is said of a fact again, as that a complaint
            was settled, comes after what was said of it first.
        again: how many lines say only what one before them said.
        rejects: lines that are no fact of the contract.
    """

    rounds: tuple[tuple[Sheet, ...], ...]
    again: int
    rejects: tuple[Reject, ...]


def read(lines: Iterable[tuple[int, str]], name: str, table: str = "") -> Told:
    """Read lines, one sheet for each table and round.

    Args:
        lines: each with its number, from 1; blank ones are none.
        name: what problems call the place they come from.
        table: the one that all of them are of, whether they say so or not; any where empty.
    """
    rounds: list[dict[str, list[dict[str, Any]]]] = []
    rejects: list[Reject] = []
    seen: dict[tuple[object, ...], list[dict[str, str | None]]] = {}
    again = 0
    for number, line in lines:
        try:
            into, row = _row(line, table)
        except _UnableToReadLine as wrong:
            problem = Problem(wrong.kind, Place(name, row=number, column=wrong.column), wrong.facts)
            rejects.append(Reject(problem, _shown(line)))
            continue
        said = seen.setdefault((into, *(row.get(each) for each in tape.table(into).key)), [])
        if row in said:
            again += 1
            continue
        said.append(row)
        if len(said) > len(rounds):
            rounds.append({})
        rounds[len(said) - 1].setdefault(into, []).append({**row, "file": 0, "row": number})
    sheets = (
        tuple(Sheet(each, _sheet(each, rows)) for each, rows in one.items()) for one in rounds
    )
    return Told(tuple(sheets), again, tuple(rejects))


def _shown(line: str) -> str:
    """How a line begins, as UTF-8 can hold it: a byte that is none is shown by its number."""
    return line.strip()[:_SHOWN].encode(errors="backslashreplace").decode()


def _sheet(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    places = [pa.field("file", pa.int32()), pa.field("row", pa.int32())]
    columns = [pa.field(each.name, pa.string()) for each in tape.table(table).columns]
    return pa.Table.from_pylist(rows, pa.schema([*places, *columns]))


class _UnableToReadLine(ValueError):
    """A line is no fact of the contract."""

    def __init__(self, kind: Kind, place: str | None = None, **facts: object) -> None:
        super().__init__(kind.code)
        self.kind, self.column, self.facts = kind, place, facts


def _row(line: str, only: str) -> tuple[str, dict[str, str | None]]:
    """A line's table, and its values as texts."""
    told = _object(line)
    table = told.pop("table", only or None)
    known_tables = (only,) if only else tuple(_COLUMNS)
    if not isinstance(table, str) or table not in known_tables:
        names = ", ".join(known_tables)
        raise _UnableToReadLine(problems.FACT_TABLE_UNKNOWN, "table", table=table, known=names)
    known = _COLUMNS[table]
    for column, value in told.items():
        if column not in known:
            raise _UnableToReadLine(
                problems.FACT_COLUMN_UNKNOWN, column, column=column, table=table
            )
        if isinstance(value, list | dict):
            raise _UnableToReadLine(problems.FACT_NESTED, column, column=column)
    return table, {column: _text(value, known[column]) for column, value in told.items()}


def _object(line: str) -> dict[str, Any]:
    try:
        if len(line.encode()) > LINE_BYTES_MOST:
            raise _UnableToReadLine(problems.FACT_NOT_JSON, why=_TOO_LONG)
        # Numbers stay as they are written: an amount is never a binary fraction on its way.
        told = json.loads(line, parse_float=str, parse_int=str, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, _UnableToReadLine):
            raise
        raise _UnableToReadLine(problems.FACT_NOT_JSON, why=_why(error)) from None
    if not isinstance(told, dict):
        raise _UnableToReadLine(problems.FACT_NOT_JSON, why=_NO_OBJECT)
    return told


def _why(error: Exception) -> Text:
    if isinstance(error, json.JSONDecodeError):
        return _SYNTAX.filled(why=error.msg, column=error.colno)
    return _NOT_UNICODE if isinstance(error, UnicodeError) else _UNREADABLE


_SYNTAX = Text(en="{why} at character {column}", zh="第 {column} 个字符处不合语法")
_TOO_LONG = Text(
    en=f"it is longer than {LINE_BYTES_MOST} bytes", zh=f"长度超过 {LINE_BYTES_MOST} 字节"
)
_NO_OBJECT = Text(en="it is something else", zh="是其他类型的值")
_TWICE = Text(en="a name is given twice", zh="有名称重复出现")
_NOT_UNICODE = Text(
    en="a text in it is not UTF-8, or holds half of a character", zh="文本不是 UTF-8，或含半个字符"
)
_UNREADABLE = Text(en="it cannot be read", zh="无法读取")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's values by name; JSON itself would let the last of several count in silence."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise _UnableToReadLine(problems.FACT_NOT_JSON, why=_TWICE)
    for text in (*told, *told.values()):
        if isinstance(text, str):
            text.encode()  # JSON can escape half of a character; no file can hold it
    return told


def _text(value: object, column: tape.Column) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix("Z") if column.type == "time" else str(value)


_COLUMNS = {table.name: {each.name: each for each in table.columns} for table in tape.TABLES}
