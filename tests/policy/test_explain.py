"""A policy in words, as the person reads it who must approve it."""

from pathlib import Path

import pytest

from seawall.core import pack
from seawall.policy import explain, reading
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
