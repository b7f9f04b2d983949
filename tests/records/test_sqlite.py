"""The office's database keeps a log only where its SQLite may."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.migrations.recorder import MigrationRecorder

from seawall.core.sqlite import LEAST
from seawall.records import starting
from seawall.records.models import Series
from seawall.records.sqlite import driver

SOURCES = Path(starting.__file__).parents[2]
TOLD = """
import sys
from pathlib import Path
{before}
from seawall.records import starting
starting.start(Path(sys.argv[1]))
from django.db import connection
cursor = connection.cursor()
for sql in ("SELECT sqlite_version()", "PRAGMA journal_mode", "PRAGMA synchronous"):
    print(cursor.execute(sql).fetchone()[0])
"""


def opened(file: Path, before: str = "") -> tuple[tuple[int, ...], str, str]:
    """In a process of its own: the version of its SQLite, how it keeps its journal, how it syncs."""
    told = subprocess.run([sys.executable, "-c", TOLD.format(before=before), str(file)], check=True,
                          capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(SOURCES)})  # fmt: skip
    version, journal, sync = told.stdout.split()
    return tuple(map(int, version.split("."))), journal, sync


@pytest.mark.parametrize("before", ["", "sys.modules['pysqlite3'] = None"], ids=["ours", "system"])
def test_a_log_is_kept_only_by_a_sqlite_without_the_race(tmp_path: Path, before: str) -> None:
    version, journal, sync = opened(tmp_path / "office.sqlite", before)
    assert journal == ("wal" if version >= LEAST else "truncate")
    assert sync == "2", "FULL"


def test_the_newest_sqlite_that_is_there_is_taken() -> None:
    assert driver.library.sqlite_version_info >= sqlite3.sqlite_version_info


def test_djangos_values_and_errors_are_those_of_djangos_own_backend(tmp_path: Path) -> None:
    starting.start(tmp_path / "office.sqlite")
    applied = MigrationRecorder.Migration.objects.get(name="0001_events", app="records").applied
    assert applied.tzinfo is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT '%s'")
        assert cursor.fetchone() == ("%s",)
        cursor.execute("SELECT '%%', %(x)s", {"x": 7})
        assert cursor.fetchone() == ("%", 7)
        cursor.executemany(
            "INSERT INTO records_series (digest, stream, definition) VALUES (%s, 's', '')",
            [["a"], ["b"]],
        )
        with pytest.raises(DatabaseError):
            cursor.execute("SELECT nothing")
    assert Series.objects.filter(digest__regex="^[ab]$").count() == 2
    with pytest.raises(IntegrityError):
        Series.objects.create(digest="a", stream="s", definition="")
