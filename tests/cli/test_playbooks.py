"""Playbooks on the command line."""

from pathlib import Path

import pytest
import typer

from seawall.cli import playbooks
from seawall.office import packs


def test_every_playbook_and_drill_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    playbooks.list_(lang="zh")
    playbooks.drills(lang="en")
    out = capsys.readouterr().out
    assert [name for name in (*packs.playbooks(), *packs.drills()) if name not in out] == []
    assert "支付通道中断" in out


@pytest.mark.parametrize("name", packs.playbooks())
def test_a_playbook_is_said_in_both_languages(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = packs.playbook(name)
    playbooks.show(name, lang="en")
    english = capsys.readouterr().out
    playbooks.show(name, lang="zh")
    chinese = capsys.readouterr().out
    for step in plan.steps.values():
        assert step.do.en in english
        assert step.do.zh in chinese
        for tell in step.tell:
            assert tell.what.en in english
    assert all(each.when in chinese for each in plan.sheet.exits)


def test_cases_that_do_not_come_out_are_told_and_exit_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in packs.playbooks()["fraud_ring"].parent.glob("fraud_ring*"):
        text = path.read_text(encoding="utf-8")
        wrong = text.replace("linked_applications: 20,", "linked_applications: 2,")
        (tmp_path / path.name).write_text(wrong, encoding="utf-8")
    playbooks.run_cases("fraud_ring", lang="en")
    assert "✗" not in capsys.readouterr().out
    with pytest.raises(typer.Exit):
        playbooks.run_cases(str(tmp_path / "fraud_ring.yaml"), lang="en")
    out = capsys.readouterr().out
    assert "✗ twenty linked applications are a ring" in out
    assert "fraud_ring.cases.yaml:2:" in out
