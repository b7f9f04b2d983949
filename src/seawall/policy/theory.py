"""The operators of the expression language as the solver knows them: NULL and value apart.

An operator that is not here becomes a free value. Numbers are real: see `encoding`.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias, cast

import z3

from seawall.core.expression.tree import Call
from seawall.core.expression.types import DATE_MOST, INTEGER_LEAST, INTEGER_MOST

Formula: TypeAlias = "z3.BoolRef | bool"
"""A formula; plain True and False are kept apart, so that formulas stay small."""


class Sym(NamedTuple):
    """A value: whether it is NULL, and what it is if not."""

    null: Formula
    value: z3.ExprRef


Rule = Callable[[Call, tuple[Sym, ...]], Sym]
DAY = 86_400_000_000
"""Microseconds."""


def either(*parts: Formula) -> Formula:
    """OR."""
    left = [part for part in parts if part is not False]
    if any(part is True for part in left):
        return True
    if len(left) > 1:
        return cast("z3.BoolRef", z3.Or(*left))
    return left[0] if left else False


def both(*parts: Formula) -> Formula:
    """AND."""
    left = [part for part in parts if part is not True]
    if any(part is False for part in left):
        return False
    if len(left) > 1:
        return cast("z3.BoolRef", z3.And(*left))
    return left[0] if left else True


def negated(part: Formula) -> Formula:
    """NOT."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def when(test: Formula, then: Sym, otherwise: Sym) -> Sym:
    """One value or the other."""
    if isinstance(test, bool):
        return then if test else otherwise
    null = either(both(test, then.null), both(negated(test), otherwise.null))
    return Sym(null, z3.If(test, then.value, otherwise.value))


def true(given: Sym) -> Formula:
    """Whether a truth value is TRUE."""
    return both(negated(given.null), _truth(given.value))


def false(given: Sym) -> Formula:
    """Whether a truth value is FALSE."""
    return both(negated(given.null), negated(_truth(given.value)))


def _truth(value: z3.ExprRef) -> Formula:
    if z3.is_true(value):
        return True
    return False if z3.is_false(value) else value


def equal(left: Sym, right: Sym) -> Formula:
    """Whether two values are there and equal."""
    return both(negated(left.null), negated(right.null), left.value == right.value)


def collected(how: str, so_far: Sym, value: Sym) -> Sym:
    """The values of two rows as one."""
    a, b = so_far.value, value.value
    if how == "sum":
        return Sym(either(so_far.null, value.null), a + b)
    first = a <= b if how == "min" else a >= b
    return Sym(either(so_far.null, value.null), z3.If(first, a, b))


def _kleene(*, true_: Formula, false_: Formula, like: z3.ExprRef) -> Sym:
    """A truth value from the formulas for TRUE and for FALSE."""
    value = z3.BoolVal(true_, like.ctx) if isinstance(true_, bool) else true_
    return Sym(negated(either(true_, false_)), value)


def _and(_node: Call, given: tuple[Sym, ...]) -> Sym:
    true_, false_ = both(*map(true, given)), either(*map(false, given))
    return _kleene(true_=true_, false_=false_, like=given[0].value)


def _or(_node: Call, given: tuple[Sym, ...]) -> Sym:
    true_, false_ = either(*map(true, given)), both(*map(false, given))
    return _kleene(true_=true_, false_=false_, like=given[0].value)


def _between(node: Call, given: tuple[Sym, ...]) -> Sym:
    subject, low, high = given
    nulls = [either(subject.null, end.null) for end in (low, high)]
    parts = (Sym(nulls[0], subject.value >= low.value), Sym(nulls[1], subject.value <= high.value))
    return _and(node, parts)


def _in(node: Call, given: tuple[Sym, ...]) -> Sym:
    subject, *others = given
    parts = [
        Sym(either(subject.null, other.null), subject.value == other.value) for other in others
    ]
    return _or(node, tuple(parts))


def _known(found: Formula, like: Sym) -> Sym:
    """A truth value that is never NULL."""
    value = z3.BoolVal(found, like.value.ctx) if isinstance(found, bool) else found
    return Sym(null=False, value=value)


def _coalesce(_node: Call, given: tuple[Sym, ...]) -> Sym:
    answer = given[-1]
    for each in reversed(given[:-1]):
        answer = when(each.null, answer, each)
    return answer


def _nullif(_node: Call, given: tuple[Sym, ...]) -> Sym:
    first, second = given
    return Sym(either(first.null, equal(first, second)), first.value)


