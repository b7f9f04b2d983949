"""Homes whose stores lie in PostgreSQL: a backup is whole or none; a restore proves it, and brings nobody back."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.db import connections

from seawall.acts import erasing
from seawall.ledger.audit import audit
from seawall.office import databases, homes
from seawall.office.backup import making, postgresql, restoring, secret
from seawall.office.backup.archive import Archive, UnableToReadBackup
from seawall.office.backup.postgresql import UnableToRunProgram
from seawall.office.backup.restoring import Besides, Restored, UnableToRestore
from seawall.office.databases import UnableToUseDatabase
from seawall.office.homes import Home
from seawall.office.settings import Lies, Settings
from seawall.vault.declaration import Given
from seawall.vault.erasure import Erasure
from seawall.vault.opening import Unsealing
from seawall.vault.plain import Plain
from seawall.vault.refusals import UnableToOpen
from tests import postgresql as servers
from tests.killing import killed_at
from tests.ledger.conftest import decision
from tests.office.places import Cluster, cluster
from tests.office.test_backup import KILLS, ORDER, SECRET
from tests.office.test_homes_on_postgresql import ask, drop, schemas
from tests.vault.conftest import ALICE, BOB, NOW, given
from tests.vault.conftest import ask as asking

pytestmark = servers.MARKS


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    with cluster() as made:
        yield made
        connections.close_all()


@dataclass
class Place:
    folder: Path
    cluster: Cluster
    home: Home
    ring: Path
    alice: str
    bob: str

    @property
    def target(self) -> Path:
        return self.folder / "backup"

    def restored(self, name: str = "again", **besides: object) -> Restored:
        told = Besides(ring=self.ring, settings=self.cluster.settings())
        told = replace(told, **besides)  # type: ignore[arg-type]
        return restoring.restore(self.target, self.folder / name, SECRET, besides=told)


@pytest.fixture
def place(made: Cluster, tmp_path: Path) -> Place:
    home = homes.make(tmp_path / "home", "lender.example/ledger", settings=made.settings())
    ring = tmp_path / "ring.json"
    shutil.copy(home.vault.ring_file, ring)
    home.ledger.append_all([decision(n) for n in range(300)])
    alice, bob = home.vault.open().admit_all((given(ALICE), given(BOB)), at=NOW)
    return Place(tmp_path, made, home, ring, alice, bob)


def silent(unsealing: Unsealing) -> None:
    del unsealing


def test_a_home_comes_back_as_it_was_in_another_database(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    done = place.restored()
    assert done.home.settings.database != place.home.settings.database
    again = homes.home(done.home.folder)
    assert again.settings == done.home.settings
    assert again.ledger_reader.note() == place.home.ledger_reader.note()
    opened = again.vault.open().open(place.alice, ("name",), ask=asking(), record=silent)
    assert opened["name"].reveal() == ALICE["name"]
    assert done.keys == 2
    assert again.ledger.append(decision(1000)).number == 300
    assert not list(again.folder.rglob("*.dump"))
    with pytest.raises(Exception, match="never deleted from"):
        ask(str(again.settings.database), "DELETE FROM seawall_ledger.ledger_entry")


def test_nothing_can_be_read_in_it_and_keys_are_in_a_part_of_their_own(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    data = b"".join(each.read_bytes() for each in place.target.rglob("*") if each.is_file())
    for text in (*ALICE.values(), place.alice, "lender.example", "seawall_", "PGDMP"):
        assert text.encode() not in data
    parts = {each.name: each.part for each in Archive(place.target, SECRET).manifest.files}
    assert {name for name, part in parts.items() if part == "keys"} == {
        "keys/keys.dump",
        "keys/ledger.key",
    }
    wrapped = place.home.vault.open().keys.wrapped([place.alice])[place.alice].text
    for file in place.home.folder.rglob("*"):
        assert not file.is_file() or wrapped not in file.read_bytes(), file


def test_a_backup_goes_back_to_where_nothing_is(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    with pytest.raises(UnableToUseDatabase, match="there already"):
        place.restored(settings=place.home.settings)
    assert not audit(place.home.ledger_reader).problems
    assert not (place.folder / "again").exists()


def test_it_must_be_said_where_and_files_are_not_turned_into_postgresql(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.back_up(place.home, place.target, SECRET)
    with pytest.raises(UnableToRestore, match="--database"):
        place.restored(settings=None)
    empty = place.cluster.database()
    monkeypatch.setenv("SEAWALL_DATABASE", empty)
    assert place.restored(settings=None).home.settings.database == empty
    monkeypatch.delenv("SEAWALL_DATABASE")
    files = homes.make(place.folder / "files", "lender.example/files")
    making.back_up(files, place.folder / "of files", SECRET)
    with pytest.raises(UnableToRestore, match="SQLite"):
        restoring.restore(
            place.folder / "of files", place.folder / "third", SECRET,
            besides=Besides(ring=files.vault.ring_file, settings=place.cluster.settings()),
        )  # fmt: skip


def test_what_does_not_prove_leaves_no_schema_and_no_folder(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row too many or too few in any store: as if a dump had been made of something else."""
    making.back_up(place.home, place.target, SECRET)
    whole, told = postgresql.counts, place.cluster.settings()
    for store, lies in told.elsewhere.items():

        def other(at: Lies, changed: Lies = lies) -> dict[str, int]:
            found = whole(at)
            return {**found, min(found): 7_777} if at == changed else found

        monkeypatch.setattr(postgresql, "counts", other)
        with pytest.raises(UnableToRestore, match=f"{store} has other rows"):
            place.restored(settings=told)
        assert schemas(str(told.database)) == set()
        assert not (place.folder / "again").exists()


