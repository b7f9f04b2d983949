"""Reasons are true: each decides, all of them together decide alone, and nothing else matters.

First on truths: a policy whose rules are its inputs, so that every pattern of truths is an
application. Then on the shipped policies, where a search finds applications that do what is wanted.
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import product

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.office import packs
from seawall.policy import history
from seawall.policy.decider import Decider
from seawall.policy.finding import Application
from seawall.policy.probing import Goal, Prober
from seawall.policy.program import SEVERITY, Check, Program
from seawall.policy.reach import upstream
from tests.policy.random_policy import TITLE, Said, read

RULES = 5
TRUTHS = (True, False, None)
Truths = dict[str, bool | None]
OUTCOMES = ("approve", "refer", "decline")
ANY = st.tuples(
    st.sampled_from(("decline", "decline", "refer", "note")),
    st.sampled_from((None, "decline", "refer", "ignore")),
)


def policy(rules: list[tuple[str, str | None]], unknown: str) -> Said:
    """A policy of rules that hold exactly where the input of their name is true."""
    return {
        "id": "truths", "title": TITLE, "about": TITLE, "since": "2026-01-01", "cite": "x",
        "unknown": unknown,
        "inputs": {f"r{n}": {"type": "boolean", "title": TITLE} for n in range(len(rules))},
        "rules": [
            {"id": f"r{n}", "when": f"r{n}", "then": then, "reason": TITLE, "cite": "x"}
            | ({"unknown": open_} if open_ else {})
            for n, (then, open_) in enumerate(rules)
        ],
    }  # fmt: skip


def patterns(count: int) -> Iterator[Truths]:
    for truths in product(TRUTHS, repeat=count):
        yield {f"r{n}": truth for n, truth in enumerate(truths)}


def named(reasons: tuple[str, ...]) -> list[str]:
    """The rules that are given as reasons."""
    return [each.removeprefix("unknown:") for each in reasons]


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.lists(ANY, min_size=1, max_size=RULES), st.sampled_from(("refer", "decline")))
def test_the_reasons_decide_and_nothing_else_does(
    rules: list[tuple[str, str | None]], unknown: str
) -> None:
    decide = Decider(read(policy(rules, unknown))).decide
    for truths in patterns(len(rules)):
        told = decide(truths)
        given_ = named(told.reasons)
        assert bool(given_) == (told.outcome != "approve")
        if not given_:
            continue
        # Without all of them it is another, milder decision; with any one of them it stands.
        without = decide({**truths, **dict.fromkeys(given_, False)})
        assert OUTCOMES.index(without.outcome) < OUTCOMES.index(told.outcome)
        for one in given_:
            others = dict.fromkeys((each for each in given_ if each != one), False)
            alone = decide({**truths, **others})
            assert (alone.outcome, named(alone.reasons)) == (told.outcome, [one])
        # A rule that is no reason may say anything that does not make it one: nothing changes.
        for name, truth in product(truths.keys() - set(given_), TRUTHS):
            again = decide({**truths, name: truth})
            assert again[:2] == told[:2] or name in named(again.reasons)
            assert OUTCOMES.index(again.outcome) >= OUTCOMES.index(told.outcome)


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.lists(ANY, min_size=1, max_size=RULES), st.sampled_from(("refer", "decline")))
def test_every_pattern_of_truths_has_its_reasons_in_duckdb_too(
    rules: list[tuple[str, str | None]], unknown: str
) -> None:
    program = read(policy(rules, unknown))
    every = list(patterns(len(rules)))
    columns = {name: pa.array([each[name] for each in every], pa.bool_()) for name in every[0]}
    steps = history.decisions(program, columns=tuple(columns), keep=("row",))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(
            "application", pa.table({**columns, "row": pa.array(range(len(every)))})
        )
        found = connection.sql(
            f"SELECT outcome, reasons FROM ({steps.sql()}) ORDER BY row"
        ).fetchall()
    decide = Decider(program).decide
    wanted = [(told.outcome, " ".join(told.reasons)) for told in map(decide, every)]
    assert found == wanted


@cache
def explored(name: str) -> Prober:
    prober = Prober(packs.policy(name))
    prober.explore()
    return prober


def quiet(check: Check) -> frozenset[bool | None]:
    """The truths for which a check does not ask to decline."""
    return frozenset(truth for truth in TRUTHS if check.follows(truth) < SEVERITY["decline"])


def declining(program: Program) -> list[int]:
    return [n for n, check in enumerate(program.checks) if len(quiet(check)) < len(TRUTHS)]


def reads(program: Program, ids: list[str]) -> frozenset[str]:
    """What is asked of an application for some checks."""
    names = {name for id_ in ids for name in program.check(id_).expression.names}
    return upstream(program, names) & frozenset(program.asked)


def declined(name: str, count: int) -> list[Application]:
    """Declined applications, of as many different reasons as there are."""
    prober, found = explored(name), dict[tuple[str, ...], Application]()
    for application in prober.pool.values():
        told = prober.decider.decide(application)
        if told.outcome == "decline":
            found.setdefault(told.reasons, application)
    every = sorted(found.items())
    random.Random(1).shuffle(every)  # noqa: S311 - a repeatable choice
    return [application for _, application in every[:count]]


@pytest.mark.parametrize("name", packs.policies())
def test_what_the_reasons_do_not_read_does_not_matter(name: str) -> None:
    prober, chance = explored(name), random.Random(2)  # noqa: S311 - repeatable
    applications = declined(name, 60)
    assert len(applications) >= 30
    for application in applications:
        told = prober.decider.decide(application)
        kept = reads(prober.program, named(told.reasons))
        for _ in range(10):
            changed = {
                each: value if each in kept else chance.choice(prober.choices[each])
                for each, value in application.items()
            }
            again = prober.decider.decide(changed)
            assert again.outcome == "decline"
            assert set(told.reasons) <= set(again.reasons)


@pytest.mark.parametrize("name", packs.policies())
def test_a_decline_goes_when_what_its_reasons_read_is_otherwise(name: str) -> None:
    """An example for each: only what the reasons read is changed, and the decline is gone."""
    prober = explored(name)
    applications, gone = declined(name, 40), 0
    for application in applications:
        told = prober.decider.decide(application)
        free = reads(prober.program, named(told.reasons))
        goal = Goal({n: quiet(prober.program.checks[n]) for n in declining(prober.program)})
        example = climbed(prober, application, goal, free)
        if example is not None:
            gone += 1
            assert {each for each in application if application[each] != example[each]} <= free
            assert prober.decider.decide(example).outcome != "decline"
    assert gone == len(applications)


def climbed(
    prober: Prober, start: Application, goal: Goal, free: frozenset[str]
) -> Application | None:
    """An application that does it, changed in some inputs only."""
    chance, names = random.Random(3), sorted(free)  # noqa: S311 - repeatable
    best, unmet = start, goal.unmet(prober.pattern(start))
    for _ in range(4000):
        if not unmet:
            return best
        each = dict(best)
        for name in chance.sample(names, min(len(names), chance.choice((1, 1, 2, 3)))):
            each[name] = chance.choice(prober.choices[name])
        left = goal.unmet(prober.pattern(each))
        if left <= unmet:
            best, unmet = each, left
    return None if unmet else best


@pytest.mark.parametrize("name", packs.policies())
def test_every_rule_that_can_decline_decides_alone_somewhere(name: str) -> None:
    """An application is declined for it and nothing else; but not where its law is not verified."""
    prober = explored(name)
    program, never = prober.program, set[str]()
    numbers = declining(program)
    for number in numbers:
        check = program.checks[number]
        wanted = {n: quiet(program.checks[n]) for n in numbers if n != number}
        loud = frozenset(TRUTHS) - quiet(check)
        example = prober.found(
            Goal({**wanted, number: loud}), effort=32 if check.waits is None else 8
        )
        if example is None:
            never.add(check.id)
        else:
            told = prober.decider.decide(example)
            assert (told.outcome, named(told.reasons)) == ("decline", [check.id])
    assert never == {program.checks[n].id for n in numbers if program.checks[n].waits is not None}
