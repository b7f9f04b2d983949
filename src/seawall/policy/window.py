"""Windows: counts and sums over what happened before a decision.

A *stream* is a relation of events: what happened, to whom, when, and when the lender came to know
it. A *window* counts, sums, … the events of a stream that share their keys with the decision.

An event counts for a decision at time t, over a duration w, where

    t - w <= at < t    and    known_at < t    and    `where` is TRUE.

- The window is half-open: an event at exactly t - w counts, an event at the very moment of the
  decision never does. So a decision never counts its own application.
- What was not yet known does not count, in history neither: a decision replayed next year sees
  what it saw then. Corrections are events of their own.
- An event is counted once, however often it is told: of events with one id the first known counts.
- A decision whose key is NULL, or whose time is, gets NULL: unknown, not none. Events with a NULL
  key, id or time never count.
- Empty windows: `count`, `distinct` and `sum` give 0 (a known nothing); `mean`, `min`, `max` and
  `since_last` give NULL, for there is nothing they could speak of. NULL values are passed over,
  as in SQL.
- `sum` and `mean` add whole ten-thousandths, as integers: each value is rounded to 4 decimals, half
  away from zero, before it is added. So they are exact, and the same in whatever order they are
  added. A value beyond ±100 000 000 000 in the window, or a sum beyond ±922 337 203 685 477.58,
  gives NULL. `min` and `max` are of the values as they are; integers become numbers.
- `since_last` is the time since the latest event, in whole seconds, rounded down.

`window_online` answers this for one decision from an `EventStore`, `window_history` for a relation
of decisions by SQL. Both give identical answers.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from seawall.core.expression import language, types
from seawall.core.expression.language import Expression
from seawall.core.expression.types import DeclaredKind, Type
from seawall.core.problem import Kind, Place, Problem, UnableToUseInput, refusal
from seawall.core.text import Text
from seawall.policy import window_problems as problems

CONFIG = ConfigDict(frozen=True, extra="forbid")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""What parts of a policy, and the columns of its streams, are called."""
Of = Literal["count", "sum", "mean", "min", "max", "distinct", "since_last"]

SCALE = 10_000
"""Sums are of whole ten-thousandths."""

VALUE_MOST = 100_000_000_000
"""The largest value that can be added: up to here a double still holds every ten-thousandth."""

KEY_KINDS = ("text", "integer", "date", "boolean")
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_OVER = re.compile(r"([1-9][0-9]{0,8}) (second|minute|hour|day|week)s?")
SECONDS_MOST = 3_653 * 86_400
"""Ten years."""


def seconds(over: str) -> int:
    """How long a duration is.

    Args:
        over: a count and a unit, such as "90 seconds", "10 minutes", "24 hours", "30 days", "2
            weeks". Months and years have no one length; a day is 24 hours.

    Raises:
        ValueError: it is written otherwise, or longer than ten years.

    >>> seconds("30 days")
    2592000
    """
    told = _OVER.fullmatch(over)
    if told is None:
        msg = "write a count and a unit, such as 10 minutes, 24 hours, 30 days or 2 weeks"
        raise ValueError(msg)
    length = int(told[1]) * _UNITS[told[2]]
    if length > SECONDS_MOST:
        msg = "a window reaches back at most ten years (3653 days)"
        raise ValueError(msg)
    return length


class Stream(BaseModel):
    """A relation of events.

    Attributes:
        columns: every column an expression or a key may use, with its type.
        id: the column that tells events apart, a text or an integer.
        at: the column that says when it happened, a timestamp (UTC). A day is not enough: nobody
            could say what of that day a decision at noon may see.
        known_at: the column that says when the lender came to know it; where it is not declared, or
            NULL, that is when it happened.
    """

    model_config = CONFIG

    title: Text
    columns: dict[Name, DeclaredKind]
    id: Name
    at: Name
    known_at: Name | None = None

    @model_validator(mode="after")
    def _has_its_own(self) -> "Stream":
        wanted = [("id", self.id, ("text", "integer")), ("at", self.at, ("timestamp",))]
        if self.known_at is not None:
            wanted.append(("known_at", self.known_at, ("timestamp",)))
        for role, name, kinds in wanted:
            if self.columns.get(name) not in kinds:
                msg = f"`{role}` must name a column of type {' or '.join(kinds)}"
                raise ValueError(msg)
        return self

    @property
    def types(self) -> dict[str, Type]:
        """The columns as an expression's inputs; any of them may be NULL."""
        return {name: types.TYPES[kind] for name, kind in self.columns.items()}


class Window(BaseModel):
    """A feature of the past: `of` the `value` of `events` that share the keys `by`.

    Attributes:
        of: what is asked: `count`, `sum`, `mean`, `min`, `max`, the number of `distinct` values, or
            the seconds `since_last` event.
        events: the name of a stream.
        by: key columns; they have the same names and types in the stream and in the decision.
        over: how far back, such as "30 days"; see `seconds`.
        value: an expression over the stream's columns; for all but `count` and `since_last`.
        where: a boolean expression over the stream's columns; only TRUE counts.

    >>> Window(title=Text(en="Spent in a day", zh="日消费"), of="sum", events="transaction",
    ...        by=("customer",), over="24 hours", value="amount").microseconds
    86400000000
    """

    model_config = CONFIG

    title: Text
    of: Of
    events: Name
    by: tuple[Name, ...] = Field(min_length=1, max_length=8)
    over: str
    value: str | None = Field(default=None, min_length=1)
    where: str | None = Field(default=None, min_length=1)

    @field_validator("over")
    @classmethod
    def _has_length(cls, over: str) -> str:
        seconds(over)
        return over

    @model_validator(mode="after")
    def _fits(self) -> "Window":
        if (self.value is None) != (self.of in ("count", "since_last")):
            need = "needs no" if self.value else "needs a"
            msg = f"`{self.of}` {need} `value`"
            raise ValueError(msg)
        if len(set(self.by)) != len(self.by):
            msg = "a key stands twice in `by`"
            raise ValueError(msg)
        return self

    @property
    def microseconds(self) -> int:
        """How far back it reaches."""
        return seconds(self.over) * 1_000_000

    @property
    def type(self) -> Type:
        """Of its answers: counts are integers, all else numbers; NULL where a key is unknown."""
        return types.INTEGER if self.of in ("count", "distinct") else types.NUMBER


