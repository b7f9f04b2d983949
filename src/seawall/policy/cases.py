"""Cases beside a policy: an application, and what must come out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.expression.types import Value
from seawall.core.pack import Placed
from seawall.core.problem import Place
from seawall.policy.decider import Decider
from seawall.policy.declaration import Outcome

SUFFIX = ".cases.yaml"
"""What the name of a policy's file ends in, in that of its cases."""
CONFIG = ConfigDict(frozen=True, extra="forbid")


class Expected(BaseModel):
    """What must come out; what is not named may be anything.

    Attributes:
        reasons: exactly these, in any order.
        offer: these values, compared as they are (an amount to the last digit).
        values: other values of the policy, likewise.
    """

    model_config = CONFIG

    outcome: Outcome
    reasons: tuple[str, ...] | None = None
    offer: dict[str, object] = {}
    values: dict[str, object] = {}


class Case(BaseModel):
    """One case.

    Attributes:
        name: a sentence, such as "a student of 17 is declined".
        input: laid over the sheet's `standing` application; null takes a value away.
    """

    model_config = CONFIG

    name: str = Field(min_length=1)
    input: dict[str, object] = {}
    expect: Expected


class Cases(BaseModel):
    """The file `POLICY.cases.yaml` beside a policy.

    Attributes:
        standing: an application that every case starts from.
    """

    model_config = CONFIG

    standing: dict[str, object] = {}
    cases: tuple[Case, ...] = Field(min_length=1)

    @property
    def applications(self) -> list[dict[str, object]]:
        """The application of every case."""
        return [{**self.standing, **case.input} for case in self.cases]


@dataclass(frozen=True)
class Verdict:
    """What became of a case: `wrong` says what differs, and is empty where nothing does."""

    name: str
    place: Place
    wrong: tuple[tuple[str, object, object], ...]
    """What was looked at, what was expected, what came out."""


def verdicts(decider: Decider, sheet: Placed[Cases]) -> Iterator[Verdict]:
    """Run every case."""
    declared = sheet.declared
    for number, (case, application) in enumerate(
        zip(declared.cases, declared.applications, strict=True)
    ):
        wrong = tuple(_differences(decider, application, case.expect))
        yield Verdict(case.name, sheet.place("cases", number, "name"), wrong)


def _differences(
    decider: Decider, application: Mapping[str, object], expected: Expected
) -> Iterator[tuple[str, object, object]]:
    decision = decider.decide(application)
    if decision.outcome != expected.outcome:
        yield "outcome", expected.outcome, decision.outcome
    if expected.reasons is not None and set(expected.reasons) != set(decision.reasons):
        yield "reasons", sorted(expected.reasons), sorted(decision.reasons)
    strange = application.keys() - set(decider.program.asked)
    for name in sorted(strange):
        yield f"input {name}", "a name the policy asks for", application[name]
    values: Mapping[str, Value] = decider.values(application)
    for name, value in {**expected.offer, **expected.values}.items():
        if name not in values:
            yield name, value, "no such value"
        elif values[name] != value:
            yield name, value, values[name]
