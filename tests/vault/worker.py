"""A process that is killed: `python -m tests.vault.worker FOLDER WORK`; says when it begins."""

import sys
from pathlib import Path

from seawall.vault import ring, rotation
from seawall.vault.algorithms import AES
from seawall.vault.database import KEYS, PEOPLE
from seawall.vault.erasure import Order
from seawall.vault.sqlite import SqliteDatabase
from tests.vault.conftest import NOW, Room, erase

FIELD = "phone"


def room_at(folder: Path) -> Room:
    return Room(
        SqliteDatabase(folder / "people.sqlite", PEOPLE),
        SqliteDatabase(folder / "keys.sqlite", KEYS),
        ring.from_file(folder / "ring.json"),
    )


def work(folder: Path, what: str) -> None:
    room = room_at(folder)
    print("begun", flush=True)  # noqa: T201 - the parent waits for it
    if what == "rewrap":
        if len(room.vault.status().keys) == 1:
            ring.write_file(folder / "ring.json", room.ring.rotated(AES))  # type: ignore[attr-defined]
            room.ring = ring.from_file(folder / "ring.json")
        list(rotation.rewrap(room.vault.keys, most=5))
    elif what == "reindex":
        if len(room.vault.keys.indexes()[FIELD]) == 1:
            room.vault.keys.next_index(FIELD)
        list(rotation.reindex(room.rows, room.vault.keys, FIELD, most=5))
    elif what == "erase":
        with room.rows.reading() as session:
            rows = session.rows("SELECT token FROM vault_person WHERE state = 'active'")
        for (token,) in rows[: len(rows) // 2]:
            erase(room.vault, (token,), by=Order("dana", "asked", NOW))


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2])