def test_a_ledger_that_somebody_changed_before_the_copy_is_not_restored(place: Place) -> None:
    database = str(place.home.settings.database)
    ask(database, "ALTER TABLE seawall_ledger.ledger_entry DISABLE TRIGGER ALL")
    changed = "convert_to(replace(convert_from(leaf, 'UTF8'), 'alice', 'chris'), 'UTF8')"
    ask(database, f"UPDATE seawall_ledger.ledger_entry SET leaf = {changed} WHERE number = 7")
    making.back_up(place.home, place.target, SECRET)
    told = place.cluster.settings()
    with pytest.raises(UnableToRestore, match="does not verify"):
        place.restored(settings=told)
    assert schemas(str(told.database)) == set()


def test_who_is_erased_before_or_after_the_copy_does_not_come_back(place: Place) -> None:
    erase(place.home, place.bob)
    making.back_up(place.home, place.target, SECRET)
    (certificate,) = erase(place.home, place.alice)
    lines = place.folder / "certificates.jsonl"
    lines.write_text(certificate.text() + "\n")
    assert place.restored("plain").erased == 0
    done = place.restored("later", erasures=lines)
    assert done.erased == 1
    vault = done.home.vault.open()
    for token in (place.alice, place.bob):
        with pytest.raises(UnableToOpen, match="erased"):
            vault.open(token, ("name",), ask=asking(), record=silent)
        assert not vault.keys.wrapped([token])
    told = erasing.certificates(done.home.ledger.entries())
    assert [each.token for each in told] == [place.bob, place.alice]


