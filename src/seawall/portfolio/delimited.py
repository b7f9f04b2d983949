"""Delimited text, read so that no row is lost: each becomes a record or a reject with its number.

A quote that never closes would swallow the rest of a file in an ordinary reader; here the line it
stands on is rejected and reading goes on with the next. Rows count from 1 after the header; wholly
blank lines are not rows.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import pyarrow as pa

from seawall.core.problem import Kind, Place, Problem
from seawall.portfolio import problems

LINE_BYTES_MOST = 1024 * 1024
RECORD_LINES_MOST = 500
_BATCH = 20_000
_BATCH_CHARACTERS = 32 * 1024 * 1024
"""A batch ends at whichever comes first, so that wide rows do not fill the memory either."""


@dataclass(frozen=True)
class Reject:
    """A row that cannot be used, and why; `value` is what stood there."""

    problem: Problem
    value: str

    @property
    def row(self) -> int:
        """The row's number, from 1."""
        return self.problem.where.row or 0


@dataclass(frozen=True)
class Dialect:
    """How a file separates fields, and in which encoding."""

    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class _Line:
    """A line of the file; `kind` says what makes it unusable, where something does."""

    text: str
    kind: Kind | None = None
    facts: dict[str, object] | None = None

    @property
    def odd(self) -> bool:
        """Whether it leaves a quote open, or closes one."""
        return self.text.count('"') % 2 == 1


class Reader:
    """Reads one file once: first its `header`, then its `batches`.

    Args:
        stream: the file's bytes, decompressed.
        name: what problems call the file.
        dialect: how it is written.

    Raises:
        UnicodeDecodeError: the header is not in the encoding.
        LookupError: there is no such encoding.
        UnableToReadHeader: its first line is no header.
        EOFError, OSError: the stream ends in the middle (a cut-off archive).
    """

    def __init__(self, stream: BinaryIO, name: str, dialect: Dialect) -> None:
        self._stream = stream
        self._name = name
        self._dialect = dialect
        self.rejects: list[Reject] = []
        self.rows = 0
        self.ends_with_line_end = True
        first = stream.readline(LINE_BYTES_MOST).removeprefix(b"\xef\xbb\xbf")
        text = first.decode(dialect.encoding)
        self.header = self._names(text)

    def _names(self, text: str) -> tuple[str, ...]:
        """The header's names; a quote left open, or NULs of another encoding, are no names."""
        try:
            names = tuple(name.strip() for name in next(self._fields([text]), []))
        except csv.Error as error:
            raise UnableToReadHeader(str(error)) from None
        if "\0" in text:
            raise UnableToReadHeader("it holds NUL characters, as UTF-16 does")
        return names

    def batches(self, columns: tuple[str, ...]) -> Iterator[pa.Table]:
        """The rows of the right width, in order.

        Args:
            columns: which columns to keep, in any order.

        Returns:
            Tables of `row` (int32, from 1) and the columns (text; an empty field is "").
        """
        places = [self.header.index(name) for name in columns]
        records = self._records()
        while batch := _batch(records):
            rows = self._parsed(batch)
            numbers = [number for number, _ in rows]
            kept = list(zip(*(fields for _, fields in rows), strict=True)) if rows else []
            yield pa.table(
                {"row": pa.array(numbers, pa.int32())}
                | {
                    name: pa.array(kept[place] if kept else [], pa.string())
                    for name, place in zip(columns, places, strict=True)
                }
            )

    def _parsed(self, batch: list[tuple[int, str]]) -> list[tuple[int, list[str]]]:
        width = len(self.header)
        try:
            every = list(self._fields([record for _, record in batch]))
        except csv.Error:
            every = []
        if len(every) != len(batch):  # one is not to be read, or is two to the reader
            every = [self._alone(number, record) for number, record in batch]
        rows = [(number, fields) for (number, _), fields in zip(batch, every, strict=True)]
        for number, fields in rows:
            if fields and len(fields) != width:
                facts: dict[str, object] = {"found": len(fields), "wanted": width}
                self._reject(
                    number, problems.ROW_WIDTH, self._dialect.delimiter.join(fields), facts
                )
        return [(number, fields) for number, fields in rows if len(fields) == width]

    def _alone(self, number: int, record: str) -> list[str]:
        try:
            (fields,) = self._fields([record])
        except (csv.Error, ValueError):
            self._reject(number, problems.ROW_QUOTES, record)
            return []
        return fields

    def _fields(self, lines: list[str]) -> Iterator[list[str]]:
        csv.field_size_limit(LINE_BYTES_MOST * 2)
        return csv.reader(lines, delimiter=self._dialect.delimiter, strict=True)

    def _records(self) -> Iterator[tuple[int, str]]:
        """Each record with its number; a record is one line, or several while a quote is open."""
        waiting: list[_Line] = []
        lines = self._lines()
        while (line := waiting.pop(0) if waiting else next(lines, None)) is not None:
            if line.kind is None and not line.text.strip():
                continue
            self.rows += 1
            if line.kind is not None:
                self._reject(self.rows, line.kind, line.text, line.facts)
                continue
            parts, size = [line], len(line.text)
            open_quote = line.odd
            while (
                open_quote
                and len(parts) < RECORD_LINES_MOST
                and size < LINE_BYTES_MOST
                and parts[-1].kind is None
            ):
                following = waiting.pop(0) if waiting else next(lines, None)
                if following is None:
                    break
                parts.append(following)
                size += len(following.text)
                open_quote = following.kind is not None or not following.odd
            if open_quote:
                self._reject(self.rows, problems.ROW_QUOTES, line.text)
                waiting = parts[1:] + waiting
            else:
                yield self.rows, "".join(part.text for part in parts)

    def _lines(self) -> Iterator["_Line"]:
        """Lines as text; one that is too long or badly encoded comes with what is wrong with it."""
        encoding = self._dialect.encoding
        while line := self._stream.readline(LINE_BYTES_MOST + 1):
            self.ends_with_line_end = line.endswith(b"\n")
            if len(line) > LINE_BYTES_MOST and not self.ends_with_line_end:
                start = line[:80].decode(encoding, "replace")
                yield _Line(start, problems.ROW_TOO_LONG, {"limit": LINE_BYTES_MOST})
                self._skip_line()
                continue
            try:
                yield _Line(line.decode(encoding))
            except UnicodeDecodeError:
                text = line.decode(encoding, "replace").rstrip()
                yield _Line(text, problems.ROW_ENCODING, {"encoding": encoding})

    def _skip_line(self) -> None:
        while (line := self._stream.readline(LINE_BYTES_MOST)) and not line.endswith(b"\n"):
            pass
        self.ends_with_line_end = line.endswith(b"\n")

    def _reject(
        self, row: int, kind: Kind, value: str, facts: dict[str, object] | None = None
    ) -> None:
        place = Place(self._name, row=row)
        self.rejects.append(Reject(Problem(kind, place, facts or {}), value[:200].rstrip()))


def _batch(records: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """The next records, not too many, and not too many characters."""
    batch: list[tuple[int, str]] = []
    room = _BATCH_CHARACTERS
    for record in islice(records, _BATCH):
        batch.append(record)
        room -= len(record[1])
        if room < 0:
            break
    return batch


class UnableToReadHeader(ValueError):
    """The first line of a file is no header; the argument says why."""
