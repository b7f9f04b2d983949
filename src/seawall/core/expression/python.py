"""Compile expressions to Python: one function over one record, or many inlined in one body.

The source is made of the operator table's templates, of names this module counts out (`v0` for an
input, `t0` for a temporary, `k0` for a constant) and of numerals. Nothing a user wrote gets into
it: texts, dates and patterns are handed over as values, inputs by position.
"""

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from operator import itemgetter

from seawall.core.expression import pattern
from seawall.core.expression.fragment import (
    ALWAYS,
    DEPTH_MOST,
    SMALL,
    Fragment,
    all_finite,
    all_small,
    not_finite,
    outside_integers,
)
from seawall.core.expression.functions import CALLABLE
from seawall.core.expression.language import Expression
from seawall.core.expression.operators import STARTS_RAW, Overload
from seawall.core.expression.tree import Call, Constant, Name, Node, Pattern, branches
from seawall.core.expression.types import NUMBER_MOST, Type, Value

FITS = {
    "boolean": "({0} is True or {0} is False)",
    "integer": f"type({{0}}) is int and -{SMALL} < {{0}} < {SMALL}",
    "number": f"type({{0}}) is float and -{NUMBER_MOST!r} <= {{0}} <= {NUMBER_MOST!r}",
    "text": "type({0}) is str and {0}.isascii()",
    "date": "type({0}) is date",
    "timestamp": "type({0}) is datetime and {0}.tzinfo is None",
}
"""The usual case of a value that a caller gives: it is what it was declared, and needs no reading."""

SUMMED = {"integer": "int", "number": "float"}
"""Kinds of which many values are tested at once, with the one Python type each has."""

LAZY = ("CASE", "COALESCE", "NULLIF", "IS NULL", "IS TRUE", "IS FALSE")
"""Forms that make something of NULL: in them it is no exception."""

ADDED_MOST = 20
"""So many numbers are added up to ask of all at once whether one is infinite or NaN."""


