"""The same store on PostgreSQL: a server of its own, on loopback, gone after the test."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections

from seawall.policy import window_online
from seawall.policy.window_online import Features, read_events
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from tests.policy.past import STREAM, answers, meanings
from tests.policy.test_window import T0, WINDOWS, payment, simulated
from tests.records.test_event_store import NOW, as_known, facts_of, online, race, rows_in

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
OTHER = "nobody"  # the server refuses to run as root
pytestmark = [
    pytest.mark.skipif(not FOLDERS, reason="no PostgreSQL server under /usr/lib/postgresql"),
    pytest.mark.skipif(find_spec("psycopg") is None, reason="psycopg is not installed"),
    pytest.mark.xdist_group("postgresql"),
]


def _run(folder: Path, *command: str) -> None:
    user = OTHER if os.geteuid() == 0 else None
    subprocess.run([str(FOLDERS[0] / command[0]), *command[1:]], check=True, user=user, cwd=folder,
                   env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL)  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
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
    yield f"postgresql://bob:{password}@127.0.0.1:{port}/postgres"
    connections.close_all()
    _run(folder, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def store(address: str) -> RecordsEventStore:
    starting.start(address)
    with connections["default"].cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"TRUNCATE {model._meta.db_table}")  # noqa: SLF001 - Django's own way
    return RecordsEventStore(window_online.observer)


def test_postgresql_answers_what_the_definition_says(store: RecordsEventStore) -> None:
    rows, asked = simulated(9)
    features = Features(meanings(WINDOWS, STREAM))
    facts, _ = read_events(as_known(STREAM, rows), name="payment", stream=STREAM)
    store.add("payment", facts[:100])
    store.prepare(features.definitions)
    store.add("payment", facts[100:])
    assert online(store, features, asked) == answers(WINDOWS, STREAM, rows, asked)


def test_postgresql_keeps_an_event_once(store: RecordsEventStore) -> None:
    features = Features(meanings(WINDOWS, STREAM))
    store.prepare(features.definitions)
    assert store.add("payment", facts_of(payment("p1", T0), payment("p1", T0))) == (1, ())
    assert store.add("payment", facts_of(payment("p1", T0, amount=7.0))) == (0, ("p1",))
    assert online(store, features, [NOW])[0]["n"] == rows_in("records_event") == 1


def test_postgresql_lets_no_event_miss_a_series(store: RecordsEventStore) -> None:
    race(store, Features(meanings(WINDOWS, STREAM)))


def test_migrations_hold_on_postgresql(store: RecordsEventStore) -> None:
    del store
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
