"""Open the office's database: Django configured in code, its tables brought up to date."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, Error, connections
from django.db.migrations.executor import MigrationExecutor

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.records.sqlite import driver

_MIGRATING = 0x5EA_1A12
"""The advisory lock of whoever changes tables."""
FAILURE = Error
"""What a failure of the office's database is raised as, for rooms that see nothing of Django."""

# With a log readers never wait for a writer. Without, a transaction is kept back by whoever reads.
_JOURNAL = "WAL" if driver.safe_log() else "TRUNCATE"
_SQLITE = {
    # A transaction that returned survives a loss of power.
    "init_command": f"PRAGMA journal_mode={_JOURNAL}; PRAGMA synchronous=FULL; "
    "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
    # A transaction that will write waits for its turn at its start, and not half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
}


def start(database: Path | str, *, more: Mapping[str, object] | None = None) -> None:
    """Open a database and bring its tables up to date; again with another one, to change over.

    One database at a time in a process. SQLite files are opened in WAL mode, by a SQLite that may.

    Args:
        database: a SQLite file (its folder is made), or an address such as
            `postgresql://user:password@host:5432/name?sslmode=verify-full`; after the `?`, parameters
            of libpq's.
        more: further settings of Django's, for rooms above; only the first call's count.

    Raises:
        UnableToOpenRecords: the address is of no database that is supported.
        UnableToTrustRecords: the server, or the address, lets it lose what it acknowledged.
        UnableToUseRecords: the database cannot be reached, or refuses its tables.
    """
    told = _database(database)
    prepare(more)
    if not _same(told):
        connections["default"].close()
        connections.databases["default"] = connections.configure_settings({"default": told})[
            "default"
        ]
        del connections["default"]
    try:
        _check_durable()
        with _alone():
            _migrate()
    except DatabaseError as error:
        raise UnableToUseRecords(verbatim(str(error).strip().partition("\n")[0])) from None


def migrate() -> None:
    """Bring up to date also the tables of other rooms than this one, such as those of sign-ins.

    Raises:
        UnableToUseRecords: the database refuses them.
    """
    try:
        with _alone():
            call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise UnableToUseRecords(verbatim(str(error).strip().partition("\n")[0])) from None


def _migrate() -> None:
    """Bring this room's tables up to date, and no others.

    Django's command would also tell every other room that it did, whose tables may not be there.
    """
    executor = MigrationExecutor(connections["default"])
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "records"])


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time changes tables, of all that are started at once after an upgrade."""
    database = connections["default"]
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [_MIGRATING])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_MIGRATING])
        return
    # Of the folder: whoever opened and closed the file itself would undo SQLite's own locks.
    folder = os.open(Path(database.settings_dict["NAME"]).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _check_durable() -> None:
    """What was acknowledged must survive a loss of power; SQLite is told so when it is opened."""
    if connections["default"].vendor != "postgresql":
        return
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        (found,) = cursor.fetchone()
    if found == "off":
        stop()
        raise UnableToTrustRecords


def stop() -> None:
    """Close the database, for example to move it."""
    connections.close_all()


def prepare(more: Mapping[str, object] | None = None) -> None:
    """Tell Django what it is to know before the room's modules can be imported; at most once."""
    if not settings.configured:
        own = {
            "DATABASES": {"default": {"ENGINE": "seawall.records.sqlite", "NAME": ":memory:"}},
            "INSTALLED_APPS": ["seawall.records"],
            "AUTH_USER_MODEL": "records.Person",
            "USE_TZ": True,
            "TIME_ZONE": "UTC",
        }
        settings.configure(**{**own, **(more or {})})
        django.setup()


def _same(told: Mapping[str, object]) -> bool:
    now = connections.databases["default"]
    return all(now.get(name) == value for name, value in told.items())


def _database(database: Path | str) -> dict[str, object]:
    if isinstance(database, Path):
        database.parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "seawall.records.sqlite",
            "NAME": str(database.absolute()),
            "OPTIONS": _SQLITE,
        }
    address = urlsplit(database)
    options = dict(parse_qsl(address.query))
    # Compiling a statement takes longer than any of ours does: a list's page would wait half a second for it.
    options["options"] = f"{options.get('options', '')} -c jit=off".strip()
    named = address.path.strip("/") or "service" in options
    if address.scheme not in ("postgresql", "postgres") or not named:
        raise UnableToOpenRecords(address.scheme)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.strip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": address.hostname or "",
        "PORT": str(address.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
    }


class UnableToOpenRecords(Unable, ValueError):
    """The address names no database that the office can use."""

    def __init__(self, scheme: str) -> None:
        # The address may hold a password: it is not repeated.
        super().__init__(
            Text(
                en="the office's rows live in a SQLite file or in PostgreSQL "
                "(postgresql://user:password@host:port/name), not in {scheme!r}",
                zh="业务数据存于 SQLite 文件或 PostgreSQL（postgresql://user:password@host:port/name），"
                "不能存于 {scheme!r}",
            ),
            scheme=scheme,
        )


class UnableToTrustRecords(Unable, RuntimeError):
    """The server acknowledges what it can lose."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="synchronous_commit is off, so that acknowledged rows can be lost; set it to on",
                zh="synchronous_commit 为 off，已确认的行可能丢失；请设为 on",
            )
        )


class UnableToUseRecords(Unable, RuntimeError):
    """The office's database cannot be used."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="the office's database cannot be used: {why}", zh="业务数据库不能使用：{why}"),
            why=why,
        )
