"""A column cut into elementary regions, on each of which no cell changes; a cell as a set of them.

Between two neighbouring constants that cells compare a column with, all values are alike, so one
of them stands for all. A set of regions is an integer, one bit a region: cells become sets by
bit operations, and what is found out on regions is exact for every value of the column.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from seawall.core.expression.tree import Call, Constant, Name, Node
from seawall.core.expression.types import (
    DATE_LEAST,
    DATE_MOST,
    INTEGER_LEAST,
    INTEGER_MOST,
    NUMBER_MOST,
    Kind,
    Value,
)
from seawall.core.expression.writing import is_conversion

EXACT_MOST = 2**53
"""Up to here integers and doubles compare alike."""

Ordered: TypeAlias = Any
"""Values of one kind, or numbers of both; so they compare."""


@dataclass(frozen=True)
class Domain:
    """What a column can hold besides NULL.

    Attributes:
        least, most: limits, both included.
        among: the only values, if they are few.
    """

    kind: Kind
    least: float | None = None
    most: float | None = None
    among: tuple[Value, ...] | None = None

    def holds(self, value: Ordered) -> bool:
        """Whether a value that is not NULL is among them."""
        if self.among is not None:
            return value in self.among
        if self.kind == "integer" and value != int(value):
            return False
        least, most = self.least, self.most
        return (least is None or value >= least) and (most is None or value <= most)


class NotRegions(Exception):
    """A cell is more than comparisons of its column with constants; never leaves this room."""


@dataclass(frozen=True)
class Axis:
    """A column's regions: interval, point, interval, …, interval, NULL, from the least value up.

    Attributes:
        points: the constants, in order.
        values: a value of every region; the last, NULL's, is None.
        present: the regions that hold a value.
    """

    points: tuple[Ordered, ...]
    values: tuple[Value, ...]
    present: int
    _index: dict[Value, int] = field(repr=False, compare=False)

    @property
    def null(self) -> int:
        """The region of NULL, as a set."""
        return 1 << (len(self.values) - 1)

    @property
    def every(self) -> int:
        """All regions."""
        return (1 << len(self.values)) - 1

    def below(self, point: Ordered, *, included: bool) -> int:
        """The values less than a constant, or at most it."""
        place = 2 * bisect_left(self.points, point) + 1
        return (1 << (place + included)) - 1

    def at(self, point: Value) -> int:
        """The value of a constant."""
        return 1 << self._index[point]


def axis(domain: Domain, constants: Iterable[Ordered]) -> Axis:
    """Cut a column at constants."""
    points = tuple(sorted(set(constants)))
    ends: list[Ordered | None] = [None, *points, None]
    values: list[Value] = []
    for low, high in pairwise(ends):
        values.append(_between(domain, low, high))
        values.append(_at(domain, high) if high is not None and domain.holds(high) else None)
    present = sum(1 << place for place, value in enumerate(values) if value is not None)
    index: dict[Value, int] = {point: 2 * place + 1 for place, point in enumerate(points)}
    return Axis(points, tuple(values), present | 1 << (len(values) - 1), index)


def _at(domain: Domain, point: Ordered) -> Value:
    """A constant as a value of the column's own kind."""
    own: Value = {"integer": int, "number": float}.get(domain.kind, lambda same: same)(point)
    return own


def _between(domain: Domain, low: Ordered | None, high: Ordered | None) -> Value:
    """A value strictly between two, either of which may be open; None where there is none."""
    among = (False, True) if domain.kind == "boolean" else domain.among
    if among is not None:
        return next((value for value in among if _inside(value, low, high)), None)
    return _BETWEEN[domain.kind](domain, low, high)


def _inside(value: Ordered, low: Ordered | None, high: Ordered | None) -> bool:
    return (low is None or value > low) and (high is None or value < high)


