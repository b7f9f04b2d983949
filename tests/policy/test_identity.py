"""One policy text, two engines and an oracle: random policies, random rows, the same answer."""

from collections import Counter
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from seawall.core.steps import Steps
from seawall.policy import history
from seawall.policy.decider import Decider
from tests.core.expression.engines import ARROW, same
from tests.policy.oracle import Oracle
from tests.policy.random_policy import TITLE, Application, RandomPolicy, Said, policies, read, rows

ROWS = 40
EXAMPLES = 50
REPEATABLE = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)


def in_duckdb(
    policy: RandomPolicy, steps: Steps, applications: list[Application]
) -> list[dict[str, Any]]:
    columns = {
        name: pa.array([each[name] for each in applications], ARROW[policy.kinds[name]])
        for name in policy.said["inputs"]
    }
    columns["row"] = pa.array(range(len(applications)))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("application", pa.table(columns))
        found = connection.sql(steps.sql()).to_arrow_table()
    return sorted(found.to_pylist(), key=lambda each: each["row"])


@REPEATABLE
@given(policies(), st.integers(0, 2**32))
def test_a_row_is_decided_as_the_declaration_promises(policy: RandomPolicy, seed: int) -> None:
    decider = Decider(policy.program)
    for application in rows(policy, seed, ROWS):
        wanted = Oracle(policy.said, policy.kinds, application)
        answer, found = wanted.answer(), decider.decide(application)
        assert (found.outcome, found.reasons) == (answer.outcome, answer.reasons), application
        for name, value in decider.values(application).items():
            if name in policy.kinds:
                assert same(value, wanted.value(name)), (name, value, application)


@REPEATABLE
@given(policies(), st.integers(0, 2**32))
def test_duckdb_decides_as_python_does(policy: RandomPolicy, seed: int) -> None:
    program, applications = policy.program, rows(policy, seed, ROWS)
    decider, columns = Decider(program), tuple(policy.said["inputs"])
    steps = history.decisions(program, columns=columns, keep=("row",))
    short = history.outcomes(program, columns=columns, keep=("row",))
    decided = in_duckdb(policy, steps, applications)
    alone = in_duckdb(policy, short, applications)
    for application, row, other in zip(applications, decided, alone, strict=True):
        answer = decider.decide(application)
        assert (row["outcome"], row["reasons"]) == (answer.outcome, " ".join(answer.reasons))
        assert other["outcome"] == answer.outcome
        for name, value in zip(program.offer, answer.offer, strict=True):
            assert same(row[f"offer.{name}"], value), (name, application)


def test_the_random_policies_are_of_every_sort() -> None:
    outcomes, reasons, hits = Counter[str](), set[str](), set[str]()

    @settings(REPEATABLE, phases=(Phase.generate,))
    @given(policies())
    def look(policy: RandomPolicy) -> None:
        answers = [Decider(policy.program).decide(row) for row in rows(policy, 1, ROWS)]
        outcomes.update(each.outcome for each in answers)
        reasons.update(reason.partition(":")[0] for each in answers for reason in each.reasons)
        hits.update(table["hit"] for table in policy.said["tables"].values())
        hits.update("score" for _ in policy.said["scores"])

    look()
    assert min(outcomes[name] for name in ("approve", "refer", "decline")) > EXAMPLES * ROWS / 20
    assert reasons >= {"unknown", "missing", "offer", "r0"}
    assert hits == {"first", "unique", "collect", "score"}


def small(**parts: object) -> Said:
    head = {"id": "small", "title": TITLE, "about": TITLE, "since": "2026-01-01", "cite": "x"}
    inputs = {name: {"type": "number", "title": TITLE} for name in ("money", "share")}
    rule = {"id": "r", "when": "money < 0", "then": "note", "reason": TITLE, "cite": "x"}
    return {**head, "inputs": inputs, "rules": [rule | {"unknown": "ignore"}], **parts}


def test_a_value_that_is_a_plain_numeral_is_read_without_a_warning_of_python() -> None:
    derived = {
        "cap": {"title": TITLE, "is": 0.24},
        "free": {"title": TITLE, "is": "share / cap"},
    }
    program = read(small(derived=derived, offer=["free"]))
    assert Decider(program).decide({"share": 0.12}).offer == (0.5,)


def test_all_the_rest_of_a_scorecard_is_the_rest_of_what_is_there() -> None:
    part = {"title": TITLE, "of": "money", "bands": [{"points": 10}]}
    scores = {"score": {"title": TITLE, "parts": {"p": part}}}
    program = read(small(scores=scores, offer=["score"]))
    assert Decider(program).decide({"money": 1.0}).offer == (10.0,)
    assert Decider(program).decide({}).reasons == ("offer:score",)


def fee(how: Said, value: str = "money * share") -> Callable[[float, float], Any]:
    """A table that gives one amount, rounded."""
    output = {"type": "number", "title": TITLE, "round": how}
    table = {"title": TITLE, "columns": {"m": "money"}, "gives": {"fee": output},
             "rows": [{"give": {"fee": value}}]}  # fmt: skip
    decide = Decider(read(small(tables={"t": table}, offer=["fee"]))).decide
    return lambda money, share: decide({"money": money, "share": share}).offer[0]


@pytest.mark.parametrize("mode", ["half_up", "down", "up"])
@pytest.mark.parametrize("to", [0.0001, 0.01, 0.1, 1, 10, 100])
def test_an_amount_is_rounded_as_the_decimals_are_not_as_their_doubles(
    to: float, mode: str
) -> None:
    """Products such as 33.3 * 0.35 = 11.655, which a double holds a little below: 11.66 in cents."""
    found = fee({"to": to, "mode": mode})
    how = {"half_up": ROUND_HALF_UP, "down": ROUND_FLOOR, "up": ROUND_CEILING}[mode]
    step, shares = Decimal(str(to)), (Decimal("0.35"), Decimal("0.015"), Decimal("0.0125"))
    for money in (Decimal(cents) / 10 for cents in range(-200, 30_000, 37)):
        for share in shares:
            wanted = (money * share / step).quantize(Decimal(1), how) * step
            assert found(float(money), float(share)) == float(wanted), (money, share)
