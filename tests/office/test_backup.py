"""A backup is whole or none; a restore proves it, and brings nobody back."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from seawall.acts import erasing
from seawall.acts.importing import bring_in
from seawall.core.problem import UnableToUseInput
from seawall.ledger.audit import audit
from seawall.ledger.entry import Erasing
from seawall.ledger.packing import export
from seawall.ledger.sequencing import UnableToFindLedger
from seawall.office import homes
from seawall.office.aside import UnableToReplace
from seawall.office.backup import making, restoring, secret
from seawall.office.backup.archive import (
    Archive,
    Part,
    UnableToReadBackup,
    Writer,
)
from seawall.office.backup.restoring import Besides, Restored, UnableToRestore
from seawall.office.backup.secret import UnableToUseSecret
from seawall.office.homes import Home
from seawall.vault.algorithms import AES
from seawall.vault.declaration import Given
from seawall.vault.erasure import Erasure, Order
from seawall.vault.opening import Unsealing
from seawall.vault.plain import Plain
from seawall.vault.refusals import UnableToOpen
from seawall.vault.ring import VARIABLE, UnableToReachKeys, new, write_file
from tests.acts.test_importing import mapping
from tests.cli.test_commands import seawall
from tests.killing import killed_at
from tests.ledger.conftest import AT, decision
from tests.vault.conftest import ALICE, BOB, NOW, ask, given

SECRET = secret.passphrase("correct horse battery staple")
KILLS = int(os.environ.get("SEAWALL_KILLS", "2"))
"""At random moments; those at named steps come besides."""
LOANS = b"no,amount,on\na,100.00,2026-01-05\nb,60.00,2026-01-05\n"
ORDER = Order("dana", "asked", NOW)


@dataclass
class Place:
    folder: Path
    home: Home
    ring: Path
    alice: str
    bob: str

    @property
    def target(self) -> Path:
        return self.folder / "backup"

    def erase(self, token: str) -> list[Erasure]:
        vault = self.home.vault.open()
        return erasing.erase(self.home.ledger, vault, [token], by=ORDER)

    def restored(self, name: str = "again", besides: Besides | None = None) -> Restored:
        return restoring.restore(
            self.target,
            self.folder / name,
            SECRET,
            besides=besides or Besides(ring=self.ring),
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    ring = tmp_path / "ring.json"
    shutil.move(home.vault.ring_file, ring)
    shutil.copy(ring, home.vault.ring_file)
    file = tmp_path / "loans.csv"
    file.write_bytes(LOANS)
    bring_in(home.desk(), mapping(), (file,), progress=lambda *_: None, teller=home.teller("alice"))
    home.ledger.append_all([decision(n) for n in range(300)])
    (home.folder / "evidence" / "report.html").write_text("<p>seen</p>")
    alice, bob = home.vault.open().admit_all((given(ALICE), given(BOB)), at=NOW)
    return Place(tmp_path, home, ring, alice, bob)


def silent(unsealing: Unsealing) -> None:
    del unsealing


def test_a_home_comes_back_as_it_was(place: Place) -> None:
    made = making.back_up(place.home, place.target, SECRET)
    done = place.restored()
    assert done.home.ledger_reader.note() == place.home.ledger_reader.note()
    assert made.holds.entries == done.manifest.holds.entries == 301
    assert done.point == AT
    assert done.keys == 2
    again = done.home.book.snapshot()
    relative = [each.relative_to(done.home.folder) for each in again.files]
    assert sorted(relative) == sorted(
        each.relative_to(place.home.folder) for each in place.home.book.snapshot().files
    )
    assert (done.home.folder / "evidence" / "report.html").read_text() == "<p>seen</p>"
    opened = done.home.vault.open().open(place.alice, ("name",), ask=ask(), record=silent)
    assert opened["name"].reveal() == ALICE["name"]
    assert done.packs == ()
    for path in (done.home.folder, *done.home.folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_neither_values_nor_tokens_nor_keys_can_be_read_in_it_and_the_ring_is_not(
    place: Place,
) -> None:
    making.back_up(place.home, place.target, SECRET)
    data = b"".join(each.read_bytes() for each in place.target.rglob("*") if each.is_file())
    for text in (*ALICE.values(), place.alice, "lender.example", "loan", "sqlite"):
        assert text.encode() not in data
    names = [each.name for each in Archive(place.target, SECRET).manifest.files]
    assert "keys/keys.sqlite" in names
    assert "keys/ring.json" not in names
    parts = {each.name: each.part for each in Archive(place.target, SECRET).manifest.files}
    assert {name for name, part in parts.items() if part == "keys"} == {
        "keys/keys.sqlite", "keys/ledger.key",
    }  # fmt: skip


def test_nothing_that_exists_is_overwritten(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    with pytest.raises(UnableToReplace):
        making.back_up(place.home, place.target, SECRET)
    with pytest.raises(UnableToReplace):
        restoring.restore(place.target, place.home.folder, SECRET, besides=Besides(ring=place.ring))


@pytest.mark.parametrize("inside", ["", "backup", "book/../evidence/backup"])
def test_a_home_is_not_copied_into_itself(place: Place, inside: str) -> None:
    link = place.folder / "link"
    link.symlink_to(place.home.folder)
    for folder in (place.home.folder, link):
        with pytest.raises(making.UnableToCopyIntoItself, match="name a folder elsewhere"):
            making.back_up(place.home, folder / inside, SECRET)
    assert not list(place.home.folder.rglob("*backup*"))


def test_keys_are_kept_apart_and_needed(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    apart = place.folder / "elsewhere"
    (place.target / "keys").rename(apart)
    with pytest.raises(UnableToReadBackup, match=r"keys/\d+: it is missing \(keys/"):
        place.restored()
    assert place.restored(besides=Besides(keys=apart, ring=place.ring)).keys == 2


def test_when_the_keys_are_gone_the_rest_can_still_be_read_and_verified(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    shutil.rmtree(place.target / "keys")
    done = restoring.restore(
        place.target, place.folder / "again", SECRET, besides=Besides(rows_only=True)
    )
    assert not audit(done.home.ledger_reader).problems
    assert len(done.home.book.snapshot().brought) == 1
    assert not (done.home.folder / "keys" / "keys.sqlite").exists()
    with pytest.raises(UnableToFindLedger):
        done.home.ledger.append(decision(1))
    shutil.rmtree(done.home.folder / "packs")  # whose cases hold examples
    data = b"".join(f.read_bytes() for f in done.home.folder.rglob("*") if f.is_file())
    assert not [value for value in ALICE.values() if value.encode() in data]


def test_without_the_ring_or_with_another_nothing_is_restored(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    other = place.folder / "other.json"
    write_file(other, new(AES))
    for besides, refusal in (
        (Besides(), UnableToRestore),
        (Besides(ring=other), UnableToReachKeys),
    ):
        with pytest.raises(refusal):
            restoring.restore(place.target, place.folder / "again", SECRET, besides=besides)
        assert not (place.folder / "again").exists()


def test_a_rings_copy_that_is_not_there_is_asked_for(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    besides = Besides(ring=place.folder / "none.json")
    with pytest.raises(
        UnableToRestore, match=r"none\.json is not there: give the copy of the ring"
    ):
        restoring.restore(place.target, place.folder / "again", SECRET, besides=besides)
    assert not (place.folder / "again").exists()


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "people stay sealed; the ledger is read only"), ("zh", "账本只读")]
)
def test_a_restore_without_keys_says_what_cannot_be_done(
    place: Place, lang: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_BACKUP_PASSPHRASE", "correct horse battery staple")
    making.back_up(place.home, place.target, SECRET)
    again = place.folder / "again"
    done = seawall("restore", place.target, "--rows-only", "--lang", lang, home=again)
    assert (done.returncode, said in done.stdout) == (0, True), done.stderr
    assert "keys of 0 people" not in done.stdout
    assert "read only: no keys" in seawall("doctor", home=again).stdout


def test_the_ring_may_be_in_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    making.back_up(place.home, place.target, SECRET)
    monkeypatch.setenv(VARIABLE, place.ring.read_text())
    done = restoring.restore(place.target, place.folder / "again", SECRET, besides=Besides())
    assert done.keys == 2
    assert not done.home.vault.ring_file.exists()


def test_a_wrong_secret_is_named(place: Place, tmp_path: Path) -> None:
    making.back_up(place.home, place.target, SECRET)
    file = tmp_path / "key"
    file.write_text("A" * 43 + "=")
    file.chmod(0o644)
    with pytest.raises(UnableToUseSecret, match="chmod 600"):
        secret.from_file(file)
    file.chmod(0o600)
    for wrong in (secret.passphrase("correct horse battery stable"), secret.from_file(file)):
        with pytest.raises(UnableToUseSecret):
            Archive(place.target, wrong)
    with pytest.raises(UnableToUseSecret, match="fewer than"):
        secret.passphrase("short")
    file.write_text("none")
    with pytest.raises(UnableToUseSecret, match="openssl"):
        secret.from_file(file)


def test_a_key_file_does_as_well(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("A" * 43 + "=\n")
    file.chmod(0o600)
    key = secret.from_file(file)
    making.back_up(place.home, place.target, key)
    besides = Besides(ring=place.ring)
    assert restoring.restore(place.target, tmp_path / "again", key, besides=besides).keys == 2


@pytest.mark.parametrize(
    "of_each_folder", [12, pytest.param(None, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_whatever_is_done_to_any_file_is_found_and_nothing_is_half_restored(
    place: Place, of_each_folder: int | None
) -> None:
    key = place.folder / "key"
    key.write_text("A" * 43 + "=")
    key.chmod(0o600)
    making.back_up(place.home, place.target, secret.from_file(key))

    def refused(file: Path) -> None:
        with pytest.raises((UnableToReadBackup, UnableToUseSecret)) as caught:
            restoring.restore(
                place.target, place.folder / "again", secret.from_file(key),
                besides=Besides(ring=place.ring),
            )  # fmt: skip
        assert file.name in str(caught.value)
        assert not list(place.folder.glob("*again*"))

    chance = random.Random(7)  # noqa: S311 - a test's own dice
    folders = [place.target, *(each for each in place.target.rglob("*") if each.is_dir())]
    alike = [sorted(each for each in folder.iterdir() if each.is_file()) for folder in folders]
    files = [file for some in alike for file in chance.sample(some, len(some))[:of_each_folder]]
    assert len(files) >= 12
    for file in files:
        whole = file.read_bytes()
        at = chance.randrange(len(whole))
        for changed in (
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
            whole[:at],
            whole + b"x",
        ):
            if file.name == "header.json" and changed.strip() == whole.strip():
                continue
            file.write_bytes(changed)
            refused(file)
        file.unlink()
        refused(file)
        file.write_bytes(whole)
    first, second = (place.target / "rows" / name for name in ("0000", "0001"))
    texts = first.read_bytes(), second.read_bytes()
    first.write_bytes(texts[1])
    second.write_bytes(texts[0])
    refused(first)


def test_who_is_erased_before_or_after_the_copy_does_not_come_back(place: Place) -> None:
    place.erase(place.bob)
    making.back_up(place.home, place.target, SECRET)
    (certificate,) = place.erase(place.alice)
    place.home.ledger.erase(5, Erasing("dana", AT, "erase:5", "asked"))
    pack, lines = place.folder / "pack.zip", place.folder / "certificates.jsonl"
    ledger = place.home.ledger
    pack.write_bytes(export(ledger, (0, ledger.size)))
    lines.write_text(certificate.text() + "\n")
    assert place.restored("plain").erased == 0
    for name, file, bodies in (("by-pack", pack, 1), ("by-lines", lines, 0)):
        done = place.restored(name, Besides(ring=place.ring, erasures=file))
        assert (done.erased, done.bodies) == (1, bodies)
        vault = done.home.vault.open()
        for token in (place.alice, place.bob):
            with pytest.raises(UnableToOpen, match="erased"):
                vault.open(token, ("name",), ask=ask(), record=silent)
            assert not vault.keys.wrapped([token])
        assert (done.home.ledger.entry(5).body is None) == bool(bodies)
        told = erasing.certificates(done.home.ledger.entries())
        assert [each.token for each in told] == [place.bob, place.alice]


def test_a_pack_of_another_ledger_or_an_altered_one_is_refused(place: Place) -> None:
    making.back_up(place.home, place.target, SECRET)
    other = homes.make(place.folder / "other", "other.example/ledger").ledger
    other.append(decision(1))
    (place.folder / "pack.zip").write_bytes(export(other, (0, 1)))
    with pytest.raises(UnableToUseInput):
        place.restored(besides=Besides(ring=place.ring, erasures=place.folder / "pack.zip"))
    assert not (place.folder / "again").exists()


def test_an_erasure_between_the_copies_of_rows_and_keys_is_made_good(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her row is copied, her key is not: the ledger, copied last, tells why."""
    copied = making._copied  # noqa: SLF001 - the moment between two copies

    def meanwhile(home: Path, scratch: Path, name: str, **more: str) -> making.Copied:
        if name == making.KEYS:
            place.erase(place.alice)
        return copied(home, scratch, name, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_copied", meanwhile)
    making.back_up(place.home, place.target, SECRET)
    done = place.restored()
    assert (done.erased, done.keys) == (1, 1)
    assert done.home.vault.open().status().states == {"active": 1, "erased": 1}


def test_the_erased_leave_no_copy_of_their_key_in_the_scratch_space(place: Place) -> None:
    wrapped = place.home.vault.open().keys.wrapped([place.alice])[place.alice].text
    making.back_up(place.home, place.target, SECRET)
    place.erase(place.alice)
    for file in (each for each in place.folder.rglob("*") if each.is_file()):
        assert wrapped not in file.read_bytes(), file


def test_a_copy_made_while_everybody_writes_fits_together(place: Place) -> None:
    stop = threading.Event()
    admitted: list[str] = []

    def admit() -> None:
        vault = place.home.vault.open()
        ledger = place.home.ledger
        n = 1000
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
    assert done.keys == states["active"] >= 20
    told = {each.token for each in erasing.certificates(done.home.ledger.entries())}
    assert states.get("erased", 0) == len(told)


def test_a_backup_killed_anywhere_leaves_a_whole_one_or_none(place: Place) -> None:
    place.home.ledger.append_all([decision(n) for n in range(1000, 3000)])
    key = place.folder / "key"
    key.write_text("A" * 43 + "=")
    key.chmod(0o600)
    command = [sys.executable, "-m", "seawall", "backup", str(place.target), "--key-file", str(key)]
    env = {**os.environ, "SEAWALL_HOME": str(place.home.folder)}
    began = time.monotonic()
    subprocess.run(command, check=True, env=env, capture_output=True)
    whole = time.monotonic() - began
    chance = random.Random(11)  # noqa: S311 - a test's own dice
    for _ in range(KILLS):
        shutil.rmtree(place.target, ignore_errors=True)
        started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.4, 1.05) * whole)
        started.send_signal(signal.SIGKILL)
        started.wait()
        if place.target.exists():
            parts: dict[Part, Path] = {"rows": place.target / "rows", "keys": place.target / "keys"}
            Archive(place.target, secret.from_file(key)).extract(place.folder / "out", parts)
            shutil.rmtree(place.folder / "out")
        else:
            with pytest.raises(UnableToReadBackup):
                Archive(place.target, secret.from_file(key))
    for step in ("making:_note", "making:_unchanging", "archive:Writer.finish"):
        shutil.rmtree(place.target, ignore_errors=True)
        killed_at(
            f"seawall.office.backup.{step}", command[3:], {"SEAWALL_HOME": env["SEAWALL_HOME"]}
        )
        assert not place.target.exists(), step
    shutil.rmtree(place.target, ignore_errors=True)
    making.back_up(place.home, place.target, secret.from_file(key))
    assert not list(place.folder.glob(".*.part")), "what killed ones left is gone"
    assert not (place.home.folder / "scratch" / "backup").exists()


