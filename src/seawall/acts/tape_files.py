"""The files of a tape: which source of a mapping each is, and its rows."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from seawall.acts.deriving import Progress
from seawall.core.problem import Place, Problem, UnableToUseInput, refusal
from seawall.portfolio import problems
from seawall.portfolio.delimited import Dialect, Reader, Reject, UnableToReadHeader
from seawall.portfolio.intake import Sheet
from seawall.portfolio.mapping import Mapping, Source


@dataclass
class TapeFile:
    """A file that is being imported; what it is and how many rows it has, `read` finds out."""

    path: Path
    sha256: str
    source: str = ""
    rows: int = 0


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, by which the book knows it again.

    Raises:
        UnableToUseInput: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed where its name ends in `.gz`.

    Raises:
        UnableToUseInput: it cannot be opened, or ends in the middle.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                yield cast("BinaryIO", packed)
        else:
            with path.open("rb") as plain:
                yield plain
    except gzip.BadGzipFile:
        raise _unreadable(path, "its name ends in .gz, but it is not compressed") from None
    except (EOFError, zlib.error) as error:
        raise refusal(problems.FILE_CUT, Place(str(path)), why=str(error)) from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None


def _unreadable(path: Path, why: str) -> UnableToUseInput:
    return refusal(problems.FILE_UNREADABLE, Place(str(path)), why=why)


def read(
    files: list[TapeFile], mapping: Mapping, notices: list[Problem], progress: Progress
) -> tuple[tuple[Sheet, ...], list[Reject]]:
    """Every file's rows, by source; rows that are not even records are rejects already.

    Args:
        files: what to read; their `source` and `rows` are filled in.
        mapping: whose sources they are.
        notices: where warnings about files go.
        progress: told how far it is.

    Raises:
        UnableToUseInput: a file cannot be read, or fits no source.
    """
    rows: dict[str, list[pa.Table]] = {}
    rejects: list[Reject] = []
    for number, file in enumerate(files):
        progress("reading", number / len(files))
        file.source = source_of(file.path, mapping)
        source = mapping.sources[file.source]
        with opened(file.path) as stream:
            reader = Reader(stream, str(file.path), _dialect(source))
            columns = tuple(name for name in source.columns if name in reader.header)
            for batch in reader.batches(columns):
                rows.setdefault(file.source, []).append(_placed(batch, number, source))
        file.rows = reader.rows
        rejects += reader.rejects
        if not reader.ends_with_line_end:
            notices.append(Problem(problems.FILE_NO_LAST_LINE_END, Place(str(file.path))))
        if not reader.rows:
            notices.append(Problem(problems.FILE_NO_ROWS, Place(str(file.path))))
    progress("reading", 1.0)
    sheets = tuple(Sheet(name, pa.concat_tables(several)) for name, several in rows.items())
    return sheets, rejects


def _placed(batch: pa.Table, number: int, source: Source) -> pa.Table:
    """A batch with its file's number first, and empty columns where optional ones are absent."""
    batch = batch.add_column(0, "file", pa.array([number] * batch.num_rows, pa.int32()))
    for name in source.columns:
        if name not in batch.column_names:
            batch = batch.append_column(name, pa.nulls(batch.num_rows, pa.string()))
    return batch.select(["file", "row", *source.columns])


def _dialect(source: Source) -> Dialect:
    return Dialect(source.delimiter, source.encoding)


def source_of(path: Path, mapping: Mapping) -> str:
    """The source whose required columns the header has; the one with the most, if several.

    Raises:
        UnableToUseInput: the file cannot be read, or fits no source.
    """
    lacking: dict[str, list[str]] = {}
    header: tuple[str, ...] = ()
    for name, source in mapping.sources.items():
        header = header_of(path, source)
        lacking[name] = _lacking(source, header)
    fitting = [name for name, missing in lacking.items() if not missing]
    if fitting:
        return max(fitting, key=lambda name: len(mapping.sources[name].columns))
    _refuse_other_delimiter(path, mapping)
    closest = min(lacking, key=lambda name: len(lacking[name]))
    raise _unknown(path, closest, lacking[closest], header)


def _lacking(source: Source, header: tuple[str, ...]) -> list[str]:
    wanted = [column for column, read in source.columns.items() if not read.optional]
    return [column for column in wanted if column not in header]


def _refuse_other_delimiter(path: Path, mapping: Mapping) -> None:
    """Say so where the header would fit a source if another mark separated its fields."""
    for name, source in mapping.sources.items():
        for mark in _DELIMITERS.replace(source.delimiter, ""):
            header = header_of(path, source.model_copy(update={"delimiter": mark}))
            if not _lacking(source, header):
                # As YAML reads it: a tab is "\t" in double quotes only.
                found, wanted = json.dumps(mark), json.dumps(source.delimiter)
                place = Place(str(path), line=1)
                raise refusal(
                    problems.FILE_DELIMITER, place, source=name, found=found, wanted=wanted
                )


_DELIMITERS = ",;\t|"


def gives_facts(mapping: Mapping, source: str) -> bool:
    """Whether rows of a source become facts, rather than complete those of others."""
    return any(part.source == source for parts in mapping.tables.values() for part in parts)


def header_of(path: Path, source: Source) -> tuple[str, ...]:
    """The names in a file's first line.

    Raises:
        UnableToUseInput: there is none, it cannot be read, or a name stands twice.
    """
    first = Place(str(path), line=1)
    with opened(path) as stream:
        try:
            header = Reader(stream, str(path), _dialect(source)).header
        except UnicodeDecodeError as error:
            byte, encoding = error.start + 1, source.encoding
            raise refusal(
                problems.FILE_ENCODING, first, encoding=encoding, line=1, byte=byte
            ) from None
        except (UnableToReadHeader, LookupError) as error:
            raise refusal(problems.HEADER_UNREADABLE, first, why=str(error)) from None
    if not any(header):
        raise refusal(problems.FILE_EMPTY, Place(str(path)))
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise refusal(problems.HEADER_TWICE, first, names=", ".join(twice))
    return header


def _unknown(
    path: Path, closest: str, missing: list[str], header: tuple[str, ...]
) -> UnableToUseInput:
    return refusal(
        problems.FILE_UNKNOWN,
        Place(str(path), line=1),
        source=closest,
        missing=", ".join(missing),
        found=", ".join(header)[:300],
    )
