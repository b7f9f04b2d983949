"""Plain YAML scalars as values: YAML 1.2's core schema, and calendar days and times.

PyYAML reads YAML 1.1, in which `010` is eight, `1:30` is ninety and `no` is false. Here such a text is
what the core schema says, or it is refused where two readers would silently disagree on a number.
Days (`2026-11-24`) and times (`2026-11-24 02:00:00`, UTC) are the only values beyond that schema:
packs hold dated law.
"""

import math
import re
from datetime import date, datetime

from seawall.core.text import Text

Value = str | int | float | bool | date | datetime | None

_WORDS: dict[str, Value] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LED_BY_ZERO = re.compile(r"[-+]?0[0-9]+")
_SPLIT = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
_DIGITS_MOST = 300


class UnableToReadScalar(ValueError):
    """A plain scalar that no pack can hold; `why` says it in both languages."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


def value(text: str) -> Value:
    """What a plain (unquoted) scalar means.

    Raises:
        UnableToReadScalar: a number that readers understand differently, that is not finite or too
            long; a day or time that no calendar has.

    >>> value("0.24"), value("no"), value("0o10"), value("1:30"), value("2026-11-24")
    (0.24, 'no', 8, '1:30', datetime.date(2026, 11, 24))
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _DAY.fullmatch(text) or _TIME.fullmatch(text):
        return _moment(text)
    _refuse_unclear(text)
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, base=0)
    return _finite(text) if _FLOAT.fullmatch(text) else text


def _refuse_unclear(text: str) -> None:
    if _LED_BY_ZERO.fullmatch(text):
        raise UnableToReadScalar(_OCTAL)
    if _SPLIT.fullmatch(text):
        raise UnableToReadScalar(_UNDERSCORES)
    if _NOT_FINITE.fullmatch(text):
        raise UnableToReadScalar(_INFINITE)
    if len(text) > _DIGITS_MOST and (_FLOAT.fullmatch(text) or _BASED.fullmatch(text)):
        raise UnableToReadScalar(_TOO_LONG)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise UnableToReadScalar(_INFINITE)
    return number


def _moment(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-24") else _time(text)
    except ValueError:
        raise UnableToReadScalar(_NO_DAY) from None


def _time(text: str) -> datetime:
    whole, _, fraction = text.partition(".")
    return datetime.fromisoformat(whole).replace(microsecond=int(fraction.ljust(6, "0")))


_OCTAL = Text(
    en="some readers take a number led by 0 for octal, others for decimal",
    zh="以 0 开头的数字，有的解析器按八进制读，有的按十进制读",
)
_UNDERSCORES = Text(
    en="some readers take digits with underscores for a number, others for a text",
    zh="带下划线的数字，有的解析器当作数值，有的当作文本",
)
_INFINITE = Text(en="a pack holds finite numbers only", zh="声明包只接受有限数值")
_TOO_LONG = Text(
    en=f"a number has {_DIGITS_MOST} characters at most", zh=f"数值最多 {_DIGITS_MOST} 个字符"
)
_NO_DAY = Text(en="no calendar has this day or time", zh="不存在这一日期或时间")
