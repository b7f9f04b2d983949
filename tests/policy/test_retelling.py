"""A record in words: every value under its title, every rule with what it asked, answered and led to."""

import json
from pathlib import Path

import pytest

from seawall.core import pack
from seawall.core.text import Text
from seawall.policy import reading, record
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.retelling import Retold, Ruled, Valued, retold

POLICY = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
inputs:
  income: {type: number, title: {en: income, zh: 收入}, unit: CNY a month}
  lenders: {type: integer, title: {en: other lenders, zh: 其他借款机构}}
  purpose: {type: text, title: {en: purpose, zh: 用途}, required: true}
derived:
  left: {title: {en: what is left, zh: 余额}, is: income - lenders * 10}
rules:
  - {id: gambling, when: purpose = 'gambling', then: decline, cite: Law,
     reason: {en: Not for this., zh: 用途不符。}}
  - {id: many, when: lenders > 3, then: refer, unknown: refer, cite: House,
     reason: {en: Many lenders., zh: 借款过多。}}
  - {id: poor, when: left < 5, then: decline, unknown: ignore, cite: House, reason: {en: Too little., zh: 过低。}}
offer: [left]
"""


@pytest.fixture
def decider(tmp_path: Path) -> Decider:
    file = tmp_path / "small.yaml"
    file.write_text(POLICY, encoding="utf-8")
    return Decider(reading.program([pack.read_placed(file, Sheet)]))


def told(decider: Decider, **given: object) -> Retold:
    """By way of the text that the ledger keeps."""
    kept = record.record(decider, given, reference={"application_id": "a1"})
    return retold(decider.program, json.loads(kept))


def rule(found: Retold, id_: str) -> Ruled:
    return next(each for each in found.rules if each.id == id_)


def test_values_stand_under_their_titles_in_the_policys_order(decider: Decider) -> None:
    found = told(decider, purpose="travel", income=100.0, lenders=2)
    assert [(each.title.en, each.value) for each in found.inputs] == [
        ("income", 100.0), ("other lenders", 2), ("purpose", "travel"),
    ]  # fmt: skip
    assert found.inputs[0].unit == "CNY a month"
    left = Valued("left", Text(en="what is left", zh="余额"), 80.0)
    assert (found.values, found.offer, found.outcome) == ((left,), (left,), "approve")
    assert (found.policy, found.title.zh, found.reasons) == ("small", "小", ())


def test_rules_say_what_they_asked_answered_and_led_to(decider: Decider) -> None:
    found = told(decider, purpose="gambling", income=9.0)
    assert found.outcome == "decline"
    gambling = rule(found, "gambling")
    assert (gambling.truth, gambling.outcome, gambling.source) == (True, "decline", "Law")
    assert gambling.words == Text(en="purpose is 'gambling'", zh="用途为'gambling'")
    assert [(each.name, each.value) for each in gambling.known] == [("purpose", "gambling")]
    many = rule(found, "many")
    assert (many.truth, many.outcome, many.known[0].value) == (None, "refer", None)
    poor = rule(found, "poor")
    assert (poor.truth, poor.outcome) == (None, "")
    assert found.reasons[0] == ("gambling", Text(en="Not for this.", zh="用途不符。"))
    asked = told(decider, purpose="travel", income=9.0).reasons[0]
    assert asked[0] == "unknown:many"
    assert "other lenders" in asked[1].en


def test_rules_that_led_to_something_stand_apart(decider: Decider) -> None:
    found = told(decider, purpose="travel", income=9.0, lenders=1)
    assert [(each.id, each.outcome) for each in found.decisive] == [("poor", "decline")]
    assert {each.outcome for each in found.idle} == {""}
    assert len(found.rules) == len(decider.program.checks) == len(found.idle) + 1
    assert found.lacking == ()
    assert [each.name for each in told(decider, income=1.0).lacking] == ["lenders", "purpose"]


def test_what_the_policy_asks_of_itself_is_told_as_a_rule(decider: Decider) -> None:
    found = told(decider, income=100.0, lenders=1)
    missing = rule(found, "missing:purpose")
    assert (missing.truth, missing.outcome) == (True, "refer")
    assert missing.words == Text(en="purpose is missing", zh="用途缺失")
