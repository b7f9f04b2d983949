"""The commands about cases: what somebody who handles one gets to read."""

from pathlib import Path

import pytest
from django.db import connections
from typer.testing import CliRunner

from seawall.cli.main import app
from seawall.core.text import verbatim
from seawall.ledger.log import Ledger
from seawall.ledger.store import UnableToWriteStore
from seawall.office import homes

FIELDS = ("customer=person_abc", "jurisdiction=cn", "channel=phone", "subject=service", "summary=slow")  # fmt: skip
WORDS = {"en": "can be done: acknowledge", "zh": "可执行： acknowledge"}


@pytest.mark.parametrize("spoken", WORDS)
def test_a_case_says_what_can_be_done_now_and_by_whom(tmp_path: Path, spoken: str) -> None:
    home = tmp_path / "home"
    homes.make(home, "lender.example/ledger")
    told = [part for each in FIELDS for part in ("--set", each)]
    who = ["--as", "alice", "--role", "customer_care", "--home", str(home), "--lang", spoken]
    came = CliRunner().invoke(app, ["case", "open", "complaint", *told, *who])
    connections.close_all()
    assert came.exit_code == 0, came.output
    (line,) = [each for each in came.output.splitlines() if WORDS[spoken] in each]
    assert "customer_care, complaint_manager" in line
    assert "hear_customer" not in came.output, "nobody was asked yet"


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_what_is_done_while_the_ledger_is_away_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoken: str
) -> None:
    home = tmp_path / "home"
    homes.make(home, "lender.example/ledger")
    monkeypatch.setattr(Ledger, "append", _away)
    told = [part for each in FIELDS for part in ("--set", each)]
    who = ["--as", "alice", "--role", "customer_care", "--home", str(home), "--lang", spoken]
    came = CliRunner().invoke(app, ["case", "open", "complaint", *told, *who])
    connections.close_all()
    assert came.exit_code == 0, came.output
    said = "It is done; the ledger" if spoken == "en" else "已完成；账本"
    assert said in came.output
    assert "the disk is full" in came.output


def _away(*_: object) -> None:
    raise UnableToWriteStore("the ledger", verbatim("the disk is full"))
