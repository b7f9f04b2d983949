"""The ledger's tables, in SQL that SQLite and PostgreSQL share."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from seawall.ledger.entry import Recorded, Sealed
from seawall.ledger.store import Rows, Store
from seawall.ledger.tree import Tile, Tiles, UnableToReadTile

_BATCH = 2_000


def head(rows: Rows) -> tuple[int, bytes] | None:
    """The size of the ledger and its signed checkpoint; None where it was never started."""
    found = rows.all("SELECT size, note FROM ledger_head")
    return (found[0][0], bytes(found[0][1])) if found else None


def count(rows: Rows) -> int:
    """How many entries the last number says there are."""
    found: int = rows.all("SELECT COALESCE(MAX(number) + 1, 0) FROM ledger_entry")[0][0]
    return found


def start(rows: Rows, note: bytes) -> None:
    """Write the checkpoint of the empty ledger."""
    rows.all("INSERT INTO ledger_head (one, size, note) VALUES (1, 0, ?)", (note,))


def advance(rows: Rows, size: int, note: bytes) -> None:
    """Write the checkpoint after an append."""
    rows.all("UPDATE ledger_head SET size = ?, note = ?", (size, note))


class New(NamedTuple):
    """An entry that gets its number, and the number of the one whose body it erases."""

    number: int
    sealed: Sealed
    erases: int | None


def insert(rows: Rows, entries: Sequence[New]) -> None:
    """Append entries, and erase what they erase."""
    rows.many(
        "INSERT INTO ledger_entry (number, act, leaf, salt, body, erases) VALUES (?, ?, ?, ?, ?, ?)",
        [(n, s.entry.act, s.leaf, s.salt, s.body, erases) for n, s, erases in entries],
    )
    rows.many(
        "UPDATE ledger_entry SET salt = NULL, body = NULL WHERE number = ?",
        [(each.erases,) for each in entries if each.erases is not None],
    )


def put(rows: Rows, tiles: Sequence[Tile]) -> None:
    """Write tiles, new ones and grown ones."""
    rows.many(
        "INSERT INTO ledger_tile (level, number, hashes) VALUES (?, ?, ?) "
        "ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
        tiles,
    )


_TILE = "SELECT hashes FROM ledger_tile WHERE level = ? AND number = ?"


def tiles(rows: Rows, wanted: Iterable[tuple[int, int]] = ()) -> Tiles:
    """Reads tiles within a transaction.

    Args:
        rows: where.
        wanted: levels and numbers of some that will be read: all of them are asked for at once.
    """
    sent = {spot: rows.all(_TILE, spot) for spot in wanted}

    def read(level: int, number: int) -> bytes:
        spot = level, number
        found = sent[spot] if spot in sent else rows.all(_TILE, spot)
        if not found:
            raise UnableToReadTile(level, number)
        return bytes(found[0][0])

    return read


_ENTRY = "SELECT number, leaf, salt, body FROM ledger_entry"


def asked(rows: Rows, acts: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Ask for the entries of some acts; rows for `by_act`, which are waited for when the first is looked at."""
    sql = "SELECT number, leaf, salt, body, act FROM ledger_entry WHERE act IN ({})"
    every = [acts[at : at + _BATCH] for at in range(0, len(acts), _BATCH)]
    sent = [rows.all(sql.format(", ".join("?" * len(some))), some) for some in every]
    return chain.from_iterable(sent)


def by_act(found: Iterable[Sequence[Any]]) -> dict[str, Recorded]:
    """Entries by their acts, of what `asked` gave."""
    return {row[4]: _recorded(row[:4]) for row in found}


def entry(rows: Rows, number: int) -> Recorded | None:
    """The entry of a number."""
    found = rows.all(f"{_ENTRY} WHERE number = ?", (number,))
    return _recorded(found[0]) if found else None


def eraser(rows: Rows, number: int) -> Recorded | None:
    """The entry that tells of the erasure of another's body."""
    found = rows.all(f"{_ENTRY} WHERE erases = ?", (number,))
    return _recorded(found[0]) if found else None


class Stored(NamedTuple):
    """A row of the entries: the entry, and what the row says of it besides."""

    entry: Recorded
    act: str
    erases: int | None


def stored(store: Store, start: int = 0, stop: int = 2**62) -> Iterator[Stored]:
    """Rows from one number up to another, in their order; nobody waits meanwhile."""
    while start < stop:
        with store.reading() as rows:
            found = rows.all(
                "SELECT number, leaf, salt, body, act, erases FROM ledger_entry "
                f"WHERE number >= ? AND number < ? ORDER BY number LIMIT {_BATCH}",
                (start, stop),
            )
        if not found:
            return
        yield from (Stored(_recorded(row[:4]), row[4], row[5]) for row in found)
        start = found[-1][0] + 1


def keep(rows: Rows, size: int, at_us: int, note: bytes) -> None:
    """Keep a checkpoint for ever."""
    rows.all(
        "INSERT INTO ledger_checkpoint (number, size, at_us, note) "
        "SELECT COALESCE(MAX(number), -1) + 1, ?, ?, ? FROM ledger_checkpoint",
        (size, at_us, note),
    )


def last_kept_us(rows: Rows) -> int:
    """When the last checkpoint was kept, in microseconds since 1970."""
    found = rows.all("SELECT MAX(at_us) FROM ledger_checkpoint")
    return found[0][0] or 0


def kept(rows: Rows) -> list[bytes]:
    """Every checkpoint that was kept, in order."""
    return [
        bytes(note) for (note,) in rows.all("SELECT note FROM ledger_checkpoint ORDER BY number")
    ]


def _recorded(row: Sequence[Any]) -> Recorded:
    number, leaf, salt, body = row
    return Recorded(number, leaf, salt, body)
