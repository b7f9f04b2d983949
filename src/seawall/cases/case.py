"""A case, what is asked of it, and what happened to it: plain values.

Times are UTC and aware. The values of fields are JSON's own: money, dates and times are texts, as
`values` writes them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from seawall.core.canonical import canonical

Value = str | int | float | bool | None
Json = Value | list["Json"] | dict[str, "Json"]
Links = tuple[tuple[str, str], ...]
"""Pairs of a link's name and the id of the case it leads to."""
ID_DIGITS = 20
"""Of an id's digest: 80 bits, so that a billion cases have one chance in a million to meet."""


@dataclass(frozen=True)
class Actor:
    """Who acts.

    Attributes:
        name: one person's, or one machine's.
        roles: what he may act as.
        unit: the part of the institution he works for, such as `cn/shanghai`; "" is all of it.
        on_behalf_of: whose delegate he is in this act.
    """

    name: str
    roles: frozenset[str]
    unit: str = ""
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class Command:
    """What somebody wants done.

    Attributes:
        verb: one of the kind's, or a built-in one.
        at: when it is done.
        key: makes it idempotent: done again under the same key, it changes nothing.
        fields: what is set by it, or what a built-in verb needs to know.
        reason: why, in words; the text of a comment.
        links: links to be added.
        revision: the case as the actor saw it; where it has moved on, he is refused.
    """

    verb: str
    actor: Actor
    at: datetime
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    links: Links = ()
    revision: int | None = None


@dataclass(frozen=True)
class Event:
    """What happened: one link of a case's chain.

    Attributes:
        case: the case's id.
        number: its place in the chain, from 1.
        verb: what was done; `ask` where approval was asked for a verb.
        roles: the actor's, sorted.
        state: of the case after it.
        fields: what it set; of built-in verbs, what they were told.
        kind_digest: of the version of the kind that allowed it.
        approved: the digest of what others had approved; "" where nobody had to.
        previous: the digest of the event before; "" for the first.
    """

    case: str
    number: int
    key: str
    verb: str
    actor: str
    on_behalf_of: str | None
    roles: tuple[str, ...]
    unit: str
    at: datetime
    state: str
    fields: Mapping[str, Json]
    reason: str
    links: Links
    kind_digest: str
    approved: str
    previous: str

    @property
    def content(self) -> dict[str, object]:
        """All of it, as JSON's values."""
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**held, "at": written(self.at)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it, in hexadecimal: the next event's `previous`."""
        return digest(self.content)


@dataclass(frozen=True)
class Request:
    """An act that waits for others to approve it.

    Attributes:
        digest: of exactly what would happen, so that nothing else can be done in its name.
        fields, reason, links: what the act would set, say and link.
        approvals: who approved it, each with whom he acted for.
    """

    verb: str
    digest: str
    asked_by: str
    on_behalf_of: str | None
    at: datetime
    fields: Mapping[str, Value]
    reason: str
    links: Links
    approvals: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class ClockRun:
    """A clock that was started in a case.

    Attributes:
        triggered_at: when an event started it.
        started_at: from when it counts: that, or earlier where a field of the first run says so.
        times: how often it was started in the case, with this one.
        pauses: from when until when it stood still; None where it still does.
        stopped_at: when it had no more to wait for.
        extensions: how often it was extended.
        applies: whether what its kind says of `when` it runs is true of the case.
    """

    name: str
    triggered_at: datetime
    started_at: datetime
    times: int = 1
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    stopped_at: datetime | None = None
    extensions: int = 0
    applies: bool = True

    @property
    def runs(self) -> bool:
        """Whether it still waits for something."""
        return self.stopped_at is None and self.applies


@dataclass(frozen=True)
class Case:
    """A case as it stands after its last event; nothing is in it that its events do not say.

    Attributes:
        kind: the kind's id.
        kind_digest: the version of it that the case goes by.
        unit: of who opened it.
        revision: the number of its last event.
        ended: whether its state is a final one.
        state_since: when it came into its state.
        makers: who opened it or ever set a field of it, and whom they acted for.
        last_editor: who did so last.
        done_by: for each verb, who did it, and whom they acted for.
        acting: who acted for whom in this case.
        clocks: the latest run of each clock that was ever started.
        asked: what waits for approval, by verb.
        settled: whether an act that needed approval was done: its fields are no longer edited.
        keys: the commands that were done, by key: the digest of each one's intent.
        head: the digest of the last event.
    """

    id: str
    kind: str
    kind_digest: str
    unit: str
    state: str
    ended: bool
    fields: Mapping[str, Value]
    revision: int
    opened_at: datetime
    changed_at: datetime
    state_since: datetime
    makers: frozenset[str]
    last_editor: str
    done_by: Mapping[str, tuple[str, ...]]
    acting: frozenset[tuple[str, str]]
    links: Links
    clocks: Mapping[str, ClockRun]
    asked: Mapping[str, Request]
    settled: bool
    keys: Mapping[str, str] = field(repr=False)
    head: str


@dataclass(frozen=True)
class Effect:
    """What should follow from an event, outside of its case.

    Attributes:
        kind: `notify` somebody, or `open` another case.
        to: a role, or a kind.
        fields: what the case and the event are known by.
    """

    kind: str
    to: str
    fields: Mapping[str, Json]


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON, in hexadecimal.

    Raises:
        UnableToSpell: JSON has no one spelling for something in it.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def opened_id(kind: str, key: str) -> str:
    """The id of the case that a command with this key opens: the same one whenever it comes.

    >>> opened_id("complaint", "form 7")
    'complaint-714cffef0a2044ca1951'
    """
    return f"{kind}-{digest([kind, key])[:ID_DIGITS]}"


def written(at: datetime) -> str:
    """A time as events write it: UTC, ISO 8601.

    >>> written(datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    '2026-03-01T08:30:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
