"""The book on disk: immutable Parquet files, and a manifest that says which of them are the book.

A change writes new files aside, then swaps the manifest in one rename. A reader that has taken a
snapshot keeps seeing the book as it was; a writer that dies leaves files that no manifest names,
which the next change sweeps away. One writer at a time holds the lock.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_FORMAT = 1


@dataclass(frozen=True)
class Brought:
    """One file that was brought into the book."""

    mapping: str
    file: str
    sha256: str
    rows: int
    kept: int


@dataclass(frozen=True)
class Snapshot:
    """The book at one moment.

    Attributes:
        tables: for each table with facts, its Parquet files.
        brought: the files that were imported, in order.
        notes: what else a change wrote down about itself, for example a simulation's plan.
    """

    tables: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    brought: tuple[Brought, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)


class Book:
    """The book under a folder.

    Guarantees: `snapshot` never sees half a change; `change` is all or nothing, also through a
    kill or a full disk, and durable once it returns.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = folder / "manifest.json"

    def snapshot(self) -> Snapshot:
        """The book as it is now; empty where nothing was ever brought in."""
        if not self._manifest.exists():
            return Snapshot()
        held = json.loads(self._manifest.read_text(encoding="utf-8"))
        if held["format"] != _FORMAT:
            raise UnableToReadBook(self._manifest, held["format"])
        return Snapshot(
            {
                name: tuple(self._folder / f for f in files)
                for name, files in held["tables"].items()
            },
            tuple(Brought(**each) for each in held["brought"]),
            held["notes"],
        )

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """A change in the making; leaving the block without an exception makes it the book.

        Raises:
            UnableToChangeBook: another process is changing it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
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
                self._swap(change.after)
            except BaseException:
                shutil.rmtree(change.folder, ignore_errors=True)
                raise

    def _swap(self, after: Snapshot) -> None:
        for file in (each for files in after.tables.values() for each in files):
            _sync(file)
        held = {
            "format": _FORMAT,
            "tables": {
                name: [str(file.relative_to(self._folder)) for file in files]
                for name, files in after.tables.items()
            },
            "brought": [vars(each) for each in after.brought],
            "notes": after.notes,
        }
        aside = self._manifest.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as stream:
            json.dump(held, stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(self._manifest)
        _sync(self._folder)

    def _sweep(self, current: Snapshot) -> None:
        """Remove what no manifest names: a dead writer's files, and files replaced before.

        The next change does this, so that readers of the last snapshot have had their time.
        """
        named = {file for files in current.tables.values() for file in files}
        for folder in (each for each in self._folder.iterdir() if each.is_dir()):
            for file in folder.iterdir():
                if file not in named:
                    file.unlink() if file.is_file() else shutil.rmtree(file)
            if not any(folder.iterdir()):
                folder.rmdir()


class Change:
    """Files written aside for the next state of the book."""

    def __init__(self, folder: Path, before: Snapshot) -> None:
        self.before = before
        self.after = before
        self.folder = folder / uuid.uuid4().hex[:12]
        self.folder.mkdir()
        self._open: dict[str, pq.ParquetWriter] = {}

    def append(self, table: str, rows: pa.Table) -> None:
        """Add facts to a table; several calls make one file."""
        if table not in self._open:
            path = self.folder / f"{table}.parquet"
            self._open[table] = pq.ParquetWriter(path, rows.schema, compression="zstd")
            self._name(table, (*self.after.tables.get(table, ()), path))
        self._open[table].write_table(rows)

    def file(self, table: str, part: int) -> Path:
        """A path to write a derived table's part to; `replace` then names the parts."""
        return self.folder / f"{table}-{part}.parquet"

    def replace(self, table: str, files: tuple[Path, ...]) -> None:
        """Let a derived table consist of these files only."""
        self._name(table, files)

    def bring(self, files: tuple[Brought, ...]) -> None:
        """Write down which files were brought in."""
        self.after = replace(self.after, brought=(*self.after.brought, *files))

    def note(self, name: str, text: str) -> None:
        """Write down something else, under a name."""
        self.after = replace(self.after, notes={**self.after.notes, name: text})

    def flush(self) -> None:
        """Finish the files opened by `append`, so that they can be read."""
        for writer in self._open.values():
            writer.close()
        self._open.clear()

    def _name(self, table: str, files: tuple[Path, ...]) -> None:
        self.after = replace(self.after, tables={**self.after.tables, table: files})


def _sync(path: Path) -> None:
    """Make a file's or folder's content durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class UnableToReadBook(Exception):
    """The manifest is of a format this version does not know."""

    def __init__(self, manifest: Path, found: object) -> None:
        super().__init__(
            f"{manifest} has format {found}, this version reads {_FORMAT}: upgrade Seawall"
        )


class UnableToChangeBook(Exception):
    """Another process holds the book's lock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"another process is changing the book in {folder}; try again when it ends"
        )
