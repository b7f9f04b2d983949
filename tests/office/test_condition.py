"""Doctor says where a home is open to others, or cannot be used."""

import os
import shutil
from pathlib import Path

import pytest

from seawall.ledger.note import Signer
from seawall.office import condition, homes
from seawall.office.homes import Home
from seawall.vault import ring
from seawall.vault.algorithms import AES
from tests.cli.test_commands import seawall


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return homes.make(tmp_path / "home", "lender.example/ledger")


def unfit(home: Home) -> dict[str, str]:
    return {
        each.name.rpartition("/")[2]: each.remedy.en
        for each in condition.examine(home)
        if not each.fit
    }


def test_a_fresh_home_is_fit_and_an_empty_place_is_not_judged(home: Home, tmp_path: Path) -> None:
    assert len(condition.examine(home)) == 3
    assert unfit(home) == {}
    assert condition.examine(homes.home(tmp_path / "none")) == ()


@pytest.mark.parametrize(
    "name", ["", "keys", "keys/ring.json", "keys/keys.sqlite", "vault/people.sqlite", "ledger.sqlite",
             "office.sqlite"],
)  # fmt: skip
def test_what_others_can_read_is_named(name: str, home: Home) -> None:
    path = home.folder / name
    path.chmod(path.stat().st_mode | 0o040)
    assert (name or ".") in unfit(home)["home"]


def test_a_ring_or_key_of_another_home_is_found(home: Home, tmp_path: Path) -> None:
    ring.write_file(home.vault.ring_file, ring.new(AES))
    assert "it has no key" in unfit(home)["vault"]
    os.remove(home.ledger_key)  # noqa: PTH107 - as a person does
    Signer("lender.example/ledger").save(tmp_path / "other.key")
    shutil.move(tmp_path / "other.key", home.ledger_key)
    assert "is not the key of" in unfit(home)["ledger"]


def test_a_home_restored_without_keys_is_told_to_be_read_only(home: Home) -> None:
    for each in (home.ledger_key, home.vault.ring_file):
        each.unlink()
    assert {"ledger", "vault"} <= unfit(home).keys(), "keys are lost: the wrapped ones are there"
    (home.folder / "keys" / "keys.sqlite").unlink()
    assert unfit(home) == {"keys": "read only: no keys"}
    done = seawall("doctor", home=home.folder)
    assert (done.returncode, "read only: no keys" in done.stdout) == (0, True)
    assert "只读：没有密钥" in seawall("doctor", "--lang", "zh", home=home.folder).stdout
    assert not home.ledger_key.exists()
    home.ledger_key.with_suffix(".pub").write_text("none")
    assert "no public key" in unfit(home)["ledger"]


def test_the_command_says_so_in_both_languages(home: Home) -> None:
    assert seawall("doctor", home=home.folder).returncode == 0
    (home.folder / "keys").chmod(0o750)
    done = seawall("doctor", home=home.folder)
    assert (done.returncode, "chmod -R go=" in done.stdout) == (1, True)
    assert "他人可读取" in seawall("doctor", "--lang", "zh", home=home.folder).stdout
