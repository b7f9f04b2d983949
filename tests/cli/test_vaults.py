"""The vault's commands: values by standard input only, errors as sentences, nothing opened unrecorded."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seawall.cli import vaults
from seawall.core.problem import UnableToUseInput
from seawall.ledger.sequencing import UnableToFindLedger
from seawall.office import homes
from seawall.vault import ring
from seawall.vault.algorithms import SM4
from seawall.vault.embedded import UnableToMakeRing, UnableToReplaceRing, UnableToRetireKey
from seawall.vault.refusals import UnableToErase
from seawall.vault.ring import UnableToReachKeys
from tests.cli.test_commands import seawall

ALICE = '{"name": "Alice Meyer", "phone": "13800138000", "national_id": "11010519491231002X"}\n'
ASKED = ("--purpose", "answer_person", "--as", "bob")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SEAWALL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SEAWALL_LANG", "en")

    def made(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(vaults.app, arguments, input=given)

    homes.make(tmp_path / "home", "lender.example/ledger")
    return made


def told(kind: str) -> list[dict[str, object]]:
    """What the home's ledger tells of a kind: fields and body together."""
    return [
        entry.told | {"body": json.loads(entry.body or b"null")}
        for entry in homes.home().ledger_reader.entries()
        if entry.told["kind"] == kind
    ]


def test_a_person_goes_through_the_vault(run: Run) -> None:
    token = run("seal", "--by", "phone", given=ALICE).stdout.strip()
    assert token.startswith("person_")
    assert run("seal", "--by", "phone", given=ALICE).stdout.strip() == token
    assert run("seal", "--token", token, given='{"email": "a@example.com"}').exit_code == 0
    asked = ("--purpose", "contact_customer", "--as", "bob")
    assert run("find", "email", *asked, given="A@example.com\n").stdout.strip() == token
    opened = run("open", token, "--field", "phone", "--field", "name", *asked)
    shown = [json.loads(line) for line in opened.stdout.splitlines()]
    assert {each["field"]: each["value"] for each in shown} == {
        "phone": "+8613800138000",
        "name": "Alice Meyer",
    }
    exported = run("export", token, "--purpose", "answer_person", "--as", "dana")
    assert json.loads(exported.stdout)["values"]["email"] == "a@example.com"
    first, second = told("vault.open")
    assert (first["subject"], first["actor"], second["actor"]) == (token, "bob", "dana")
    assert first["body"] == {
        "purpose": "contact_customer",
        "approval": None,
        "reveals": "whole",
        "values": [[token, "phone"], [token, "name"]],
    }


def test_nothing_is_opened_held_or_erased_while_no_ledger_tells_of_it(
    run: Run, tmp_path: Path
) -> None:
    token = run("seal", given=ALICE).stdout.strip()
    (tmp_path / "home" / "keys" / "ledger.key").unlink()
    ordered = ("--as", "dana", "--reason", "case 7")
    for command in (
        ("open", token, "--field", "phone", *ASKED),
        ("find", "phone", *ASKED),
        ("export", token, *ASKED),
        ("erase", token, *ordered),
        ("hold", token, "dispute", *ordered),
        ("release", token, "dispute", *ordered),
    ):
        done = run(*command, given="13800138000")
        assert isinstance(done.exception, UnableToFindLedger)
        assert done.stdout == ""
    assert json.loads(run("status").stdout)["states"] == {"active": 1}


def test_a_hold_an_erasure_and_a_restore(run: Run) -> None:
    token = run("seal", given=ALICE).stdout.strip()
    ordered = ("--as", "dana", "--reason", "case 7")
    assert run("hold", token, "dispute", *ordered).stdout == f"{token} is held: dispute.\n"
    assert isinstance(run("erase", token, *ordered).exception, UnableToErase)
    released = run("release", token, "dispute", *ordered, "--lang", "zh").stdout
    assert released == f"{token} 已解除保留：dispute。\n"
    certificate = run("erase", token, *ordered).stdout
    assert json.loads(certificate)["fields"] == ["name", "national_id", "phone"]
    assert run("erasures").stdout == certificate
    assert "1 erased" in run("replay", given=certificate).stdout
    assert json.loads(run("status").stdout)["states"] == {"erased": 1}
    assert "0 erased" in run("scrub").stdout
    assert [len(told(f"vault.{each}")) for each in ("hold", "release", "erase")] == [1, 1, 1]
    assert told("vault.erase")[0]["body"] == json.loads(certificate)


