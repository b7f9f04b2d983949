"""Windows a second time: one decision after another in plain Python, straight from the definition.

Nothing of `seawall.policy.window*` runs here but the declarations; numbers are exact fractions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from seawall.core.expression import language
from seawall.core.expression.python import python_function
from seawall.core.expression.types import Value
from seawall.core.text import Text
from seawall.policy.window import Meaning, Stream, Window, meaning

Row = Mapping[str, Any]
STREAM = Stream(
    title=Text(en="Payment", zh="还款"),
    columns={
        "payment_id": "text", "customer": "text", "device": "integer", "amount": "number",
        "points": "integer", "medium": "text", "ok": "boolean", "paid_at": "timestamp",
        "known_at": "timestamp", "due_on": "date",
    },
    id="payment_id",
    at="paid_at",
    known_at="known_at",
)  # fmt: skip
PROMPT = STREAM.model_copy(update={"known_at": None})


@dataclass(frozen=True)
class Asked:
    """A decision: when, and its keys."""

    id: int
    at: datetime | None
    keys: Row


def window(of: str, over: str = "2 hours", **more: object) -> Window:
    """A window over `payment`."""
    told = {"title": Text(en=of, zh=of), "of": of, "events": "payment", "by": ("customer",)}
    return Window.model_validate({**told, "over": over, **more})


def meanings(windows: Mapping[str, Window], stream: Stream) -> dict[str, Meaning]:
    """The windows, read."""
    streams = {"payment": stream}
    return {name: meaning(each, streams=streams) for name, each in windows.items()}


def answers(
    windows: Mapping[str, Window], stream: Stream, events: Iterable[Row], asked: Iterable[Asked]
) -> list[dict[str, Any]]:
    """A row per decision: every feature."""
    told = list(_once(stream, events))
    return [
        {name: _answer(each, stream, told, one) for name, each in windows.items()} for one in asked
    ]


def _once(stream: Stream, events: Iterable[Row]) -> Iterable[Row]:
    first: dict[object, Row] = {}
    for row in events:
        if row[stream.id] is None or row[stream.at] is None:
            continue
        kept = first.get(row[stream.id])
        if kept is None or _known(stream, row) < _known(stream, kept):
            first[row[stream.id]] = row
    return first.values()


def _known(stream: Stream, row: Row) -> datetime:
    told: datetime = (row[stream.known_at] if stream.known_at else None) or row[stream.at]
    return told


def _answer(window: Window, stream: Stream, events: Sequence[Row], one: Asked) -> object:
    if one.at is None or any(one.keys[name] is None for name in window.by):
        return None
    back = timedelta(microseconds=window.microseconds)
    rows = [
        row for row in events
        if all(row[name] == one.keys[name] for name in window.by)
        and one.at - back <= row[stream.at] < one.at
        and _known(stream, row) < one.at
        and (window.where is None or _value(window.where, stream, row) is True)
    ]  # fmt: skip
    if window.of == "count":
        return len(rows)
    if window.of == "since_last":
        latest = max((row[stream.at] for row in rows), default=None)
        return None if latest is None else float((one.at - latest) // timedelta(seconds=1))
    assert window.value is not None
    values = [v for row in rows if (v := _value(window.value, stream, row)) is not None]
    return _joined(window.of, values)


def _joined(of: str, values: Sequence[Any]) -> object:
    if of == "distinct":
        return len(set(values))
    if of in ("min", "max"):
        found = (min if of == "min" else max)(values, default=None)
        return None if found is None else float(found)
    if any(abs(value) > 10**11 for value in values):
        return None
    if of == "mean" and not values:
        return None
    # A double times ten thousand is rounded to a double first, as both engines do.
    whole = sum(int(Decimal(float(v) * 10_000).quantize(Decimal(1), ROUND_HALF_UP)) for v in values)
    if not -(2**63) <= whole < 2**63:
        return None
    share = Fraction(whole, 10_000 * (len(values) if of == "mean" else 1))
    return float(share) if abs(whole) < 2**53 else whole / 10_000


def _value(text: str, stream: Stream, row: Row) -> Value:
    expression = language.parse(text, inputs=stream.types)
    return python_function(expression)(*(row[name] for name in expression.names))
