"""From form to typed node: every name declared, every operator over kinds it takes."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from seawall.core.expression import functions, problems
from seawall.core.expression.operators import BY_NAME, Overload
from seawall.core.expression.reader import moved
from seawall.core.expression.tree import Call, Constant, Form, Name, Node, Option, branches
from seawall.core.expression.types import WIDER, Kind, Type, common, fits
from seawall.core.problem import Kind as ProblemKind
from seawall.core.problem import Place, Problem

NEVER_NULL = ("IS NULL", "IS TRUE", "IS FALSE")
NAMES_SHOWN = 5


class Checker:
    """Checks forms against declared inputs, and collects every problem on the way.

    Attributes:
        found: the problems.
        used: the inputs that the forms read, in order of appearance.
    """

    def __init__(self, inputs: Mapping[str, Type], where: Place) -> None:
        self._inputs = inputs
        self._where = where
        self.found: list[Problem] = []
        self.used: dict[str, Type] = {}

    def node(self, form: Form) -> Node | None:
        """The typed node, or None where a problem was found in or below the form."""
        if form.operator == "constant":
            return Constant(form.option, form.kind)  # type: ignore[arg-type]
        if form.operator == "name":
            return self._name(form)
        arguments = [self.node(argument) for argument in form.arguments]
        if not all(arguments):  # a node is never false, and `None in` would ask each for equality
            return None
        known: tuple[Node, ...] = tuple(arguments)  # type: ignore[arg-type]
        return self._case(form, known) if form.operator == "CASE" else self._call(form, known)

    def _name(self, form: Form) -> Node | None:
        name = str(form.option)
        type_ = self._inputs.get(name)
        if type_ is not None:
            self.used[name] = type_
            return Name(name, type_.kind, type_.nullable)
        near = get_close_matches(name, self._inputs, NAMES_SHOWN, 0.0)
        known = ", ".join(near) or "(none)"
        self._problem(problems.NAME_UNKNOWN, form, name=name, known=known)
        return None

    def _call(self, form: Form, arguments: tuple[Node, ...]) -> Node | None:
        kinds = tuple([argument.kind for argument in arguments])
        if form.operator == "TRY_CAST" and kinds == ("null",):
            return Constant(None, form.option)  # type: ignore[arg-type]
        target = form.option if form.operator == "TRY_CAST" else None
        chosen = _chosen(form.operator, target, kinds)
        if chosen is None:
            self._misfit(form, kinds)
            return None
        overload, wanted, nullable = chosen
        if overload is SAME_KIND:
            return arguments[0]
        ready = arguments if kinds == wanted else tuple(map(converted, arguments, wanted))
        if nullable is None:
            some = [argument.nullable for argument in ready]
            nullable = False not in some if form.operator == "COALESCE" else True in some
        return Call(overload, ready, overload.gives, nullable, form.option)

    def _case(self, form: Form, arguments: tuple[Node, ...]) -> Node | None:
        subject, conditions, results = branches(arguments, simple=bool(form.option))
        kind = common(tuple(result.kind for result in results))
        asked = common(tuple(node.kind for node in (*subject, *conditions)))
        if kind is None or asked is None or (not subject and asked not in ("boolean", "null")):
            self._misfit(form, tuple(argument.kind for argument in arguments))
            return None
        kind, asked = (("boolean" if k == "null" else k) for k in (kind, asked))
        results = tuple(converted(result, kind) for result in results)
        ready = [converted(node, asked) for node in subject]
        for condition, result in zip(conditions, results, strict=False):
            ready += (converted(condition, asked), result)
        overload = next(row for row in BY_NAME["CASE"].overloads if row.gives == kind)
        nullable = any(result.nullable for result in results)
        return Call(overload, (*ready, results[-1]), kind, nullable, form.option)

    def _misfit(self, form: Form, kinds: tuple[Kind, ...]) -> None:
        operator = BY_NAME[form.operator]
        wanted = dict.fromkeys(
            f"({', '.join(row.takes)}{', …' if row.repeats else ''})" for row in operator.overloads
        )
        self._problem(
            problems.TYPE_MISFIT,
            form,
            operator=f"{form.operator} … AS {form.option}"
            if form.operator == "TRY_CAST"
            else form.operator,
            given=", ".join(kinds),
            wanted=f"{operator.form}: " + " / ".join(wanted),
        )

    def _problem(self, kind: ProblemKind, form: Form, **facts: object) -> None:
        self.found.append(Problem(kind, moved(self._where, form.at), facts))


SAME_KIND = Overload("TRY_CAST", ("null",), "null")
"""TRY_CAST to the kind a value already has: the value itself."""


@lru_cache(maxsize=4096)
def _chosen(
    operator: str, target: Option, kinds: tuple[Kind, ...]
) -> tuple[Overload, tuple[Kind, ...], bool | None] | None:
    """The first row of the table, from the narrowest, that takes these kinds.

    Returns:
        the row, the kinds it takes them as, and whether the result can be NULL: None where that
        depends on the arguments.
    """
    rows = BY_NAME[operator].overloads
    if operator == "TRY_CAST":
        if kinds == (target,):
            return SAME_KIND, kinds, None
        rows = tuple(row for row in rows if row.gives == target)
    row = next((row for row in rows if _takes(row, kinds)), None)
    return (row, _wanted(row, len(kinds)), _nullable(row)) if row else None


def _nullable(row: Overload) -> bool | None:
    if row.operator in NEVER_NULL:
        return False
    return True if row.may_be_null or row.operator == "NULLIF" else None


def _takes(row: Overload, kinds: tuple[Kind, ...]) -> bool:
    if len(kinds) < len(row.takes) or (len(kinds) > len(row.takes) and not row.repeats):
        return False
    return all(map(fits, kinds, _wanted(row, len(kinds))))


def _wanted(row: Overload, count: int) -> tuple[Kind, ...]:
    return row.takes + row.takes[-1:] * (count - len(row.takes))


def converted(node: Node, kind: Kind) -> Node:
    """The node as the kind that is wanted, by the two conversions that happen unasked."""
    if node.kind == kind:
        return node
    if isinstance(node, Constant):
        if node.value is None:
            return Constant(None, kind)
        if kind == "number" and isinstance(node.value, int):
            return Constant(float(node.value), kind)
        if kind == "timestamp" and isinstance(node.value, date):
            return Constant(functions.midnight(node.value), kind)
    if WIDER.get((node.kind, kind)) != kind:
        raise AssertionError(f"{node.kind} does not fit {kind}")
    rows = BY_NAME["TRY_CAST"].overloads
    row = next(row for row in rows if row.takes == (node.kind,) and row.gives == kind)
    return Call(row, (node,), kind, node.nullable)