class Body:
    """The body of one generated function, to which any number of expressions are added.

    Inputs are loaded once and shared. Every method returns Python that stands after the lines so
    far; the lines are total: none of them raises, whatever the inputs are.

    >>> from seawall.core.expression import language, types
    >>> inputs = {"age": types.INTEGER, "income": types.NUMBER}
    >>> body = Body()
    >>> for name, type_ in inputs.items():
    ...     _ = body.take(name, type_)
    >>> young = body.bind(language.parse("age < 18", inputs=inputs))
    >>> poor = body.bind(language.parse("income < 3000", inputs=inputs))
    >>> body.function(f"({young}, {poor})")(17, None)
    (True, None)
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._lines: list[str] = []
        self._margin = ""
        self._parameters: list[str] = []
        self._locals: dict[str, str] = {}
        self._present: set[str] = set()
        self._hoping = False
        self._awaited: list[str] = []
        self._constants: dict[str, object] = {}
        self._forms: dict[str, Callable[[Call], Fragment]] = {
            "AND": self._logic,
            "OR": self._logic,
            "IS NULL": self._is_null,
            "IS TRUE": self._is_true,
            "IS FALSE": self._is_false,
            "BETWEEN": self._between,
            "IN": self._in,
            "LIKE": self._like,
            "CASE": self._case,
            "COALESCE": self._coalesce,
            "NULLIF": self._nullif,
            "LEAST": self._extreme,
            "GREATEST": self._extreme,
        }

    def take(self, name: str, type_: Type, *, clean: bool = False) -> str:
        """Make an input the next positional parameter, and read it at the border.

        Args:
            name: what expressions call it.
            type_: its declared type.
            clean: the caller vouches for the value, so that no reading is needed.

        Returns:
            the local variable that holds it; None in it is NULL. Where the type promises that it
            is there, the caller must not run the lines that follow while it is None.
        """
        local = self.parameter()
        self.name(name, local)
        if not clean:
            self.read(local, type_)
        return local

    def parameter(self) -> str:
        """The next positional parameter."""
        local = self.fresh("v")
        self._parameters.append(local)
        return local

    def fetch(self, names: Sequence[str]) -> list[str]:
        """Make a mapping the next positional parameter, and look names up in it; None if absent."""
        held, found = self.parameter(), [self.fresh("v") for _ in names]
        keys = tuple(map(sys.intern, names))
        absent = f"[{held}.get(name) for name in {self.constant(keys)}]"
        targets = f"{', '.join(found)},"
        if len(names) == 1:  # `itemgetter` of one name gives no tuple
            self.line(f"{targets} = {absent}")
            return found
        self.line(f"try: {targets} = {self.constant(itemgetter(*keys))}({held})")
        self.line(f"except KeyError: {targets} = {absent}")
        return found

    def read(self, local: str, type_: Type) -> None:
        """Turn a local variable that holds whatever the caller gave into an input."""
        self.line(f"if not ({fits(local, type_)}): {local} = read_{type_.kind}({local})")

    def fitting(self, held: Mapping[str, Type]) -> list[str]:
        """Python tests, all true where local variables of these types need no reading."""
        integers = [local for local, type_ in held.items() if type_.kind == "integer"]
        numbers = [local for local, type_ in held.items() if type_.kind == "number"]
        others = [(local, type_) for local, type_ in held.items() if type_.kind not in SUMMED]
        return [
            *(f"type({local}) is {SUMMED['integer']}" for local in integers),
            *(f"type({local}) is {SUMMED['number']}" for local in numbers),
            *(all_finite(self.fresh("t"), some) for some in _parted(numbers)),
            *(all_small(some) for some in _parted(integers)),
            *(fits(local, type_) for local, type_ in others),
        ]

    @contextmanager
    def hoping(self, names: Iterable[str]) -> Iterator[None]:
        """Within, these names are there, and arithmetic is taken to succeed.

        No division asks whether its divisor is zero: the block is left where one is. Overflow is
        asked for once, by `fulfilled`. What comes after the block must be right in any case.
        """
        before, self._hoping = (self._present, self._hoping), True
        self._present = {self._locals[name] for name in names}
        self.line("try:")
        try:
            with self.indented():
                yield
        finally:
            self._present, self._hoping = before
        self.line("except ZeroDivisionError: pass")

    def fulfilled(self) -> str:
        """Python that is true where no number of a hoping block became infinite or NaN."""
        return all_finite(self.fresh("t"), self._awaited) if self._awaited else "True"

    @contextmanager
    def wary(self) -> Iterator[None]:
        """Within, nothing is hoped for: for lines that may not be run, or in which NULL is usual."""
        before, self._hoping = self._hoping, False
        try:
            yield
        finally:
            self._hoping = before

    def name(self, name: str, local: str) -> None:
        """Let expressions read a local variable by name: a derived value, for example."""
        self._locals[name] = local

    def line(self, source: str) -> None:
        """Add one line; only trusted code may call this, with nothing a user wrote."""
        self._lines.append(self._margin + source)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Lines added within stand in the block that the line before opened."""
        before, self._margin = self._margin, self._margin + "    "
        try:
            yield
        finally:
            self._margin = before

    def fresh(self, prefix: str = "t") -> str:
        """A name no line has used yet."""
        return f"{prefix}{next(self._numbers)}"

    def constant(self, value: object) -> str:
        """A name for a value that the function carries along."""
        name = self.fresh("k")
        self._constants[name] = value
        return name

    def bind(self, expression: Expression) -> str:
        """A local variable that holds the expression's value: None for NULL."""
        return self.bind_node(expression.node)

    def bind_node(self, node: Node) -> str:
        """As `bind`, for a part of an expression."""
        fragment = self._settled(self._fragment(node))
        local = fragment.text
        if fragment.nulls or not fragment.atomic:
            local = self.fresh("t")
            self.line(f"{local} = {fragment.whole}")
        if not fragment.nulls:
            self._present.add(local)
        return local

    def truth(self, expression: Expression) -> str:
        """Python that is true where a boolean expression is TRUE, false where FALSE or NULL."""
        return self._fragment(expression.node).truth

    def tally(self, expression: Expression, *, true: str, null: str) -> None:
        """Run one statement where a boolean expression is TRUE, another where it is NULL."""
        fragment = self._settled(self._fragment(expression.node))
        if ALWAYS in fragment.nulls:
            self.line(null)
            return
        if fragment.nulls:
            self.line(f"if {fragment.null}: {null}")
        self.line(f"{'elif' if fragment.nulls else 'if'} {fragment.text}: {true}")

    def source(self, returns: str) -> str:
        """The function as Python source."""
        lines = "".join(f"    {line}\n" for line in self._lines)
        return f"def compiled({', '.join(self._parameters)}):\n{lines}    return {returns}\n"

    def function(self, returns: str) -> Callable[..., object]:
        """The function: positional over the inputs that were taken, in that order."""
        reach = {**CALLABLE, **self._constants, "__builtins__": {}}
        exec(compile(self.source(returns), "<expression>", "exec"), reach)  # noqa: S102 - see above
        made: Callable[..., object] = reach["compiled"]  # type: ignore[assignment]
        return made

    def _settled(self, fragment: Fragment, *, at_once: bool = False) -> Fragment:
        """The fragment with raw numbers turned into NULL, or hoped not to be there."""
        if not fragment.raw:
            return fragment
        if self._hoping and not fragment.nulls and not at_once:
            return self._awaiting(fragment)
        if fragment.atomic:
            wrong = not_finite(fragment.text, fragment.text)
            return fragment.and_null_when(wrong)._replace(raw=False)
        temporary = self.fresh("t")
        wrong = not_finite(f"({temporary} := {fragment.text})", temporary)
        nulls = (*fragment.nulls, wrong)
        return Fragment(nulls, temporary, atomic=True, depth=fragment.depth)

    def _awaiting(self, fragment: Fragment) -> Fragment:
        """The number in a line of its own, and among those that `fulfilled` asks about."""
        if len(self._awaited) == ADDED_MOST:
            added = self.fresh("t")
            self.line(f"{added} = {' + '.join(self._awaited)}")
            self._awaited = [added]
        local = fragment.text
        if not fragment.atomic:
            local = self.fresh("t")
            self.line(f"{local} = {fragment.text}")
        self._awaited.append(local)
        return Fragment((), local, atomic=True)

    def _held(self, fragment: Fragment) -> Fragment:
        """The fragment with its whole value, NULL included, kept in a temporary."""
        if fragment.atomic and fragment.nulls in ((), (f"{fragment.text} is None",)):
            return fragment
        temporary = self.fresh("t")
        test = f"({temporary} := {fragment.whole}) is None"
        return fragment._replace(nulls=(test,), text=temporary, atomic=True)

    def _fragment(self, node: Node) -> Fragment:
        if isinstance(node, Constant):
            return self._constant_fragment(node.value)
        if isinstance(node, Name):
            local = self._locals[node.name]
            known = not node.nullable or local in self._present
            return Fragment(() if known else (f"{local} is None",), local, atomic=True)
        operator = node.overload.operator
        form = self._forms.get(operator, self._strict)
        if self._hoping and operator in LAZY:
            with self.wary():
                return self._shallow(form(node))
        return self._shallow(form(node))

    def _shallow(self, fragment: Fragment) -> Fragment:
        """What is nested too deeply becomes a line of its own."""
        if fragment.depth <= DEPTH_MOST:
            return fragment
        local = self.fresh("t")
        self.line(f"{local} = {fragment.whole}")
        nulls = (f"{local} is None",) if fragment.nulls else ()
        return Fragment(nulls, local, atomic=True, raw=fragment.raw)

    def _constant_fragment(self, value: Value) -> Fragment:
        if value is None:
            return Fragment((ALWAYS,), "None", atomic=True)
        if isinstance(value, str | date):
            return Fragment((), self.constant(value), atomic=True)
        text = repr(value)
        return Fragment((), f"({text})" if text.startswith("-") else text, atomic=True)

    def _strict(self, node: Call) -> Fragment:
        """NULL where an argument is; else what the table's template says."""
        row = node.overload
        parts = [self._fragment(argument) for argument in node.arguments]
        if not row.may_be_null and not [part for part in parts if part.nulls or part.raw]:
            text = self._filled(node, [part.inner for part in parts])
            return Fragment((), text, depth=1 + max([part.depth for part in parts]))
        if any(ALWAYS in part.nulls for part in parts):
            return self._constant_fragment(None)
        hoping = self._hoping and row.operator == "/"
        if row.raw in ("never", "starts"):
            # A comparison or a division by infinity does no harm until it is asked for.
            at_once = not hoping and row.gives != "boolean"
            parts = [self._settled(part, at_once=at_once) for part in parts]
        nulls = list(dict.fromkeys(itertools.chain.from_iterable(part.nulls for part in parts)))
        texts = [part.inner for part in parts]
        if row.null_when and not hoping and not _is_nonzero(node.arguments[-1]):
            nulls.append(self._null_when(row, texts))
        raw = row.raw == "starts" or (row.raw == "carries" and not self._is_tame(node, parts))
        text = self._filled(node, texts)
        depth = 1 + max(part.depth for part in parts)
        return self._checked(row, Fragment(tuple(nulls), text, raw=raw, depth=depth))

    def _is_tame(self, node: Call, parts: list[Fragment]) -> bool:
        """Whether an operator that carries raw numbers starts none of its own."""
        return node.overload.operator not in STARTS_RAW and not any(part.raw for part in parts)

    def _null_when(self, row: Overload, texts: list[str]) -> str:
        """The row's condition; an argument that is no name is kept in a temporary by it."""
        last = len(texts) - 1
        if texts[last].startswith("("):
            temporary = self.fresh("t")
            kept, texts[last] = f"({temporary} := {texts[last]})", temporary
            return row.null_when.format(*texts[:last], kept)
        return row.null_when.format(*texts)

    def _checked(self, row: Overload, fragment: Fragment) -> Fragment:
        if row.bounded:
            temporary = self.fresh("t")
            wrong = outside_integers(temporary, fragment.text)
            return fragment.and_null_when(wrong)._replace(text=temporary, atomic=True)
        if row.partial:
            temporary = self.fresh("t")
            missing = f"({temporary} := {fragment.text}) is None"
            return fragment.and_null_when(missing)._replace(text=temporary, atomic=True)
        return fragment

    def _filled(self, node: Call, texts: list[str]) -> str:
        """The template of an operator with its arguments, and with what the text fixed."""
        template, option = node.overload.python, node.option
        if option is None:
            return template.format(*texts)
        if isinstance(option, tuple):
            start, length = option
            return template.format(*texts, first=start - 1, last=start - 1 + length)
        return template.format(*texts, digits=option)

    def _like(self, node: Call) -> Fragment:
        (part,) = self._all(node)
        if not isinstance(node.option, Pattern):
            return self._strict(node)
        template, constant = pattern.python(node.option)
        text = template.format(part.inner, self.constant(constant))
        return Fragment(part.nulls, text, depth=1 + part.depth)

    def _all(self, node: Call) -> list[Fragment]:
        return [self._settled(self._fragment(argument)) for argument in node.arguments]

    def _opaque(self, text: str, parts: list[Fragment], *, nullable: bool) -> Fragment:
        """A value whose text says itself when it is NULL."""
        depth = 2 + max(part.depth for part in parts)
        if not nullable:
            return Fragment((), text, depth=depth)
        temporary = self.fresh("t")
        return Fragment((f"({temporary} := {text}) is None",), temporary, atomic=True, depth=depth)

    def _logic(self, node: Call) -> Fragment:
        """AND and OR: the deciding value wins over NULL, NULL over the other."""
        parts = self._all(node)
        if not [part for part in parts if part.nulls]:
            text = f" {node.overload.operator.lower()} ".join([part.inner for part in parts])
            return Fragment((), text, depth=1 + max([part.depth for part in parts]))
        parts = [self._held(part) if part.nulls else part for part in parts]
        missing = [part for part in parts if part.nulls]
        if node.overload.operator == "AND":
            # Where none is FALSE, Python's own chain of TRUE and None ends in the None, if any.
            tests = [_unless(part, "{} is not False") for part in parts]
            text = " and ".join([*tests, *(part.text for part in missing)])
        else:
            tests = [_unless(part, "{} is True") for part in parts]
            null = " or ".join(f"{part.text} is None" for part in missing)
            text = " or ".join([*tests, f"({null}) and None"])
        return self._opaque(f"({text})", parts, nullable=True)

    def _is_null(self, node: Call) -> Fragment:
        (part,) = self._all(node)
        return Fragment((), part.null or "False", depth=1 + part.depth)

    def _is_true(self, node: Call) -> Fragment:
        (part,) = self._all(node)
        return Fragment((), part.truth, depth=1 + part.depth)

    def _is_false(self, node: Call) -> Fragment:
        (part,) = self._all(node)
        if part.kept is not None:
            return Fragment((), f"({part.kept}) is False", depth=1 + part.depth)
        denied = part._replace(text=f"not {part.inner}", atomic=False)
        return Fragment((), denied.truth, depth=1 + part.depth)

    def _between(self, node: Call) -> Fragment:
        subject, low, high = self._all(node)
        if not low.nulls and not high.nulls:
            text = f"{low.inner} <= {subject.inner} <= {high.inner}"
            depth = 1 + max(part.depth for part in (subject, low, high))
            return Fragment(subject.nulls, text, depth=depth)
        held = self._held(subject)
        bounds = [self._held(low), self._held(high)]
        return self._kleene(held, bounds, ("{0} >= {1}", "{0} <= {1}"), decides=False)

    def _in(self, node: Call) -> Fragment:
        listed = node.arguments[1:]
        values = [item.value for item in listed if isinstance(item, Constant)]
        if len(values) < len(listed):
            held = [self._held(part) for part in self._all(node)]
            return self._kleene(held[0], held[1:], ("{0} == {1}",) * len(listed), decides=True)
        subject = self._settled(self._fragment(node.arguments[0]))
        members = self.constant(frozenset(value for value in values if value is not None))
        depth = 1 + subject.depth
        if None not in values:
            return Fragment(subject.nulls, f"{subject.inner} in {members}", depth=depth)
        held_subject = self._held(subject)
        absent = f"{held_subject.text} not in {members}"
        return held_subject._replace(text="True", depth=depth).and_null_when(absent)

    def _kleene(
        self, subject: Fragment, others: list[Fragment], tests: tuple[str, ...], *, decides: bool
    ) -> Fragment:
        """Comparisons of one subject, joined by OR (`decides` true) or AND."""
        parts = [subject, *others]
        pairs = list(zip(others, tests, strict=True))
        deciding = [
            f"({_if_there(other, test.format(subject.text, other.text), decides=decides)})"
            for other, test in pairs
        ]
        missing = " or ".join(f"{other.text} is None" for other, _ in pairs if other.nulls)
        otherwise = f"None if {missing} else {not decides}" if missing else str(not decides)
        text = f"({decides} if {' or '.join(deciding)} else {otherwise})"
        opaque = self._opaque(text, parts, nullable=bool(missing))
        return opaque._replace(nulls=(*subject.nulls, *opaque.nulls))

    def _case(self, node: Call) -> Fragment:
        subjects, conditions, results = branches(node.arguments, simple=bool(node.option))
        parts = [self._fragment(result) for result in results]
        tests = [self._settled(self._fragment(condition)) for condition in conditions]
        held = [self._held(self._settled(self._fragment(subject))) for subject in subjects]
        truths = [_equals(held[0], test) if held else test.truth for test in tests]
        branch = [
            f"({part.whole}) if {truth} else" for part, truth in zip(parts, truths, strict=False)
        ]
        text = f"({' '.join(branch)} ({parts[-1].whole}))"
        if held and held[0].nulls:
            text = f"(({parts[-1].whole}) if {held[0].null} else {text})"
        nullable = any(part.nulls for part in parts)
        opaque = self._opaque(text, [*parts, *tests, *held], nullable=nullable)
        return opaque._replace(raw=any(part.raw for part in parts))

    def _coalesce(self, node: Call) -> Fragment:
        parts = self._all(node)
        there = [
            f"{part.text} if not ({part.null}) else" if part.nulls else f"{part.text} if True else"
            for part in parts
        ]
        text = f"({' '.join(there)} None)"
        return self._opaque(text, parts, nullable=all(part.nulls for part in parts))

    def _nullif(self, node: Call) -> Fragment:
        first, second = (self._held(part) for part in self._all(node))
        if ALWAYS in second.nulls:
            return first
        equal = f"{first.text} == {second.text}"
        if second.nulls:
            equal = f"(not ({second.null}) and {equal})"
        return first._replace(depth=1 + max(first.depth, second.depth)).and_null_when(equal)

    def _extreme(self, node: Call) -> Fragment:
        parts = self._all(node)
        name = {"LEAST": "min", "GREATEST": "max"}[node.overload.operator]
        nulls = dict.fromkeys(itertools.chain.from_iterable(part.nulls for part in parts))
        text = f"{name}({', '.join(part.text for part in parts)})"
        return Fragment(tuple(nulls), text, depth=1 + max(part.depth for part in parts))


