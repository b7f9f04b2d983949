"""Compile a policy to one Python function: an application in, a decision out, in microseconds.

The generated source holds only templates, counted names and numerals (`core.expression.python`);
nothing a policy's author wrote gets into it.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import cast

from seawall.core.expression.python import Body
from seawall.core.expression.types import NUMBER_MOST, Type, Value
from seawall.policy.decision import Decision
from seawall.policy.declaration import Input, Outcome
from seawall.policy.program import OUTCOMES, Define, Lookup, LookupRow, Program

_SEEN_MOST = 65_536
"""How many patterns of truths are remembered with their outcome and reasons."""

Truths = tuple[bool | None, ...]


class Decider:
    """A policy, compiled.

    An instance belongs to any number of threads: deciding changes nothing but a memory of patterns.

    >>> # docs/how-to/write-a-policy.md builds one from nothing
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._asked = program.asked
        self._answer = _compiled(program, program.offer)
        self._seen: dict[Truths, tuple[Outcome, tuple[str, ...]]] = {}

    def decide(self, application: Mapping[str, object]) -> Decision:
        """Decide one application.

        Args:
            application: a value per input and feature; what is absent, of another kind or outside
                the declared limits is missing. Other keys are passed over.
        """
        truths, offer = self._answer(*map(application.get, self._asked))
        outcome, reasons = self._seen.get(truths) or self._concluded(truths)
        return Decision(outcome, reasons, offer, truths)

    def values(self, application: Mapping[str, object]) -> dict[str, Value]:
        """Every name of the policy with its value: inputs as they were read, and all steps."""
        _, found = self._every(*map(application.get, self._asked))
        return dict(zip(self.program.types, found, strict=True))

    def known(self, application: Mapping[str, object]) -> dict[str, Value]:
        """What the policy asks for, as it was read, before the declared limits."""
        return dict(zip(self._asked, self._read(*map(application.get, self._asked)), strict=True))

    @cached_property
    def _read(self) -> Callable[..., tuple[Value, ...]]:
        body = Body()
        held = [body.take(name, self.program.types[name]) for name in self._asked]
        return cast("Callable[..., tuple[Value, ...]]", body.function(_tuple(held)))

    @cached_property
    def _every(self) -> Callable[..., tuple[Truths, tuple[Value, ...]]]:
        return _compiled(self.program, tuple(self.program.types))

    def _concluded(self, truths: Truths) -> tuple[Outcome, tuple[str, ...]]:
        found = concluded(self.program, truths)
        if len(self._seen) < _SEEN_MOST:
            self._seen[truths] = found
        return found


def concluded(program: Program, truths: Truths) -> tuple[Outcome, tuple[str, ...]]:
    """The outcome of a pattern of truths, and the reasons for it."""
    follows = [check.follows(truth) for check, truth in zip(program.checks, truths, strict=True)]
    severity = max(follows, default=0)
    reasons = tuple(
        f"unknown:{check.id}" if truth is None else check.id
        for check, truth, each in zip(program.checks, truths, follows, strict=True)
        if severity and each == severity
    )
    return OUTCOMES[severity], reasons


def _compiled(
    program: Program, wanted: tuple[str, ...]
) -> Callable[..., tuple[Truths, tuple[Value, ...]]]:
    """A function over what the policy asks, positional: the truths, and the values wanted."""
    body = Body()
    held: dict[str, str] = {}
    for name in program.asked:
        held[name] = body.take(name, program.types[name])
        if name in program.inputs:
            _limit(body, held[name], program.inputs[name])
    for step in program.steps:
        for name, local in (_defined if isinstance(step, Define) else _looked_up)(body, step):  # type: ignore[arg-type]
            held[name] = local
            body.name(name, local)
    truths = [body.bind(check.expression) for check in program.checks]
    values = [_one_zero(held[name], program.types[name]) for name in wanted]
    made = body.function(f"({_tuple(truths)}, {_tuple(values)})")
    return cast("Callable[..., tuple[Truths, tuple[Value, ...]]]", made)


def _one_zero(local: str, type_: Type) -> str:
    """The language knows one zero; a decision must not show `-0.0`."""
    if type_.kind != "number" or not local.isidentifier():
        return local
    return f"None if {local} is None else {local} + 0.0"


def _tuple(parts: list[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _limit(body: Body, local: str, asked: Input) -> None:
    """What is outside the declared limits is missing."""
    tests = []
    if asked.least is not None:
        tests.append(f"{local} < {body.constant(asked.least)}")
    if asked.most is not None:
        tests.append(f"{local} > {body.constant(asked.most)}")
    if asked.among is not None:
        tests.append(f"{local} not in {body.constant(frozenset(asked.among))}")
    if tests:
        body.line(f"if {local} is not None and ({' or '.join(tests)}): {local} = None")


def _defined(body: Body, step: Define) -> list[tuple[str, str]]:
    return [(step.name, body.bind(step.expression))]


def _looked_up(body: Body, step: Lookup) -> list[tuple[str, str]]:
    """The lines of a lookup: rows in order, left by `break` as soon as the answer stands."""
    local = {output.name: body.fresh() for output in step.outputs}
    for each in local.values():
        body.line(f"{each} = None")
    matched = body.fresh()
    body.line(f"{matched} = 0")
    body.line("while True:")
    with body.indented():
        for row in step.rows:
            _row(body, step, row, matched, local)
        body.line(f"if {matched}: break")
        for output in step.outputs:
            if output.otherwise:
                body.line(f"{local[output.name]} = {body.bind(output.otherwise)}")
        body.line("break")
    if step.hit != "first":
        limit = "1" if step.hit == "unique" else str(len(step.rows))
        wrong = [f"{matched} > {limit}"]
        if step.outputs[0].collect == "sum":
            total = local[step.outputs[0].name]
            wrong.append(
                f"({total} is not None and not -{NUMBER_MOST!r} <= {total} <= {NUMBER_MOST!r})"
            )
        body.line(f"if {' or '.join(wrong)}: {' = '.join(local.values())} = None")
    return list(local.items())


def _row(body: Body, step: Lookup, row: LookupRow, matched: str, local: dict[str, str]) -> None:
    """One row: unknown ends the table without an answer, a match gives its values."""
    unknown = str(len(step.rows) + 1)
    truth = body.bind(row.condition) if row.condition else "True"
    if truth.isidentifier() and row.condition and row.condition.type.nullable:
        body.line(f"if {truth} is None:")
        with body.indented():
            for each in local.values():
                body.line(f"{each} = None")
            body.line(f"{matched} = {unknown}")
            body.line("break")
    body.line(f"if {truth}:")
    with body.indented():
        body.line(f"{matched} += 1")
        for output, given in zip(step.outputs, row.gives, strict=True):
            value, kept = body.bind(given), local[output.name]
            if step.hit == "collect":
                if value.isidentifier():
                    body.line(f"if {value} is None: {kept} = None; {matched} = {unknown}; break")
                joined = JOINED[output.collect or "sum"].format(kept, value)
                body.line(f"{kept} = {value} if {kept} is None else {joined}")
            else:
                body.line(f"{kept} = {value}")
        if step.hit == "first":
            body.line("break")


JOINED: dict[str, str] = {
    "sum": "{0} + {1}",
    "min": "{0} if {0} <= {1} else {1}",
    "max": "{0} if {0} >= {1} else {1}",
}
"""How the values of two matching rows become one."""
