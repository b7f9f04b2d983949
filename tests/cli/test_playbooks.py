"""Playbooks on the command line."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import typer

from seawall.cases.playbook_run import Event
from seawall.cli import playbooks
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from tests.cases.test_drill import EXERCISE, in_time, scored


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


HEAD = """drill: gateway_down_on_payday
exercise: true
began_at: 2026-03-02 08:54:00
ended_at: 2026-03-02 13:00:00
events:
"""


def record(events: Iterable[Event]) -> str:
    """An exercise as a file."""
    lines = [
        f"  - {{what: {e.what}, at: {e.at}, by: {e.by}, step: {e.step or 'null'}, "
        f"name: {e.name or 'null'}, value: {json.dumps(e.value)}}}"
        for e in events
    ]
    return HEAD + "\n".join(lines) + "\n"


def test_an_exercise_is_scored_from_its_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "exercise.yaml"
    file.write_text(record(in_time(EXERCISE)), encoding="utf-8")
    assert packs.exercise(file) == scored()
    playbooks.score(file, lang="en")
    out = capsys.readouterr().out
    assert "8 of 22 checks as planned (36%)" in out
    assert re.search(r"✗ milestone +18 / 15 +acknowledge: late", out)
    playbooks.score(file, lang="zh")
    assert "22 项中 8 项达标" in capsys.readouterr().out


@pytest.mark.parametrize(("old", "new", "line"), [
    ("step: confirm, name: null", "step: confrim, name: null", 9),
    ("what: started", "what: begun", 6),
])  # fmt: skip
def test_a_record_that_no_run_can_have_says_where(
    tmp_path: Path, old: str, new: str, line: int
) -> None:
    file = tmp_path / "exercise.yaml"
    text = record(in_time(EXERCISE))
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UnableToUseInput) as refused:
        packs.exercise(file)
    (problem,) = refused.value.problems
    assert (problem.code, problem.where.line) == ("playbook-event-misfit", line)
