"""Copy a home while it is used, so that the copies fit together.

Which store is copied first? Every act tells the ledger before its rows are durable (an erasure: before its
key is destroyed). So:

1. The office, the book, the vault's rows are copied. Whatever is in them was told before.
2. The vault's keys are copied. A person is admitted by his key first, so every row of step 1 has its key
   here; unless he was erased meanwhile, which was told before his key was destroyed.
3. The ledger is copied last. It tells of everything in 1, and of every key that is missing in 2.

Hence nothing is in the copy that its ledger does not tell of, and a restore that replays the ledger's
erasures brings nobody back. The other way round does not hold: the ledger may tell of an act whose row came too
late for step 1; told again, it is done. Files that are named by their digest (reports, packs) never change, and are
copied at the end. Each database is copied in one go: by pages, a copy of SQLite starts over whenever
somebody writes, and never ends; of PostgreSQL, each store is dumped as one exported snapshot sees it. The order
holds wherever the stores lie, in one database or in several.
"""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from seawall.acts.signing import now
from seawall.book.pinning import pin
from seawall.core.problem import Unable
from seawall.core.sqlite import make_private
from seawall.core.text import Text, verbatim
from seawall.ledger.log import Reader
from seawall.ledger.sequencing import UnableToFindLedger
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.verifier import Key, read_checkpoint, read_note
from seawall.office import factor_key
from seawall.office.aside import aside
from seawall.office.backup import postgresql
from seawall.office.backup.archive import Holds, Manifest, Part, Writer
from seawall.office.backup.secret import Secret
from seawall.office.homes import Home
from seawall.office.packs import PACKS
from seawall.office.settings import Lies, Store
from seawall.office.stores import FILES
from seawall.records.sqlite.driver import library

LEDGER, OFFICE, KEYS = FILES["ledger"], FILES["office"], FILES["keys"]
LEDGER_KEYS: dict[str, Part] = {"keys/ledger.key": "keys", "keys/ledger.pub": "rows"}
"""The public key stays with what it verifies."""


@dataclass(frozen=True)
class Copied:
    """A file that is copied.

    Attributes:
        name: its path in the home; of a store in PostgreSQL, as if it were a file there.
        file: where the copy lies.
        rows: of a store, how many rows each table has in the copy.
        note: of the ledger, its signed checkpoint in the copy.
    """

    name: str
    file: Path
    part: Part = "rows"
    rows: Mapping[str, int] | None = None
    note: bytes = b""


def dumped(store: Store) -> str:
    """What a backup calls the copy of a store that lies in PostgreSQL."""
    return str(Path(FILES[store]).with_suffix(postgresql.SUFFIX))


def back_up(home: Home, target: Path, secret: Secret) -> Manifest:
    """Make an encrypted copy of a home; the ring is not in it.

    Args:
        home: what is copied; it may be in use.
        target: the backup's folder, which is there at the end, whole, or not at all.
        secret: what it is encrypted under.

    Raises:
        UnableToFindLedger: the home has no ledger.
        UnableToReplace: the target exists.
        UnableToCopyIntoItself: the target lies in the home.
        UnableToCopy: another backup runs, or a database is damaged.
        UnableToUseDatabase, UnableToRunProgram: PostgreSQL, or its `pg_dump`, does not do its work.
    """
    if target.resolve().is_relative_to(home.folder.resolve()):
        raise UnableToCopyIntoItself
    reader = home.ledger_reader
    at = now()
    with aside(target) as made, _scratch(home) as scratch:
        copies = [*_stores(home, scratch), *_unchanging(home)]
        note = next(each.note for each in copies if each.note)
        writer = Writer(made, secret)
        for each in copies:
            writer.add(each.part, each.name, each.file)
        return writer.finish(
            Holds(
                made_at=at.isoformat(),
                entries=_size(note, reader.key),
                checkpoint=note.decode(),
                counts={each.name: dict(each.rows) for each in copies if each.rows is not None},
            )
        )


def _size(note: bytes, key: Key) -> int:
    told = read_note(note, "ledger")
    told.signed(key)
    return read_checkpoint(told).size


def _stores(home: Home, scratch: Path) -> Iterator[Copied]:
    """The stores, in the order of the proof above."""
    yield from _store(home, scratch, "office")
    pin(home.folder / "book", scratch / "book")
    for file in _files(scratch / "book"):
        yield Copied(f"book/{file.relative_to(scratch / 'book')}", file)
    for store in _LAST:
        yield from _store(home, scratch, store)


_LAST: tuple[Store, ...] = ("people", "keys", "ledger")


