"""Copy a store that lives in PostgreSQL, and put it back: `pg_dump` and `pg_restore`.

A home's own stores are SQLite files; an institution that opens its ledger, vault or office on PostgreSQL copies
each with `dump`, in the order that `making` proves, and seals the files with `archive.Writer`. A dump is one
state of its database, however long it takes.
"""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from seawall.core.problem import Unable


def dump(address: str, file: Path, *, programs: Path) -> None:
    """Write one state of a database, in PostgreSQL's custom format, for its owner only.

    Args:
        address: such as `postgresql://user:password@host:5432/name`.
        file: where; it must not exist.
        programs: the folder of `pg_dump`, of the server's version or newer.

    Raises:
        UnableToRunProgram: the program failed.
    """
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    ask = ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}"]
    _run(programs / "pg_dump", ask, address)


def put_back(file: Path, address: str, *, programs: Path) -> None:
    """Fill an empty database from a dump, wholly or not at all.

    Triggers are made after the rows, so those that refuse changes do not refuse them.

    Raises:
        UnableToRunProgram: the program failed; the database is as it was.
    """
    ask = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(programs / "pg_restore", [*ask, f"--dbname={_name(address)}", str(file)], address)


def _run(program: Path, ask: list[str], address: str) -> None:
    told = urlsplit(address)
    connection = {
        "PGHOST": told.hostname or "",
        "PGPORT": str(told.port or 5432),
        "PGUSER": unquote(told.username or ""),
        # In the environment: arguments stand in the list of processes.
        "PGPASSWORD": unquote(told.password or ""),
        "PGDATABASE": _name(address),
    }
    done = subprocess.run(  # noqa: S603 - the program is the caller's, the arguments are ours
        [str(program), "--no-password", *ask],
        check=False, capture_output=True, env={**os.environ, **connection},
    )  # fmt: skip
    if done.returncode:
        raise UnableToRunProgram(program, done.stderr.decode("utf-8", "replace"))


def _name(address: str) -> str:
    return unquote(urlsplit(address).path.strip("/"))


class UnableToRunProgram(Unable, RuntimeError):
    """One of PostgreSQL's programs failed."""

    def __init__(self, program: Path, said: str) -> None:
        first = (said.strip().splitlines() or ["it said nothing"])[
            0
        ]  # further lines may quote rows
        super().__init__(f"{program.name} failed: {first}")
