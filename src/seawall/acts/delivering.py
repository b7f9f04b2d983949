"""Deliver notices: what cases want people told leaves the house by channels, and the ledger proves it.

A case's event queues an errand for each role to be told. `deliver` first routes it: one errand for each
channel, so that one that fails is tried again alone. A notice is sent only while its case is in the state
that it tells of, and not once it is stale: who acknowledged is not told again, and nobody is woken by old
news. Sent, the ledger tells so; a channel that refuses is tried later and later, and at last given up:
the notice is dead, is listed, and the ledger tells that, too.

A channel may have taken a notice and yet fail, or this process may stop in between: it is sent twice then,
and never not at all.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from seawall.core.canonical import canonical
from seawall.core.period import microseconds, moment_at, span_us, utc
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.records import case_register as register
from seawall.records.case_register import ErrandRow

MACHINE = "post-1"
HOLD = timedelta(minutes=2)
"""How long whoever takes an errand up has for it; longer than any channel's own time limit."""
_MOST = 200
_SAID_MOST = 300


@dataclass(frozen=True)
class Notice:
    """What somebody is to be told.

    Attributes:
        to: the role to be told.
        case, kind, state: of the case, as it was when this was queued.
        verb: what happened.
        at: when.
        fields: what else the kind says of it; no personal data.
        by: the way: `page`, `message`, `mail`.
        about: the cases that it tells of; it is sent while one of them is in the state.
    """

    to: str
    case: str
    kind: str
    state: str
    verb: str
    at: datetime
    fields: Mapping[str, Any]
    by: str = "message"
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A notice as people read it."""

    title: Text
    text: Text

    @property
    def digest(self) -> str:
        """SHA-256 of both languages."""
        said = [self.title.model_dump(), self.text.model_dump()]
        return hashlib.sha256(canonical(said)).hexdigest()


class Channel(Protocol):
    """Takes letters out of the house.

    Guarantees: `send` returns once the other side took the letter. When it raises, the other side may
    have taken it all the same. It gives up within a minute. Threads and processes may send at once.
    """

    def send(self, letter: Letter) -> None:
        """Send it.

        Raises:
            UnableToDeliver: the other side did not take it, as far as can be told.
        """
        ...


@dataclass(frozen=True)
class Patience:
    """How long a channel that refuses is tried.

    Attributes:
        first: the wait after the first failure; each next one is twice as long, up to `most`.
        tries: after so many the notice is dead.
        valid: a notice older than this is no longer sent.
    """

    first: timedelta = timedelta(seconds=30)
    most: timedelta = timedelta(hours=1)
    tries: int = 8
    valid: timedelta = timedelta(hours=24)

    def wait(self, tried: int) -> timedelta:
        """The wait after so many failures.

        >>> Patience().wait(3)
        datetime.timedelta(seconds=120)
        """
        # Beyond 2**20 every wait is the longest one; larger powers leave what a timedelta holds.
        doubled: int = 2 ** min(tried - 1, 20)
        return min(self.first * doubled, self.most)


@dataclass(frozen=True)
class Post:
    """What delivering works with.

    Attributes:
        channels: by name; all that routes name.
        route: the channels by which a notice goes; none is no error, but told.
        write: a notice as a letter.
    """

    ledger: Ledger
    channels: Mapping[str, Channel]
    route: Callable[[Notice], tuple[str, ...]]
    write: Callable[[Notice], Letter]
    patience: Patience = Patience()


@dataclass(frozen=True)
class Delivered:
    """What came of a round: notices by what became of them."""

    sent: int = 0
    dropped: int = 0
    put_off: int = 0
    dead: int = 0


def deliver(post: Post, at: datetime) -> Delivered:
    """Route and send what waits, once.

    Args:
        post: with what.
        at: now, UTC.
    """
    at = utc(at)
    for errand in register.take("notify", microseconds(at), span_us(HOLD), _MOST):
        _routed(post, errand, at)
    came = [
        _sent(post, each, at)
        for each in register.take("send", microseconds(at), span_us(HOLD), _MOST)
    ]
    return Delivered(**{each: came.count(each) for each in Delivered.__dataclass_fields__})


def _routed(post: Post, errand: ErrandRow, at: datetime) -> None:
    """One errand for each channel, in the same transaction in which this one is done."""
    names = post.route(_notice(errand))
    parts = [
        ErrandRow(f"{errand.key}:{name}", errand.case_id, errand.place, "send",
                  json.dumps({**json.loads(errand.content), "by": name}), microseconds(at))
        for name in names
    ]  # fmt: skip
    with register.change():
        if register.finish(errand, "done" if parts else "dropped", "" if parts else "no route"):
            register.queue(parts)


def _sent(post: Post, errand: ErrandRow, at: datetime) -> str:
    notice, name = _notice(errand), json.loads(errand.content)["by"]
    if why := _unwanted(post, notice, at):
        register.finish(errand, "dropped", why)
        return "dropped"
    letter = post.write(notice)
    channel = post.channels.get(name)
    if channel is None:
        return _failed(post, errand, letter, at, "there is no such channel")
    try:
        channel.send(letter)
    except UnableToDeliver as failed:
        return _failed(post, errand, letter, at, str(failed)[:_SAID_MOST])
    post.ledger.append(_entry("notice.sent", errand, letter, at))
    register.finish(errand, "done")
    return "sent"


def _unwanted(post: Post, notice: Notice, at: datetime) -> str:
    """Why a notice is not sent any more; empty where it is."""
    cases = register.standing_all(notice.about or (notice.case,)).values()
    if all(case.state != notice.state for case in cases):
        return "the case has left the state that this tells of"
    if at - notice.at > post.patience.valid:
        return "stale"
    return ""


def _failed(post: Post, errand: ErrandRow, letter: Letter, at: datetime, why: str) -> str:
    if errand.tried < post.patience.tries:
        register.put_off(errand, microseconds(at + post.patience.wait(errand.tried)), why)
        return "put_off"
    post.ledger.append(_entry("notice.dead", errand, letter, at))
    register.finish(errand, "dead", why)
    return "dead"


def _notice(errand: ErrandRow) -> Notice:
    told = json.loads(errand.content)
    return Notice(told["to"], errand.case_id, told["kind"], told["state"], told["verb"],
                  moment_at(told["at_us"]), told["fields"], told.get("by_way", "message"),
                  tuple(told.get("about", ())))  # fmt: skip


def _entry(kind: str, errand: ErrandRow, letter: Letter, at: datetime) -> Entry:
    return Entry(
        kind=kind,
        subject=f"case:{errand.case_id}",
        actor=MACHINE,
        at=at,
        act=f"{kind}:{errand.key}",
        digests={"letter": letter.digest},
        body={"channel": json.loads(errand.content)["by"], "event": errand.place},
    )


class UnableToDeliver(Unable):
    """A channel did not take a letter."""

    def __init__(self, channel: str, why: Text) -> None:
        super().__init__(
            Text(en="{channel} did not take the notice: {why}", zh="{channel} 未收下通知：{why}"),
            channel=channel,
            why=why,
        )
