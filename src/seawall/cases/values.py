"""The values of a case's fields: as they are given, as events hold them, as expressions see them."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from seawall.cases.case import Value, written
from seawall.cases.kind import TEXT_MOST, Field, FieldType
from seawall.core.canonical import INTEGER_MOST
from seawall.core.expression import types
from seawall.core.text import Text

MONEY_MOST = Decimal(10) ** 16
"""Amounts are DECIMAL(18, 2), as in the book."""
TYPES: dict[FieldType, types.Type] = {
    "text": types.TEXT,
    "integer": types.INTEGER,
    "number": types.NUMBER,
    "money": types.NUMBER,
    "date": types.DATE,
    "time": types.TIMESTAMP,
    "boolean": types.BOOLEAN,
    "token": types.TEXT,
    "choice": types.TEXT,
}
"""What expressions take each type of field for; times are UTC's."""
Read = TypeVar("Read", date, datetime)
_TOKEN = re.compile(r"[a-z]{1,20}_[A-Za-z0-9_-]{1,100}")


class UnableToRead(ValueError):
    """A value is not of its field's type, or beyond its limits."""


def read(value: object, field: Field) -> Value:
    """A given value as events hold it; None takes a value away.

    Raises:
        UnableToRead: it is not of the type, or beyond the limits.
    """
    if value is None:
        return None
    return _READERS[field.type](value, field)


def fits(value: object, field: Field) -> bool:
    """Whether a value can be read as a field's."""
    try:
        read(value, field)
    except UnableToRead:
        return False
    return True


def wanted(field: Field) -> Text:
    """What would be a value of a field, in words."""
    if field.among is not None:
        listed = ", ".join(field.among)
        return Text(en=f"one of: {listed}", zh=f"以下之一：{listed}")
    least = f" ≥ {field.least:g}" if field.least is not None else ""
    most = f" ≤ {field.most:g}" if field.most is not None else ""
    return _WANTED[field.type].filled(limits=least + most)


_WANTED = {
    "text": Text(en="a text that is not blank (characters{limits})", zh="非空文本（字符数{limits}）"),
    "integer": Text(en="a whole number{limits}", zh="整数{limits}"),
    "number": Text(en="a number{limits}", zh="数字{limits}"),
    "money": Text(en="an amount with at most 2 decimals{limits}", zh="最多两位小数的金额{limits}"),
    "date": Text(en="a day, such as 2026-03-01", zh="日期，例如 2026-03-01"),
    "time": Text(en="a time with its offset, such as 2026-03-01T08:30:00Z",
                 zh="带时区的时间，例如 2026-03-01T08:30:00Z"),
    "boolean": Text(en="true or false", zh="true 或 false"),
    "token": Text(en="a token of the vault, such as person_7Q…", zh="保险库令牌，例如 person_7Q…"),
    "choice": Text(en="one of the choices", zh="所列选项之一"),
}  # fmt: skip


def seen(value: Value, field: Field) -> types.Value:
    """A held value as expressions see it."""
    if isinstance(value, str):
        if field.type == "money":
            return float(value)
        if field.type == "date":
            return date.fromisoformat(value)
        if field.type == "time":
            return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    return value


def _text(value: object, field: Field) -> str:
    most = TEXT_MOST if field.most is None else field.most
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise UnableToRead
    return _spelled(value)


def _spelled(text: str) -> str:
    """A text that UTF-8 and every database can hold: PostgreSQL has no place for U+0000."""
    if "\0" in text:
        raise UnableToRead
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnableToRead from None
    return text


def _integer(value: object, field: Field) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INTEGER_MOST:
        raise UnableToRead
    _within(value, field)
    return value


def _number(value: object, field: Field) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnableToRead
    _within(value, field)
    return float(value)


def _money(value: object, field: Field) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnableToRead
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise UnableToRead from None
    if not amount.is_finite() or abs(amount) >= MONEY_MOST or amount != round(amount, 2):
        raise UnableToRead
    _within(amount, field)
    return str(round(amount, 2) + 0)


def _within(value: float | Decimal, field: Field) -> None:
    """Limits are compared exactly: what a declaration writes as 0.1 is a tenth."""
    exact = Decimal(str(value))
    if field.least is not None and exact < Decimal(str(field.least)):
        raise UnableToRead
    if field.most is not None and exact > Decimal(str(field.most)):
        raise UnableToRead


def _date(value: object, _: Field) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise UnableToRead
    return _iso(date.fromisoformat, value).isoformat()


def _time(value: object, _: Field) -> str:
    at = _iso(datetime.fromisoformat, value) if isinstance(value, str) else value
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise UnableToRead
    try:
        return written(at)
    except OverflowError:
        raise UnableToRead from None


def _iso(reads: Callable[[str], Read], text: str) -> Read:
    try:
        return reads(text)
    except ValueError:
        raise UnableToRead from None


def _boolean(value: object, _: Field) -> bool:
    if not isinstance(value, bool):
        raise UnableToRead
    return value


def _token(value: object, _: Field) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise UnableToRead
    return value


def _choice(value: object, field: Field) -> str:
    if not isinstance(value, str) or value not in (field.among or {}):
        raise UnableToRead
    return value


_READERS: dict[FieldType, Callable[[object, Field], Value]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "money": _money,
    "date": _date,
    "time": _time,
    "boolean": _boolean,
    "token": _token,
    "choice": _choice,
}