def _strict(form: Callable[..., z3.ExprRef]) -> Rule:
    """An operator that is NULL where an argument is, and only there."""

    def rule(_node: Call, given: tuple[Sym, ...]) -> Sym:
        value = form(*(each.value for each in given))
        return Sym(either(*(each.null for each in given)), value)

    return rule


def _within(form: Callable[..., z3.ExprRef], least: int, most: int) -> Rule:
    """An integer operator that is NULL outside a range."""

    def rule(_node: Call, given: tuple[Sym, ...]) -> Sym:
        value = form(*(each.value for each in given))
        outside = z3.Or(value < least, value > most)
        return Sym(either(*(each.null for each in given), outside), value)

    return rule


def _divided(form: Callable[..., z3.ExprRef]) -> Rule:
    """An operator that is NULL where its last argument is zero."""

    def rule(_node: Call, given: tuple[Sym, ...]) -> Sym:
        zero = _truth(z3.simplify(given[-1].value == 0))
        value = form(*(each.value for each in given))
        return Sym(either(*(each.null for each in given), zero), value)

    return rule


def _extreme(compare: Callable[[z3.ExprRef, z3.ExprRef], z3.BoolRef]) -> Rule:
    def form(first: z3.ExprRef, *rest: z3.ExprRef) -> z3.ExprRef:
        for each in rest:
            first = z3.If(compare(first, each), first, each)
        return first

    return _strict(form)


def _remainder(left: z3.ExprRef, right: z3.ExprRef) -> z3.ExprRef:
    """The sign is the dividend's; the solver's is never negative."""
    return z3.If(left >= 0, left % right, -((-left) % right))


def _floor(value: z3.ExprRef) -> z3.ExprRef:
    return z3.ToReal(z3.ToInt(value))


def _round(node: Call, given: tuple[Sym, ...]) -> Sym:
    (each,) = given
    digits = node.option if isinstance(node.option, int) else 0
    scale = z3.RealVal(f"1{'0' * abs(digits)}", each.value.ctx)
    size = z3.If(each.value >= 0, each.value, -each.value)
    whole = size * scale if digits >= 0 else size / scale
    whole = _floor(whole + z3.RealVal("1/2", each.value.ctx))
    whole = whole / scale if digits >= 0 else whole * scale
    return Sym(each.null, z3.If(each.value >= 0, whole, -whole))


def _to_integer(_node: Call, given: tuple[Sym, ...]) -> Sym:
    (each,) = given
    broken = z3.Not(z3.IsInt(each.value))
    return Sym(either(each.null, broken), z3.ToInt(each.value))


def _sign(value: z3.ExprRef) -> z3.ExprRef:
    one = z3.IntVal(1, value.ctx)
    return z3.If(value > 0, one, z3.If(value < 0, -one, z3.IntVal(0, value.ctx)))


TURNS_TO_DECEMBER = 10
"""Months from March on."""


def _civil(day: z3.ExprRef) -> tuple[z3.ExprRef, z3.ExprRef, z3.ExprRef]:
    """Year, month and day of a day number (1 is 1 January of year 1).

    Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: eras of 400
    years that begin on 1 March, so that a leap day is the last of its year.
    """
    since = day + 305
    era = since / 146_097
    of_era = since % 146_097
    year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365
    of_year = of_era - (365 * year + year / 4 - year / 100)
    turn = (5 * of_year + 2) / 153
    month = z3.If(turn < TURNS_TO_DECEMBER, turn + 3, turn - 9)
    return (
        year + era * 400 + z3.If(turn < TURNS_TO_DECEMBER, 0, 1),
        month,
        of_year - (153 * turn + 2) / 5 + 1,
    )


def _whole_months(start: z3.ExprRef, end: z3.ExprRef) -> z3.ExprRef:
    (year, month, day), (year_end, month_end, day_end) = _civil(start), _civil(end)
    return (year_end - year) * 12 + month_end - month - z3.If(day_end < day, 1, 0)


def _whole_years(start: z3.ExprRef, end: z3.ExprRef) -> z3.ExprRef:
    (year, month, day), (year_end, month_end, day_end) = _civil(start), _civil(end)
    early = z3.Or(month_end < month, z3.And(month_end == month, day_end < day))
    return year_end - year - z3.If(early, 1, 0)


def _part(place: int, kind: str) -> Rule:
    """Year, month or day of a date or time."""
    return _strict(lambda a: _civil(a if kind == "date" else a / DAY + 1)[place])


_INTEGERS = (INTEGER_LEAST, INTEGER_MOST)
_DAYS = (1, DATE_MOST.toordinal())

