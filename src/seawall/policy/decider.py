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

_Values = Callable[[Mapping[str, object]], tuple[Value, ...]]
_SEEN_MOST = 65_536
"""How many patterns of truths are remembered with their outcome and reasons."""


class Decider:
    """A policy, compiled.

    An instance belongs to any number of threads: deciding changes nothing but a memory of patterns.
    The first application that lacks a value waits until the lines for such are compiled: some
    milliseconds for thirty rules, some tens of them for five hundred.

    Attributes:
        program: the policy.
        decide: decides one application: a mapping with a value per input and feature; what is
            absent, of another kind or outside the declared limits is missing, other keys are passed
            over. It is the generated function itself, for a call around it would cost a tenth.

    >>> # docs/how-to/write-a-policy.md builds one from nothing
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.decide = _deciding(program)

    def values(self, application: Mapping[str, object]) -> dict[str, Value]:
        """Every name of the policy with its value: inputs as they were read, and all steps."""
        return dict(zip(self.program.types, self._every(application), strict=True))

    def known(self, application: Mapping[str, object]) -> dict[str, Value]:
        """What the policy asks for, as it was read, before the declared limits."""
        return dict(zip(self.program.asked, self._known(application), strict=True))

    @cached_property
    def _known(self) -> _Values:
        body = Body()
        held = _fetched(body, self.program)
        for name, local in held.items():
            body.read(local, self.program.types[name])
        return cast("_Values", body.function(_tuple(list(held.values()))))

    @cached_property
    def _every(self) -> _Values:
        body = Body()
        types, held = self.program.types, _fetched(body, self.program)
        _read(body, self.program, held)
        _compute(body, self.program, held)
        return cast("_Values", body.function(_tuple([_one_zero(held[n], types[n]) for n in types])))


class _Patterns(dict[int, Decision]):
    """Decisions, without their offers, by the pattern of their truths: each is concluded once."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program

    def __missing__(self, pattern: int) -> Decision:
        truths = tuple(_DIGITS[pattern >> 2 * n & 3] for n in range(len(self._program.checks)))
        outcome, reasons = concluded(self._program, truths)
        found = Decision(outcome, reasons, (), truths)
        if len(self) < _SEEN_MOST:
            self[pattern] = found
        return found


_TRUE, _NULL = 1, 2
_DIGITS: tuple[bool | None, ...] = (False, True, None)
"""Truths stand in one integer, two bits each, so that a pattern is looked up by one number."""


def concluded(program: Program, truths: tuple[bool | None, ...]) -> tuple[Outcome, tuple[str, ...]]:
    """The outcome of a pattern of truths, and the reasons for it."""
    follows = [check.follows(truth) for check, truth in zip(program.checks, truths, strict=True)]
    severity = max(follows, default=0)
    reasons = tuple(
        f"unknown:{check.id}" if truth is None else check.id
        for check, truth, each in zip(program.checks, truths, follows, strict=True)
        if severity and each == severity
    )
    return OUTCOMES[severity], reasons


def _deciding(program: Program) -> Callable[[Mapping[str, object]], Decision]:
    """The function for any application, with lines of its own for the usual one.

    Where everything asked for is there, nothing need be read and hardly anything can be NULL.
    """
    body, patterns = Body(), _Patterns(program)
    held = _fetched(body, program)
    tests = body.fitting({local: program.types[name] for name, local in held.items()})
    tests += [test for name, local in held.items() for test in _limits(body, local, program, name)]
    body.line(f"if {' and '.join(tests)}:")
    with body.indented(), body.hoping(program.asked):
        decided = _decided(body, program, dict(held), patterns)
        body.line(f"if {body.fulfilled()}: return {decided}")
    otherwise = body.constant(_otherwise(program, patterns))
    return cast(
        "Callable[[Mapping[str, object]], Decision]",
        body.function(f"{otherwise}[0]({', '.join(held.values())})"),
    )


def _otherwise(program: Program, patterns: "_Patterns") -> list[Callable[..., Decision]]:
    """What decides where a value is missing or arithmetic fails, of what was looked up.

    It is alone in a list, in which its first call puts the compiled function in its own place.
    """

    def compiling(*given: object) -> Decision:
        held[0] = _careful(program, patterns)
        return held[0](*given)

    held: list[Callable[..., Decision]] = [compiling]
    return held


