"""Policies in SQL: each row gets what the compiled Python decides, however the rules are set."""

import itertools
import math
import random
from dataclasses import replace
from typing import Any

import pyarrow as pa

from seawall.core.engine import DuckEngine
from seawall.core.expression import language, sample
from seawall.core.expression.tree import null_by_names
from seawall.core.steps import Steps
from seawall.policy import history
from seawall.policy.decider import Decider
from seawall.policy.program import Program
from tests.core.expression.engines import Record, in_python
from tests.policy.test_check import TITLE, policy

AGES = (None, -1, 0, 17, 18, 19, 90, 130, 131)
SUMS = (None, float("nan"), float("inf"), -float("inf"), -1.0, -0.0, 0.0, 999.5, 1e308)
COLUMNS = {
    "age": pa.int64(), "income": pa.float64(), "debt": pa.float64(), "city": pa.string(),
    "listed": pa.bool_(),
}  # fmt: skip
CITIES = (None, "oslo", "rome", "nowhere")


def applications(count: int) -> list[dict[str, object]]:
    chance = random.Random(3)  # noqa: S311 - repeatable data, no secrets
    choices = (AGES, SUMS, SUMS, CITIES, (None, True, False))
    rows = (zip(COLUMNS, map(chance.choice, choices), strict=True) for _ in range(count))
    return [{"id": n, **dict(row)} for n, row in enumerate(rows)]


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema({"id": pa.int64(), **COLUMNS}))


def agree(program: Program, rows: list[dict[str, object]]) -> set[str]:
    """Both ways in SQL give what Python decides; returns the outcomes that came up."""
    engine, columns = DuckEngine(threads=1), ("id", *COLUMNS)
    engine.show("application", table(rows))
    whole = history.decisions(program, columns=columns, keep=("id",))
    alone = history.outcomes(program, columns=columns, keep=("id",))
    decided = Decider(program)
    expected = [decided.decide(row) for row in rows]

    def told(steps: Steps) -> list[dict[str, Any]]:
        answer = engine.table(steps).to_pylist()
        assert len(answer) == len(rows)
        return sorted(answer, key=lambda row: int(row["id"]))

    for given, one, row in zip(rows, expected, told(whole), strict=True):
        assert (row["outcome"], row["reasons"]) == (one.outcome, " ".join(one.reasons)), given
        offered = tuple(row[f"offer.{name}"] for name in program.offer)
        assert repr(offered) == repr(one.offer), given
    for given, one, row in zip(rows, expected, told(alone), strict=True):
        assert row["outcome"] == one.outcome, given
    engine.close()
    return {one.outcome for one in expected}


CONDITIONS = ("age < 18", "debt / income > 0.5", "city = 'oslo' AND listed", "listed IS NULL")
WAYS = tuple(itertools.product(("decline", "refer", "note"), ("decline", "refer", "ignore")))


def test_whatever_follows_from_true_and_from_unknown_both_engines_conclude_alike() -> None:
    rows, seen = applications(400), set[str]()
    for shift in range(len(WAYS)):
        rules = []
        for n, condition in enumerate(CONDITIONS):
            then, unknown = WAYS[(shift + 2 * n) % len(WAYS)]
            rules.append(f"r{n}: {condition} -> {then} unknown: {unknown}")
        seen |= agree(policy(*rules), rows)
    assert seen == {"approve", "refer", "decline"}


def test_more_rules_than_one_integer_has_bits_keep_their_reasons() -> None:
    rules = [f"r{n}: income < {n * 20} -> decline" for n in range(70)]
    rules += [f"s{n}: debt < {n * 20} -> refer" for n in range(70)]
    assert agree(policy(*rules), applications(300)) == {"approve", "refer", "decline"}


def test_a_long_condition_is_computed_once_and_answers_the_same() -> None:
    many = " OR ".join(f"income * {n} = debt" for n in range(40))
    program = policy(f"long: {many} -> refer", "young: age < 18 -> decline")
    steps = history.decisions(program, columns=tuple(COLUMNS))
    assert steps.sql().count(' AS "check.long"') == 1
    assert agree(program, applications(300)) == {"approve", "refer", "decline"}


def test_a_note_that_is_not_known_changes_nothing_unless_it_says_so() -> None:
    assert agree(policy("a: listed -> note"), applications(100)) == {"approve"}
    asking = policy("a: listed -> note unknown: refer")
    assert agree(asking, applications(100)) == {"approve", "refer"}


def test_a_policy_that_asks_for_nothing_approves_all() -> None:
    assert agree(policy("a: listed -> note unknown: ignore"), applications(100)) == {"approve"}


def test_what_is_offered_is_told_and_its_lack_refers() -> None:
    parts = f"derived:\n  left: {{{TITLE}, is: income - debt}}\n"
    program = policy("a: listed -> decline", parts=parts, offer="[left]")
    assert agree(program, applications(300)) == {"approve", "refer", "decline"}


def test_a_limit_between_two_whole_numbers_is_kept() -> None:
    program = policy("old: age > 60 -> refer")
    age = program.inputs["age"].model_copy(update={"least": 17.5, "most": 18.5})
    narrow = replace(program, inputs={**program.inputs, "age": age})
    assert agree(narrow, applications(100)) == {"approve", "refer"}


def is_there(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def test_what_is_null_by_names_alone_has_an_answer_where_all_names_have() -> None:
    chance, told = random.Random(4), 0  # noqa: S311 - repeatable data, no secrets
    writer, records = sample.Writer(chance), list[Record]()
    while len(records) < 200:
        records += [r for r in sample.records(chance, 200) if all(map(is_there, r))]
    for _ in range(300):
        expression = language.parse(writer.any_expression(3), inputs=sample.INPUTS)
        if null_by_names(expression.node):
            told += 1
            assert None not in in_python(expression, records), expression.text
    assert told > 50
