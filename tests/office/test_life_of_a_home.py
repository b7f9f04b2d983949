"""The whole life of a home through its commands, the same on SQLite and on PostgreSQL."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from typer.testing import CliRunner

from seawall.cli.main import app
from tests import postgresql
from tests.cli.test_decisions import APPLICATIONS
from tests.office.places import Cluster, cluster

Ask = Callable[..., str]

ASKED = ("--purpose", "contact_customer", "--as", "bob")


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=postgresql.MARKS)]
)
def databases(request: pytest.FixtureRequest) -> Iterator[Callable[[], tuple[str, ...]]]:
    """What a home's making is told of where its stores lie."""
    if request.param == "sqlite":
        yield lambda: ()
        return
    made: Cluster
    with cluster() as made:
        yield lambda: ("--database", made.database())
        connections.close_all()


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("SEAWALL_LANG", "en")
    monkeypatch.setenv("SEAWALL_BACKUP_PASSPHRASE", "correct horse battery staple")

    def asked(*arguments: object, home: str = "home", code: int = 0, given: str = "") -> str:
        words = [*map(str, arguments), "--home", str(tmp_path / home)]
        result = CliRunner().invoke(app, words, input=given)
        assert result.exit_code == code, (result.output, result.exception)
        return f"{result.output}{result.exception or ''}"

    return asked


def test_a_home_lives_from_its_making_to_its_restoring(
    databases: Callable[[], tuple[str, ...]], ask: Ask, tmp_path: Path
) -> None:
    made = ask("init", "--name", "lender.example/ledger", *databases())
    (key,) = (line for line in made.splitlines() if line.startswith("lender.example/ledger+"))
    assert "✗" not in ask("doctor")
    _publish(ask)
    (tmp_path / "new.json").write_text(json.dumps(APPLICATIONS))
    decide = ("decide", "instalment_loan", "-i", tmp_path / "new.json", "--record", "--as", "o-1")
    decided = ask(*decide)
    assert "application_id a1: approve" in decided
    assert "application_id a2: decline" in decided
    person, other = _people(ask)
    _verify(ask)

    ask("backup", tmp_path / "backup")
    ask("vault", "erase", other, "--reason", "asked", "--as", "dana")
    (tmp_path / "erasures.jsonl").write_text(ask("vault", "erasures"))
    ring = tmp_path / "home" / "keys" / "ring.json"
    besides = ("--ring", ring, "--erasures", tmp_path / "erasures.jsonl")
    told = ask("restore", tmp_path / "backup", *besides, *databases(), home="again")
    assert "Erased again: 1 people, 0 bodies" in told

    assert key in (tmp_path / "again" / "keys" / "ledger.pub").read_text()
    assert "✗" not in ask("doctor", home="again")
    _verify(ask, home="again")
    assert ask("decisions", "show", "a1", home="again") == ask("decisions", "show", "a1")
    assert ask("vault", "find", "phone", *ASKED, given="13800138000\n", home="again").split() == [
        person
    ]
    assert ask("vault", "find", "phone", *ASKED, given="13800138001\n", home="again").split() == []
    status = json.loads(ask("vault", "status", home="again"))
    assert status["states"]["erased"] == 1
    again = ask(*decide, home="again", code=1)
    assert "a1: approve" in again, "told again, it is decided as before"
    assert "Refused, as told above: 1" in again, "who is erased is not the one who asked then"
    _go_on(ask, tmp_path)
    ask("vault", "rotate", home="again")
    ask("vault", "reindex", "phone", home="again")
    assert ask("vault", "find", "phone", *ASKED, given="13800138000\n", home="again").split() == [
        person
    ]
    ask("backup", tmp_path / "backup of the restored", home="again")
    for file in (tmp_path / "again").rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file


def _go_on(ask: Ask, folder: Path) -> None:
    """What is restored counts on, and keeps the rule of four eyes."""
    told = ask("policy", "propose", "micro_loan", "--as", "alice", home="again")
    digest = told.split("policy approve 2 ")[1].split()[0]
    refused = ask("policy", "approve", 2, digest, "--as", "alice", home="again", code=1)
    assert "alice" in refused
    ask("policy", "approve", 2, digest, "--as", "bob", home="again")
    new = APPLICATIONS[0] | {"application_id": "a3", "applied_at": "2026-11-26T09:00:00"}
    (folder / "more.json").write_text(json.dumps([new]))
    ask(
        "decide",
        "instalment_loan",
        "-i",
        folder / "more.json",
        "--record",
        "--as",
        "o-1",
        home="again",
    )
    shown = ask("decisions", "show", "a3", home="again")
    assert "a3" in shown


def _publish(ask: Ask) -> None:
    told = ask("policy", "propose", "instalment_loan", "--as", "alice")
    digest = told.split("policy approve 1 ")[1].split()[0]
    ask("policy", "approve", 1, digest, "--as", "bob")
    ask("policy", "publish", 1, "--as", "bob")


def _people(ask: Ask) -> list[str]:
    found = [
        ask("vault", "find", "phone", *ASKED, given=f"{APPLICATIONS[n]['phone']}\n").strip()
        for n in (0, 1)
    ]
    assert len(set(found)) == 2
    opened = ask("vault", "open", found[0], "--field", "phone", *ASKED)
    assert json.loads(opened.splitlines()[0])["value"] == "+8613800138000"
    return found


def _verify(ask: Ask, home: str = "home") -> None:
    assert "2" in ask("decisions", "verify", home=home)
    assert "decision" in ask("ledger", "prove", "decide:a1", home=home)
    ask("ledger", "verify", home=home)