@dataclass(frozen=True)
class Meaning:
    """A window that was read and checked, with the stream it is over."""

    window: Window
    stream: Stream
    value: Expression | None
    where: Expression | None


def _nowhere(*_path: int | str) -> Place:
    return language.NOWHERE


def meaning(
    window: Window,
    *,
    streams: Mapping[str, Stream],
    inputs: Mapping[str, Type] | None = None,
    place: Callable[..., Place] = _nowhere,
) -> Meaning:
    """Read a window.

    Args:
        window: as it was declared.
        streams: by name.
        inputs: the decision's inputs, to check the keys against; unchecked where None.
        place: where a part of the window stands (`by`, `where`, …), for problems.

    Raises:
        UnableToUseInput: carries every problem found.
    """
    stream = streams.get(window.events)
    if stream is None:
        known = ", ".join(streams)
        raise refusal(problems.STREAM_UNKNOWN, place("events"), name=window.events, known=known)
    found = list(_keys(window, stream, inputs, place("by")))
    value = _expression(window.value, stream, place("value"), found)
    where = _expression(window.where, stream, place("where"), found)
    if where is not None and where.type.kind != "boolean":
        found.append(_misfit(problems.WHERE_NOT_BOOLEAN, place("where"), found=where.type))
    numeric = window.of == "distinct" or value is None or types.fits(value.type.kind, "number")
    if value is not None and not numeric:
        misfit = _misfit(problems.VALUE_NOT_NUMBER, place("value"), of=window.of, found=value.type)
        found.append(misfit)
    if found:
        raise UnableToUseInput(tuple(found))
    return Meaning(window, stream, value, where)


def _keys(
    window: Window, stream: Stream, inputs: Mapping[str, Type] | None, where: Place
) -> Iterator[Problem]:
    for name in window.by:
        kind = stream.columns.get(name)
        facts: dict[str, object] = {"name": name, "stream": window.events, "kind": kind}
        if kind is None:
            yield Problem(problems.KEY_UNKNOWN, where, facts | {"known": ", ".join(stream.columns)})
        elif kind not in KEY_KINDS:
            yield Problem(problems.KEY_KIND, where, facts)
        elif inputs is not None and (given := inputs.get(name)) != types.TYPES[kind]:
            told = "missing" if given is None else given.kind
            if told != kind:
                yield Problem(problems.KEY_MISFIT, where, facts | {"found": told})


def _expression(
    text: str | None, stream: Stream, where: Place, found: list[Problem]
) -> Expression | None:
    if text is None:
        return None
    try:
        return language.parse(text, inputs=stream.types, where=where)
    except UnableToUseInput as unable:
        found.extend(unable.problems)
        return None


def _misfit(kind: Kind, where: Place, **facts: object) -> Problem:
    return Problem(kind, where, facts)


class Fact(NamedTuple):
    """An event as it is stored.

    Attributes:
        id: unique in its stream.
        at_us: when it happened, in microseconds since 1970 (UTC).
        known_us: when the lender came to know it.
        content: the stream's columns as JSON's values; days and times in ISO 8601.
    """

    id: str
    at_us: int
    known_us: int
    content: Mapping[str, object]


class Ask(NamedTuple):
    """What one decision asks of a series: observations of one definition, by key.

    Attributes:
        series: the definition's digest.
        key: a digest of the key's values.
        at_us: the decision's time, in microseconds since 1970 (UTC).
        parts: what is asked, and how many microseconds back.
    """

    series: str
    key: bytes
    at_us: int
    parts: tuple[tuple[str, int], ...]


Total = tuple[int, int, int] | float | None
"""For `sum` and `mean`: how many values, how many of them can be added, their sum; else the answer
itself, `since_last` as the time of the latest event."""


class EventStore(Protocol):
    """Keeps events, and answers windows over them in time for a decision.

    Guarantees: durable: what `add` and `prepare` did outlives a crash once they return, and of a
    call that fails nothing stays. Idempotent: an event is kept once by its stream and id, the
    first one; a series is prepared once. Concurrent: any number of threads and processes may call
    at once; an event is never seen in part, and no event misses a series, also one that another
    process prepares meanwhile. Append-only: nothing changes or removes an event, so a question
    about a past time has the same answer for ever, provided that `known_us` is no earlier than
    the moment of `add`.
    """

    def prepare(self, definitions: Mapping[str, str]) -> int:
        """Make series answerable, over what is stored and what comes; how many were new.

        Args:
            definitions: by digest, the texts of `window_online.definitions`.
        """
        ...

    def add(self, stream: str, facts: Sequence[Fact]) -> tuple[int, tuple[str, ...]]:
        """Store events; how many were new, and the ids stored before with another content."""
        ...

    def totals(self, asks: Sequence[Ask]) -> list[tuple[Total, ...]]:
        """What was asked, in order. Raises an exception where a series was never prepared."""
        ...

    def facts(self, stream: str) -> Iterator[tuple[str, int, int, Mapping[str, object]]]:
        """Every event of a stream, in the order of storing: the fields of `Fact`."""
        ...
