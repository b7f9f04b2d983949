"""The ledger from the command line, by Alice who keeps it and Dana who audits it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from typer.testing import CliRunner

from seawall.cli.main import app
from seawall.core.problem import Unable, UnableToUseInput
from seawall.ledger.entry import Erasing
from seawall.office import homes
from tests.ledger.conftest import AT, decision

RUN = CliRunner()
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    def run(*told: str) -> tuple[int, str]:
        done = RUN.invoke(app, ["ledger", *told, "--home", str(tmp_path / "home")])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return run


@pytest.fixture
def key(say: Say, tmp_path: Path) -> str:
    code, said = say("start", "lender.example/ledger")
    assert code == 0
    ledger = homes.home(tmp_path / "home").ledger
    ledger.append_all([decision(n) for n in range(5)])
    ledger.erase(2, Erasing("dana", AT, "erase:2", "asked"))
    return said.splitlines()[-1]


@pytest.mark.parametrize("lost", [[], ["ledger.key"], ["ledger.pub"]])
def test_a_ledger_is_started_once(say: Say, key: str, tmp_path: Path, lost: list[str]) -> None:
    """Also where a home was restored without its private key."""
    del key
    keys = tmp_path / "home" / "keys"
    for each in lost:
        (keys / each).unlink()
    before = {each: each.read_bytes() for each in keys.iterdir()}
    with pytest.raises(Unable, match="a ledger was started here: `seawall ledger verify`"):
        say("start", "lender.example/ledger")
    assert {each: each.read_bytes() for each in keys.iterdir()} == before


def test_a_home_keeps_its_key_to_itself(key: str, tmp_path: Path) -> None:
    keys = tmp_path / "home" / "keys"
    assert (keys / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert (keys / "ledger.pub").read_text().strip() == key


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "6 entries recomputed"), ("zh", "已重新计算 6 条记录")]
)
def test_verify_recomputes_the_homes_ledger(say: Say, key: str, lang: str, said: str) -> None:
    assert key
    code, output = say("verify", "--lang", lang)
    assert (code, said in output) == (0, True)


def test_prove_takes_a_number_or_an_act(say: Say, key: str) -> None:
    assert key
    by_number, by_act = say("prove", "3")[1], say("prove", "decide:3")[1]
    assert by_number == by_act
    assert json.loads(by_act)["number"] == 3
    with pytest.raises(Unable):
        say("prove", "decide:99")


def test_an_exported_pack_is_verified_by_its_key(say: Say, key: str, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    assert say("export", "--from", "1", "--to", "3", "-o", str(pack))[0] == 0
    assert say("verify", str(pack), "--key", key) == (
        0, "4 entries, proved in a tree of 6; 1 bodies erased; 0 findings\n",
    )  # fmt: skip
    pack.write_bytes(pack.read_bytes().replace(b"3.00", b"9.00"))
    code, said = say("verify", str(pack), "--key", key, "--lang", "zh")
    assert code == 1
    assert "记录 3 的正文" in said
    assert say("verify", str(pack))[0] == 2, "a pack needs a key"


def test_a_ledger_is_verified_against_a_checkpoint_from_elsewhere(
    say: Say, key: str, tmp_path: Path
) -> None:
    assert key
    seen = tmp_path / "seen"
    seen.write_text(say("checkpoint")[1], encoding="utf-8")
    assert say("verify", "--seen", str(seen))[0] == 0
    (tmp_path / "home" / "ledger.sqlite").unlink()
    for each in (tmp_path / "home").glob("ledger.sqlite-*"):
        each.unlink()
    from seawall.ledger import log, note  # noqa: PLC0415 - what an owner does who starts over
    from seawall.ledger.sqlite import SqliteStore  # noqa: PLC0415 - the same

    store = SqliteStore(tmp_path / "home" / "ledger.sqlite")
    log.start(store, note.load(tmp_path / "home" / "keys" / "ledger.key"))
    code, said = say("verify", "--seen", str(seen))
    assert code == 1
    assert "ledger-rolled-back" in said


def test_publish_writes_what_clients_read(say: Say, key: str, tmp_path: Path) -> None:
    assert key
    assert say("publish", str(tmp_path / "site"))[0] == 0
    assert (tmp_path / "site" / "tile" / "0" / "000.p" / "6").stat().st_size == 6 * 32


@pytest.mark.parametrize("command", ["export", "prove", "publish", "checkpoint"])
def test_a_head_that_was_altered_is_told_in_a_sentence(
    say: Say, key: str, tmp_path: Path, command: str
) -> None:
    assert key
    direct = apsw.Connection(str(tmp_path / "home" / "ledger.sqlite"))
    direct.execute("DROP TRIGGER ledger_head_grows")
    direct.execute(
        "UPDATE ledger_head SET note = CAST(REPLACE(CAST(note AS TEXT), 'lender', 'bender') AS BLOB)"
    )
    direct.close()
    more = {
        "export": ["-o", str(tmp_path / "x.zip")],
        "prove": ["1"],
        "publish": [str(tmp_path / "site")],
    }
    with pytest.raises((Unable, UnableToUseInput)):
        say(command, *more.get(command, []))
    assert not (tmp_path / "site" / "checkpoint").exists()


def test_a_witness_cosigns_from_another_process(say: Say, key: str, tmp_path: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-u", "-m", "seawall", "ledger", "witness", "auditor.example/w", "--log", key,
         "--folder", str(tmp_path / "witness"), "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    try:
        address = started.stdout.readline().split(";")[0].removeprefix("Witness at ")
        witness_key = started.stdout.readline().strip()
        code, said = say("checkpoint", "--witness", address, "--witness-key", witness_key)
    finally:
        started.terminate()
        started.wait()
        started.stdout.close()
    assert code == 0
    assert said.splitlines()[-1].startswith("— auditor.example/w ")
    assert say("verify")[0] == 0
