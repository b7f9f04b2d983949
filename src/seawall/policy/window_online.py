"""Windows for one decision: what to store of an event, what to ask, what the answers mean.

Pure: it never reaches a store; the caller stands between, an `EventStore` in hand:

    features = Features({name: meaning(window, streams=streams) for name, window in ...})
    store.prepare(features.definitions)
    facts, found = read_events(rows, name="payment", stream=streams["payment"])
    store.add("payment", facts)
    asks = features.asks(application, at)
    values = features.values(asks, store.totals(asks))

`where` and `value` are computed once, when an event is stored, and not at every decision: a key
with thousands of events (a shop, an agent, an address of the net) then costs a decision no more
than adding up integers. The price is that a new definition is first run over what is stored.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Literal

from seawall.core.expression import types
from seawall.core.expression.language import Expression, parse
from seawall.core.expression.python import Body, python_function
from seawall.core.expression.tree import Name
from seawall.core.expression.types import INTEGER_LEAST, INTEGER_MOST, Kind, Value
from seawall.core.period import microseconds
from seawall.core.problem import Place, Problem
from seawall.policy import window_problems as problems
from seawall.policy.window import SCALE, VALUE_MOST, Ask, Fact, Meaning, Stream, Total

Observation = tuple[bytes, int | None, float | None, bytes | None]
"""The key's digest; the value in ten-thousandths, as a number, and as a digest: what is asked."""

Observer = Callable[[Mapping[str, object]], Observation | None]

_ID_MOST = 200


def read_events(
    rows: Iterable[Mapping[str, object]], *, name: str, stream: Stream
) -> tuple[list[Fact], tuple[Problem, ...]]:
    """Events as they can be stored.

    Args:
        rows: a value per column of the stream, of Python's own types.
        name: what problems call the rows.
        stream: what the rows are.

    Returns:
        The events; and problems with their rows. A row without id or time is left out; a value
        that is not of its column's type counts as missing.
    """
    readers = {column: _reader(column, kind) for column, kind in stream.columns.items()}
    facts: list[Fact] = []
    found: list[Problem] = []
    for number, row in enumerate(rows, 1):
        read = {column: reader(row.get(column)) for column, reader in readers.items()}
        strange = _strange(stream, row, read)
        kind = problems.EVENT_UNREADABLE
        for column in strange:
            fatal = column in (stream.id, stream.at)
            told: dict[str, object] = {"name": column, "found": repr(row.get(column))[:80]}
            kind = problems.EVENT_UNREADABLE if fatal else problems.EVENT_VALUE_UNREADABLE
            told["kind"] = stream.columns[column]
            found.append(Problem(kind, Place(name, row=number, column=column), told))
        if not {stream.id, stream.at} & set(strange):
            facts.append(_fact(stream, read))
    return facts, tuple(found)


def _strange(stream: Stream, row: Mapping[str, object], read: Mapping[str, Value]) -> list[str]:
    """The columns whose value cannot be used, or that must have one and do not."""
    names = [n for n, v in read.items() if v is None and row.get(n) is not None]
    names += [n for n in (stream.id, stream.at) if row.get(n) is None]
    told = read[stream.id]
    if isinstance(told, str) and not (0 < len(told) <= _ID_MOST and "\0" not in told):
        names.append(stream.id)
    return names


def _fact(stream: Stream, read: Mapping[str, Value]) -> Fact:
    at = read[stream.at]
    known = (read[stream.known_at] if stream.known_at else None) or at
    assert isinstance(at, datetime)  # noqa: S101 - the reader gives nothing else
    assert isinstance(known, datetime)  # noqa: S101 - the same
    content = {name: _plain(value) for name, value in read.items() if value is not None}
    return Fact(str(read[stream.id]), microseconds(at), microseconds(known), content)


def _plain(value: Value) -> object:
    return value.isoformat() if isinstance(value, date) else value


