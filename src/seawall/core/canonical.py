"""JSON with one spelling: the JSON Canonicalization Scheme, RFC 8785."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from seawall.core.problem import Unable
from seawall.core.text import Text

INTEGER_MOST = 2**53 - 1
"""Beyond it an integer changes when a reader takes it for a double (RFC 7493, 2.2)."""
_PLAIN_MOST = 21
_PLAIN_LEAST = -6
_ALIKE_LEAST, _ALIKE_MOST = 1e-4, 1e16
"""Between them Python writes a double's digits as ECMAScript does, but for `.0`; which is faster."""
_DEEPEST = 100


def canonical(value: object) -> bytes:
    """A value's only spelling, in UTF-8.

    Args:
        value: mappings with text keys, lists, tuples, texts, truth values, None, floats, and
            integers up to `INTEGER_MOST`. Money, dates and larger integers are written as texts.

    Raises:
        UnableToSpell: JSON has no one spelling for something in it.

    >>> canonical({"b": 1e21, "a": [True, None]})
    b'{"a":[true,null],"b":1e+21}'
    """
    try:
        return _spelled(value, 0).encode()
    except UnicodeEncodeError:
        raise UnableToSpell(Text(en="a half of a surrogate pair", zh="半个代理对")) from None


def _spelled(value: object, depth: int) -> str:
    """A value's spelling; the commonest types first, since every decision is spelt value by value."""
    spell = _SPELT.get(type(value))
    if spell is not None:
        return spell(value)
    if isinstance(value, dict | Mapping):  # a `dict` is known without asking the abstract class
        return _mapping(value, depth)
    if isinstance(value, list | tuple):
        _not_too_deep(depth)
        return f"[{','.join([_spelled(each, depth + 1) for each in value])}]"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _number(value)
    raise UnableToSpell(
        Text(en="a {kind}", zh=" {kind} 类型的值").filled(kind=type(value).__name__)
    )


def _mapping(value: Mapping[Any, object], depth: int) -> str:
    """A mapping's spelling; simple values are spelt in place, which is most of them."""
    _not_too_deep(depth)
    inner = []
    for key, before in _keys(tuple(value)):
        each = value[key]
        spell = _SPELT.get(type(each))
        inner.append(before + (_spelled(each, depth + 1) if spell is None else spell(each)))
    return f"{{{','.join(inner)}}}"


def _not_too_deep(depth: int) -> None:
    if depth > _DEEPEST:
        raise UnableToSpell(
            Text(
                en="something nested more than 100 deep, or in itself",
                zh="嵌套超过 100 层或自我嵌套的内容",
            )
        )


@lru_cache(maxsize=1_024)
def _keys(names: tuple[object, ...]) -> tuple[tuple[str, str], ...]:
    """The keys by their UTF-16 code units, which is not the order of code points; each with its spelling.

    Entries of one kind have the same names in the same order, again and again.
    """
    keys = [key for key in names if isinstance(key, str)]
    if len(keys) != len(names):
        raise UnableToSpell(Text(en="a key that is no text", zh="非文本的键"))
    # Of ASCII texts, which keys mostly are, both orders are one.
    ordered = sorted(keys) if "".join(keys).isascii() else sorted(keys, key=_code_units)
    return tuple((key, f"{encode_basestring(key)}:") for key in ordered)


def _code_units(text: str) -> bytes:
    return text.encode("utf-16-be")


def _integer(value: int) -> str:
    if abs(value) > INTEGER_MOST:
        raise UnableToSpell(Text(en="an integer beyond 2^53 - 1", zh="超过 2^53 - 1 的整数"))
    return str(int(value))


def _number(value: float) -> str:
    """As ECMAScript writes it (ECMA-262, Number::toString): the shortest digits, placed its way."""
    if not math.isfinite(value):
        raise UnableToSpell(Text(en="a number that is not finite", zh="非有限的数"))
    if value == 0:
        return "0"
    if _ALIKE_LEAST <= abs(value) < _ALIKE_MOST:
        return str(int(value)) if value.is_integer() else repr(value)
    sign, placed, exponent = Decimal(repr(value)).as_tuple()
    point = len(placed) + int(exponent)
    digits = "".join(map(str, placed)).rstrip("0")
    return "-" * sign + _placed(digits, point)


_WORDS: dict[object, str] = {None: "null", True: "true", False: "false"}
_SPELT: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    float: _number,
    int: _integer,
    bool: _WORDS.__getitem__,
    type(None): _WORDS.__getitem__,
}


def _placed(digits: str, point: int) -> str:
    """Digits with the decimal point after the first `point` of them."""
    if len(digits) <= point <= _PLAIN_MOST:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _PLAIN_MOST:
        return f"{digits[:point]}.{digits[point:]}"
    if _PLAIN_LEAST < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" * (len(digits) > 1)
    return f"{digits[0]}{fraction}e{point - 1:+d}"


class UnableToSpell(Unable, ValueError):
    """A value has no one spelling in JSON."""

    def __init__(self, what: Text) -> None:
        super().__init__(
            Text(
                en="canonical JSON has no place for {what}; write money, dates and long numbers as texts",
                zh="规范 JSON 不能表示{what}；金额、日期和长数字请写成文本",
            ),
            what=what,
        )