FORMS: dict[str, Rule] = {
    "AND": _and,
    "OR": _or,
    "NOT": _strict(z3.Not),
    "BETWEEN": _between,
    "IN": _in,
    "IS NULL": lambda _, given: _known(given[0].null, given[0]),
    "IS TRUE": lambda _, given: _known(true(given[0]), given[0]),
    "IS FALSE": lambda _, given: _known(false(given[0]), given[0]),
    "COALESCE": _coalesce,
    "NULLIF": _nullif,
    "=": _strict(lambda a, b: a == b),
    "<>": _strict(lambda a, b: a != b),
    "<": _strict(lambda a, b: a < b),
    "<=": _strict(lambda a, b: a <= b),
    ">": _strict(lambda a, b: a > b),
    ">=": _strict(lambda a, b: a >= b),
    "LEAST": _extreme(lambda a, b: a <= b),
    "GREATEST": _extreme(lambda a, b: a >= b),
    "ROUND": _round,
    "SIGN": _strict(_sign),
}
"""Operators that mean the same for all kinds they take."""

BY_KIND: dict[tuple[str, tuple[str, ...], str], Rule] = {
    **{
        (operator, ("integer",) * count, "integer"): _within(form, *_INTEGERS)
        for operator, count, form in (
            ("+", 2, lambda a, b: a + b), ("-", 2, lambda a, b: a - b), ("*", 2, lambda a, b: a * b),
            ("-a", 1, lambda a: -a), ("ABS", 1, lambda a: z3.If(a >= 0, a, -a)),
        )
    },
    **{
        (operator, ("number",) * count, "number"): _strict(form)
        for operator, count, form in (
            ("+", 2, lambda a, b: a + b), ("-", 2, lambda a, b: a - b), ("*", 2, lambda a, b: a * b),
            ("-a", 1, lambda a: -a), ("ABS", 1, lambda a: z3.If(a >= 0, a, -a)),
            ("FLOOR", 1, _floor), ("CEIL", 1, lambda a: -_floor(-a)),
        )
    },
    ("FLOOR", ("integer",), "integer"): _strict(lambda a: a),
    ("CEIL", ("integer",), "integer"): _strict(lambda a: a),
    ("/", ("number", "number"), "number"): _divided(lambda a, b: a / b),
    ("%", ("integer", "integer"), "integer"): _divided(_remainder),
    ("+", ("date", "integer"), "date"): _within(lambda a, b: a + b, *_DAYS),
    ("-", ("date", "integer"), "date"): _within(lambda a, b: a - b, *_DAYS),
    ("-", ("date", "date"), "integer"): _strict(lambda a, b: a - b),
    **{
        (operator, (kind,), "integer"): _part(place, kind)
        for place, operator in enumerate(("YEAR", "MONTH", "DAY"))
        for kind in ("date", "timestamp")
    },
    ("WHOLE_MONTHS", ("date", "date"), "integer"): _strict(_whole_months),
    ("WHOLE_YEARS", ("date", "date"), "integer"): _strict(_whole_years),
    ("ISODOW", ("date",), "integer"): _strict(lambda a: (a - 1) % 7 + 1),
    ("HOUR", ("timestamp",), "integer"): _strict(lambda a: (a % DAY) / (DAY // 24)),
    ("MINUTE", ("timestamp",), "integer"): _strict(lambda a: (a % (DAY // 24)) / (DAY // 1440)),
    ("SECONDS_BETWEEN", ("timestamp", "timestamp"), "integer"): _strict(
        lambda a, b: (b - a) / 1_000_000
    ),
    ("TRY_CAST", ("integer",), "number"): _strict(z3.ToReal),
    ("TRY_CAST", ("number",), "integer"): _to_integer,
    ("TRY_CAST", ("date",), "timestamp"): _strict(lambda a: (a - 1) * DAY),
    ("TRY_CAST", ("timestamp",), "date"): _strict(lambda a: a / DAY + 1),
}  # fmt: skip


def rule(node: Call) -> Rule | None:
    """How the solver computes a call; None where it cannot."""
    operator = node.overload.operator
    kinds = tuple(argument.kind for argument in node.arguments)
    return FORMS.get(operator) or BY_KIND.get((operator, kinds, node.kind))


def bounds(node: Call, given: tuple[Sym, ...], value: z3.ExprRef) -> Iterator[z3.BoolRef]:
    """What is certain of a free value."""
    operator = node.overload.operator
    if operator in ("LENGTH", "SQRT", "EXP"):
        yield value >= 0
    if operator == "SQRT":
        yield z3.Implies(given[0].value >= 0, value * value == given[0].value)
