"""What generated Python calls: small total functions over one value, none of which ever raises.

The SQL beside each stands in the operator table. Every function here uses only operations that
IEEE 754 defines to the last bit, except the four transcendental ones, which are cut to 41 bits.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from seawall.core.expression.types import DATE_MOST, INTEGER_LEAST, INTEGER_MOST, NUMBER_MOST

WHOLE_FROM = 2.0**52
"""From here on every double is a whole number."""

SPLIT = 4097.0
"""2^12 + 1: x * SPLIT - (x * SPLIT - x) is x rounded to 53 - 12 = 41 bits (Veltkamp 1968)."""

SPACE = " *"
YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
DAY = YEAR + "-[0-9]{2}-[0-9]{2}"
INTEGER_TEXT = SPACE + "[+-]?[0-9]{1,19}" + SPACE
NUMBER_TEXT = SPACE + r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?" + SPACE
DATE_TEXT = SPACE + DAY + SPACE
TIMESTAMP_TEXT = SPACE + DAY + "[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]" + SPACE

_integer_text = re.compile(INTEGER_TEXT).fullmatch
_number_text = re.compile(NUMBER_TEXT).fullmatch
_date_text = re.compile(DATE_TEXT).fullmatch
_timestamp_text = re.compile(TIMESTAMP_TEXT).fullmatch

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOWER = "abcdefghijklmnopqrstuvwxyz"
_to_lower = str.maketrans(UPPER, LOWER)
_to_upper = str.maketrans(LOWER, UPPER)
_day_most = DATE_MOST.toordinal()


def read_boolean(given: object) -> bool | None:
    """An input declared boolean."""
    return given if given is True or given is False else None


def read_integer(given: object) -> int | None:
    """An input declared integer; what does not fit into 64 bits reads as NULL."""
    return given if type(given) is int and INTEGER_LEAST <= given <= INTEGER_MOST else None


def read_number(given: object) -> float | None:
    """An input declared number: float, int or Decimal; NaN and infinities read as NULL.

    >>> read_number(Decimal("1000.10"))
    1000.1
    """
    if type(given) is float:
        return given if -NUMBER_MOST <= given <= NUMBER_MOST else None
    if type(given) is int or (isinstance(given, Decimal) and given.is_finite()):
        try:
            return read_number(float(given))
        except OverflowError:
            return None
    return None


def read_text(given: object) -> str | None:
    """An input declared text; half a surrogate pair is no text, in UTF-8 neither."""
    if type(given) is not str:
        return None
    if given.isascii():
        return given
    try:
        given.encode()
    except UnicodeEncodeError:
        return None
    return given


def read_date(given: object) -> date | None:
    """An input declared date; a time reads as its day in UTC."""
    if isinstance(given, datetime):
        moment = read_timestamp(given)
        return moment.date() if moment else None
    return given if isinstance(given, date) else None


def read_timestamp(given: object) -> datetime | None:
    """An input declared timestamp: UTC, without an offset; a date reads as its midnight."""
    if isinstance(given, datetime):
        if given.tzinfo is None:
            return given
        try:
            return given.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            return None
    return datetime.combine(given, time()) if isinstance(given, date) else None


def remainder_integer(left: int, right: int) -> int:
    """What is left of a division cut towards zero: the sign is the dividend's.

    >>> remainder_integer(-7, 3)
    -1
    """
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def sign(given: float) -> int:
    """-1, 0 or 1."""
    return (given > 0) - (given < 0)


def floor(given: float) -> float:
    """The greatest whole number not above; what is not finite stays as it is."""
    return float(math.floor(given)) if abs(given) < WHOLE_FROM else given


def ceiling(given: float) -> float:
    """The least whole number not below; what is not finite stays as it is."""
    return float(math.ceil(given)) if abs(given) < WHOLE_FROM else given


def rounded(given: float, digits: int) -> float:
    """Half away from zero, of the number as it is written in decimals.

    The double nearest to 2.675 lies below it; still the answer is 2.68, since the tie is compared
    as the double nearest to it. Exact while the scaled number stays below 2^52.

    >>> rounded(2.675, 2), rounded(0.285, 2), rounded(-0.5, 0), rounded(1250.0, -2)
    (2.68, 0.29, -1.0, 1300.0)
    """
    size = abs(given)
    scale = 10.0 ** abs(digits)
    whole = size * scale if digits >= 0 else size / scale
    if not whole < WHOLE_FROM:
        return given
    whole = float(math.floor(whole))
    tie = (whole + 0.5) / scale if digits >= 0 else (whole + 0.5) * scale
    if size >= tie:
        whole += 1.0
    answer = whole / scale if digits >= 0 else whole * scale
    return math.copysign(answer, given)


def cut(answer: float) -> float:
    """Forty-one bits of an answer, so that the last bits of a library never decide."""
    wide = answer * SPLIT
    return wide - (wide - answer)


def transcendental(function: Callable[..., float]) -> Callable[..., float]:
    """A function of the C library that answers NaN instead of raising, cut to 41 bits."""

    def total(*given: float) -> float:
        try:
            return cut(function(*given))
        except (ValueError, OverflowError):
            return math.nan

    return total


logarithm = transcendental(math.log)
logarithm_10 = transcendental(math.log10)
exponential = transcendental(math.exp)
power = transcendental(math.pow)


def square_root(given: float) -> float:
    """IEEE 754's square root: exact to the last bit; NaN below zero."""
    return math.sqrt(given) if given >= 0.0 else math.nan


