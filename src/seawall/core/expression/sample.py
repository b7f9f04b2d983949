# ruff: noqa: DTZ001 - times of the language are UTC, without an offset, by contract
"""Random expressions and random records: what both compilations are compared on.

Expressions are written as text, from the operator table, so that every operator, every overload
and the reader are exercised. Everything follows from the seed of the generator that is passed in.
"""

import math
import random
from collections.abc import Iterator
from datetime import date, datetime

from seawall.core.expression import writing
from seawall.core.expression.operators import OPERATORS, Operator, Overload
from seawall.core.expression.types import TYPES, Kind, Type, Value
from seawall.core.steps import quoted

INPUTS: dict[str, Type] = {
    f"{kind}_{index}": type_ for kind, type_ in TYPES.items() for index in (1, 2)
}

BIG = 2**53
EXTREMES: dict[Kind, tuple[Value, ...]] = {
    "boolean": (True, False),
    "integer": (
        *(0, 1, -1, 2, 3, 7, -7, 12, 18, 60, 100, 1000, BIG, BIG + 1, -BIG - 1, 3_037_000_500),
        *(2**31 - 1, 2**31, 2**62, 2**63 - 1, -(2**63), -(2**63) + 1, 3_652_058, -3_652_058, 365),
    ),
    "number": (
        *(0.0, -0.0, 0.5, -0.5, 1.5, 2.5, 1.0, -1.0, 0.1, 0.2, 0.3, 2.675, 0.285, 1.005, 100.0),
        *(0.49999999999999994, 1e15 + 0.5, 4503599627370495.5, 9007199254740993.0, 1e16, 12345.675),
        *(1e-300, 5e-324, -5e-324, 1e300, -1e300, 1.7976931348623157e308, 2.0**63, -(2.0**63)),
        *(3000.0, 0.35, 1e22, 123456789012.345, math.nan, math.inf, -math.inf, 709.9, -745.2),
    ),
    "text": (
        *("", " ", "a", "A", "Oslo", "oslo", "a_b", "50%", "a\nb", "\n", "\\", "'", '"', "ß", "é"),
        *("e\u0301", "防线", "😀", "\ufffd", "İ", "ς", " 12 ", "1e3", "TRUE", " false ", "１２"),
        *("12", "-7", "+7", "007", "1_000", "0x1F", "1.5", ".5", "5.", "1e999", "1e-999", "nan"),
        *("inf", "9223372036854775807", "9223372036854775808", "12\n", "\t12", "1 2", "--1", "+"),
        *("2024-02-29", "2023-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "2024-2-9", "yes"),
        *("2024-01-31 23:59:59", "2024-01-31T24:00:00", "2024-01-31T08:30:00", "12-31-2024"),
    ),
    "date": (
        *(date(2024, 1, 31), date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 1)),
        *(date(1970, 1, 1), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31)),
        *(date(2000, 2, 29), date(1900, 3, 1), date(2024, 12, 30), date(2026, 1, 4)),
    ),
    "timestamp": (
        *(datetime(2024, 1, 31, 23, 59, 59, 999999), datetime(2024, 2, 29), datetime(1, 1, 1)),
        *(datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1970, 1, 1, 0, 0, 0, 1)),
        *(datetime(1969, 12, 31, 23, 59, 59, 500000), datetime(2026, 3, 29, 1, 30)),
    ),
}

PATTERNS = (
    *("%", "_", "", "a%", "%b", "%a%b%", "a_b", "%_%", "O%o", "50!%", "a\\%", "\\", "__", "%\n%"),
)
SHAPES: dict[str, str] = {
    **writing.SHAPES,
    "ROUND": "ROUND({0}, {digits})",
    "SUBSTRING": "SUBSTRING({0}, {start}, {length})",
    "TRY_CAST": "TRY_CAST({0} AS {type})",
}
LEAF, NARROWER, NULL, CONSTANT, CONSTANT_LIST = 0.15, 0.15, 0.03, 0.35, 0.7
SIMPLE, ELSE, MISSING, ORDINARY = 0.4, 0.7, 0.1, 0.5
"""How often."""
INEXACT = ("LN", "LOG10", "EXP", "POWER")
"""The operators that ask the C library, whose last bits are its own."""