@lru_cache(maxsize=4_096)
def _reader(name: str, kind: Kind) -> Callable[[object], Value]:
    """How the language reads a column; compiled once, for a batch of decisions asks for each anew."""
    return python_function(_bare(name, kind))


def _bare(name: str, kind: Kind) -> Expression:
    return Expression(name, Name(name, kind, nullable=True), ((name, types.Type(kind)),))


Form = Literal["count", "number", "label"]


def _form(meaning: Meaning) -> Form:
    if meaning.value is None:
        return "count"
    return "label" if meaning.window.of == "distinct" else "number"


def definition(meaning: Meaning) -> str:
    """What must be observed of each event for a window: the same text for windows that share it.

    How far back a window reaches, and which of count and since_last or of sum, mean, min and max it
    asks, do not matter here.
    """
    used = {*meaning.window.by}
    for expression in (meaning.value, meaning.where):
        used |= set(expression.names if expression else ())
    columns = {name: kind for name, kind in meaning.stream.columns.items() if name in used}
    told = {
        "stream": meaning.window.events,
        "columns": columns,
        "by": meaning.window.by,
        "where": meaning.window.where,
        "value": meaning.window.value,
        "form": _form(meaning),
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """A definition's name: 128 bits of its SHA-256, in hexadecimal."""
    return sha256(text.encode("ascii")).hexdigest()[:32]


def observer(text: str) -> Observer:
    """The function that a definition is: what it observes of an event's stored content.

    Returns:
        A function from content to an observation; None where the event does not count, because a
        key is missing or `where` is not TRUE.
    """
    told = json.loads(text)
    columns: dict[str, Kind] = told["columns"]
    inputs = {name: types.TYPES[kind] for name, kind in columns.items()}
    where = parse(told["where"], inputs=inputs) if told["where"] else None
    value = parse(told["value"], inputs=inputs) if told["value"] else None
    parts = [*(_bare(name, columns[name]) for name in told["by"])]
    compute = _together(columns, [*parts, *([value] if value else [])], where)
    getters = tuple((name, _STORED.get(kind)) for name, kind in columns.items())
    form, keys = _FORMS[told["form"]], len(parts)

    def observe(content: Mapping[str, object]) -> Observation | None:
        given = [_stored(content.get(name), read) for name, read in getters]
        held = compute(*given)
        if held is None or None in held[:keys]:
            return None
        return (key_digest(held[:keys]), *form(held[-1]))

    return observe


def _together(
    columns: Mapping[str, Kind], parts: Sequence[Expression], where: Expression | None
) -> Callable[..., tuple[Value, ...] | None]:
    """One function over a record that gives all parts, or None where the filter is not TRUE."""
    body = Body()
    for name, kind in columns.items():
        body.take(name, types.TYPES[kind])
    if where is not None:
        body.line(f"if ({body.bind(where)}) is not True: return None")
    bound = [body.bind(part) for part in parts]
    return body.function(f"({', '.join(bound)},)")  # type: ignore[return-value]


def _stored(value: object, read: Callable[[str], Value] | None) -> object:
    return read(value) if read is not None and isinstance(value, str) else value


_STORED: dict[Kind, Callable[[str], Value]] = {
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
"""How JSON's texts become days and times again; everything else is as it was."""


def key_digest(values: Sequence[Value]) -> bytes:
    """A key as 16 bytes: 128 bits of BLAKE2b over its values, which are all there."""
    return _digested(*values)


@lru_cache(maxsize=65_536, typed=True)
def _digested(*values: Value) -> bytes:
    # The series of a stream mostly share their keys. Typed, for 1, 1.0 and TRUE are not one key.
    told = _written([_plain(value) for value in values])
    return blake2b(told.encode("ascii"), digest_size=16).digest()


_written = json.JSONEncoder(separators=(",", ":")).encode
"""`json.dumps` with these settings would build its encoder anew at every call."""


def ten_thousandths(value: Value) -> int | None:
    """A number as whole ten-thousandths, half away from zero; None where it cannot be added.

    >>> ten_thousandths(0.00005), ten_thousandths(-2.675), ten_thousandths(1e12)
    (1, -26750, None)
    """
    if not isinstance(value, int | float) or abs(value) > VALUE_MOST:
        return None
    scaled = float(value) * SCALE
    whole = math.trunc(scaled)
    # The difference of a double and its whole part is exact; adding 0.5 would not be.
    return whole if abs(scaled - whole) < 0.5 else whole + (1 if scaled > 0 else -1)  # noqa: PLR2004 - half


def _number(value: Value) -> tuple[int | None, float | None, None]:
    number = float(value) + 0.0 if isinstance(value, int | float) else None
    return ten_thousandths(value), number, None


def _label(value: Value) -> tuple[None, None, bytes | None]:
    one = value + 0.0 if isinstance(value, float) else value  # -0.0 is 0.0: there is one zero
    return None, None, None if one is None else key_digest((one,))


def _nothing(_value: Value) -> tuple[None, None, None]:
    return None, None, None


_FORMS = {"count": _nothing, "number": _number, "label": _label}


class Features:
    """The windows of a policy, ready to be asked for one decision after another.

    Args:
        windows: by the feature's name.

    Attributes:
        definitions: what a store must `prepare`, by digest.
    """

    def __init__(self, windows: Mapping[str, Meaning]) -> None:
        self._names = tuple(windows)
        self._members: dict[str, list[str]] = {}
        self.definitions: dict[str, str] = {}
        parts: dict[str, list[tuple[str, int]]] = {}
        keys: dict[tuple[tuple[str, Kind], ...], list[str]] = {}
        for name, each in windows.items():
            text = definition(each)
            series = digest(text)
            if series not in self.definitions:
                by = tuple((key, each.stream.columns[key]) for key in each.window.by)
                keys.setdefault(by, []).append(series)
            self.definitions[series] = text
            self._members.setdefault(series, []).append(name)
            parts.setdefault(series, []).append((each.window.of, each.window.microseconds))
        self._keys = tuple(
            (
                tuple((key, _reader(key, kind)) for key, kind in by),
                tuple((series, tuple(parts[series])) for series in group),
            )
            for by, group in keys.items()
        )

    def asks(self, application: Mapping[str, object], at: datetime | None) -> tuple[Ask, ...]:
        """What to ask a store; nothing where the time or a key is not known.

        Args:
            application: a value per key.
            at: when the decision is made, in UTC.
        """
        if at is None:
            return ()
        at_us = microseconds(at)
        asked: list[Ask] = []
        for readers, group in self._keys:
            key = [read(application.get(name)) for name, read in readers]
            if None not in key:
                digested = key_digest(key)
                asked += [Ask(series, digested, at_us, parts) for series, parts in group]
        return tuple(asked)

    def values(
        self, asks: Sequence[Ask], totals: Sequence[Sequence[Total]]
    ) -> dict[str, int | float | None]:
        """A value per feature, as the policy takes them; NULL for what was not asked."""
        found: dict[str, int | float | None] = dict.fromkeys(self._names)
        for ask, answers in zip(asks, totals, strict=True):
            names = self._members[ask.series]
            for name, (of, _), total in zip(names, ask.parts, answers, strict=True):
                found[name] = _finished(of, total, ask.at_us)
        return found


def _finished(of: str, total: Total, at_us: int) -> int | float | None:
    """A store's answer as the feature's value."""
    if isinstance(total, tuple):
        values, addable, added = total
        if addable != values or not INTEGER_LEAST <= added <= INTEGER_MOST:
            return None
        if of == "sum":
            return float(added) / float(SCALE)
        return float(added) / float(values * SCALE) if values else None
    if of == "since_last" and total is not None:
        return float((at_us - int(total)) // 1_000_000)
    return total
