"""Cases beside a playbook: facts, and the steps that a run with them must go through."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field

from seawall.cases import playbook_problems as problems
from seawall.cases.playbook import CONFIG, Playbook
from seawall.core.expression import functions
from seawall.core.expression.types import DeclaredKind, Value
from seawall.core.pack import Placed
from seawall.core.problem import Place, Problem

SUFFIX = ".cases.yaml"
_READ = {
    "boolean": functions.read_boolean, "integer": functions.read_integer,
    "number": functions.read_number, "text": functions.read_text, "date": functions.read_date,
    "timestamp": functions.read_timestamp,
}  # fmt: skip


class Case(BaseModel):
    """One case.

    Attributes:
        name: a sentence, such as "a card outage alone does not stop lending".
        facts: what is known; what is not named is unknown.
        steps: exactly the steps that are gone through, in the file's order.
        closes: whether every exit criterion holds.
    """

    model_config = CONFIG

    name: str = Field(min_length=1)
    facts: dict[str, object] = {}
    steps: tuple[str, ...] = Field(min_length=1)
    closes: bool


class Cases(BaseModel):
    """The file `PLAYBOOK.cases.yaml` beside a playbook."""

    model_config = CONFIG

    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Verdict:
    """What became of a case: `wrong` says what was looked at, expected and found; empty where right."""

    name: str
    place: Place
    wrong: tuple[tuple[str, object, object], ...]


def verdicts(plan: Playbook, sheet: Placed[Cases]) -> Iterator[Verdict]:
    """Run every case."""
    for number, case in enumerate(sheet.declared.cases):
        here = sheet.place("cases", number, "name")
        wrong: list[tuple[str, object, object]] = [
            ("facts", "what the playbook asks for", str(each.message.en))
            for each in misfits(plan, case.facts, here)
        ]
        facts = known(plan, case.facts)
        steps, closes = plan.walk(facts), not any(plan.unmet(facts))
        if steps != case.steps:
            wrong.append(("steps", case.steps, steps))
        if closes != case.closes:
            wrong.append(("closes", case.closes, closes))
        yield Verdict(case.name, here, tuple(wrong))


def known(plan: Playbook, facts: Mapping[str, object]) -> dict[str, Value]:
    """Facts as the playbook's conditions read them; what does not fit is unknown."""
    declared = plan.sheet.facts
    return {
        name: read_fact(value, declared[name].type)
        for name, value in facts.items()
        if name in declared
    }


def read_fact(value: object, kind: DeclaredKind) -> Value:
    """A fact as its kind; None where it is not of it."""
    return _READ[kind](value)


def misfits(plan: Playbook, facts: Mapping[str, object], where: Place) -> Iterator[Problem]:
    """Facts that the playbook does not ask for, or that are not of their kind."""
    declared = plan.sheet.facts
    for name, value in facts.items():
        if name not in declared:
            known_names = {"name": name, "known": ", ".join(declared)}
            yield Problem(problems.FACT_UNKNOWN, where, {**known_names})
        elif value is not None and read_fact(value, declared[name].type) is None:
            misfit = {"name": name, "value": value, "type": declared[name].type}
            yield Problem(problems.FACT_MISFIT, where, misfit)