def _integer(domain: Domain, low: Ordered | None, high: Ordered | None) -> Value:
    least = INTEGER_LEAST if domain.least is None else math.ceil(domain.least)
    most = INTEGER_MOST if domain.most is None else math.floor(domain.most)
    first = least if low is None else max(least, math.floor(low) + 1)
    last = most if high is None else min(most, math.ceil(high) - 1)
    if first > last:
        return None
    return _middle_integer(first, last)


def _middle_integer(first: int, last: int) -> int:
    """An unremarkable integer of a range: its middle, or near the end that is not far away."""
    if last - first < EXACT_MOST:
        return (first + last) // 2
    if first <= 0 <= last:
        return 0
    return first if first > 0 else last


def _number(domain: Domain, low: Ordered | None, high: Ordered | None) -> Value:
    least = -NUMBER_MOST if low is None else math.nextafter(float(low), math.inf)
    most = NUMBER_MOST if high is None else math.nextafter(float(high), -math.inf)
    least = least if domain.least is None else max(least, float(domain.least))
    most = most if domain.most is None else min(most, float(domain.most))
    if least > most:
        return None
    if least == -NUMBER_MOST:
        least = min(-1.0, most) if most >= 0 else max(least, 2 * most - 2)
    if most == NUMBER_MOST:
        most = max(1.0, least) if least <= 0 else min(most, 2 * least + 2)
    return _middle_number(least, most)


def _middle_number(least: float, most: float) -> float:
    """A short number of a range, near its middle."""
    middle = least / 2 + most / 2
    if least <= middle == round(middle) <= most:
        return middle
    for digits in range(-6, 13):
        short = round(middle, digits)
        if least <= short <= most:
            return short + 0.0
    return middle if least <= middle <= most else least


def _text(_domain: Domain, low: Ordered | None, high: Ordered | None) -> Value:
    if low is None:
        if high is None:
            return "other"
        return "" if high != "" else None
    for tail in ("x", "!", "\x00"):
        if high is None or str(low) + tail < str(high):
            return str(low) + tail
    return None


