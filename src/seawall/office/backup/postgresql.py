"""Copy a store that lies in PostgreSQL, and put it back: `pg_dump` and `pg_restore`, of its schema only.

A copy is one state of the store. A transaction that only reads exports its snapshot; `pg_dump` dumps what that
snapshot sees, and the rows are counted, and the ledger's checkpoint read, in the same transaction.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.ledger import rows as tables
from seawall.office import databases
from seawall.office.settings import Lies, without_secrets

if TYPE_CHECKING:
    import psycopg

SUFFIX: Final = ".dump"
_FOLDERS: Final = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
"""Where Debian and Red Hat put each version's programs; the newest serve every older server."""


@dataclass(frozen=True)
class State:
    """One state of a store, as long as its transaction is open."""

    raw: "psycopg.Connection[tuple[Any, ...]]"
    lies: Lies
    snapshot: str

    def dump(self, file: Path) -> None:
        """Write it into a new file, in PostgreSQL's custom format, for its owner only.

        Raises:
            UnableToRunProgram: `pg_dump` failed, or is not there.
        """
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        ask = [f"--snapshot={self.snapshot}", f"--schema={self.lies.schema}", f"--file={file}"]
        _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", *ask], self.lies)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return _counts(self.raw, self.lies.schema)

    def checkpoint(self) -> bytes | None:
        """The signed checkpoint, of a ledger; None where none was started."""
        from seawall.ledger.postgresql import PostgresRows  # noqa: PLC0415 - an extra

        head = tables.head(PostgresRows(self.raw))
        return None if head is None else head[1]


@contextmanager
def one_state(lies: Lies) -> Iterator[State]:
    """A store as it is now, whatever is written meanwhile.

    Raises:
        UnableToUseDatabase: it cannot be reached, or fails.
    """
    with databases.connection(lies) as raw, raw.transaction():
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # It waits for `pg_dump`, for as long as that takes.
        raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        told = raw.execute("SELECT pg_export_snapshot()").fetchone()
        yield State(raw, lies, told[0] if told else "")


def counts(lies: Lies) -> dict[str, int]:
    """How many rows each table of a store has."""
    with databases.connection(lies) as raw:
        return _counts(raw, lies.schema)


def _counts(raw: "psycopg.Connection[tuple[Any, ...]]", schema: str) -> dict[str, int]:
    named = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"
    found = {}
    for (name,) in raw.execute(named, (schema,)).fetchall():
        counted = raw.execute(f'SELECT COUNT(*) FROM {schema}."{name}"'.encode()).fetchone()
        found[name] = int(counted[0]) if counted else 0
    return found


def put_back(file: Path, lies: Lies) -> None:
    """Fill a store's empty schema from a dump, wholly or not at all.

    Triggers are made after the rows, so those that refuse changes do not refuse them.

    Raises:
        UnableToRunProgram: `pg_restore` failed, or is not there; the schema is as it was.
    """
    ask = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", [*ask, f"--schema={lies.schema}", str(file)], lies)


def program(name: str) -> Path | None:
    """One of PostgreSQL's programs: the newest in the systems' folders, or else the path's; None where none."""
    found = [each / name for folder in _FOLDERS for each in Path("/").glob(folder)]
    there = sorted((each for each in found if each.is_file()), key=_version)
    if there:
        return there[-1]
    told = shutil.which(name)
    return Path(told) if told else None


def _version(file: Path) -> float:
    told = re.search(r"[0-9]+(\.[0-9]+)?", file.parent.parent.name)
    return float(told[0]) if told else 0.0


def _run(name: str, ask: Sequence[str], lies: Lies) -> None:
    file = program(name)
    if file is None:
        raise UnableToRunProgram(
            name,
            Text(
                en="it is not there: install PostgreSQL's client programs",
                zh="没有该程序：请安装 PostgreSQL 客户端程序",
            ),
        )
    told = urlsplit(lies.database)
    password = dict(parse_qsl(told.query)).get("password") or unquote(told.password or "")
    # In the environment: arguments stand in the list of processes.
    secret = {"PGPASSWORD": password} if password else {}
    done = subprocess.run(  # noqa: S603 - the system's program, the arguments are ours
        [str(file), "--no-password", f"--dbname={without_secrets(lies.database)}", *ask],
        check=False, capture_output=True, env={**os.environ, **secret},
    )  # fmt: skip
    if done.returncode:
        raise UnableToRunProgram(name, _first(done.stderr.decode("utf-8", "replace")))


def _first(said: str) -> Text:
    """The first line of what a program said; further ones may quote rows."""
    lines = said.strip().splitlines()
    return verbatim(lines[0]) if lines else Text(en="it said nothing", zh="它什么也没说")


class UnableToRunProgram(Unable, RuntimeError):
    """One of PostgreSQL's programs failed."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(en="{name} failed: {why}", zh="{name} 失败：{why}"), name=name, why=why
        )
