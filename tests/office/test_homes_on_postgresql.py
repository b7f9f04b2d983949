"""A home whose stores lie in PostgreSQL is made whole or not at all, and never over anything."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from seawall.ledger.audit import audit
from seawall.office import databases, homes, servers
from seawall.office.databases import UNFINISHED, UnableToUseDatabase
from seawall.office.settings import STORES, Settings
from seawall.records.starting import UnableToUseRecords
from seawall.vault.database import UnableToReachDatabase
from tests import postgresql
from tests.killing import killed_at
from tests.office.places import Cluster, cluster

pytestmark = postgresql.MARKS
ORIGIN = "lender.example/ledger"
SCHEMAS = {f"seawall_{store}" for store in STORES}


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    with cluster() as made:
        yield made
        connections.close_all()


def ask(database: str, sql: str) -> list[tuple[Any, ...]]:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(database, autocommit=True) as raw:
        done = raw.execute(sql.encode())
        return done.fetchall() if done.description else []


def schemas(database: str) -> set[str]:
    return {
        name for (name,) in ask(database, "SELECT nspname FROM pg_namespace") if "seawall" in name
    }


def drop(database: str) -> None:
    for name in SCHEMAS:
        ask(database, f"DROP SCHEMA {name} CASCADE")


def test_a_home_is_made_and_everything_in_it_can_be_used(made: Cluster, tmp_path: Path) -> None:
    database = made.database()
    first = homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
    again = homes.home(tmp_path / "home")
    assert again.settings == first.settings
    assert again.ledger_reader.key.name == ORIGIN
    assert not audit(again.ledger_reader).problems
    assert again.vault.open().status().states == {}
    assert again.events([]) is not None
    assert schemas(database) == SCHEMAS
    assert not list(again.folder.rglob("*.sqlite"))
    assert (again.folder / "seawall.toml").stat().st_mode & 0o777 == 0o600
    assert os.environ["PGPASSWORD"] not in (again.folder / "seawall.toml").read_text()
    tables = "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    assert {name for (name,) in ask(database, tables)} == SCHEMAS


def test_keys_may_lie_in_a_database_of_their_own(made: Cluster, tmp_path: Path) -> None:
    database, keys = made.database(), made.database()
    told = Settings(database=database, databases={"keys": keys})
    homes.make(tmp_path / "home", ORIGIN, settings=told)
    assert (schemas(database), schemas(keys)) == (SCHEMAS - {"seawall_keys"}, {"seawall_keys"})
    assert homes.home(tmp_path / "home").vault.open().status().states == {}


def test_a_database_that_holds_a_home_is_not_touched(made: Cluster, tmp_path: Path) -> None:
    told = made.settings()
    first = homes.make(tmp_path / "home", ORIGIN, settings=told)
    before = first.ledger_reader.note()
    with pytest.raises(UnableToUseDatabase, match="there already"):
        homes.make(tmp_path / "other", ORIGIN, settings=told)
    assert first.ledger_reader.note() == before
    assert [each.name for each in tmp_path.iterdir()] == ["home"]


def test_one_schema_that_is_there_stops_all_and_none_is_made(made: Cluster, tmp_path: Path) -> None:
    database = made.database()
    ask(database, "CREATE SCHEMA seawall_keys")
    with pytest.raises(UnableToUseDatabase, match="seawall_keys: it is there already"):
        homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
    assert schemas(database) == {"seawall_keys"}
    assert not list(tmp_path.iterdir())


def test_what_fails_half_way_leaves_nothing(
    made: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = made.database()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for target in ("seawall.records.starting.start", "seawall.ledger.note.Signer.save"):
        with monkeypatch.context() as planted:
            planted.setattr(target, full)
            with pytest.raises(OSError, match="No space"):
                homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
        assert schemas(database) == set()
        assert not list(tmp_path.iterdir())
    homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))


def test_two_cannot_make_a_home_in_one_database_at_once(made: Cluster, tmp_path: Path) -> None:
    told = made.settings()
    with (
        databases.fresh(told.elsewhere),
        pytest.raises(UnableToUseDatabase, match="another process"),
    ):
        homes.make(tmp_path / "home", ORIGIN, settings=told)
    assert schemas(str(told.database)) == SCHEMAS


def test_an_unfinished_schema_is_made_anew_and_only_such_a_one(
    made: Cluster, tmp_path: Path
) -> None:
    database = made.database()
    for name in SCHEMAS:
        ask(database, f"CREATE SCHEMA {name}")
        ask(database, f"CREATE TABLE {name}.left_behind (n int)")
        ask(database, f"COMMENT ON SCHEMA {name} IS '{UNFINISHED}'")
    home = homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
    assert ask(database, "SELECT 1 FROM pg_tables WHERE tablename = 'left_behind'") == []
    assert all(each.fit for each in servers.examine(home))


def test_a_home_killed_at_any_step_of_its_making_is_none(made: Cluster, tmp_path: Path) -> None:
    database = made.database()
    command = ["init", "--name", ORIGIN, "--database", database]
    for step in (
        "seawall.office.homes:keep",
        "seawall.records.starting:start",
        "seawall.office.databases:_Schema.finish",
    ):
        killed_at(step, command, {"SEAWALL_HOME": str(tmp_path / "home")})
        assert not (tmp_path / "home").exists(), step
        assert schemas(database) == set(SCHEMAS), step
    home = homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
    assert all(each.fit for each in servers.examine(home))


def test_a_home_killed_in_the_making_is_none_and_can_be_made_again(
    made: Cluster, tmp_path: Path
) -> None:
    database = made.database()
    command = [sys.executable, "-m", "seawall", "init", "--name", ORIGIN, "--database", database]
    env = {**os.environ, "SEAWALL_HOME": str(tmp_path / "home")}
    for wait in (0.7, 0.9, 1.1, 1.3, 1.5):
        started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        started.kill()
        started.wait()
        if (tmp_path / "home").exists():
            assert not audit(homes.home(tmp_path / "home").ledger_reader).problems
            shutil.rmtree(tmp_path / "home")
            drop(database)
    try:
        homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
    except UnableToUseDatabase:  # one was killed just before its folder was in place
        drop(database)
        homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))


def test_a_home_without_its_database_tells_so_and_makes_nothing(
    made: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes.make(tmp_path / "home", ORIGIN, settings=made.settings())
    empty = made.database()
    monkeypatch.setenv("SEAWALL_DATABASE", empty)
    home = homes.home(tmp_path / "home")
    with pytest.raises(UnableToReachDatabase):
        home.vault.open()
    with pytest.raises(UnableToUseRecords):
        home.open_events()
    assert schemas(empty) == set()
    found = {each.name: each.remedy.en for each in servers.examine(home) if not each.fit}
    assert set(found) == SCHEMAS
    assert "seawall restore" in found["seawall_keys"]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("ALTER DATABASE {name} SET synchronous_commit = off", "synchronous_commit"),
        ("GRANT USAGE ON SCHEMA seawall_keys TO PUBLIC", "REVOKE ALL ON SCHEMA seawall_keys"),
        (f"COMMENT ON SCHEMA seawall_people IS '{UNFINISHED}'", "did not end"),
    ],
)
def test_doctor_sees_what_is_unsafe(harm: str, said: str, made: Cluster, tmp_path: Path) -> None:
    database = made.database()
    home = homes.make(tmp_path / "home", ORIGIN, settings=Settings(database=database))
    assert all(each.fit for each in servers.examine(home))
    ask(database, harm.format(name=database.rpartition("/")[2]))
    assert [each for each in servers.examine(home) if not each.fit and said in each.remedy.en]


def test_a_server_that_is_not_there_is_named_and_doctor_goes_on(tmp_path: Path) -> None:
    told = Settings(database="postgresql://bob@127.0.0.1:1/none")
    with pytest.raises(UnableToUseDatabase, match="refused"):
        homes.make(tmp_path / "home", ORIGIN, settings=told)
    home = homes.Home(tmp_path, homes.home(tmp_path).conventions, told)
    found = [each for each in servers.examine(home) if not each.fit]
    assert [each.name for each in found] == ["postgresql://bob@127.0.0.1:1/none"]
