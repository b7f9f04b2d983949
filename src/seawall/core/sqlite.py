"""SQLite files that several processes share safely, through the SQLite that `apsw` brings along.

The SQLite of many systems (3.7.0 to 3.51.2) can corrupt a file in WAL mode when one connection starts
the log over while another writes; so it is never used for the ledger or the vault.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw

from seawall.core.text import Text

LEAST: Final = (3, 51, 3)
"""The first version without the race."""
_SETTINGS = (
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),  # what was acknowledged survives a loss of power
    ("secure_delete", "ON"),  # what is deleted is overwritten
    ("trusted_schema", "OFF"),
)


def version() -> tuple[int, ...]:
    """The version of the SQLite that apsw brought along."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))


def outdated() -> Text | None:
    """Why this SQLite is not to be trusted with a file that several use; None where it is."""
    found = version()
    if found >= LEAST:
        return None
    told, least = (".".join(map(str, each)) for each in (found, LEAST))
    return _OUTDATED.filled(told=told, least=least)


_OUTDATED = Text(
    en="SQLite {told} can corrupt it when several connections write; {least} is needed: "
    "pip install --upgrade apsw",
    zh="SQLite {told} 在多个连接写入时可能损坏它；需要 {least}：pip install --upgrade apsw",
)


def make_private(file: Path) -> None:
    """Make an empty file that only its owner may read; SQLite gives its log the same mode."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def connect(file: Path, *, wait_ms: int) -> apsw.Connection:
    """A connection whose commits are durable, whose deletions overwrite, and which waits for others."""
    connection = apsw.Connection(str(file))
    connection.set_busy_timeout(wait_ms)
    for name, value in _SETTINGS:
        connection.pragma(name, value)
    return connection