def test_a_folder_that_was_not_finished_is_no_backup(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Writer, "finish", killed)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # killed: nobody clears up
    with pytest.raises(KeyboardInterrupt):
        making.back_up(place.home, place.target, SECRET)
    left = place.folder / ".backup.part"
    assert left.is_dir()
    with pytest.raises(UnableToReadBackup, match="manifest"):
        Archive(left, SECRET)


def test_a_damaged_database_is_not_copied(place: Place) -> None:
    file = place.home.folder / "vault" / "people.sqlite"
    data = bytearray(file.read_bytes())
    data[4096 * 2 : 4096 * 3] = os.urandom(4096)
    file.write_bytes(data)
    with pytest.raises(making.UnableToCopy):
        making.back_up(place.home, place.target, SECRET)
    assert not place.target.exists()


def test_a_ledger_that_somebody_changed_before_the_copy_is_not_restored(place: Place) -> None:
    raw = apsw.Connection(str(place.home.folder / "ledger.sqlite"))
    raw.execute("DROP TRIGGER ledger_entry_erased")
    raw.execute(
        "UPDATE ledger_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'alice', 'chris') AS BLOB) WHERE number = 7"
    )
    raw.close()
    making.back_up(place.home, place.target, SECRET)
    with pytest.raises(UnableToRestore, match="does not verify"):
        place.restored()
    assert not (place.folder / "again").exists()


