"""A PostgreSQL server for tests: its own, on loopback, gone afterwards."""

import atexit
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import pytest

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
OTHER = "nobody"  # the server refuses to run as root
MARKS = [
    pytest.mark.skipif(not FOLDERS, reason="no PostgreSQL server under /usr/lib/postgresql"),
    pytest.mark.skipif(find_spec("psycopg") is None, reason="psycopg is not installed"),
]


@contextmanager
def server() -> Iterator[str]:
    """A fresh server's address, quick because it forgets what a loss of power takes."""
    with durable("-c fsync=off") as made:
        yield made.address


@contextmanager
def durable(options: str = "") -> Iterator["Server"]:
    """A fresh server that keeps what it acknowledged, and can be stopped and started."""
    folder = _folder()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    new = _new()
    _run(folder, "cp", "-a", str(new / "data"), str(folder / "data"))
    made = Server(folder, port, (new / "password").read_text(encoding="ascii"), options)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@lru_cache(maxsize=1)
def _new() -> Path:
    """A cluster that was just made, to be copied: making one takes longer than most tests. Gone with this process."""
    folder = _folder()
    atexit.register(shutil.rmtree, folder)
    (folder / "password").write_text(secrets.token_hex(8), encoding="ascii")
    if os.geteuid() == 0:
        os.chown(folder / "password", pwd.getpwnam(OTHER).pw_uid, -1)
    _run(folder, "initdb", "-D", str(folder / "data"), "-U", "bob", "-A", "scram-sha-256", "-E", "UTF8",
         "--no-sync", "--pwfile", str(folder / "password"))  # fmt: skip
    return folder


def _folder() -> Path:
    """A folder of whoever runs the server."""
    folder = Path(tempfile.mkdtemp(prefix="seawall-postgresql-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(OTHER).pw_uid, -1)
    return folder


class Server:
    def __init__(self, folder: Path, port: int, password: str, options: str) -> None:
        self._folder = folder
        self._options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {options}"
        )
        self.address = f"postgresql://bob:{password}@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        _run(self._folder, "pg_ctl", "-D", str(self._folder / "data"), "-w",
             "-l", str(self._folder / "log"), "-o", self._options, "start")  # fmt: skip

    @property
    def pid(self) -> int:
        """The server's process, whose children do the work."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """At once, as a kill does: what was not synced is gone with the process."""
        _run(self._folder, "pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")  # fmt: skip


class Ways:
    """Counts, by libpq's own trace, how often connections wait for an answer of their server."""

    def __init__(self, *connections: Any) -> None:  # noqa: ANN401 - an extra's
        self._connections = connections
        self.count = 0

    def __enter__(self) -> Self:
        self._files = [tempfile.TemporaryFile() for _ in self._connections]  # noqa: SIM115 - closed at the end
        for connection, file in zip(self._connections, self._files, strict=True):
            connection.pgconn.trace(file.fileno())
        return self

    def __exit__(self, *_: object) -> None:
        for connection, file in zip(self._connections, self._files, strict=True):
            connection.pgconn.untrace()
            file.seek(0)
            self.count += _ways(file.read())
            file.close()


def _ways(trace: bytes) -> int:
    """A query and the end of what was sent together are answered; so is who asks for what is ready before that end."""
    sent = [line.split(b"\t")[3:4] for line in trace.splitlines() if b"\tF\t" in line]
    pairs = zip([[b""], *sent], sent, strict=False)
    return sum(
        now in ([b"Query"], [b"Sync"]) or (now == [b"Flush"] and before != [b"Sync"])
        for before, now in pairs
    )


def _run(folder: Path, *command: str) -> None:
    user = OTHER if os.geteuid() == 0 else None
    program = FOLDERS[0] / command[0]
    subprocess.run([str(program) if program.is_file() else command[0], *command[1:]], check=True, user=user, cwd=folder,
                   env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL)  # fmt: skip