def _careful(program: Program, patterns: "_Patterns") -> Callable[..., Decision]:
    """The function for any values, in the order of `Program.asked`: all are read first."""
    body = Body()
    held = {name: body.parameter() for name in program.asked}
    for name, local in held.items():
        body.name(name, local)
    _read(body, program, held)
    decided = _decided(body, program, held, patterns)
    return cast("Callable[..., Decision]", body.function(decided))


_TOGETHER = 30
"""So many truths are gathered in one small integer before all become one."""


def _decided(body: Body, program: Program, held: dict[str, str], patterns: "_Patterns") -> str:
    """The lines that decide from inputs that were read; and what they return."""
    _compute(body, program, held)
    gathered = []
    for number, check in enumerate(program.checks):
        place = number % _TOGETHER
        if place == 0:
            gathered.append(body.fresh())
            body.line(f"{gathered[-1]} = 0")
        true, null = (f"{gathered[-1]} += {digit << 2 * place}" for digit in (_TRUE, _NULL))
        body.tally(check.expression, true=true, null=null)
    shifted = [f"{each} << {2 * _TOGETHER * turn}" for turn, each in enumerate(gathered[1:], 1)]
    found = f"{body.constant(patterns)}[{' | '.join([*gathered[:1], *shifted]) or '0'}]"
    if not program.offer:
        return found
    outcome, reasons, truths = (body.fresh() for _ in range(3))
    body.line(f"{outcome}, {reasons}, _, {truths} = {found}")
    offer = _tuple([_one_zero(held[name], program.types[name]) for name in program.offer])
    return f"{body.constant(Decision)}({outcome}, {reasons}, {offer}, {truths})"


def _fetched(body: Body, program: Program) -> dict[str, str]:
    """The lines that look up what the policy asks of an application: the local variables."""
    held = dict(zip(program.asked, body.fetch(program.asked), strict=True))
    for name, local in held.items():
        body.name(name, local)
    return held


def _read(body: Body, program: Program, held: Mapping[str, str]) -> None:
    """The lines that read what was looked up; what is outside the declared limits is missing."""
    for name, local in held.items():
        body.read(local, program.types[name])
        inside = _limits(body, local, program, name)
        if inside:
            body.line(f"if {local} is not None and not ({' and '.join(inside)}): {local} = None")


def _limits(body: Body, local: str, program: Program, name: str) -> list[str]:
    """Tests of a value that is there; all are true within the declared limits, if any."""
    asked = program.inputs.get(name)
    tests: list[str] = []
    if asked is None:
        return tests
    if asked.least is not None:
        tests.append(f"{local} >= {_limit(body, asked.least, asked)}")
    if asked.most is not None:
        tests.append(f"{local} <= {_limit(body, asked.most, asked)}")
    if asked.among is not None:
        tests.append(f"{local} in {body.constant(frozenset(asked.among))}")
    return tests


def _limit(body: Body, limit: float, asked: Input) -> str:
    """A limit as a constant of the input's own kind where it has one: that is compared faster."""
    return body.constant(int(limit) if asked.type == "integer" and limit.is_integer() else limit)


def _compute(body: Body, program: Program, held: dict[str, str]) -> None:
    """The lines that compute every value; adds its local variable to those held."""
    for step in program.steps:
        if isinstance(step, Define):
            made = _defined(body, step)
        else:
            with body.wary():
                made = _looked_up(body, step)
        for name, local in made:
            held[name] = local
            body.name(name, local)


def _one_zero(local: str, type_: Type) -> str:
    """The language knows one zero; a decision must not show `-0.0`."""
    if type_.kind != "number" or not local.isidentifier():
        return local
    return f"None if {local} is None else {local} + 0.0"


def _tuple(parts: list[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _defined(body: Body, step: Define) -> list[tuple[str, str]]:
    bound = body.bind(step.expression)
    if bound.isidentifier():
        return [(step.name, bound)]
    # A numeral: what asks whether it is None would make Python warn of `0.24 is None`.
    local = body.fresh()
    body.line(f"{local} = {bound}")
    return [(step.name, local)]


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
