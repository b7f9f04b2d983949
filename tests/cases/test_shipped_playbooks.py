"""The shipped playbooks and drills: sound, tried by their cases in every branch, cited, bilingual."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from seawall.cases import playbook_cases
from seawall.core.text import Text
from seawall.office import packs

PLANS = {name: packs.playbook(name) for name in packs.playbooks()}
CASES = {name: packs.playbook_cases_beside(path) for name, path in packs.playbooks().items()}
WANTED = {
    "payment_outage", "data_breach", "fraud_ring", "partner_deterioration", "disaster_relief",
    "complaint_surge", "funding_shock", "ransomware", "model_drift", "regulatory_notice",
}  # fmt: skip


def test_every_trouble_has_its_playbook_under_its_own_name() -> None:
    assert PLANS.keys() == WANTED
    assert all(plan.sheet.id == name for name, plan in PLANS.items())


@pytest.mark.parametrize("name", PLANS)
def test_its_cases_come_out(name: str) -> None:
    assert [each for each in playbook_cases.verdicts(PLANS[name], CASES[name]) if each.wrong] == []


@pytest.mark.parametrize("name", PLANS)
def test_its_cases_take_every_branch_and_close_it_once(name: str) -> None:
    plan, cases = PLANS[name], CASES[name].declared.cases
    taken = {
        (step, plan.branch(step, playbook_cases.known(plan, case.facts)).to)
        for case in cases for step in case.steps if plan.steps[step].decide
    }  # fmt: skip
    every = {(step.id, branch.to) for step in plan.steps.values() for branch in step.decide}
    assert taken == every
    assert {case.closes for case in cases} == {True, False}


@pytest.mark.parametrize("name", PLANS)
def test_every_step_is_dated_and_every_run_detects_acts_and_learns(name: str) -> None:
    plan = PLANS[name]
    assert all(step.within is not None for step in plan.steps.values())
    for case in CASES[name].declared.cases:
        phases = {plan.steps[step].phase for step in case.steps}
        assert phases >= {"detect", "acknowledge", "learn"}
        assert phases & {"contain", "recover"}
    assert all(fact in _read(name) for fact in plan.sheet.facts)


def _read(name: str) -> set[str]:
    return {each for condition in PLANS[name].conditions.values() for each in condition.names}


def _texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from _texts(getattr(value, field))
    elif isinstance(value, dict | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@pytest.mark.parametrize("name", [*PLANS, *packs.drills()])
def test_chinese_texts_are_chinese_and_english_ones_are_not(name: str) -> None:
    sheet = PLANS[name].sheet if name in PLANS else packs.drill(name).sheet
    texts = list(_texts(sheet))
    assert len(texts) > 5
    for text in texts:
        assert re.search("[\u4e00-\u9fff]", text.zh), text
        assert not re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text.en), text


def test_no_limit_of_law_is_claimed_verified() -> None:
    tells = [tell for plan in PLANS.values() for step in plan.steps.values() for tell in step.tell]
    assert len([tell for tell in tells if tell.cite]) >= 10
    assert [tell for tell in tells if tell.verified_on is not None] == []


def test_three_drills_exercise_different_playbooks() -> None:
    drills = [packs.drill(name) for name in packs.drills()]
    assert len({each.sheet.playbook for each in drills}) == len(drills) == 3
    assert all(name == each.sheet.id for name, each in zip(packs.drills(), drills, strict=True))
