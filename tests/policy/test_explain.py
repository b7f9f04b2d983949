"""A policy in words, as the person reads it who must approve it."""

import re
from pathlib import Path

import pytest

from seawall.core import pack
from seawall.core.text import Language
from seawall.office import packs
from seawall.policy import explain, reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet

POLICY = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
inputs:
  applied_at: {type: timestamp, title: {en: time of application, zh: 申请时间}}
  lenders: {type: integer, title: {en: other lenders, zh: 其他借款机构}}
  income: {type: number, title: {en: income, zh: 收入}}
derived:
  day: {title: {en: day of application, zh: 申请日}, is: TRY_CAST(applied_at AS DATE)}
  year: {title: {en: year of application, zh: 申请年份}, is: YEAR(day)}
scores:
  score:
    title: {en: score, zh: 评分}
    parts:
      lenders:
        title: {en: other lenders, zh: 其他借款机构}
        of: lenders
        bands: [{is: 0, points: 20}, {points: 0}]
tables:
  limits:
    title: {en: limits, zh: 额度表}
    columns: {score: score}
    gives:
      limit: {type: number, title: {en: limit, zh: 额度}, round: {to: ROUND_TO, mode: ROUND_MODE}}
    rows: [{when: {score: ">= 20"}, give: {limit: income * 2}}]
rules:
  - id: poor
    when: income < 100 AND year > 2000
    then: decline
    reason: {en: Too little., zh: 过低。}
    cite: House
