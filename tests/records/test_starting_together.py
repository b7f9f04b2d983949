"""Processes that are started at once on a database without tables, as after an upgrade, make them once."""

import multiprocessing
from pathlib import Path

import pytest
from django.db import connections

from seawall.records import starting
from tests import postgresql

# Newer Pythons warn of forks beside threads; the children here use nothing that their parent began.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

FORK = multiprocessing.get_context("fork")


def _open(database: Path | str) -> None:
    starting.start(database)
    starting.migrate()
    starting.stop()


def together(database: Path | str) -> list[int | None]:
    connections.close_all()
    children = [FORK.Process(target=_open, args=(database,)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]


def test_on_sqlite(tmp_path: Path) -> None:
    assert together(tmp_path / "office.sqlite") == [0] * 4


@pytest.mark.skipif(not postgresql.FOLDERS, reason="no PostgreSQL server under /usr/lib/postgresql")
def test_on_postgresql() -> None:
    with postgresql.server() as address:
        assert together(address) == [0] * 4
