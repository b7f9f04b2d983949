"""The commands about policies, where no other test runs them."""

from typer.testing import CliRunner

from seawall.cli.main import app


def test_a_check_that_ran_out_of_time_says_how_to_give_it_more() -> None:
    # This policy takes ten times as long; a check that is cut short is no failure.
    done = CliRunner().invoke(app, ["policy", "check", "instalment_loan_cn", "--seconds", "1"])
    assert done.exit_code == 0, done.output
    assert "It could not be settled" in done.output
    assert "give the check more time (`--seconds`)" in done.output
