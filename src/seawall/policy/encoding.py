"""A policy as formulas for the solver Z3: every value is a pair, whether it is NULL and what it is.

Integers are integers, dates days, timestamps microseconds, texts places in an order that holds all
constants. Numbers are real numbers and never overflow, so what is proved about computed numbers
holds up to the rounding of floating point (`reach.rounds` says where that is). What the solver has
no theory of is a free value; what it was at a point can be told it later (`learned`).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import z3

from seawall.core.expression.language import Expression
from seawall.core.expression.python import python_function
from seawall.core.expression.tree import Call, Constant, Name, Node, branches
from seawall.core.expression.types import (
    DATE_LEAST,
    DATE_MOST,
    INTEGER_LEAST,
    INTEGER_MOST,
    Kind,
    Type,
    Value,
)
from seawall.policy import theory
from seawall.policy.program import Define, Lookup, Program
from seawall.policy.reach import asked, expressions, given, mentions
from seawall.policy.theory import Formula, Sym, both, either, when

_TICK = timedelta(microseconds=1)
_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001 - times here are UTC by contract


class Free(NamedTuple):
    """A call that the solver has no theory of: a value of its own, in place of the call's."""

    node: Call
    arguments: tuple[Sym, ...]
    result: Sym


class Encoder:
    """Turns a program's names and checks into formulas; each name once, when it is needed.

    Args:
        program: the policy.

    Attributes:
        facts: what is so of every application: limits of inputs, and of free values.
        free: the calls that became free values.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.context = z3.Context()
        self.facts: list[z3.BoolRef] = []
        self.free: list[Free] = []
        self._names: dict[str, Sym] = {}
        self._nodes: dict[Node, Sym] = {}
        self._steps = {name: step for step in self.program.steps for name in given(step)}
        self._texts = tuple(sorted(_texts(self.program)))
        self._counted = 0

    def name(self, name: str) -> Sym:
        """The value of a name."""
        if name not in self._names:
            step = self._steps.get(name)
            if step is None:
                self._names[name] = self._input(name)
            elif isinstance(step, Define):
                self._names[name] = self.node(step.expression.node)
            else:
                for output, value in zip(given(step), self._lookup(step), strict=True):
                    self._names[output] = value
        return self._names[name]

    def node(self, node: Node) -> Sym:
        """The value of an expression."""
        if isinstance(node, Name):
            return self.name(node.name)
        if isinstance(node, Constant):
            return self.constant(node.value, node.kind)
        if node not in self._nodes:
            self._nodes[node] = self._call(node)
        return self._nodes[node]

    def constant(self, value: Value, kind: Kind) -> Sym:
        """A constant."""
        if value is None:
            return Sym(null=True, value=self._plain(kind))
        return Sym(null=False, value=self.literal(value, kind))

    def literal(self, value: Value, kind: Kind) -> z3.ExprRef:
        """A value that is not NULL, as the solver writes it."""
        if isinstance(value, bool):
            return z3.BoolVal(value, self.context)
        if isinstance(value, datetime):
            return z3.IntVal((value - _EPOCH) // _TICK, self.context)
        if isinstance(value, date):
            return z3.IntVal(value.toordinal(), self.context)
        if isinstance(value, str):
            return z3.RealVal(str(self._place(value)), self.context)
        if kind == "integer":
            return z3.IntVal(str(value), self.context)
        return z3.RealVal(str(Fraction(repr(value))), self.context)

    def _plain(self, kind: Kind) -> z3.ExprRef:
        if kind in ("boolean", "null"):
            return z3.BoolVal(val=False, ctx=self.context)
        number = z3.RealVal if kind in ("number", "text") else z3.IntVal
        return number(0, self.context)

    def _place(self, text: str) -> Fraction:
        """Where a text stands among the constants; between two of them, halfway."""
        place = bisect_left(self._texts, text)
        if place < len(self._texts) and self._texts[place] == text:
            return Fraction(place)
        return Fraction(2 * place - 1, 2)

    def _variable(self, name: str, kind: Kind) -> z3.ExprRef:
        made = {"boolean": z3.Bool, "number": z3.Real, "text": z3.Real}.get(kind, z3.Int)
        return made(name, self.context)

    def _input(self, name: str) -> Sym:
        kind = self.program.types[name].kind
        domain = asked(self.program, name)
        symbol = Sym(z3.Bool(f"{name}?", self.context), self._variable(name, kind))
        least, most = _RANGE.get(kind, (None, None))
        least = domain.least if domain.least is not None else least
        most = domain.most if domain.most is not None else most
        if least is not None:
            self.facts.append(symbol.value >= self._limit(least, kind, up=True))
        if most is not None:
            self.facts.append(symbol.value <= self._limit(most, kind, up=False))
        if domain.among is not None:
            members = [symbol.value == self.literal(value, kind) for value in domain.among]
            self.facts.append(z3.Or(*members, self.context))
        elif kind == "text":
            # The empty text is the first of all, and always among the constants.
            self.facts.append(symbol.value >= 0)
        return symbol

    def _limit(self, limit: float, kind: Kind, *, up: bool) -> z3.ExprRef:
        if kind == "number":
            return self.literal(float(limit), kind)
        return z3.IntVal(
            str(-(-Fraction(limit) // 1) if up else Fraction(limit) // 1), self.context
        )

    def _call(self, node: Call) -> Sym:
        operator = node.overload.operator
        if operator == "CASE":
            return self._case(node)
        rule = theory.rule(node)
        arguments = tuple(self.node(argument) for argument in node.arguments)
        if rule is None:
            return self._free(node, arguments)
        return rule(node, arguments)

    def _free(self, node: Call, arguments: tuple[Sym, ...]) -> Sym:
        self._counted += 1
        value = self._variable(f"!{self._counted}", node.kind)
        own: Formula = False
        if node.overload.may_be_null:
            own = z3.Bool(f"!{self._counted}?", self.context)
        result = Sym(either(own, *(argument.null for argument in arguments)), value)
        self.free.append(Free(node, arguments, result))
        self.facts += theory.bounds(node, arguments, value)
        return result

    def _case(self, node: Call) -> Sym:
        subjects, conditions, results = branches(node.arguments, simple=bool(node.option))
        subject = [self.node(each) for each in subjects]
        answer = self.node(results[-1])
        tests = [self.node(each) for each in conditions]
        for test, result in reversed(list(zip(tests, results, strict=False))):
            holds = theory.equal(subject[0], test) if subject else theory.true(test)
            answer = when(holds, self.node(result), answer)
        return answer

    def _lookup(self, step: Lookup) -> list[Sym]:
        """The outputs of a table; see `declaration.Table` for what unknown means."""
        conditions = [
            self.node(row.condition.node) if row.condition else self.constant(True, "boolean")
            for row in step.rows
        ]
        lookup = self._first if step.hit == "first" else self._joined
        return [lookup(step, turn, conditions) for turn in range(len(step.outputs))]

    def _otherwise(self, step: Lookup, turn: int) -> Sym:
        output = step.outputs[turn]
        if output.otherwise is None:
            return self.constant(None, output.type.kind)
        return self.node(output.otherwise.node)

    def _first(self, step: Lookup, turn: int, conditions: list[Sym]) -> Sym:
        answer = self._otherwise(step, turn)
        nothing = self.constant(None, step.outputs[turn].type.kind)
        for row, condition in reversed(list(zip(step.rows, conditions, strict=True))):
            taken = when(theory.true(condition), self.node(row.gives[turn].node), answer)
            answer = when(condition.null, nothing, taken)
        return answer

    def _joined(self, step: Lookup, turn: int, conditions: list[Sym]) -> Sym:
        """`unique` and `collect`: all rows are read, unless one is unknown."""
        output = step.outputs[turn]
        nothing = self.constant(None, output.type.kind)
        unknown: Formula = either(*(condition.null for condition in conditions))
        some: Formula = False
        answer = nothing
        for row, condition in zip(step.rows, conditions, strict=True):
            value, holds = self.node(row.gives[turn].node), theory.true(condition)
            again = both(holds, some)
            if step.hit == "unique":
                unknown, joined = either(unknown, again), value
            else:
                unknown = either(unknown, both(holds, value.null))
                joined = theory.collected(output.collect or "sum", answer, value)
            answer = when(again, joined, when(holds, value, answer))
            some = either(some, holds)
        return when(unknown, nothing, when(some, answer, self._otherwise(step, turn)))

    def read(self, model: z3.ModelRef, name: str) -> Value:
        """What a model says an input is; a number becomes the double nearest to it."""
        symbol = self.name(name)
        if z3.is_true(model.eval(symbol.null, model_completion=True)):
            return None
        return self.value(model, symbol.value, self.program.types[name].kind)

    def value(self, model: z3.ModelRef, term: z3.ExprRef, kind: Kind) -> Value:
        """What a model says a term is."""
        found = model.eval(term, model_completion=True)
        if kind == "boolean":
            return bool(z3.is_true(found))
        if kind in ("number", "text"):
            exact = found.approx(20) if z3.is_algebraic_value(found) else found
            fraction = Fraction(exact.numerator_as_long(), exact.denominator_as_long())
            return _double(fraction) if kind == "number" else self._text(fraction)
        return _from_integer(found.as_long(), kind)

    def _text(self, place: Fraction) -> str:
        """A text at a place among the constants."""
        below = min(int(place), len(self._texts) - 1)
        found = self._texts[below]
        return found if place == below else found + ("x" if place - below > Fraction(1, 4) else "!")

    def learned(self, model: z3.ModelRef) -> Iterator[z3.BoolRef]:
        """What the free calls truly are at a model's point, as facts for the next model."""
        for call in self.free:
            kinds = [argument.kind for argument in call.node.arguments]
            if any(z3.is_true(model.eval(_formula(each.null, self.context), model_completion=True))
                   for each in call.arguments):  # fmt: skip
                continue
            terms = [each.value for each in call.arguments]
            values = [
                self.value(model, term, kind) for term, kind in zip(terms, kinds, strict=True)
            ]
            # A text between two constants has no one place; nothing can be learned of it.
            if any(isinstance(value, str) and value not in self._texts for value in values):
                continue
            answer = _answer(call.node)(*values)
            if isinstance(answer, str) and answer not in self._texts:
                continue
            here = [term == self.literal(value, kind)
                    for term, value, kind in zip(terms, values, kinds, strict=True)]  # fmt: skip
            null = _formula(call.result.null, self.context)
            told = null if answer is None else z3.And(
                z3.Not(null), call.result.value == self.literal(answer, call.node.kind)
            )  # fmt: skip
            yield z3.Implies(z3.And(*here, self.context), told)


