"""Two people put a policy in force from the command line."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawall.acts.publishing import UnableToApprove
from seawall.cli.main import app


def say(home: Path, *words: object) -> str:
    told = [*map(str, words), "--home", str(home)]
    result = CliRunner().invoke(app, told, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_policy_is_proposed_reviewed_approved_published_and_rolled_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    say(home, "ledger", "start", "lender.example/ledger")
    proposed = say(home, "policy", "propose", "micro_loan", "--as", "alice", "--writer", "bob")
    assert "makers, who cannot approve it: alice, bob" in proposed
    assert "cases that pass: " in proposed
    assert say(home, "policy", "review", 1).splitlines()[-1] == proposed.splitlines()[-1]
    found = re.search(r"approve 1 ([0-9a-f]{64}) --as", proposed)
    assert found is not None
    with pytest.raises(UnableToApprove, match="never approves his own"):
        say(home, "policy", "approve", 1, found[1], "--as", "bob")
    say(home, "policy", "approve", 1, found[1], "--as", "charlie")
    assert "approved by charlie" in say(home, "policy", "review", 1)
    say(home, "policy", "publish", 1, "--as", "dana")
    digest = proposed.splitlines()[1].split()[1]
    say(home, "policy", "rollback", "micro_loan", digest[:10], "--reason", "drill", "--as", "erin")
    told = say(home, "policy", "history", "micro_loan").splitlines()
    assert [line[0] for line in told] == [" ", "→"]
    assert "proposal 1" in told[0]
    assert "rolled back: drill" in told[1]
    assert "0 problems" in say(home, "policy", "verify")
    assert "4 entries recomputed, 0 bodies erased, 0 problems" in say(home, "ledger", "verify")
