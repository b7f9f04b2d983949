"""The six kinds of value an expression speaks of, and the ranges both engines can hold.

Money is not a seventh kind. A `DECIMAL(18,2)` column is read as a number (an IEEE 754 double):
every amount below 2^53 cents (90 071 992 547 409.92) becomes the double nearest to it, in both
engines the same one, so `amount >= 1000.10` means what it says. What a double cannot do is add
0.1 and 0.2 to exactly 0.3; `ROUND(a + b, 2)` gives the double nearest to the amount, and compares
exactly with amounts.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

DeclaredKind = Literal["boolean", "integer", "number", "text", "date", "timestamp"]
"""What an input or a column can be declared as."""

Kind = Literal[DeclaredKind, "null"]
Value = bool | int | float | str | date | datetime | None

INTEGER_LEAST = -(2**63)
INTEGER_MOST = 2**63 - 1
NUMBER_MOST = 1.7976931348623157e308
DATE_LEAST = date(1, 1, 1)
DATE_MOST = date(9999, 12, 31)


@dataclass(frozen=True)
class Type:
    """A kind of value, and whether it may be NULL.

    A type without NULL is a promise about an input: the caller has seen to it that the value is
    there. Where the promise is broken, the whole expression is NULL, in both compilations.

    Attributes:
        kind: the kind; "null" only for a bare NULL, which takes its kind from its surroundings.
        nullable: whether NULL is among the values.

    >>> INTEGER.required
    Type(kind='integer', nullable=False)
    """

    kind: Kind
    nullable: bool = True

    @property
    def required(self) -> "Type":
        """The same kind without NULL."""
        return replace(self, nullable=False)

    def __str__(self) -> str:
        """The kind's name."""
        return self.kind


BOOLEAN = Type("boolean")
INTEGER = Type("integer")
NUMBER = Type("number")
TEXT = Type("text")
DATE = Type("date")
TIMESTAMP = Type("timestamp")

TYPES: dict[str, Type] = {
    type_.kind: type_ for type_ in (BOOLEAN, INTEGER, NUMBER, TEXT, DATE, TIMESTAMP)
}

KINDS: tuple[Kind, ...] = ("null", *(type_.kind for type_ in TYPES.values()))

WIDER: dict[tuple[Kind, Kind], Kind] = {
    ("integer", "number"): "number",
    ("date", "timestamp"): "timestamp",
}
"""The only conversions that happen unasked: an integer is a number, a date is its midnight."""


def fits(given: Kind, wanted: Kind) -> bool:
    """Whether a value of one kind may stand where another is wanted."""
    return given in (wanted, "null") or WIDER.get((given, wanted)) == wanted


def common(kinds: tuple[Kind, ...]) -> Kind | None:
    """The one kind that all of these can be read as; None where there is none.

    >>> common(("integer", "null", "number"))
    'number'
    """
    return next((kind for kind in KINDS if all(fits(given, kind) for given in kinds)), None)