def test_an_erasure_between_the_copies_of_rows_and_keys_is_made_good(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her row is copied, her key is not: the ledger, copied last, tells why."""
    dump = making._dumped  # noqa: SLF001 - the moment between two copies

    def meanwhile(*told: object) -> making.Copied:
        if "keys" in told[1:]:
            erase(place.home, place.alice)
        return dump(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_dumped", meanwhile)
    making.back_up(place.home, place.target, SECRET)
    done = place.restored()
    assert (done.erased, done.keys) == (1, 1)
    assert done.home.vault.open().status().states == {"active": 1, "erased": 1}


def test_a_copy_made_while_everybody_writes_fits_together(place: Place) -> None:
    stop, admitted = threading.Event(), list[str]()

    def admit() -> None:
        vault, ledger, n = place.home.vault.open(), place.home.ledger, 1000
        while not stop.is_set():
            admitted.append(vault.admit(Given({"name": Plain(f"Person {n}")}, "CN"), at=NOW))
            ledger.append(decision(n))
            if n % 7 == 0:
                erasing.erase(ledger, vault, admitted[-3:-2], by=ORDER)
            n += 1

    writer = threading.Thread(target=admit)
    writer.start()
    try:
        while len(admitted) < 20:
            time.sleep(0.01)
        making.back_up(place.home, place.target, SECRET)
    finally:
        stop.set()
        writer.join()
    done = place.restored()
    states = done.home.vault.open().status().states
    assert done.keys == states["active"] >= 15
    told = {each.token for each in erasing.certificates(done.home.ledger.entries())}
    assert states.get("erased", 0) == len(told)


def test_without_keys_the_rest_can_be_read_and_verified(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    shutil.rmtree(place.target / "keys")
    done = place.restored(rows_only=True)
    assert not audit(done.home.ledger_reader).problems
    assert "seawall_keys" not in schemas(str(done.home.settings.database))


def test_a_cut_dump_is_refused_and_no_password_is_told(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    told = place.cluster.settings()
    file = place.folder / "cut"
    with postgresql.one_state(place.home.settings.elsewhere["ledger"]) as state:
        state.dump(file)
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(file.read_bytes()[:-200])
    lies = told.elsewhere["ledger"]
    with databases.fresh({"ledger": lies}):
        with pytest.raises(UnableToRunProgram, match="pg_restore failed") as caught:
            postgresql.put_back(file, lies)
        assert os.environ["PGPASSWORD"] not in str(caught.value)
        assert postgresql.counts(lies) == {}


@dataclass
class Commands:
    """A backup and its restore as commands, whose processes can be killed."""

    place: Place
    key: Path
    again: Path
    database: str

    @property
    def backup(self) -> list[str]:
        return ["backup", str(self.place.target), "--key-file", str(self.key),
                "--home", str(self.place.home.folder)]  # fmt: skip

    @property
    def restore(self) -> list[str]:
        return ["restore", str(self.place.target), "--key-file", str(self.key), "--home", str(self.again),
                "--ring", str(self.place.ring), "--database", self.database]  # fmt: skip

    def forget(self) -> None:
        shutil.rmtree(self.place.target, ignore_errors=True)

    def check_backup(self) -> None:
        """There is a whole one, or none."""
        if self.place.target.exists():
            Archive(self.place.target, secret.from_file(self.key))
        else:
            with pytest.raises(UnableToReadBackup):
                Archive(self.place.target, secret.from_file(self.key))

    def check_restored(self) -> None:
        """There is a whole home, or nothing that counts; or all but the rename of a home that is proved."""
        if self.again.exists():
            assert not audit(homes.home(self.again).ledger_reader).problems
        elif None in self.marks():
            aside = self.again.with_name(f".{self.again.name}.part")
            assert not audit(homes.home(aside).ledger_reader).problems

    def marks(self) -> set[str | None]:
        """The comments on the schemas that are there."""
        asked = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname LIKE 'seawall%'"
        return {mark for (mark,) in ask(self.database, asked)}


@pytest.fixture
def commands(place: Place) -> Commands:
    key = place.folder / "key"
    key.write_text("A" * 43 + "=")
    key.chmod(0o600)
    return Commands(place, key, place.folder / "again", str(place.cluster.settings().database))


BACKUP_STEPS = ("making:_dumped", "making:_unchanging", "archive:Writer.finish")
RESTORE_STEPS = ("restoring:_put_back", "restoring:_check_counts", "restoring:_check_keys")


def test_a_backup_killed_at_any_step_is_none(commands: Commands) -> None:
    for step in BACKUP_STEPS:
        killed_at(f"seawall.office.backup.{step}", commands.backup)
        assert not commands.place.target.exists(), step
        commands.check_backup()
    _run(commands.backup)
    commands.check_backup()


def test_a_restore_killed_at_any_step_leaves_nothing_that_counts(commands: Commands) -> None:
    _run(commands.backup)
    for step in (
        *(f"seawall.office.backup.{each}" for each in RESTORE_STEPS),
        "seawall.office.databases:_Schema.finish",
    ):
        killed_at(step, commands.restore)
        assert not commands.again.exists(), step
        assert commands.marks() == {databases.UNFINISHED}, step
    _run(commands.restore)
    commands.check_restored()
    assert commands.marks() == {None}


def test_a_backup_or_restore_killed_anywhere_leaves_a_whole_one_or_none(
    commands: Commands,
) -> None:
    commands.place.home.ledger.append_all([decision(n) for n in range(1000, 3000)])
    chance = random.Random(3)  # noqa: S311 - a test's own dice
    took_s = _run(commands.backup)
    for _ in range(KILLS):
        commands.forget()
        _kill(commands.backup, chance.uniform(0.4, 1.0) * took_s)
        commands.check_backup()
    commands.forget()
    _run(commands.backup)
    took_s = _run(commands.restore)
    for _ in range(KILLS):
        _empty(commands)
        _kill(commands.restore, chance.uniform(0.3, 1.0) * took_s)
        commands.check_restored()
    _empty(commands)
    _run(commands.restore)
    commands.check_restored()


def _empty(commands: Commands) -> None:
    """Drop a whole home, and leave what a killed restore left."""
    if None in commands.marks():
        shutil.rmtree(commands.again, ignore_errors=True)
        drop(commands.database)


def _run(command: list[str]) -> float:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "seawall", *command], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def _kill(command: list[str], after_s: float) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "seawall", *command], stdout=subprocess.DEVNULL
    )
    time.sleep(after_s)
    started.send_signal(signal.SIGKILL)
    started.wait()


def erase(home: Home, token: str) -> list[Erasure]:
    return erasing.erase(home.ledger, home.vault.open(), [token], by=ORDER)


def test_a_program_that_is_not_there_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "program", lambda _: None)
    with pytest.raises(UnableToRunProgram, match="install PostgreSQL's client programs"):
        making.back_up(place.home, place.target, SECRET)
    assert not place.target.exists()


def test_settings_of_a_home_are_not_in_its_backup(place: Place) -> None:
    """They say where the stores lie now, and the next home's lie elsewhere."""
    making.back_up(place.home, place.target, SECRET)
    assert "seawall.toml" not in {e.name for e in Archive(place.target, SECRET).manifest.files}
    assert isinstance(place.home.settings, Settings)