def _date(_domain: Domain, low: Ordered | None, high: Ordered | None) -> Value:
    first = DATE_LEAST.toordinal() if low is None else low.toordinal() + 1
    last = DATE_MOST.toordinal() if high is None else high.toordinal() - 1
    if first > last:
        return None
    if low is None and high is None:
        return date(2026, 1, 1)
    return date.fromordinal(last if low is None else first if high is None else (first + last) // 2)


_TICK = timedelta(microseconds=1)
_FIRST, _LAST = datetime.min, datetime.max  # noqa: DTZ901 - times here are UTC by contract


def _timestamp(_domain: Domain, low: Ordered | None, high: Ordered | None) -> Value:
    if isinstance(low, datetime) and isinstance(high, datetime):
        return low + (high - low) / 2 if high - low > _TICK else None
    if isinstance(low, datetime):
        return low + min(timedelta(days=1), _LAST - low) if low < _LAST else None
    if isinstance(high, datetime):
        return high - min(timedelta(days=1), high - _FIRST) if high > _FIRST else None
    return datetime(2026, 1, 1)  # noqa: DTZ001 - times here are UTC by contract


_BETWEEN: dict[str, Callable[[Domain, Ordered | None, Ordered | None], Value]] = {
    "integer": _integer,
    "number": _number,
    "text": _text,
    "date": _date,
    "timestamp": _timestamp,
}

COMPARED = ("=", "<>", "<", "<=", ">", ">=")
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def column(node: Node) -> str:
    """The column that a name stands for.

    Raises:
        NotRegions: this is not a name.
    """
    if isinstance(node, Call) and is_conversion(node) and node.arguments[0].kind == "integer":
        node = node.arguments[0]
    if isinstance(node, Name):
        return node.name
    raise NotRegions


def constants(node: Node) -> Iterator[tuple[str, Value]]:
    """Every column of a condition with every constant it is compared with.

    A column that is only asked IS NULL, or is a boolean itself, comes with None.

    Raises:
        NotRegions: the condition is more than comparisons of names with constants.
    """
    if isinstance(node, Constant):
        return
    if isinstance(node, Name):
        yield node.name, None
        return
    operator = node.overload.operator
    if operator in (*COMPARED, "BETWEEN", "IN"):
        yield from _compared(node)
    elif operator == "IS NULL" and node.arguments[0].kind != "boolean":
        yield column(node.arguments[0]), None
    elif operator in ("AND", "OR", "NOT", "IS NULL", "IS TRUE", "IS FALSE"):
        for argument in node.arguments:
            yield from constants(argument)
    else:
        raise NotRegions


def _compared(node: Call) -> Iterator[tuple[str, Value]]:
    first, *others = node.arguments
    if isinstance(first, Constant) and node.overload.operator in COMPARED:
        first, others = others[0], [first]
    name = column(first)
    for other in others:
        if not isinstance(other, Constant):
            raise NotRegions
        value = other.value
        if isinstance(value, int | float) and abs(value) > EXACT_MOST:
            raise NotRegions
        yield name, value


@dataclass(frozen=True)
class Truth:
    """A condition over one column: the regions where it is TRUE, and where FALSE."""

    true: int
    false: int


def truth(node: Node, on: Axis) -> Truth:
    """A condition that `constants` accepts, over its one column."""
    every = on.every
    if isinstance(node, Constant):
        return Truth(every if node.value else 0, every if node.value is False else 0)
    if isinstance(node, Name):
        return _equal(on, value=True)
    operator = node.overload.operator
    if operator in (*COMPARED, "BETWEEN", "IN"):
        return _comparison(operator, node, on)
    if operator == "IS NULL" and node.arguments[0].kind != "boolean":
        return Truth(on.null, every & ~on.null)
    parts = [truth(argument, on) for argument in node.arguments]
    return _joined(operator, parts, every)


def _joined(operator: str, parts: list[Truth], every: int) -> Truth:
    """AND, OR, NOT, IS NULL, IS TRUE, IS FALSE, by Kleene's tables."""
    first = parts[0]
    if operator == "NOT":
        return Truth(first.false, first.true)
    if operator.startswith("IS "):
        known = first.true | first.false
        found = {"IS TRUE": first.true, "IS FALSE": first.false, "IS NULL": every & ~known}
        return Truth(found[operator], every & ~found[operator])
    true, false = first.true, first.false
    for part in parts[1:]:
        if operator == "AND":
            true, false = true & part.true, false | part.false
        else:
            true, false = true | part.true, false & part.false
    return Truth(true, false)


def _comparison(operator: str, node: Call, on: Axis) -> Truth:
    first, *others = node.arguments
    if isinstance(first, Constant) and operator in COMPARED:
        operator, others = FLIPPED.get(operator, operator), [first]
    values = [other.value for other in others if isinstance(other, Constant)]
    if operator == "BETWEEN":
        bounds = zip((">=", "<="), values, strict=True)
        return _joined("AND", [_one(each, value, on) for each, value in bounds], on.every)
    if operator == "IN":
        return _joined("OR", [_one("=", value, on) for value in values], on.every)
    return _one(operator, values[0], on)


def _one(operator: str, value: Value, on: Axis) -> Truth:
    """One comparison with one constant; NULL is never equal, nor less, nor more."""
    if value is None:
        return Truth(0, 0)
    if operator in ("=", "<>"):
        equal = _equal(on, value=value)
        return equal if operator == "=" else Truth(equal.false, equal.true)
    known = on.every & ~on.null
    below = on.below(value, included=operator in ("<=", ">")) & known
    rest = known & ~below
    return Truth(below, rest) if operator in ("<", "<=") else Truth(rest, below)


def _equal(on: Axis, *, value: Value) -> Truth:
    point = on.at(value)
    return Truth(point, on.every & ~on.null & ~point)