class Writer:
    """Writes random expressions.

    Args:
        chance: the only source of randomness.
        without: operators that are not to be used.
    """

    def __init__(self, chance: random.Random, without: tuple[str, ...] = ()) -> None:
        self._chance = chance
        self._by_kind: dict[Kind, list[tuple[Operator, Overload]]] = {}
        for operator in OPERATORS:
            if operator.name not in without:
                for row in operator.overloads:
                    self._by_kind.setdefault(row.gives, []).append((operator, row))

    def any_expression(self, depth: int) -> str:
        """An expression of any kind, at most so deep."""
        return self.expression(self._chance.choice(tuple(EXTREMES)), depth)

    def expression(self, kind: Kind, depth: int) -> str:
        """An expression of a kind, at most so deep."""
        if depth == 0 or self._chance.random() < LEAF:
            return self._leaf(kind)
        rows = self._by_kind[kind]
        # Few rows give texts and dates, many booleans: choose the operator before the row.
        name = self._chance.choice(sorted({operator.name for operator, _ in rows}))
        operator, row = self._chance.choice([pair for pair in rows if pair[0].name == name])
        takes = list(row.takes)
        if row.repeats and operator.name in ("AND", "OR", "IN", "COALESCE", "LEAST", "GREATEST"):
            takes += takes[-1:] * self._chance.randrange(3)
        return self._written(operator, row, tuple(takes), depth - 1)

    def _leaf(self, kind: Kind) -> str:
        narrower: dict[Kind, Kind] = {"number": "integer", "timestamp": "date"}
        if kind in narrower and self._chance.random() < NARROWER:
            kind = narrower[kind]
        dice = self._chance.random()
        if dice < NULL:
            return f"TRY_CAST(NULL AS {_type_sql(kind)})"
        if dice < CONSTANT:
            text = literal(self._chance.choice(EXTREMES[kind]))
            return f"TRY_CAST(NULL AS {_type_sql(kind)})" if text == "NULL" else text
        return f"{kind}_{self._chance.choice((1, 2))}"

    def _written(
        self, operator: Operator, row: Overload, takes: tuple[Kind, ...], depth: int
    ) -> str:
        if operator.name == "CASE":
            return self._case(row.gives, depth)
        given = [self.expression(kind, depth) for kind in takes]
        inner = [f"({text})" for text in given]
        if operator.name in SHAPES:
            return SHAPES[operator.name].format(*inner, **self._settings(row, given))
        if operator.name[0].isalpha() and operator.name not in ("AND", "OR"):
            return f"{operator.name}({', '.join(given)})"
        return f" {operator.name} ".join(inner)

    def _settings(self, row: Overload, given: list[str]) -> dict[str, object]:
        listed = given[1:]
        if row.operator == "IN" and self._chance.random() < CONSTANT_LIST:
            listed = [literal(self._chance.choice(EXTREMES[row.takes[0]])) for _ in range(3)]
        pattern = quoted(self._chance.choice(PATTERNS)) + self._chance.choice(("", " ESCAPE '!'"))
        return {
            "no": self._chance.choice(("", "NOT ")),
            "listed": ", ".join(listed),
            "pattern": pattern,
            "digits": self._chance.randint(-4, 6),
            "start": self._chance.randint(1, 5),
            "length": self._chance.randint(0, 4),
            "type": _type_sql(row.gives),
        }

    def _case(self, kind: Kind, depth: int) -> str:
        subject: Kind = self._chance.choice(tuple(EXTREMES))
        simple = self._chance.random() < SIMPLE
        asked: Kind = subject if simple else "boolean"
        branches = " ".join(
            f"WHEN {self.expression(asked, depth)} THEN {self.expression(kind, depth)}"
            for _ in range(self._chance.randint(1, 3))
        )
        otherwise = f" ELSE {self.expression(kind, depth)}" * (self._chance.random() < ELSE)
        of = f" {self.expression(subject, depth)}" if simple else ""
        return f"CASE{of} {branches}{otherwise} END"


def literal(value: Value) -> str:
    """A value as it is written in the language."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "NULL"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.replace(microsecond=0).isoformat(' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return quoted(value)
    return f"({value!r})" if isinstance(value, float) else str(value).upper()


def _type_sql(kind: Kind) -> str:
    return {"number": "DOUBLE"}.get(kind, kind.upper())


def records(chance: random.Random, count: int) -> Iterator[tuple[Value, ...]]:
    """Records over `INPUTS`: extremes, ordinary values, and one in ten NULL."""
    kinds = [type_.kind for type_ in INPUTS.values()]
    for _ in range(count):
        yield tuple(_value(chance, kind) for kind in kinds)


def _value(chance: random.Random, kind: Kind) -> Value:
    if chance.random() < MISSING:
        return None
    if kind == "integer" and chance.random() < ORDINARY:
        return chance.randint(-50, 100)
    if kind == "number" and chance.random() < ORDINARY:
        return round(chance.uniform(-1e5, 1e5), chance.randint(0, 4))
    if kind == "date" and chance.random() < ORDINARY:
        return date.fromordinal(chance.randint(719_163, 745_000))
    return chance.choice(EXTREMES[kind])
