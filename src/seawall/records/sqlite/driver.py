"""Which SQLite serves the office's rows.

Django uses Python's own, which is the system's: from 3.7.0 to 3.51.2 it can corrupt a file in WAL mode when
one connection starts the log over while another writes. `pysqlite3` brings a newer one along. Where it
is not installed, or brings an old one, the file is kept without that log: slower, and safe.
"""

import sqlite3 as own
from types import ModuleType
from typing import Final

from seawall.core.sqlite import LEAST


def _chosen() -> ModuleType:
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - it is not on every platform
    except ImportError:
        return own
    bundled: ModuleType = dbapi2
    return max((bundled, own), key=lambda each: each.sqlite_version_info)


library: Final = _chosen()
"""A module like Python's `sqlite3`. One process opens a file by one library: two undo each other's locks."""


def safe_log() -> bool:
    """Whether this SQLite may keep a log that several connections use."""
    return bool(library.sqlite_version_info >= LEAST)
