"""The stateful tests on PostgreSQL: where `SEAWALL_TEST_DATABASE` is `postgresql`, what would be a SQLite file of the
office is a database of a private server, and a home that says nothing else has all of its stores there.

Each file's path, or home's folder, is a database of its own, made from one that has its tables already. So is each SQLite
file, where nothing is said.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest

from seawall.office import homes, settings
from seawall.office.homes import Home
from seawall.office.settings import Settings, without_secrets
from seawall.records import starting
from tests import postgresql

VARIABLE = "SEAWALL_TEST_DATABASE"
CHOSEN = os.environ.get(VARIABLE, "sqlite")
SQLITE = pytest.mark.skipif(CHOSEN != "sqlite", reason="it is about SQLite's file")
"""On tests that look into the file itself."""
_TEMPLATE = "with_tables"


class Elsewhere:
    """A server's databases, by the paths that they stand for."""

    def __init__(self, address: str) -> None:
        self._server = address

    def address(self, path: Path, template: str = "template1") -> str:
        """The address of a path's database, which is made where it is not there; with the password in the environment."""
        name = f"t{sha256(str(path.absolute()).encode()).hexdigest()[:20]}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}", made_already=True)
        return f"{without_secrets(self._server).rpartition('/')[0]}/{name}"

    def ask(self, sql: str, *, made_already: bool = False) -> None:
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(self._server, autocommit=True) as raw:
            try:
                raw.execute(sql.encode())
            except psycopg.errors.DuplicateDatabase:
                if not made_already:
                    raise

    def copied(self, home: Home, folder: Path) -> Home:
        """A home like another, with a database of its own."""
        starting.stop()
        shutil.copytree(home.folder, folder)
        source = urlsplit(str(home.settings.database)).path.strip("/")
        copy = homes.home(folder).settings.model_copy(
            update={"database": self.address(folder, source)}
        )
        (folder / settings.FILE).write_text(copy.text, encoding="utf-8")
        return homes.home(folder)


_chosen: list[Elsewhere] = []


def copied(home: Home, folder: Path) -> Home:
    """A home like another, that tests may change."""
    if _chosen:
        return _chosen[0].copied(home, folder)
    shutil.copytree(home.folder, folder)
    return homes.home(folder)


@contextmanager
def chosen() -> Iterator[None]:
    """While it runs, stores lie where `SEAWALL_TEST_DATABASE` says."""
    if CHOSEN == "sqlite":
        with _made_once():
            yield
        return
    with postgresql.durable() as server, pytest.MonkeyPatch.context() as patch:
        address = server.address
        patch.setenv("PGPASSWORD", urlsplit(address).password or "")
        elsewhere = Elsewhere(address)
        elsewhere.ask(f"CREATE DATABASE {_TEMPLATE}")
        starting.start(f"{address.rpartition('/')[0]}/{_TEMPLATE}")
        starting.stop()
        _redirect(patch, elsewhere)
        _chosen[:] = [elsewhere]
        yield
        _chosen.clear()
        starting.stop()


@contextmanager
def _made_once() -> Iterator[None]:
    """A SQLite file that is not there begins as a copy of one with tables: to make them takes twenty times as long."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        template, database = Path(folder) / "office.sqlite", starting._database  # noqa: SLF001 - as below
        starting.start(template)
        starting.stop()

        def there(told: Path | str) -> dict[str, Any]:
            if isinstance(told, Path) and not told.exists():
                told.parent.mkdir(parents=True, exist_ok=True)
                _copy(template, told)
            return database(told)

        patch.setattr(starting, "_database", there)
        yield


def _copy(template: Path, to: Path) -> None:
    """Make a file whole or not at all; whoever of several is first makes it."""
    part = to.with_name(f"{to.name}.{os.getpid()}.{threading.get_ident()}")
    shutil.copyfile(template, part)
    with suppress(FileExistsError):
        to.hardlink_to(part)
    part.unlink()


def _redirect(patch: pytest.MonkeyPatch, elsewhere: Elsewhere) -> None:
    database, read = starting._database, settings.read  # noqa: SLF001 - the one place where an address is read

    def there(told: Path | str) -> dict[str, Any]:
        return database(elsewhere.address(told, _TEMPLATE) if isinstance(told, Path) else told)

    def of(folder: Path) -> Settings:
        told = read(folder)
        if told.database or told.databases or (folder.exists() and any(folder.iterdir())):
            return told
        return told.model_copy(update={"database": elsewhere.address(folder)})

    patch.setattr(starting, "_database", there)
    patch.setattr(settings, "read", of)