def lower(given: str) -> str:
    """A to Z become a to z; nothing else changes."""
    return given.translate(_to_lower)


def upper(given: str) -> str:
    """The letters a to z become A to Z; nothing else changes."""
    return given.translate(_to_upper)


def add_days(start: date, days: int) -> date | None:
    """The day so many days later; NULL outside the years 1 to 9999."""
    day = start.toordinal() + days
    return date.fromordinal(day) if 1 <= day <= _day_most else None


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another: the day of the month must have been reached.

    >>> months_between(date(2024, 1, 31), date(2024, 2, 29))
    0
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def years_between(start: date, end: date) -> int:
    """Whole years from one day to another, as age is counted.

    >>> years_between(date(2004, 2, 29), date(2022, 2, 28))
    17
    """
    years = end.year - start.year
    if end.month > start.month:
        return years
    return years - (end.month < start.month or end.day < start.day)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from one time to another, rounded down."""
    return (end - start) // timedelta(seconds=1)


def integer_of_number(given: float) -> int | None:
    """A whole number of 64 bits; anything else is NULL."""
    return int(given) if given == floor(given) and -(2.0**63) <= given < 2.0**63 else None


def integer_of_text(given: str) -> int | None:
    """Decimal digits with at most a sign and spaces around."""
    return read_integer(int(given)) if _integer_text(given) else None


def number_of_text(given: str) -> float | None:
    """A decimal number, also with an exponent."""
    return read_number(float(given)) if _number_text(given) else None


def boolean_of_text(given: str) -> bool | None:
    """The words true and false, in any case."""
    return {"true": True, "false": False}.get(lower(given.strip(" ")))


def date_of_text(given: str) -> date | None:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(given.strip(" ")) if _date_text(given) else None
    except ValueError:
        return None


def timestamp_of_text(given: str) -> datetime | None:
    """A time as YYYY-MM-DD HH:MM:SS."""
    try:
        return datetime.fromisoformat(given.strip(" ")) if _timestamp_text(given) else None
    except ValueError:
        return None


def midnight(given: date) -> datetime:
    """A day as the time it begins."""
    return datetime(given.year, given.month, given.day)  # noqa: DTZ001 - times here are UTC by contract


CALLABLE: dict[str, Callable[..., object]] = {
    function.__name__: function
    for function in (
        *(read_boolean, read_integer, read_number, read_text, read_date, read_timestamp),
        *(remainder_integer, sign, floor, ceiling, rounded, square_root, lower, upper),
        *(add_days, months_between, years_between, seconds_between, midnight),
        *(integer_of_number, integer_of_text, number_of_text, boolean_of_text),
        *(date_of_text, timestamp_of_text),
    )
} | {
    "logarithm": logarithm,
    "logarithm_10": logarithm_10,
    "exponential": exponential,
    "power": power,
    "remainder_number": math.fmod,
    "float": float,
    "str": str,
    "abs": abs,
    "len": len,
    "min": min,
    "max": max,
    "type": type,
    "int": int,
    "date": date,
    "datetime": datetime,
    "KeyError": KeyError,
    "ZeroDivisionError": ZeroDivisionError,
}
"""Every name that generated Python may call; nothing else is in its reach."""