def _store(home: Home, scratch: Path, store: Store) -> Iterator[Copied]:
    """A store's copy, if there is the store."""
    lies = home.settings.lies(store)
    part: Part = "keys" if store == "keys" else "rows"
    if lies is not None:
        yield _dumped(lies, scratch, store, part)
    elif (home.folder / FILES[store]).is_file():
        copied = (
            _office(home.folder / OFFICE, scratch)
            if store == "office"
            else _copied(home.folder, scratch, FILES[store], part=part)
        )
        note = _note(copied.file, home.ledger_reader.key) if store == "ledger" else b""
        yield replace(copied, rows=rows_of(copied.file), note=note)


def _note(file: Path, key: Key) -> bytes:
    with closing(SqliteStore(file)) as store:
        return Reader(store, key).note()


def _dumped(lies: Lies, scratch: Path, store: Store, part: Part) -> Copied:
    """A store in PostgreSQL: rows, counts and checkpoint are of one state."""
    target = scratch / dumped(store)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with postgresql.one_state(lies) as state:
        note = state.checkpoint() if store == "ledger" else b""
        if note is None:
            raise UnableToFindLedger(lies.schema)
        state.dump(target)
        return Copied(dumped(store), target, part, state.counts(), note)


def _unchanging(home: Home) -> Iterator[Copied]:
    for name, part in LEDGER_KEYS.items():
        yield Copied(name, home.folder / name, part)
    if (factors := home.folder / factor_key.FILE).is_file():  # made before the first row it seals
        yield Copied(factor_key.FILE, factors, "keys")
    for folder, name in ((home.folder / "evidence", "evidence"), (PACKS, "packs")):
        for file in _files(folder):
            yield Copied(f"{name}/{file.relative_to(folder)}", file)


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


def _copied(home: Path, scratch: Path, name: str, part: Part = "rows") -> Copied:
    """A database that `apsw` serves: SQLite's online backup, in one go."""
    target = scratch / name
    target.parent.mkdir(exist_ok=True, mode=0o700)
    make_private(target)
    try:
        with (
            closing(apsw.Connection(str(home / name))) as source,
            closing(apsw.Connection(str(target))) as copy,
        ):
            source.set_busy_timeout(60_000)
            with copy.backup("main", source, "main") as backup:
                backup.step(-1)
    except apsw.Error as error:
        raise UnableToCopy(home / name, verbatim(str(error))) from None
    return Copied(name, target, part)


def _office(records: Path, scratch: Path) -> Copied:
    """The office's database, by the library that serves it.

    Two SQLite libraries on one file in one process undo each other's locks.
    """
    target = scratch / OFFICE
    make_private(target)
    try:
        with (
            closing(library.connect(records, timeout=60)) as source,
            closing(library.connect(target)) as copy,
        ):
            source.backup(copy, pages=-1)
    except library.Error as error:
        raise UnableToCopy(records, verbatim(str(error))) from None
    return Copied(OFFICE, target)


def rows_of(file: Path) -> dict[str, int]:
    """How many rows each table of a copied database has.

    Raises:
        UnableToCopy: the database is damaged.
    """
    try:
        with closing(apsw.Connection(str(file))) as raw:
            if (found := raw.pragma("quick_check")) != "ok":
                raise UnableToCopy(file, verbatim(str(found)))
            tables = (
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            names = sorted(name for (name,) in raw.execute(tables))
            return {name: raw.execute(f'SELECT COUNT(*) FROM "{name}"').get for name in names}
    except apsw.Error as error:
        raise UnableToCopy(file, verbatim(str(error))) from None


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    """Where copies lie until they are sealed; one backup at a time."""
    folder = home.folder / "scratch" / "backup"
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder.with_suffix(".lock")
    file.touch(mode=0o600)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnableToCopy(
                home.folder,
                Text(en="another backup of it is being made", zh="正在制作它的另一份备份"),
            ) from None
        _clear(folder)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            _clear(folder)


def _clear(folder: Path) -> None:
    """Remove copies; that of keys is overwritten first, since who is erased later is in it."""
    for name in (KEYS, dumped("keys")):
        overwrite(folder / name)
    shutil.rmtree(folder, ignore_errors=True)


def overwrite(file: Path) -> None:
    """Write noughts over a copy of keys, if it is there."""
    if file.exists():
        with file.open("r+b") as out:
            out.write(bytes(file.stat().st_size))


class UnableToCopy(Unable, RuntimeError):
    """A store cannot be copied."""

    def __init__(self, what: Path, why: Text) -> None:
        super().__init__(
            Text(en="no backup is made: {what}: {why}", zh="未制作备份：{what}：{why}"),
            what=what,
            why=why,
        )


class UnableToCopyIntoItself(Unable, ValueError):
    """What harms the home would harm its backup."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="the backup would lie in the home it copies; name a folder elsewhere",
                zh="备份会落在其所复制的主目录之内；请指定别处的文件夹",
            )
        )
