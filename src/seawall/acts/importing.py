"""Bring a loan tape into the book."""

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from seawall.acts.deriving import Desk, Progress, derive
from seawall.book.store import Brought, Change
from seawall.core.engine import Engine
from seawall.core.problem import Place, Problem, UnableToUseInput, refusal
from seawall.core.spreadsheet import harmless
from seawall.portfolio import problems
from seawall.portfolio.delimited import Dialect, Reader, Reject, UnableToReadHeader
from seawall.portfolio.intake import Count, Intake, Sheet, take_in
from seawall.portfolio.mapping import Mapping, Source


@dataclass(frozen=True)
class FileReport:
    """What became of one file."""

    name: str
    source: str
    rows: int
    kept: int
    rejected: int
    amount_in: Decimal
    amount_kept: Decimal
    amount_rejected: Decimal


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        files: a report per file that was read.
        added: rows added per table of the contract.
        rejects: the rejects file, where there were any.
        notices: warnings, for example a file the book already holds.
    """

    files: tuple[FileReport, ...]
    added: dict[str, int]
    rejects: Path | None
    notices: tuple[Problem, ...]


@dataclass
class _File:
    path: Path
    sha256: str
    source: str = ""
    rows: int = 0


def bring_in(
    desk: Desk, mapping: Mapping, paths: tuple[Path, ...], *, progress: Progress
) -> ImportReport:
    """Import files by a mapping: all that fits is kept, the rest is reported, nothing is lost.

    Raises:
        UnableToUseInput: a file cannot be read or fits no source, or no row at all can be used;
            the book is then as it was.
        UnableToChangeBook: another process is changing the book.
    """
    files = [_File(path, _digest(path)) for path in paths]
    with desk.book.change() as change:
        held = {(each.mapping, each.sha256) for each in change.before.brought}
        fresh, seen = _parted(files, mapping.id, held)
        notices = [Problem(problems.FILE_SEEN, Place(str(each.path))) for each in seen]
        if not fresh:
            return ImportReport((), {}, None, tuple(notices))
        sheets, rejects = _read(fresh, mapping, notices, progress)
        progress("checking", 0.0)
        intake = _take_in(desk.engine, mapping, sheets, fresh, change)
        every = sorted((*rejects, *intake.rejects), key=lambda r: (r.problem.where.file, r.row))
        notices += intake.notices
        reports = _reports(fresh, intake)
        where = _write_rejects(desk.rejects, fresh, every)
        _refuse_useless(reports, intake, where)
        for table, rows in intake.tables.items():
            change.append(table, rows)
        change.bring(_brought(mapping, fresh, reports))
        progress("checking", 1.0)
        derive(change, desk.engine, desk.conventions, progress)
    added = {name: rows.num_rows for name, rows in intake.tables.items()}
    return ImportReport(reports, added, where, tuple(notices))


def _parted(
    files: list[_File], mapping: str, held: set[tuple[str, str]]
) -> tuple[list[_File], list[_File]]:
    """Files the book does not hold yet, and files it does (or that were named twice)."""
    fresh: list[_File] = []
    seen: list[_File] = []
    known = set(held)
    for file in files:
        (seen if (mapping, file.sha256) in known else fresh).append(file)
        known.add((mapping, file.sha256))
    return fresh, seen


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed where its name ends in `.gz`."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                yield cast("BinaryIO", packed)
        else:
            with path.open("rb") as plain:
                yield plain
    except (EOFError, zlib.error) as error:
        raise refusal(problems.FILE_CUT, Place(str(path)), why=str(error)) from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None


def _unreadable(path: Path, why: str) -> UnableToUseInput:
    return refusal(problems.FILE_UNREADABLE, Place(str(path)), why=why)


def _read(
    files: list[_File], mapping: Mapping, notices: list[Problem], progress: Progress
) -> tuple[tuple[Sheet, ...], list[Reject]]:
    """Every file's rows, by source; rows that are not even records are rejects already."""
    rows: dict[str, list[pa.Table]] = {}
    rejects: list[Reject] = []
    for number, file in enumerate(files):
        progress("reading", number / len(files))
        file.source = _source_of(file.path, mapping)
        source = mapping.sources[file.source]
        with _opened(file.path) as stream:
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