"""


def said(folder: Path, *, to: str = "100", mode: str = "down") -> dict[str, str]:
    """Every sentence, with its Chinese."""
    file = folder / "small.yaml"
    text = POLICY.replace("ROUND_TO", to).replace("ROUND_MODE", mode)
    file.write_text(text, encoding="utf-8")
    program = reading.program([pack.read_placed(file, Sheet)])
    return {each.text.en: each.text.zh for each in explain.sentences(program)}


def test_days_and_years_are_said_in_words(tmp_path: Path) -> None:
    told = said(tmp_path)
    assert (
        told["day of application is the day of time of application."] == "申请日 = 申请时间的日期。"
    )
    assert told["year of application is the year of day of application."]


def test_rows_say_what_they_give_and_nothing_is_said_to_be_itself(tmp_path: Path) -> None:
    told = said(tmp_path)
    assert told["The first that fits gives points for other lenders:"]
    assert told["Where other lenders is 0: points for other lenders 20."]
    assert not [line for line in told if line.startswith("other lenders is")]


def of_rules(folder: Path, *rules: str) -> dict[str, str]:
    """Every sentence of a policy with these rules, with its Chinese."""
    file = folder / "ruled.yaml"
    head = POLICY.replace("ROUND_TO", "100").replace("ROUND_MODE", "down").partition("rules:\n")[0]
    head = head.replace("inputs:\n", "as_of: applied_at\ninputs:\n")
    file.write_text(f"{head}rules:\n" + "".join(rules), encoding="utf-8")
    told = reading.program([pack.read_placed(file, Sheet)])
    return {each.text.en: each.text.zh for each in explain.sentences(told)}


RULE = "reason: {en: No., zh: 否。}"


def test_a_rule_of_law_that_nobody_verified_says_what_it_means_and_that_it_waits(
    tmp_path: Path,
) -> None:
    waits = f"  - {{id: law, when: income > 9, then: decline, {RULE}, law: {{cite: An Act, verified_on: null}}}}\n"
    holds = waits.replace("null", "2026-02-03").replace("id: law", "id: held")
    told = of_rules(tmp_path, waits, holds)
    (en,) = [line for line in told if line.startswith("law:")]
    assert "income is more than 9, decline" in en
    assert "nobody has verified its law" in en
    assert "尚未核实" in told[en]
    assert not any("TRY_CAST" in line or "NULL" in line for line in told)
    (verified,) = [line for line in told if line.startswith("held:")]
    assert verified.endswith("[An Act; verified on 2026-02-03]")


def test_a_rule_that_waits_is_taken_apart_without_an_answer() -> None:
    decider = Decider(packs.policy("micro_loan_us"))
    known = {"state_ceiling": 0.1}
    (answer,) = [
        each for each in explain.answered(decider, known)
        if each.check.id == "price_above_state_ceiling"
    ]  # fmt: skip
    assert (answer.truth, answer.part.value) == (None, None)
    assert answer.part.text == "cost_annual > state_ceiling"
    assert ("state_ceiling", 0.1) in [(part.text, part.value) for part in answer.part.parts]


def test_a_condition_that_ends_in_a_comment_may_have_a_first_day(tmp_path: Path) -> None:
    when = '"income > 9 -- the law\'s bound"'
    told = of_rules(
        tmp_path,
        f"  - {{id: r, when: {when}, then: refer, since: 2026-01-02, {RULE}, cite: House}}\n",
    )
    assert any("on or after 2026-01-02 and income is more than 9" in line for line in told)


def test_a_note_changes_nothing_where_it_is_not_known(tmp_path: Path) -> None:
    told = of_rules(tmp_path, f"  - {{id: n, when: income > 9, then: note, {RULE}, cite: House}}\n")
    (en,) = [line for line in told if line.startswith("n:")]
    assert "where that is not known, pass over it" in en


def test_sums_are_said_in_words_and_days_by_before_and_after(tmp_path: Path) -> None:
    when = "ROUND(POWER(income, -2), 3) > CASE WHEN day >= DATE '2026-01-01' THEN 1 ELSE 0 END"
    told = of_rules(
        tmp_path, f'  - {{id: r, when: "{when}", then: decline, {RULE}, cite: House}}\n'
    )
    (en,) = [line for line in told if line.startswith("r:")]
    assert "income to the power of −2, rounded to 3 decimals is more than (1 where" in en.replace(
        "-2", "−2"
    )
    assert "day of application is on or after 2026-01-01, otherwise 0)" in en
    assert "不早于2026-01-01" in told[en]


def test_what_counts_as_a_value_is_told_with_the_input(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    text = POLICY.replace(
        "{type: number, title: {en: income",
        "{type: number, least: 0.5, most: 1000000, title: {en: income",
    )
    text = text.replace("ROUND_TO", "1").replace("ROUND_MODE", "up")
    file.write_text(
        text.replace("{type: integer,", "{type: text, among: [a, b],").replace(
            "is: 0,", "is: \"= 'a'\","
        ),
        encoding="utf-8",
    )
    told = reading.program([pack.read_placed(file, Sheet)])
    lines = {each.text.en for each in explain.sentences(told)}
    assert "income (income): number, 0.5 or more, at most 1,000,000, may be missing." in lines
    assert "other lenders (lenders): text, one of a, b, may be missing." in lines


def test_a_computed_column_goes_by_its_own_name_and_not_by_what_the_table_gives(
    tmp_path: Path,
) -> None:
    file = tmp_path / "small.yaml"
    text = POLICY.replace("columns: {score: score}", "columns: {score: score / 2}")
    file.write_text(text.replace("ROUND_TO", "1").replace("ROUND_MODE", "up"), encoding="utf-8")
    told = reading.program([pack.read_placed(file, Sheet)])
    lines = {each.text.en for each in explain.sentences(told)}
    assert not [line for line in lines if line.startswith("limits is")]
    assert [line for line in lines if line.startswith("Where score is at least 20")]


@pytest.mark.parametrize("name", packs.policies())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_shipped_policy_is_said_without_the_words_of_the_language(
    name: str, language: Language
) -> None:
    for each in explain.sentences(packs.policy(name)):
        assert not re.search(r"TRY_CAST|NULL|CASE|POWER|HOUR|COALESCE", each.text.in_(language)), (
            each
        )


@pytest.mark.parametrize(
    ("to", "mode", "en", "zh"),
    [
        ("100", "down", "rounded down to a multiple of 100", "向下取整至100的整数倍"),
        ("1000", "up", "rounded up to a multiple of 1,000", "向上取整至1,000的整数倍"),
        ("0.01", "half_up", "rounded to a multiple of 0.01", "四舍五入至0.01的整数倍"),
    ],
)
def test_rounding_is_told_and_not_its_arithmetic(
    tmp_path: Path, to: str, mode: str, en: str, zh: str
) -> None:
    told = said(tmp_path, to=to, mode=mode)
    assert told[f"limit is limit before rounding, {en}."] == f"额度 = 额度（取整前）{zh}。"
