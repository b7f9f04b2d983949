"""Machines' tokens from the command line: shown once, listed without the secret, taken back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawall.acts import granting, staffing
from seawall.acts.second import UnableToConfirm
from seawall.acts.signing import Signed, now
from seawall.cli.main import app
from seawall.core.problem import UnableToUseInput
from seawall.office import homes
from seawall.records import starting

RUN = CliRunner()
Say = Callable[..., str]
GRANT = (
    "grant",
    "origination-1",
    "--scope",
    "cases.open",
    "--scope",
    "cases.read",
    "--as",
    "ivan",
)


@pytest.fixture
def say(tmp_path: Path) -> Iterator[Say]:
    homes.make(tmp_path / "home", "lender.example/ledger")

    def run(*told: str) -> str:
        done = RUN.invoke(app, ["token", *told, "--home", str(tmp_path / "home"), "--lang", "en"])
        if done.exception is not None:
            raise done.exception
        return done.output

    yield run
    starting.stop()


def test_a_token_is_granted_listed_and_taken_back(say: Say, tmp_path: Path) -> None:
    secret = say(*GRANT, "--unit", "house/online").splitlines()[-1]
    held = granting.holder(secret, now())
    assert held is not None
    assert (held.unit, held.scopes) == ("house/online", frozenset({"cases.open", "cases.read"}))
    listed = say("list")
    assert "origination-1" in listed
    assert "cases.open, cases.read" in re.sub(r"\s+", " ", listed)
    assert secret not in listed
    assert "opens nothing" in say("revoke", "1", "--as", "ivan")
    assert granting.holder(secret, now()) is None
    assert "No token counts." in say("list")
    assert "revoked" in say("list", "--all")
    assert "before" in say("revoke", "1", "--as", "ivan")
    kinds = [each.told["kind"] for each in homes.home(tmp_path / "home").ledger_reader.entries()]
    assert kinds == ["token.grant", "token.revoke"]


def test_what_no_machine_may_is_refused_in_a_sentence(say: Say) -> None:
    with pytest.raises(UnableToUseInput, match=r"policies\.publish") as refused:
        say("grant", "origination-1", "--scope", "policies.publish", "--as", "ivan")
    assert [each.code for each in refused.value.problems] == ["token-scope-unknown"]
    assert "No token counts." in say("list", "--all")


def test_where_people_review_access_a_token_waits_for_another(say: Say, tmp_path: Path) -> None:
    home = homes.home(tmp_path / "home")
    starting.start(home.records)
    alice = staffing.Newcomer("alice", "Alice", ("chief_risk_officer",), "house")
    staffing.add(home.ledger, alice, Signed("add:alice", "root", now()), confirming=())
    told = say(*GRANT)
    secret = told.splitlines()[-1]
    assert "seawall token confirm 1" in told
    assert granting.holder(secret, now()) is None
    assert "waits" in say("list", "--all")
    with pytest.raises(UnableToConfirm):
        say("confirm", "1", "--as", "ivan")
    assert "counts" in say("confirm", "1", "--as", "alice")
    assert granting.holder(secret, now()) is not None
    assert "does not wait" in say("confirm", "1", "--as", "alice")
