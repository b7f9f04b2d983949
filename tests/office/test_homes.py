"""A home is made whole, for its owner only, and never over anything."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seawall.ledger import note
from seawall.ledger.audit import audit
from seawall.ledger.note import UnableToSign
from seawall.office import homes
from seawall.office.aside import UnableToReplace
from seawall.records import starting

ORIGIN = "lender.example/ledger"


def test_a_home_is_made_and_everything_in_it_can_be_used(tmp_path: Path) -> None:
    made = homes.make(tmp_path / "home", ORIGIN)
    assert made.ledger_reader.key.name == ORIGIN
    assert not audit(made.ledger_reader).problems
    assert made.vault.open().status().states == {}
    starting.start(made.records)
    starting.stop()


def test_nobody_else_can_read_or_write_anything_in_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = homes.make(tmp_path / "home", ORIGIN)
    finally:
        os.umask(before)
    public = made.ledger_key.with_suffix(".pub")
    for path in (made.folder, *made.folder.rglob("*")):
        if path != public:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("there", ["book/manifest.json", "notes.txt", ".hidden"])
def test_nothing_that_exists_is_touched(there: str, tmp_path: Path) -> None:
    file = tmp_path / "home" / there
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    with pytest.raises(UnableToReplace, match=there.split("/", maxsplit=1)[0]):
        homes.make(tmp_path / "home", ORIGIN)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [file]


def test_a_home_is_not_made_twice_nor_where_a_file_is(tmp_path: Path) -> None:
    made = homes.make(tmp_path / "home", ORIGIN)
    key = made.ledger_key.read_bytes()
    with pytest.raises(UnableToReplace, match=r"ledger\.sqlite"):
        homes.make(tmp_path / "home", ORIGIN)
    assert made.ledger_key.read_bytes() == key
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UnableToReplace, match="a file"):
        homes.make(tmp_path / "file", ORIGIN)


def test_an_empty_folder_becomes_a_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    assert homes.make(tmp_path / "home", ORIGIN).ledger.size == 0


def test_what_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnableToSign):
        homes.make(tmp_path / "home", "no good name")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(note.Signer, "save", full)
    with pytest.raises(OSError, match="No space"):
        homes.make(tmp_path / "home", ORIGIN)
    assert not list(tmp_path.iterdir())


def test_a_home_killed_in_the_making_is_none_and_can_be_made_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "seawall", "init", "--name", ORIGIN]
    env = {**os.environ, "SEAWALL_HOME": str(tmp_path / "home")}
    for wait in (0.6, 0.9, 1.2, 1.5):
        started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        started.kill()
        started.wait()
        if (tmp_path / "home").exists():
            assert not audit(homes.home(tmp_path / "home").ledger_reader).problems
            shutil.rmtree(tmp_path / "home")
    homes.make(tmp_path / "home", ORIGIN)
    assert [each.name for each in tmp_path.iterdir()] == ["home"]
