"""What an editor shows beside a text is what the commands say of the same text in a file."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawall.cli.main import app
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from seawall.policy.glance import CHARACTERS_MOST, Sketch, glance, tried

SHIPPED = packs.policies()


def sketch(name: str = "instalment_loan") -> Sketch:
    path = SHIPPED[name]
    text = path.read_text(encoding="utf-8")
    base = re.search(r"^extends: (\w+)$", text, re.MULTILINE)
    beneath = {f"{base[1]}.yaml": SHIPPED[base[1]].read_text(encoding="utf-8")} if base else {}
    beside = packs.cases_beside(path)
    return Sketch(name, path.name, text, beneath, beside.read_text(encoding="utf-8"), beside.name)


def edited(before: str, after: str, name: str = "instalment_loan") -> Sketch:
    whole = sketch(name)
    assert before in whole.text
    return replace(whole, text=whole.text.replace(before, after, 1))


def said(folder: Path, text: Sketch, command: str) -> str:
    """What a command says of the same texts in files."""
    for name, content in text.texts.items():
        (folder / name).write_text(content, encoding="utf-8")
    told = CliRunner().invoke(app, ["policy", command, str(folder / text.name)])
    refused = isinstance(told.exception, UnableToUseInput)
    return str(told.exception) if refused else told.output


MISTAKES = {
    "a name nobody declared": ("when: score < 500", "when: scor < 500"),
    "a condition of another type": ("when: score < 500", "when: score + 500"),
    "a word of SQL that is none here": ("when: score < 500", "when: score < (SELECT 1)"),
    "a tab": ("  - id: score_low", "\t- id: score_low"),
    "a field that is none": ("    then: decline\n    reason:", "    than: decline\n    reason:"),
    "two mistakes": ("{score: \">= 600\"}, give: {grade: \"'A'\"", "{score: \"> 'a'\"}, give: {grade: 7"),
    "a drop of what is not there": ("inputs: [contact_token]", "inputs: [contact_tokens]"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_marks_stand_where_the_command_says(mistake: str, tmp_path: Path) -> None:
    name = "instalment_loan_cn" if "drop" in mistake else "instalment_loan"
    text = edited(*MISTAKES[mistake], name)
    found = glance(text)
    assert found.policy is None
    assert found.marks
    lines = said(tmp_path, text, "check").splitlines()
    for mark in found.marks:
        assert mark.grade == "error"
        assert [
            line for line in lines if line.startswith(f"{tmp_path}/{mark.place}: [{mark.code}]")
        ]
    assert len(lines) == len(found.marks)


@pytest.mark.parametrize("name", ["instalment_loan", "micro_loan_us"])
def test_quick_findings_are_among_those_of_the_whole_check(name: str) -> None:
    from seawall.policy import check  # noqa: PLC0415 - the solver takes half a second to load

    quick = glance(sketch(name))
    assert quick.policy is not None
    assert quick.whole
    whole = check.findings(packs.policy(name), seconds=1)
    told = {(each.kind.code, each.message.en) for each in whole}
    assert {(each.code, each.message.en) for each in quick.marks} <= told
    assert quick.marks


def test_a_row_that_never_counts_is_marked_at_its_line() -> None:
    text = edited('{when: {score: ">= 575"}', '{when: {score: ">= 600"}')
    mark = next(each for each in glance(text).marks if each.code == "policy-row-unreachable")
    lines = text.text.splitlines()
    assert mark.place.line == 1 + lines.index(next(each for each in lines if "'B'\", inc" in each))
    assert mark.grade == "warning"


def test_cases_come_out_as_the_command_says(tmp_path: Path) -> None:
    assert not tried(sketch()).failed
    text = edited("when: score < 500", "when: score < 510")
    found = tried(text)
    assert found.failed == 1
    (wrong,) = [each for each in found.verdicts if each.wrong]
    printed = said(tmp_path, text, "test").replace("\n", "")
    assert f"{wrong.place}: {wrong.name}".replace(" ", "") in printed.replace(" ", "")


def test_cases_that_cannot_be_read_are_marked() -> None:
    found = tried(replace(sketch(), cases="cases:\n  - {name: one, expect: {outcome: maybe}}\n"))
    told = [(str(each.place), each.code) for each in found.marks]
    assert ("instalment_loan.cases.yaml:2:35", "pack-invalid") in told
    assert tried(edited("when: score < 500", "when: score <")).marks


def test_a_text_of_another_policy_is_refused_at_its_id() -> None:
    text = edited("id: instalment_loan", "id: other")
    (mark,) = glance(text).marks
    line = 1 + text.text.splitlines().index("id: other")
    assert (mark.code, mark.place.line) == ("policy-other-edited", line)


def test_a_text_without_end_is_refused_before_it_is_read() -> None:
    began = time.process_time()
    (mark,) = glance(replace(sketch(), text="a" * (CHARACTERS_MOST + 1))).marks
    assert mark.code == "pack-too-large"
    assert time.process_time() - began < 0.1


def test_without_time_the_tables_are_left_and_that_is_told() -> None:
    found = glance(sketch(), seconds=0)
    assert found.policy is not None
    assert not found.whole
    assert found.marks == ()
