"""What a customer is told where a rule could not be answered: what is missing and matters."""

import json
from pathlib import Path

import pytest

from seawall.core import pack
from seawall.policy import reading, record
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet

POLICY = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
inputs:
  amount: {type: number, title: {en: amount, zh: 金额}}
  income: {type: number, title: {en: income, zh: 收入}}
  debt: {type: number, title: {en: debts, zh: 债务}}
  lenders: {type: integer, title: {en: other lenders, zh: 其他借款机构}}
derived:
  owed: {title: {en: what is owed, zh: 欠款}, is: "COALESCE(debt, 0)"}
  left: {title: {en: what is left, zh: 余额}, is: income - owed}
scores:
  score:
    title: {en: score, zh: 评分}
    parts:
      lenders:
        title: {en: other lenders, zh: 其他借款机构}
        of: lenders
        bands: [{is: 0, points: 20}, {points: 0}]
        missing: 10
tables:
  limits:
    title: {en: limits, zh: 额度表}
    columns: {score: score}
    gives:
      limit: {type: number, title: {en: limit, zh: 额度}, round: {to: 100, mode: down}}
    rows: [{give: {limit: left / (score - 20)}}]
rules:
  - id: too_much
    when: amount > limit
    then: refer
    reason: {en: Too much., zh: 过多。}
    cite: House
"""


@pytest.mark.parametrize(
    ("missing", "needed"),
    [
        (("income", "debt", "lenders"), "income"),  # the other two are known without a value
        (("income", "amount"), "amount, income"),
        ((), "amount, income, debts, other lenders"),  # a division by zero: nothing is missing
    ],
)
def test_only_what_is_missing_and_matters_is_asked_for(
    tmp_path: Path, missing: tuple[str, ...], needed: str
) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(POLICY, encoding="utf-8")
    decider = Decider(reading.program([pack.read_placed(file, Sheet)]))
    whole = {"amount": 5.0, "income": 9.0, "debt": 1.0, "lenders": 0}
    known = {name: value for name, value in whole.items() if name not in missing}
    held = json.loads(record.record(decider, known, reference={}))
    assert held["reasons"][0] == {
        "code": "unknown:too_much",
        "en": f"To decide, we need to know more about: {needed}.",
        "zh": held["reasons"][0]["zh"],
    }