def _parted(locals_: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(locals_), ADDED_MOST):
        yield locals_[start : start + ADDED_MOST]


def fits(local: str, type_: Type) -> str:
    """Python that is true where a local variable holds an input that needs no reading."""
    return FITS[type_.kind].format(local)


def _is_nonzero(divisor: Node) -> bool:
    return isinstance(divisor, Constant) and bool(divisor.value)


def _unless(part: Fragment, test: str) -> str:
    """A part of AND or OR: itself where it cannot be NULL, else a test of what is held of it."""
    return test.format(part.nulls[0].removesuffix(" is None")) if part.nulls else part.inner


def _if_there(part: Fragment, test: str, *, decides: bool) -> str:
    """The test, or its opposite, where the part is not NULL; false where it is."""
    found = test if decides else f"not {test}"
    if ALWAYS in part.nulls:
        return "False"
    return f"False if {part.null} else {found}" if part.nulls else found


def _equals(subject: Fragment, other: Fragment) -> str:
    return other._replace(text=f"{subject.text} == {other.inner}", atomic=False).truth


def python_function(expression: Expression) -> Callable[..., Value]:
    """A function over one record: one positional argument per `expression.names`, in that order.

    It takes Python's bool, int, float or Decimal, str, date and datetime, and None for NULL; what
    is none of these, NaN and infinities read as NULL. It never raises.

    >>> from seawall.core.expression import language, types
    >>> dti = language.parse("debt / income", inputs={"debt": types.NUMBER, "income": types.NUMBER})
    >>> python_function(dti)(100, 400.0), python_function(dti)(100, 0)
    (0.25, None)
    """
    body, returns = _whole(expression)
    return body.function(returns)  # type: ignore[return-value]


def python_source(expression: Expression) -> str:
    """The source of that function, to be looked at."""
    body, returns = _whole(expression)
    return body.source(returns)


def _whole(expression: Expression) -> tuple[Body, str]:
    body = Body()
    locals_ = {name: body.take(name, type_) for name, type_ in expression.inputs}
    broken = " or ".join(f"{locals_[name]} is None" for name in expression.promised)
    if broken:
        body.line(f"if {broken}: return None")
    value = body.bind(expression)
    # Adding zero turns -0.0 into 0.0: the language knows one zero.
    zero = "None if {0} is None else {0} + 0.0" if expression.type.nullable else "{0} + 0.0"
    return body, zero.format(value) if expression.type.kind == "number" else value
