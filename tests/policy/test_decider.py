"""The compiled policy: the lines for the usual application answer as every rule does by itself."""

import math
import random
from decimal import Decimal

import pytest

from seawall.core import pack
from seawall.core.expression.python import python_function
from seawall.policy import reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet

RULES = (
    "debt / income > 0.5",
    "ratio > 0.5 AND term > 6",
    "income <> 0 AND debt / income > 2",
    "COALESCE(ratio, 9) > 3",
    "ratio IS NULL",
    "CASE WHEN income > 0 THEN debt / income ELSE 7 END > 1",
    "income * debt * debt > 1000",
    "NOT (income * income < debt)",
    "ROUND(debt / income, 2) BETWEEN 0.1 AND 0.5",
    "scaled > 10 OR known",
    "term * 3000000000000000000 > 5",
    "term % months = 1",
    "TRY_CAST(income AS INTEGER) > 100",
    "SIGN(income - debt * debt) = 1",
    "NULLIF(debt, income) > 100",
    "GREATEST(income, debt * 2) > LEAST(ratio, 5)",
    "SQRT(debt - income) > 1",
    "EXP(ratio) < POWER(income, 2)",
    "city IN ('Oslo', 'Bergen') AND debt / months > 1",
    "price > 3",
    "whole > 100",
)
HEAD = """
id: odd
title: {en: odd, zh: 怪}
about: {en: odd, zh: 怪}
since: 2026-01-01
cite: test
inputs:
  income: {type: number, title: {en: i, zh: 收}}
  debt: {type: number, least: -1e300, title: {en: d, zh: 债}}
  term: {type: integer, title: {en: t, zh: 期}}
  months: {type: integer, least: -5, most: 600, title: {en: m, zh: 月}}
  city: {type: text, among: [Oslo, Bergen, 北京], title: {en: c, zh: 城}}
  known: {type: boolean, title: {en: k, zh: 知}}
derived:
  ratio: {title: {en: r, zh: 比}, is: debt / income}
  scaled: {title: {en: s, zh: 放}, is: ratio * 1e10 / (term + 1)}
  whole: {title: {en: w, zh: 整}, is: term * months}
tables:
  prices:
    title: {en: p, zh: 价}
    columns: {ratio: ratio}
    gives: {price: {type: number, title: {en: p, zh: 价}}}
    rows:
      - {when: {ratio: "< 1"}, give: {price: income / months}}
      - {when: {ratio: ">= 2"}, give: {price: 4}}
rules:
"""
NUMBERS = (
    *(0.0, -0.0, 1.0, 2.5, 3000.0, -7.25, 1e300, -1e300, 1.7976931348623157e308, 5e-324),
    *(math.inf, -math.inf, math.nan, 3, 2**80, 10**400, True, "3", Decimal("1000.10"), None),
)
INTEGERS = (0, 1, -1, 7, 12, 600, 601, 2**30, -(2**30), 2**62, 2**63 - 1, -(2**63), 2**63)
ODD = (1.0, True, "7", None)
TEXTS = ("Oslo", "Bergen", "北京", "Rome", "\ud800", b"Oslo", None)
USUAL = {"income": 3000.0, "debt": 4000.0, "term": 12, "months": 6, "city": "Oslo", "known": False}


@pytest.fixture(scope="module")
def odd() -> Decider:
    lines = "".join(
        f'  - {{id: r{number}, when: "{when}", then: refer, reason: {{en: R., zh: 理。}}, cite: t}}\n'
        for number, when in enumerate(RULES * 2)
    )
    return Decider(reading.program([pack.parse_placed(HEAD + lines, "odd.yaml", Sheet)]))


def application(chance: random.Random) -> dict[str, object]:
    """Mostly usual values, so that each odd one also meets the lines for usual applications."""
    odd_ones: dict[str, tuple[object, ...]] = {
        **dict.fromkeys(("income", "debt"), NUMBERS),
        **dict.fromkeys(("term", "months"), INTEGERS + ODD),
        "city": TEXTS,
        "known": (True, False, 1, None),
    }
    given = {
        name: chance.choice(odd_ones[name]) if chance.random() < 0.3 else value
        for name, value in USUAL.items()
    }
    if chance.random() < 0.1:
        del given[chance.choice(list(given))]
    return given


def test_every_rule_answers_within_the_policy_as_by_itself(odd: Decider) -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable samples, no secrets
    alone = [
        (check.expression.names, python_function(check.expression)) for check in odd.program.checks
    ]
    for _ in range(20_000):
        given = application(chance)
        values = odd.values(given)
        truths = tuple(answer(*map(values.get, names)) for names, answer in alone)
        assert odd.decide(given).truths == truths, given


def test_a_usual_application_needs_none_of_the_lines_for_missing_values(odd: Decider) -> None:
    decider = Decider(odd.program)
    (otherwise,) = (each for each in decider.decide.__globals__.values() if isinstance(each, list))
    decider.decide(USUAL)
    assert otherwise[0].__name__ == "compiling"
    for _ in range(2):
        assert decider.decide({**USUAL, "income": 0.0}).truths[4] is True
        assert otherwise[0].__name__ == "compiled"
