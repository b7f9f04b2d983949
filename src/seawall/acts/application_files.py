"""Applications as files bring them: JSON, JSON lines, CSV, Parquet."""

import csv
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.core.problem import Place, UnableToUseInput, refusal
from seawall.policy import problems

IDS = ("application_id", "id")
"""What an application may call its own id, the better name first."""


def applications(file: Path, wanted: Collection[str]) -> Sequence[Mapping[str, object]]:
    """The applications of a file as they stand there, in order.

    Args:
        file: `.json` (an object or a list of them), `.jsonl`, `.csv` with a header, `.parquet`.
        wanted: the names asked for; a file of rows that have others only is not meant for them.

    Raises:
        UnableToUseInput: the file cannot be read, or has nothing that is wanted.
    """
    readers = {".json": _json, ".jsonl": _lines, ".csv": _csv, ".parquet": _parquet}
    if file.suffix not in readers:
        raise _unreadable(file, f"the name ends in {file.suffix or 'nothing'}")
    try:
        rows = list(readers[file.suffix](file))
    except OSError as error:
        raise _unreadable(file, error.strerror or "it cannot be opened") from None
    except UnicodeDecodeError:
        raise _unreadable(file, "it is not UTF-8") from None
    except (csv.Error, RecursionError) as error:
        raise _unreadable(file, str(error)) from None
    _check_meant(file, rows, wanted)
    return rows


NAMES_TOLD = 12


def _check_meant(file: Path, rows: Sequence[Mapping[str, object]], wanted: Collection[str]) -> None:
    """Rows without any name that is asked for would all be decided as if they said nothing."""
    found = dict.fromkeys(name for row in rows for name in row)
    if not found or not found.keys().isdisjoint(wanted):
        return
    told, asked = list(map(written, found)), list(wanted)
    raise refusal(
        problems.APPLICATIONS_STRANGE, Place(str(file)), count=len(rows),
        found=_few(told), wanted=_few(asked),
    )  # fmt: skip


def _few(names: Sequence[str]) -> str:
    return ", ".join([*names[:NAMES_TOLD], *(["…"] if len(names) > NAMES_TOLD else [])])


def _json(file: Path) -> Iterator[Mapping[str, object]]:
    held = _parsed(file, file.read_text(encoding="utf-8-sig"))
    for number, each in enumerate(held if isinstance(held, list) else [held], 1):
        yield _object(file, each, row=number)


def _lines(file: Path) -> Iterator[Mapping[str, object]]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _object(file, _parsed(file, line.rstrip("\r\n"), number), line=number)


def _parsed(file: Path, text: str, line: int = 1) -> object:
    """JSON that begins on a line."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = line + error.lineno - 1
        raise _unreadable(file, error.msg, line=where, column=error.colno) from None
    except ValueError as error:  # a name twice, a number of thousands of digits
        raise _unreadable(file, str(error).partition(";")[0], line=line) from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose names stand once: of two values nobody could say which was meant."""
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError("these names stand twice: " + _twice(names))
    return held


def _twice(names: Sequence[str]) -> str:
    return ", ".join(sorted({ascii(name) for name in names if names.count(name) > 1}))


_MARKS = {";": "“;”", "\t": "TAB", "|": "“|”"}
"""What else stands between columns: no policy's input has one in its name."""


def _csv(file: Path) -> Iterator[Mapping[str, object]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, strict=True)
        header = reader.fieldnames or ()
        if len(header) == 1 and (mark := next((m for m in _MARKS if m in header[0]), None)):
            where = Place(str(file), line=1)
            raise refusal(problems.APPLICATIONS_DELIMITED, where, mark=_MARKS[mark])
        if names := _twice(header):
            raise _unreadable(file, f"the header names twice: {names}", line=1)
        for each in reader:
            if None in each or None in each.values():
                raise _unreadable(file, "a row is not as long as the header", line=reader.line_num)
            yield each


def _parquet(file: Path) -> Iterator[Mapping[str, object]]:
    try:
        with pq.ParquetFile(file) as held:
            if names := _twice(held.schema_arrow.names):
                raise _unreadable(file, f"these columns stand twice: {names}")
            for batch in held.iter_batches(batch_size=10_000):
                yield from _rows(batch)
    except pa.ArrowInvalid as error:
        raise _unreadable(file, str(error).splitlines()[0]) from None


def _rows(batch: pa.RecordBatch) -> list[dict[str, object]]:
    """Rows as plain values; what Python cannot hold is told in words, to be reported with its row."""
    try:
        return batch.to_pylist()  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        columns = [[_plain(value) for value in column] for column in batch.columns]
        return [
            dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)
        ]


def _plain(scalar: pa.Scalar) -> object:
    try:
        if pa.types.is_timestamp(scalar.type) and scalar.type.unit == "ns":
            scalar = scalar.cast(pa.timestamp("us", scalar.type.tz), safe=False)
        return scalar.as_py()
    except (ValueError, OverflowError):
        return f"{scalar.type} beyond the year 9999"


def _object(
    file: Path, value: object, *, row: int | None = None, line: int | None = None
) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise _unreadable(file, "each application is an object of names and values", row=row, line=line)


def _unreadable(
    file: Path,
    why: str,
    *,
    line: int | None = None,
    row: int | None = None,
    column: int | None = None,
) -> UnableToUseInput:
    place = Place(str(file), line=line, row=row, column=column)
    return refusal(problems.APPLICATIONS_UNREADABLE, place, why=why)


def written(value: object) -> str:
    """A value as text that every file can hold: half a surrogate pair is told as its escape."""
    return str(value).encode("utf-8", "backslashreplace").decode()
