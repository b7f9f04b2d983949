"""The book on disk: immutable Parquet files, and a manifest that says which of them are the book.

A change writes new files aside, then swaps the manifest in one rename. A reader that has taken a
snapshot keeps seeing the book as it was; a writer that dies leaves files that no manifest names,
which the next change sweeps away. One writer at a time holds the lock.
"""

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim

_FORMAT: Final = 2
_OURS = re.compile(r"[0-9a-f]{12}")
"""The folders that changes make; whatever else lies beside them belongs to someone else."""

Count = Annotated[int, Field(ge=0, lt=2**63)]


@dataclass(frozen=True)
class Brought:
    """One file that was brought into the book.

    Attributes:
        change: the folder of the facts that came with it, and with the files beside it.
    """

    mapping: str
    file: str
    sha256: str
    rows: Count
    kept: Count
    change: str = ""


@dataclass(frozen=True)
class Snapshot:
    """The book at one moment.

    Attributes:
        tables: for each table with facts, its Parquet files.
        brought: the files that were imported, in order.
        notes: what else a change wrote down about itself, for example a simulation's plan.
        facts: for each table that was ever condensed, every file appended to it, in order: what
            was said of its rows before a later import replaced them. Never swept.
        digest: SHA-256 of the manifest's bytes, which name every file; files never change, so equal
            digests are equal books. Empty where there is no manifest.
    """

    tables: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    brought: tuple[Brought, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    facts: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    digest: str = field(default="", compare=False)

    @property
    def files(self) -> frozenset[Path]:
        """Every file that is part of the book."""
        named = (*self.tables.values(), *self.facts.values())
        return frozenset(file for files in named for file in files)


def _inside(file: str) -> str:
    path = PurePosixPath(file)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in file:
        raise ValueError("this is no path inside the book")
    return file


class _Header(BaseModel):
    """What manifests of every format say."""

    model_config = ConfigDict(strict=True)

    format: Annotated[int, Field(ge=1, lt=2**31)]


Files = dict[str, tuple[Annotated[str, AfterValidator(_inside)], ...]]


class _Manifest(BaseModel):
    """A snapshot as it is written down, its files relative to the book's folder."""

    model_config = ConfigDict(strict=True, extra="forbid")

    format: Literal[1, 2]
    tables: Files
    brought: tuple[Brought, ...]
    notes: dict[str, str]
    facts: Files = {}


class Book:
    """The book under a folder.

    Guarantees: `snapshot` never sees half a change; `change` is all or nothing, also through a
    kill or a full disk, and durable once it returns. Files in the folder that no change made are
    never touched.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = folder / "manifest.json"

    def snapshot(self) -> Snapshot:
        """The book as it is now; empty where nothing was ever brought in.

        Raises:
            UnableToReadBook: the manifest is damaged, or of a later format.
        """
        try:
            text = self._manifest.read_bytes()
        except FileNotFoundError:
            return Snapshot()
        except OSError as error:
            raise UnableToReadBook(
                self._manifest, verbatim(error.strerror or str(error)), _LOCKED
            ) from None
        try:
            found = _Header.model_validate_json(text).format
            if found > _FORMAT:
                why = _FORMATTED.filled(found=found, known=_FORMAT)
                raise UnableToReadBook(self._manifest, why, _LATER)
            held = _Manifest.model_validate_json(text)
        except ValidationError as error:
            misfit = error.errors()[0]
            place = ".".join(str(part) for part in misfit["loc"])
            why = _MISFIT.filled(what=f"{place + ': ' if place else ''}{misfit['msg']}")
            raise UnableToReadBook(self._manifest, why, _DAMAGED) from None
        tables, facts = self._absolute(held.tables), self._absolute(held.facts)
        return Snapshot(tables, held.brought, held.notes, facts, sha256(text).hexdigest())

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """A change in the making; leaving the block without an exception makes it the book.

        Raises:
            UnableToReadBook: the manifest is damaged, or of a later format.
            UnableToChangeBook: another process is changing it.
        """
        _make(self._folder)
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UnableToChangeBook(self._folder) from None
            before = self.snapshot()
            self._sweep(before)
            change = Change(self._folder, before)
            try:
                yield change
                change.flush()
                aside = self._write_aside(change)
            except BaseException:
                change.abandon()
                raise
            # From here on the new files may already be the book: whatever fails, they stay.
            aside.replace(self._manifest)
            _sync(self._folder)

    def _write_aside(self, change: "Change") -> Path:
        """The next manifest; it and all that it names survive a crash once this returns."""
        for file in change.after.files:
            for each in (file, *file.rglob("*")):  # a part that Spark wrote is a folder
                _sync(each)
        _sync(change.folder)
        _sync(self._folder)
        held = _Manifest(
            format=_FORMAT,
            tables=self._relative(change.after.tables),
            brought=change.after.brought,
            notes=change.after.notes,
            facts=self._relative(change.after.facts),
        )
        aside = self._manifest.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as stream:
            stream.write(held.model_dump_json(indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        return aside

    def _relative(self, tables: dict[str, tuple[Path, ...]]) -> Files:
        return {
            name: tuple(file.relative_to(self._folder).as_posix() for file in files)
            for name, files in tables.items()
        }

    def _absolute(self, tables: Files) -> dict[str, tuple[Path, ...]]:
        return {
            name: tuple(self._folder / file for file in files) for name, files in tables.items()
        }

    def _sweep(self, current: Snapshot) -> None:
        """Remove what no manifest names: a dead writer's files, and files replaced before.

        The next change does this, so that readers of the last snapshot have had their time.
        """
        named = current.files
        ours = (each for each in self._folder.iterdir() if _OURS.fullmatch(each.name))
        for folder in (each for each in ours if each.is_dir()):
            for file in folder.glob("*.parquet"):
                if file not in named:
                    file.unlink() if file.is_file() else shutil.rmtree(file)
            if not any(folder.iterdir()):
                folder.rmdir()


class Change:
    """Files written aside for the next state of the book.

    Attributes:
        before: the book that is being changed.
        after: the book as it will be; rows still being appended join it with `flush`.
        folder: where the new files are.
    """

    def __init__(self, folder: Path, before: Snapshot) -> None:
        self.before = before
        self.after = replace(before, digest="")
        self.folder = folder / uuid.uuid4().hex[:12]
        self.folder.mkdir()
        self._open: dict[str, tuple[Path, pq.ParquetWriter]] = {}
        self._numbers = count()

    def append(self, table: str, rows: pa.Table) -> None:
        """Add facts to a table; the calls between one `flush` and the next make one file."""
        if table not in self._open:
            path = self.folder / f"{table}.{next(self._numbers)}.parquet"
            self._open[table] = path, pq.ParquetWriter(path, rows.schema, compression="zstd")
        _, writer = self._open[table]
        writer.write_table(rows)

    def file(self, table: str, part: int) -> Path:
        """A path to write a part to; `replace` or `condense` then names it."""
        return self.folder / f"{table}-{part}.parquet"

    def replace(self, table: str, files: tuple[Path, ...]) -> None:
        """Let a derived table consist of these files only, not of rows appended before."""
        self.flush()
        self._name(table, files)

    def condense(self, table: str, file: Path) -> None:
        """Let a table of facts consist of this file; all that was ever appended to it is kept.

        Readers see what still holds; `Snapshot.facts` has what was said before.
        """
        self.flush()
        said = self.after.facts.get(table, self.after.tables[table])
        self.after = replace(self.after, facts={**self.after.facts, table: said})
        self._name(table, (file,))

    def bring(self, files: tuple[Brought, ...]) -> None:
        """Write down which files were brought in."""
        self.after = replace(self.after, brought=(*self.after.brought, *files))

    def note(self, name: str, text: str) -> None:
        """Write down something else, under a name."""
        self.after = replace(self.after, notes={**self.after.notes, name: text})

    def flush(self) -> None:
        """Finish the files opened by `append`, so that they can be read; the end does so too."""
        for table in tuple(self._open):
            path, writer = self._open[table]
            writer.close()
            del self._open[table]
            self._name(table, (*self.after.tables.get(table, ()), path))
            if table in self.after.facts:
                said = (*self.after.facts[table], path)
                self.after = replace(self.after, facts={**self.after.facts, table: said})

    def abandon(self) -> None:
        """Remove all that was written."""
        for _, writer in self._open.values():
            with suppress(OSError, pa.ArrowException):  # on a full disk it cannot be finished
                writer.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _name(self, table: str, files: tuple[Path, ...]) -> None:
        self.after = replace(self.after, tables={**self.after.tables, table: files})


def _make(folder: Path) -> None:
    """Make a folder, and those above it, durably."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(path: Path) -> None:
    """Make a file's or folder's content durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_FORMATTED = Text(
    en="it has format {found}, this version reads {known}",
    zh="其格式为 {found}，此版本只读 {known}",
)
_MISFIT = Text(en="it is damaged ({what})", zh="它已损坏（{what}）")
_LATER = Text(en="upgrade Seawall", zh="请升级 Seawall")
_LOCKED = Text(en="check its permissions and those of its folder", zh="请检查它及其文件夹的权限")
_DAMAGED = Text(
    en="restore it from a backup, or move its folder away and import the tapes again",
    zh="请从备份恢复，或移走其文件夹并重新导入数据带",
)


class UnableToReadBook(Unable):
    """The manifest cannot be read, is damaged, or is of a format this version does not know."""

    def __init__(self, manifest: Path, why: Text, remedy: Text) -> None:
        super().__init__(
            Text(
                en="{manifest} cannot be read: {why}; {remedy}",
                zh="无法读取 {manifest}：{why}；{remedy}",
            ),
            manifest=manifest,
            why=why,
            remedy=remedy,
        )


class UnableToChangeBook(Unable):
    """Another process holds the book's lock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Text(
                en="another process is changing the book in {folder}; try again when it ends",
                zh="另一进程正在更改 {folder} 中的账册；请待其结束后再试",
            ),
            folder=folder,
        )