_RANGE: dict[str, tuple[float, float]] = {
    "integer": (INTEGER_LEAST, INTEGER_MOST),
    "date": (DATE_LEAST.toordinal(), DATE_MOST.toordinal()),
    "timestamp": (0, (datetime.max - _EPOCH) // _TICK),  # noqa: DTZ901 - UTC by contract
}


def _texts(program: Program) -> set[str]:
    """Every text that stands in a program, and the empty one."""
    found = {""}
    for expression in expressions(program):
        found |= {value for _, value in mentions(expression.node) if isinstance(value, str)}
        if isinstance(expression.node, Constant) and isinstance(expression.node.value, str):
            found.add(expression.node.value)
    for limits in program.inputs.values():
        found |= set(limits.among or ())
    return found


def _formula(term: Formula, context: z3.Context) -> z3.BoolRef:
    return z3.BoolVal(term, context) if isinstance(term, bool) else term


def _double(exact: Fraction) -> float | None:
    try:
        return float(exact)
    except OverflowError:
        return None


def _from_integer(found: int, kind: Kind) -> Value:
    if kind == "date":
        return date.fromordinal(min(max(found, 1), DATE_MOST.toordinal()))
    if kind == "timestamp":
        most = int(_RANGE["timestamp"][1])
        return _EPOCH + min(max(found, 0), most) * _TICK
    return found


def _answer(node: Call) -> Callable[..., Value]:
    """The call alone, over its arguments."""
    inputs: Mapping[str, Type] = {
        f"a{turn}": Type(argument.kind) for turn, argument in enumerate(node.arguments)
    }
    names = tuple(Name(name, type_.kind, nullable=True) for name, type_ in inputs.items())
    call = Call(node.overload, names, node.kind, nullable=True, option=node.option)
    return python_function(Expression("", call, tuple(inputs.items())))
