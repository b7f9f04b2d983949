"""Features of a policy: streams, windows and the time they look back from, read with their places."""

from pathlib import Path

import pytest

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.policy import explain, reading
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program

POLICY = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
as_of: applied_at
inputs:
  customer: {type: text, title: {en: customer, zh: 客户}}
  applied_at: {type: timestamp, title: {en: time of application, zh: 申请时间}}
streams:
  payment:
    title: {en: payments, zh: 还款}
    columns: {payment_id: text, customer: text, amount: number, ok: boolean, paid_at: timestamp}
    id: payment_id
    at: paid_at
features:
  paid_90d:
    title: {en: paid in 90 days, zh: 90天还款}
    of: sum
    value: amount
    events: payment
    by: [customer]
    over: 90 days
    where: ok
rules:
  - id: paid_little
    when: paid_90d < 100
    then: refer
    reason: {en: Too little was paid., zh: 还款过少。}
    cite: House
"""


def program(text: str, folder: Path) -> Program:
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return reading.program([pack.read_placed(file, Sheet)])


def test_a_feature_is_a_value_like_any_other(tmp_path: Path) -> None:
    made = program(POLICY, tmp_path)
    assert made.asked == ("customer", "applied_at", "paid_90d")
    assert made.types["paid_90d"].kind == "number"
    assert made.check("paid_little").roots == ("paid_90d",)
    assert made.features["paid_90d"].stream.id == "payment_id"
    assert made.digest != program(POLICY.replace("90 days\n", "91 days\n"), tmp_path).digest
    other_stream = POLICY.replace("{en: payments, ", "{en: paybacks, ")
    assert made.digest != program(other_stream, tmp_path).digest


def test_a_feature_is_said_in_words(tmp_path: Path) -> None:
    said = [each.text for each in explain.sentences(program(POLICY, tmp_path))]
    assert (
        "paid in 90 days (paid_90d): the sum of amount over payments of the same customer "
        "in the 90 days before, where ok." in [text.en for text in said]
    )
    assert any("此前90天内" in text.zh and "还款" in text.zh for text in said)


@pytest.mark.parametrize(
    ("was", "becomes", "code", "where"),
    [
        ("as_of: applied_at\n", "", "policy-feature-time-missing", (17, 5)),
        ("{type: timestamp, title", "{type: date, title", "policy-feature-time-missing", (18, 5)),
        ("events: payment", "events: payments", "window-stream-unknown", (21, 13)),
        ("by: [customer]", "by: [payer]", "window-key-unknown", (22, 9)),
        ("customer: {type: text,", "customer: {type: integer,", "window-key-misfit", (22, 9)),
        ("where: ok", "where: amount", "window-where-not-boolean", (24, 12)),
    ],
)
def test_what_is_wrong_has_its_place(
    tmp_path: Path, was: str, becomes: str, code: str, where: tuple[int, int]
) -> None:
    assert was in POLICY
    with pytest.raises(UnableToUseInput) as caught:
        program(POLICY.replace(was, becomes, 1), tmp_path)
    problem = caught.value.problems[0]
    assert (problem.kind.code, problem.where.line, problem.where.column) == (code, *where)
    assert problem.kind.message.zh
