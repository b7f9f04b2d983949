"""A PostgreSQL server for tests: its own, on loopback, gone afterwards."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
OTHER = "nobody"  # the server refuses to run as root
MARKS = [
    pytest.mark.skipif(not FOLDERS, reason="no PostgreSQL server under /usr/lib/postgresql"),
    pytest.mark.skipif(find_spec("psycopg") is None, reason="psycopg is not installed"),
]


@contextmanager
def server() -> Iterator[str]:
    """A fresh server's address; it stops at the end."""
    folder = Path(tempfile.mkdtemp(prefix="seawall-postgresql-"))
    password = secrets.token_hex(8)
    (folder / "password").write_text(password, encoding="ascii")
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            os.chown(path, pwd.getpwnam(OTHER).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    _run(folder, "initdb", "-D", data, "-U", "bob", "-A", "scram-sha-256", "-E", "UTF8",
         "--pwfile", str(folder / "password"))  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    _run(folder, "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://bob:{password}@127.0.0.1:{port}/postgres"
    finally:
        _run(folder, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def _run(folder: Path, *command: str) -> None:
    user = OTHER if os.geteuid() == 0 else None
    subprocess.run([str(FOLDERS[0] / command[0]), *command[1:]], check=True, user=user, cwd=folder,
                   env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL)  # fmt: skip
