"""A decision's record in words: what was known, what every rule answered, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from seawall.core.text import Text, verbatim
from seawall.policy import explain
from seawall.policy.program import OUTCOMES, Check, Program

Plain = bool | int | float | str | None
"""A value as a record holds it: `record.plain`."""


@dataclass(frozen=True)
class Valued:
    """A value, what people call it, and its unit where the policy tells one."""

    name: str
    title: Text
    value: Plain
    unit: str | None = None


@dataclass(frozen=True)
class Ruled:
    """What a rule answered.

    Attributes:
        id: the rule's.
        truth: None where it could not be answered.
        words: what it asks.
        outcome: what it led to, by itself; empty where to nothing.
        reason: what the customer may be told where it holds.
        source: where the rule comes from.
        known: the values that it asks about.
    """

    id: str
    truth: bool | None
    words: Text
    outcome: str
    reason: Text
    source: str
    known: tuple[Valued, ...]


@dataclass(frozen=True)
class Retold:
    """A record, in the order of its policy.

    Attributes:
        reasons: codes, with what the customer is told.
        offer: what an approval carries, such as limit and price.
        inputs, features, values: what was asked, looked up, computed.
        rules: every rule's answer, in the order in which reasons are told.
    """

    policy: str
    digest: str
    title: Text
    outcome: str
    reasons: tuple[tuple[str, Text], ...]
    offer: tuple[Valued, ...]
    inputs: tuple[Valued, ...]
    features: tuple[Valued, ...]
    values: tuple[Valued, ...]
    rules: tuple[Ruled, ...]

    @property
    def decisive(self) -> tuple[Ruled, ...]:
        """The rules that led to something, by themselves."""
        return tuple(each for each in self.rules if each.outcome)

    @property
    def idle(self) -> tuple[Ruled, ...]:
        """The others."""
        return tuple(each for each in self.rules if not each.outcome)

    @property
    def lacking(self) -> tuple[Valued, ...]:
        """What was asked and not known."""
        return tuple(each for each in self.inputs if each.value is None)


def retold(program: Program, content: Mapping[str, Any]) -> Retold:
    """A record in words.

    Args:
        program: the version of the policy that made it.
        content: the record, as `record.content` made it.
    """
    every: dict[str, Plain] = {
        **content["input"],
        **content["features"],
        **content["values"],
        **content["offer"],
    }
    rules = [_ruled(program, check, content["checks"], every) for check in program.checks]
    told = [(each["code"], Text(en=each["en"], zh=each["zh"])) for each in content["reasons"]]
    return Retold(
        policy=program.id,
        digest=program.digest,
        title=program.title,
        outcome=content["outcome"],
        reasons=tuple(told),
        offer=_valued(program, content["offer"], program.offer),
        inputs=_valued(program, content["input"], program.inputs),
        features=_valued(program, content["features"], program.features),
        values=_valued(program, content["values"], program.types),
        rules=tuple(rules),
    )


def _valued(
    program: Program, there: Mapping[str, Plain], names: Iterable[str]
) -> tuple[Valued, ...]:
    """Some values in the policy's order; a record in canonical JSON has them sorted by name."""
    return tuple(_one(program, name, there) for name in names if name in there)


def _one(program: Program, name: str, there: Mapping[str, Plain]) -> Valued:
    asked = program.inputs.get(name)
    title = program.titles.get(name, verbatim(name))
    return Valued(name, title, there[name], asked.unit if asked else None)


def _ruled(
    program: Program,
    check: Check,
    truths: Mapping[str, bool | None],
    every: Mapping[str, Plain],
) -> Ruled:
    truth, said = truths[check.id], check.meant or check.expression
    severity = check.follows(truth)
    return Ruled(
        id=check.id,
        truth=truth,
        words=explain.condition(program, check),
        outcome=OUTCOMES[severity] if severity else "",
        reason=check.waits if check.waits and truth is None else check.reason,
        source=check.source,
        known=_valued(program, every, said.names),
    )
