"""Applications as text (JSON, CSV): read into the kinds of value a policy asks for."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from seawall.core.expression import functions
from seawall.core.expression.types import INTEGER_LEAST, INTEGER_MOST, Kind, Value
from seawall.policy.program import Program

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def read(
    program: Program, given: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """An application as a policy can take it.

    Args:
        program: the policy.
        given: a value per name; texts are read by the declared kind (dates and times as in ISO
            8601, times with a zone as UTC), an empty text is missing.

    Returns:
        the values by name; and those that could not be read, which are then missing.
    """
    known: dict[str, object] = {}
    strange: dict[str, object] = {}
    for name in program.asked:
        value = given.get(name)
        if value is None or value == "":
            continue
        found = typed(value, program.types[name].kind)
        if found is None:
            strange[name] = value
        else:
            known[name] = found
    return known, strange


def typed(value: object, kind: Kind) -> Value:
    """A value as its kind: texts are read, whole numbers become integers; None where it cannot be."""
    if isinstance(value, str) and kind != "text":
        return _from_text(value.strip(), kind)
    if kind == "integer" and isinstance(value, float | Decimal):
        value = int(value) if math.isfinite(value) and value == int(value) else None
    return _READ[kind](value)


_READ: dict[Kind, Callable[[object], Value]] = {
    "boolean": functions.read_boolean, "integer": functions.read_integer,
    "number": functions.read_number, "text": functions.read_text, "date": functions.read_date,
    "timestamp": functions.read_timestamp,
}  # fmt: skip


def outside(program: Program, known: Mapping[str, object]) -> dict[str, object]:
    """The inputs that are there but outside the declared limits, which then count as missing."""
    found = {}
    for name, asked in program.inputs.items():
        value = known.get(name)
        low = asked.least is not None and isinstance(value, int | float) and value < asked.least
        high = asked.most is not None and isinstance(value, int | float) and value > asked.most
        strange = asked.among is not None and value is not None and value not in asked.among
        if low or high or strange:
            found[name] = value
    return found


def _from_text(text: str, kind: Kind) -> Value:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower())
    if kind in ("integer", "number"):
        return _number(text, kind)
    try:
        return date.fromisoformat(text) if kind == "date" else _moment(text)
    except ValueError:
        return None


def _number(text: str, kind: Kind) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if kind == "number":
        return functions.read_number(number)
    if re.fullmatch(r"[+-]?[0-9]{1,19}", text):
        whole = int(text)
        return whole if INTEGER_LEAST <= whole <= INTEGER_MOST else None
    return int(number) if number.is_integer() and abs(number) < 2**53 else None


def _moment(text: str) -> datetime | None:
    return functions.read_timestamp(datetime.fromisoformat(text))
