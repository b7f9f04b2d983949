"""The commands about policies, where no other test runs them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from seawall.cli.main import app

PAST = """\
application_id,applied_at,customer_token,currency,amount,term_days,outcome
a1,2026-01-10T08:00:00,c1,CNY,900000,365,approve
a2,2026-01-11T08:00:00,c2,CNY,900000,365,decline
"""


def test_a_replay_for_a_machine_is_one_json_text(tmp_path: Path) -> None:
    past, page = tmp_path / "past.csv", tmp_path / "page.html"
    past.write_text(PAST)
    asked = ["replay", "instalment_loan", "--on", past, "--home", tmp_path, "-o", page]
    done = CliRunner().invoke(app, [*map(str, asked), "--format", "json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["replay_rates"][0]["declined_share"] == 1.0
    assert {(row["swap"], row["applications"]) for row in told["replay_swaps"]} == {
        ("out", 1),
        ("same", 1),
    }
    assert page.is_file()


def test_a_check_that_ran_out_of_time_says_how_to_give_it_more() -> None:
    # This policy takes ten times as long; a check that is cut short is no failure.
    done = CliRunner().invoke(app, ["policy", "check", "instalment_loan_cn", "--seconds", "1"])
    assert done.exit_code == 0, done.output
    assert "It could not be settled" in done.output
    assert "give the check more time (`--seconds`)" in done.output