def _source_of(path: Path, mapping: Mapping) -> str:
    """The source whose required columns the header has; the one with the most, if several."""
    lacking: dict[str, list[str]] = {}
    header: tuple[str, ...] = ()
    for name, source in mapping.sources.items():
        header = _header(path, source)
        wanted = [column for column, read in source.columns.items() if not read.optional]
        lacking[name] = [column for column in wanted if column not in header]
    fitting = [name for name, missing in lacking.items() if not missing]
    if fitting:
        return max(fitting, key=lambda name: len(mapping.sources[name].columns))
    closest = min(lacking, key=lambda name: len(lacking[name]))
    raise _unknown(path, closest, lacking[closest], header)


def _header(path: Path, source: Source) -> tuple[str, ...]:
    first = Place(str(path), line=1)
    with _opened(path) as stream:
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
    others = [mark for mark in ";\t|" if len(header) == 1 and mark in header[0]]
    return refusal(
        problems.FILE_UNKNOWN,
        Place(str(path), line=1),
        source=closest,
        missing=", ".join(missing),
        found=", ".join(header)[:300],
        hint=f" (it looks like {others[0]!r})" if others else "",
    )


def _take_in(
    engine: Engine, mapping: Mapping, sheets: tuple[Sheet, ...], files: list[_File], change: Change
) -> Intake:
    for name, held in change.before.tables.items():
        engine.show(f"book_{name}", held)
    names = tuple(str(file.path) for file in files)
    return take_in(engine, mapping, sheets, files=names, held=frozenset(change.before.tables))


def _reports(files: list[_File], intake: Intake) -> tuple[FileReport, ...]:
    nothing = {n: Count(n, 0, 0, Decimal(0), Decimal(0)) for n in range(len(files))}
    counts = nothing | {count.file: count for count in intake.counts}
    return tuple(
        FileReport(
            name=file.path.name,
            source=file.source,
            rows=file.rows,
            kept=counts[number].kept,
            rejected=file.rows - counts[number].kept,
            amount_in=counts[number].amount_in,
            amount_kept=counts[number].amount_kept,
            amount_rejected=counts[number].amount_in - counts[number].amount_kept,
        )
        for number, file in enumerate(files)
    )


def _brought(
    mapping: Mapping, files: list[_File], reports: tuple[FileReport, ...]
) -> tuple[Brought, ...]:
    return tuple(
        Brought(mapping.id, file.path.name, file.sha256, report.rows, report.kept)
        for file, report in zip(files, reports, strict=True)
    )


def _write_rejects(folder: Path, files: list[_File], rejects: list[Reject]) -> Path | None:
    """The rejects file, named for the digest of what was imported, so that a re-run replaces it."""
    if not rejects:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:12]
    target = folder / f"rejects-{name}.csv"
    aside = target.with_suffix(".new")
    with aside.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(("file", "row", "column", "value", "code", "reason", "remedy", "原因", "处理"))
        for each in rejects:
            problem, place = each.problem, each.problem.where
            out.writerow((
                place.file, place.row, place.column or "", harmless(each.value), problem.code,
                problem.message.en, problem.remedy.en, problem.message.zh, problem.remedy.zh,
            ))  # fmt: skip
    aside.replace(target)
    return target


def _refuse_useless(reports: tuple[FileReport, ...], intake: Intake, rejects: Path | None) -> None:
    """Nothing kept, or kept rows that give no fact: those of look-ups without what they look up."""
    if not any(rows.num_rows for rows in intake.tables.values()):
        rows = sum(report.rows for report in reports)
        raise _useless(", ".join(report.name for report in reports), rows, str(rejects or "-"))


def _useless(name: str, rows: int, rejects: str) -> UnableToUseInput:
    return refusal(problems.FILE_NO_USE, Place(name), rows=rows, rejects=rejects)