@pytest.mark.parametrize(("lang", "said"), [("en", "Recovery point: 2026"), ("zh", "恢复点：2026")])
def test_the_commands_make_and_prove_a_backup(
    place: Place, lang: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_BACKUP_PASSPHRASE", "correct horse battery staple")
    done = seawall("backup", place.target, "--lang", lang, home=place.home.folder)
    assert done.returncode == 0, done.stderr
    assert "ring.json" in done.stdout
    again = place.folder / "again"
    ask = ("restore", place.target, "--ring", place.ring, "--lang", lang)
    done = seawall(*ask, home=again)
    assert (done.returncode, said in done.stdout) == (0, True), done.stderr
    assert seawall("ledger", "verify", home=again).returncode == 0
    refused = seawall(*ask, home=again)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    monkeypatch.setenv("SEAWALL_BACKUP_PASSPHRASE", "another horse, another battery")
    refused = seawall(*ask, home=place.folder / "third")
    assert "passphrase" in refused.stderr or "口令" in refused.stderr
    assert not (place.folder / "third").exists()


def test_times_are_of_the_last_entry_not_of_the_copy(place: Place) -> None:
    place.home.ledger.append(decision(5000, at=datetime(2026, 3, 4, tzinfo=UTC)))
    made = making.back_up(place.home, place.target, SECRET)
    done = place.restored()
    assert done.point == datetime(2026, 3, 4)  # noqa: DTZ001 - the house's times are UTC
    assert json.loads(made.model_dump_json())["holds"]["made_at"] > "2026-03-04"
