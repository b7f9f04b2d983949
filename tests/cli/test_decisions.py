"""The commands about decisions: a try says so; for good needs a ledger, a published policy and a name."""

import json
import sqlite3
from pathlib import Path

import pytest
from django.db import connection
from typer.testing import CliRunner

from seawall.cli.main import app
from seawall.office import homes

APPLICATIONS = [
    {"application_id": "a1", "applied_at": "2026-11-26T08:00:00", "amount": 12000, "currency": "CNY", "term_days": 365,
     "phone": "13800138000", "device_id": "ab-12", "income_annual": 120000, "debt_monthly": 1000, "bureau_score": 650,
     "inquiries_6m": 1, "open_lenders": 1, "purpose": "travel", "birth_year": 1990, "home": "rent"},
    {"application_id": "a2", "applied_at": "2026-11-26T08:01:00", "amount": 12000, "currency": "CNY", "term_days": 365,
     "phone": "13800138001", "device_id": "ab-12", "purpose": "gambling", "birth_year": 1990, "shoe": "13900139000"},
]  # fmt: skip


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decisions") / "home"
    at = ("--home", folder)
    run("ledger", "start", "lender.example/ledger", *at)
    run("vault", "init", *at)
    told = run("policy", "propose", "instalment_loan", "--as", "alice", *at)
    digest = told.split("policy approve 1 ")[1].split()[0]
    run("policy", "approve", 1, digest, "--as", "bob", *at)
    run("policy", "publish", 1, "--as", "bob", *at)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "new.json"
    made.write_text(json.dumps(APPLICATIONS))
    return made


def test_a_try_records_nothing_and_says_so(tmp_path: Path, file: Path) -> None:
    told = run("decide", "instalment_loan", "-i", file, "--home", tmp_path / "none")
    assert "application_id a1: refer" in told  # no vault, no token: nobody knows who asks
    assert "nothing is recorded" in told
    assert not (tmp_path / "none").exists()


def test_for_good_is_once_and_can_be_looked_at_and_verified(home: Path, file: Path) -> None:
    at = ("--home", home)
    first = run("decide", "instalment_loan", "-i", file, "--record", "--as", "origination-1", *at)
    assert "application_id a1: approve" in first
    assert "application_id a2: decline\n  purpose_excluded" in first
    assert "[application-key-unused] shoe is neither" in first
    assert "13900139000" not in first
    assert "1 approved, 0 referred, 1 declined by instalment_loan" in first
    again = run("decide", "instalment_loan", "-i", file, "--record", "--as", "origination-1", *at)
    assert "1 approved, 0 referred, 1 declined" in again
    shown = run("decisions", "show", "a1", *at)
    assert shown.splitlines()[:4] == first.splitlines()[:4]
    assert "Entry 3 of the ledger, by instalment_loan" in shown
    record = json.loads(run("decisions", "show", "a2", "--format", "json", *at))
    assert record["input"]["device_token"].startswith("device_")
    assert record["features"]["device_customers_30d"] == 1
    assert "Of 2 decisions 2 come out the same again" in run("decisions", "verify", *at)
    assert "0 problems" in run("ledger", "verify", *at)


def test_the_index_is_proved_with_the_decisions_and_made_again(home: Path, file: Path) -> None:
    at = ("--home", home)
    run("decide", "instalment_loan", "-i", file, "--record", "--as", "origination-1", *at)
    size = homes.home(home).ledger.size
    all_read = f"Entries read into the index: {size}.\n"
    assert run("decisions", "index", "--again", *at) == all_read
    assert run("decisions", "index", *at) == "Entries read into the index: 0.\n"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_decisionline SET outcome = 'approve'")
    told = run("decisions", "verify", *at, code=1)
    assert told.count("[ledger-index-differs]") == 1
    assert run("decisions", "index", "--again", *at) == all_read
    run("decisions", "verify", *at)


def test_an_id_used_for_another_application_is_refused_and_tells_so(
    home: Path, tmp_path: Path
) -> None:
    at, file = ("--home", home), tmp_path / "changed.json"
    ours = {**APPLICATIONS[0], "application_id": "b1"}
    for amount, code in ((5, 0), (6, 1)):
        file.write_text(json.dumps([{**ours, "amount": amount}, {"amount": 1}][: 1 + code]))
        told = run("decide", "instalment_loan", "-i", file, "--record", "--as", "o", *at, code=code)
    assert "[application-changed] b1 was told before" in told
    assert "[application-id-unusable]" in told
    assert "Refused, as told above: 2" in told


def test_for_good_needs_a_name_a_ledger_and_a_published_policy(
    home: Path, tmp_path: Path, file: Path
) -> None:
    new = tmp_path / "other.json"
    new.write_text(file.read_text().replace('"a1"', '"c1"').replace('"a2"', '"c2"'))
    decide = ("decide", "instalment_loan", "-i", new, "--record")
    assert "--as" in run(*decide, "--home", home, code=2)
    for arguments, why in (
        ((*decide, "--as", "o", "--home", tmp_path / "none"), "no ledger was started"),
        (("decide", "micro_loan", *decide[2:], "--as", "o", "--home", home), "no version of it is in force"),
        ((*decide, "--as", "Who Else", "--home", home), "no name to act under"),
        (("decisions", "show", "none", "--home", home), "has no entry decide:none"),
    ):  # fmt: skip
        result = CliRunner().invoke(app, [str(each) for each in arguments])
        assert why in str(result.exception)


def test_a_decision_that_comes_out_otherwise_is_named(home: Path, tmp_path: Path) -> None:
    """Somebody goes around the ledger's triggers: the audit finds the body, `verify` what it says."""
    copy = tmp_path / "copy"
    for path in home.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(home)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.write_bytes(path.read_bytes())
            target.chmod(path.stat().st_mode)
    with sqlite3.connect(copy / "ledger.sqlite") as raw:
        (name,) = raw.execute(
            "SELECT name FROM sqlite_schema WHERE name = 'ledger_entry_erased'"
        ).fetchone()
        raw.execute(f"DROP TRIGGER {name}")
        raw.execute("""UPDATE ledger_entry SET body = CAST(REPLACE(CAST(body AS TEXT), '"outcome":"approve"',
                       '"outcome":"refer"') AS BLOB) WHERE act = 'decide:a1'""")  # fmt: skip
    raw.close()
    told = run("decisions", "verify", "--home", copy, code=1)
    assert "entry 3, application:a1: outcome" in told
    assert "wrong 1" in told


def test_a_code_that_is_named_like_an_emoji_is_printed_as_it_is(tmp_path: Path) -> None:
    given = tmp_path / "new.json"
    given.write_text(json.dumps([{"application_id": "a1", "applied_at": "2026-11-26T08:00:00"}]))
    told = run("decide", "micro_loan", "-i", given, "--home", tmp_path / "none")
    assert "\n  unknown:underage: " in told


def test_where_all_are_refused_it_is_not_said_that_anything_is_recorded(
    home: Path, file: Path
) -> None:
    decide = ("decide", "instalment_loan", "-i", file, "--record", "--as", "o-1", "--home", home)
    assert "In the ledger: 2." in run(*decide)
    told_otherwise = [{**each, "amount": 1} for each in APPLICATIONS]
    file.write_text(json.dumps(told_otherwise))
    told = run(*decide, code=1)
    assert "In the ledger" not in told
    assert "Refused, as told above: 2; nothing is recorded of them." in told