def test_keys_and_indexes_rotate(run: Run) -> None:
    token = run("seal", given=ALICE).stdout.strip()
    (old,) = json.loads(run("status").stdout)["keys"]
    assert isinstance(run("retire", old).exception, UnableToRetireKey)
    assert json.loads(run("status").stdout)["current"] == old
    rotated = run("rotate", "--suite", "sm4").output
    assert "keys wrapped again" in rotated
    assert f"seawall vault retire {old}" in rotated
    assert json.loads(run("status").stdout)["spent"] == [old]
    assert run("retire", old).exit_code == 0
    assert json.loads(run("status").stdout)["spent"] == []
    (new,) = json.loads(run("status").stdout)["keys"]
    assert isinstance(run("retire", new).exception, UnableToRetireKey)
    assert "1 index entries moved" in run("reindex", "phone").stdout
    assert run("find", "phone", *ASKED, given="13800138000").stdout.strip() == token
    chinese = run("seal", given='{"phone": "13912345678"}').stdout.strip()
    assert run("find", "phone", *ASKED, given="13912345678").stdout.strip() == chinese


def test_a_ring_in_the_environment_rotates_by_what_is_put_there(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = run("seal", given=ALICE).stdout.strip()
    held = ring.from_file(tmp_path / "home" / "keys" / "ring.json")
    rotated = held.rotated(SM4)
    monkeypatch.setenv(ring.VARIABLE, rotated.text())
    assert "keys wrapped again" in run("rotate").stdout
    assert list(json.loads(run("status").stdout)["keys"]) == [rotated.current]
    assert isinstance(run("retire", held.current).exception, UnableToReachKeys)
    monkeypatch.setenv(ring.VARIABLE, rotated.without(held.current).text())
    assert run("find", "phone", *ASKED, given="13800138000").stdout.strip() == token
    monkeypatch.setenv(ring.VARIABLE, held.text())  # a process that was not told
    assert isinstance(
        run("find", "phone", *ASKED, given="13800138000").exception, UnableToReachKeys
    )


def test_no_command_tells_a_value_unasked(run: Run, tmp_path: Path) -> None:
    heard = []
    token = run("seal", "--by", "phone", given=ALICE).stdout.strip()
    for arguments, text in (
        (("seal", "--by", "phone"), ALICE),
        (("seal", "--token", "person_x"), ALICE),
        (("seal", "--country", "US"), ALICE),
        (("seal", "--by", "shoe"), ALICE),
        (("seal",), ALICE.strip() + "}"),
        (("find", "name", *ASKED), "Alice Meyer"),
        (("find", "phone", *ASKED), "13800138000 13800138000"),
        (("open", token, "--field", "name", "--purpose", "x", "--as", "y"), ""),
        (("replay",), ALICE),
        (("rotate",), ""),
        (("reindex", "phone"), ""),
        (("status",), ""),
        (("erase", token, "--as", "dana", "--reason", "asked"), ""),
        (("erasures",), ""),
    ):
        done = run(*arguments, given=text)
        heard += [done.output, str(done.exception), repr(done.exception)]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for value in json.loads(ALICE).values():
        assert not [each for each in heard if value in each]
        assert not [each for each in written if value.encode() in each]


def test_what_is_wrong_is_told_by_row_and_without_the_value(run: Run) -> None:
    done = run("seal", given=ALICE + '{"phone": "1380013800"}\n')
    assert isinstance(done.exception, UnableToUseInput)
    assert str(done.exception.problems[0].where) == "stdin, row 2, column phone"
    assert "1380013800" not in str(done.exception)
    assert json.loads(run("status").stdout)["states"] == {}
    for text in ("no json 13800138000", '{"phone": 13800138000}', "[1]"):
        done = run("seal", given=text)
        assert isinstance(done.exception, UnableToUseInput)
        assert done.exception.problems[0].code == "vault-input-unreadable"
        assert "13800138000" not in str(done.exception)


def test_a_ring_is_made_once_and_needed(run: Run, tmp_path: Path) -> None:
    assert isinstance(run("init").exception, UnableToMakeRing)  # by `seawall init`
    file = tmp_path / "home" / "keys" / "ring.json"
    for path in (file, file.with_name("keys.sqlite"), tmp_path / "home/vault/people.sqlite"):
        run("status")
        assert path.stat().st_mode & 0o777 == 0o600
    aside = file.rename(tmp_path / "copy.json")
    assert isinstance(run("status").exception, UnableToReachKeys)
    assert "put its copy back" in str(run("status").exception)
    lost = run("init").exception
    assert isinstance(lost, UnableToReplaceRing)
    assert "keys.sqlite holds keys of another ring: put the copy of ring.json back" in str(lost)
    assert not file.exists()
    aside.rename(file)
    assert run("status").exit_code == 0


def test_a_refusal_is_one_sentence_on_the_terminal(tmp_path: Path) -> None:
    done = seawall("vault", "status", home=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "seawall vault init" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_kind_is_named(run: Run) -> None:
    named = run("fields").stdout
    assert all(name in named for name in ("national_id", "contact_customer", "dispute"))
