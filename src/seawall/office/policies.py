"""Policies to be looked at: what each page of theirs needs, as one call.

What counts is the register's: the texts kept there, not the files that are shipped. A shipped policy
is what a new one starts from. The office's database is open (`publishing.opened`) before any of these.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from seawall.acts import publishing
from seawall.acts.policy_doors import Door, Verb, proposal_doors, roll_back_door
from seawall.acts.signing import Signed
from seawall.core import pack
from seawall.core.period import microseconds
from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.ledger.log import Ledger
from seawall.office import packs
from seawall.office import publishing as office_publishing
from seawall.office.homes import Home
from seawall.policy import comparing, glance, swaps
from seawall.policy.cases import SUFFIX
from seawall.policy.comparing import Difference, Line
from seawall.policy.declaration import Sheet
from seawall.policy.glance import Sketch, Tried
from seawall.policy.readable import Readable, readable
from seawall.records import draft_register, policy_register, policy_shelf
from seawall.records.policy_register import Proposed, Published, Version
from seawall.records.policy_shelf import Offered, Standing, Written

PAGE = policy_shelf.PAGE


@dataclass(frozen=True)
class Shelved:
    """A policy in the list of all.

    Attributes:
        standing: where it stands; None for a shipped one that nobody proposed.
        drafted_us: when the asker kept a draft of it; None where he has none.
    """

    policy: str
    title: Text
    standing: Standing | None
    drafted_us: int | None


@dataclass(frozen=True)
class Shown:
    """One version of a policy, to be read.

    Attributes:
        version: its texts.
        standing: where the policy stands; None for a shipped one that nobody proposed.
        published: everything that was published of the policy, the latest first.
    """

    version: Version
    read: Readable
    standing: Standing | None
    published: tuple[Published, ...]

    @property
    def registered(self) -> bool:
        """Whether the register has the policy."""
        return self.standing is not None


@dataclass(frozen=True)
class Compared:
    """Two versions, side by side; `lines` are of their texts, file by file."""

    before: str
    after: str
    differences: tuple[Difference, ...]
    lines: tuple[tuple[str, list[Line]], ...]


@dataclass(frozen=True)
class Replayed:
    """What a proposal's replay showed.

    Attributes:
        over: what was replayed.
        report: SHA-256 of its report.
        rates: what each share is called, and its value; None where there was nothing to share.
    """

    over: Text
    report: str
    rates: tuple[tuple[Text, float | None], ...]


@dataclass(frozen=True)
class Reviewed:
    """A proposal, as whoever approves it must see it.

    Attributes:
        makers: who cannot approve it.
        cases: how many of its cases pass.
        replay: what its replay showed; None where there was no book.
        against: what it differs in from the version in force (once it is published: before it); None
            where nothing is.
        published: what became of it.
        doors: what the asker may do with it, and why not.
    """

    seen: Proposed
    read: Readable
    makers: tuple[str, ...]
    cases: int
    replay: Replayed | None
    against: Compared | None
    published: Published | None
    doors: Mapping[Verb, Door]


@dataclass(frozen=True)
class Versioned:
    """A version in the list of a policy's, and whether the asker may bring it back."""

    written: Written
    door: Door


@dataclass(frozen=True)
class Versions:
    """A policy and its versions, the latest first."""

    shown: Shown
    listed: tuple[Versioned, ...]


@dataclass(frozen=True)
class Ran:
    """A version, and what became of its own cases."""

    shown: Shown
    tried: Tried


@dataclass(frozen=True)
class Pair:
    """Two versions held against each other, and all that there are to choose from."""

    after: Shown
    compared: Compared
    versions: tuple[Written, ...]


@dataclass(frozen=True)
class History:
    """What was published of a policy, and what was proposed; the latest first."""

    shown: Shown
    published: tuple[Published, ...]
    proposals: tuple[Offered, ...]


@dataclass(frozen=True)
class Replayable:
    """A version to be replayed; `filled`: whether the book holds anything."""

    shown: Shown
    versions: tuple[Written, ...]
    filled: bool


def shelf(now: datetime, by: str) -> tuple[Shelved, ...]:
    """Every policy: those of the register, then those that are shipped and nobody proposed."""
    standings = policy_shelf.standings(microseconds(now))
    drafted = draft_register.drafts(by)
    texts = policy_register.texts([(each.policy, latest(each)) for each in standings])
    listed = [
        Shelved(
            each.policy,
            read(texts[each.policy, latest(each)]).title,
            each,
            drafted.get(each.policy),
        )
        for each in standings
    ]
    known = {each.policy for each in listed}
    listed += [
        Shelved(name, read(shipped(name)).title, None, drafted.get(name))
        for name in packs.policies()
        if name not in known
    ]
    own = (name for name in drafted if name not in {each.policy for each in listed})
    return (*listed, *(Shelved(name, verbatim(name), None, drafted[name]) for name in own))


def shown(policy: str, digest: str | None, now: datetime) -> Shown:
    """One version of a policy: by the beginning of its digest, or what counts now.

    What counts is what is in force; else what was proposed last; else what is shipped.

    Raises:
        UnableToFindPolicy: there is none of this id.
        UnableToRegister: no version has this digest, or several begin so.
    """
    stood = policy_shelf.stood(policy, microseconds(now))
    if digest is not None:
        version = policy_register.version(policy, digest)
    elif stood is not None:
        version = policy_register.version(policy, latest(stood.standing))
    elif policy in packs.policies():
        version = shipped(policy)
    else:
        raise UnableToFindPolicy(policy)
    if stood is None:
        return Shown(version, read(version), None, ())
    return Shown(version, read(version), stood.standing, stood.published)


def compared(before: Version, after: Version) -> Compared:
    """What one version says other than another."""
    return Compared(
        before.digest,
        after.digest,
        comparing.differences(_sheets(before), _sheets(after)),
        tuple(comparing.unified(before.texts, after.texts)),
    )


def reviewed(number: int, by: str, roles: Collection[Verb], now: datetime) -> Reviewed:
    """A proposal with its evidence, what it changes, and what the asker may do.

    Raises:
        UnableToRegister: there is none of this number.
    """
    seen = publishing.proposal(number)
    published = policy_register.published(number)
    at_us = microseconds(now) if published is None else published.effective_us - 1
    in_force = policy_register.in_force(seen.version.policy, at_us)
    evidence = json.loads(seen.evidence)
    return Reviewed(
        seen=seen,
        read=read(seen.version),
        makers=tuple(sorted(seen.makers)),
        cases=evidence["cases"]["passed"],
        replay=_replayed(evidence["replay"]),
        against=compared(in_force[1], seen.version) if in_force else None,
        published=published,
        doors=proposal_doors(seen, published, by, roles),
    )


def versions(policy: str, before: int | None, roles: Collection[Verb], now: datetime) -> Versions:
    """A policy with its versions, the latest first, a page at a time."""
    seen = shown(policy, None, now)
    at_us = microseconds(now)
    return Versions(
        seen,
        tuple(
            Versioned(each, roll_back_door(each.digest, seen.published, at_us, roles))
            for each in policy_shelf.versions(policy, seen.published, before)
        ),
    )


def history(policy: str, before: int | None, now: datetime) -> History:
    """A policy with what was published of it, a page at a time, and what was proposed lately."""
    seen = shown(policy, None, now)
    older = [each for each in seen.published if before is None or each.number < before]
    offers = policy_shelf.offered(policy, seen.published) if before is None else ()
    return History(seen, tuple(older[:PAGE]), offers)


def pair(policy: str, before: str | None, after: str | None, now: datetime) -> Pair:
    """Two versions of a policy, by the beginnings of their digests.

    Args:
        policy: its id.
        before: what was in force before the later one where None; else what was written before it.
        after: what counts now where None.
        now: the time (UTC).

    Raises:
        UnableToFindPolicy: there is none of this id.
        UnableToRegister: no version has such a digest, or several begin so.
    """
    later = shown(policy, after, now)
    written = policy_shelf.versions(policy, later.published)
    chosen = before or _before(written, later.version.digest)
    earlier = later.version if chosen is None else policy_register.version(policy, chosen)
    return Pair(later, compared(earlier, later.version), written)


def _before(written: tuple[Written, ...], digest: str) -> str | None:
    """The version that stood before another one: the last that was in force, else the last written."""
    digests = [each.digest for each in written]
    older = written[digests.index(digest) + 1 :] if digest in digests else ()
    in_force = (each.digest for each in older if each.in_force_us is not None)
    return next(in_force, older[0].digest if older else None)


def replayable(at: Home, policy: str, digest: str | None, now: datetime) -> Replayable:
    """What a version can be replayed over, and held against."""
    filled = bool(at.book.snapshot().tables)
    seen = shown(policy, digest, now)
    return Replayable(seen, policy_shelf.versions(policy, seen.published), filled)


def roll_back(ledger: Ledger, policy: str, digest: str, signed: Signed, reason: str) -> Published:
    """Bring an earlier version back at once; see `acts.publishing.roll_back`.

    Raises:
        UnableToRollBack: nobody says why.
        UnableToRegister: it never was in force, or no version has this digest.
    """
    if not reason.strip():
        raise UnableToRollBack(policy)
    return publishing.roll_back(ledger, publishing.version(policy, digest), signed, reason.strip())


def ran(policy: str, digest: str | None, now: datetime) -> Ran:
    """A version, as `shown` finds it, with its own cases, run now."""
    seen = shown(policy, digest, now)
    return Ran(seen, glance.tried(Sketch.of(policy, seen.version.texts)))


def latest(standing: Standing) -> str:
    """The digest of what counts of a policy: in force, else coming, else written last."""
    counts = (standing.in_force, *standing.coming)
    return next((each.digest for each in counts if each is not None), standing.written)


def _replayed(told: dict[str, Any] | None) -> Replayed | None:
    if told is None:
        return None
    rates = (
        (each.title, told["rates"].get(each.name)) for each in swaps.RATES if each.unit == "share"
    )
    return Replayed(Text(**told["over"]), told["report"], tuple(rates))


@lru_cache(maxsize=64)
def _read_texts(texts: tuple[tuple[str, str], ...]) -> Readable:
    return readable([pack.parse_placed(text, name, Sheet) for name, text in texts])


def read(version: Version) -> Readable:
    """A version, to be read; a version never changes, so it is read once."""
    return _read_texts(_own(version))


def _own(version: Version) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in version.texts.items() if not name.endswith(SUFFIX))


def _sheets(version: Version) -> list[pack.Placed[Sheet]]:
    return [pack.parse_placed(text, name, Sheet) for name, text in _own(version)]


@lru_cache(maxsize=64)
def shipped(name: str) -> Version:
    """A shipped policy as a version."""
    return office_publishing.texts(name)


class UnableToFindPolicy(Unable, LookupError):
    """There is no policy of this id."""

    def __init__(self, policy: str) -> None:
        super().__init__(
            Text(
                en="there is no policy {policy}: neither in the register nor among the shipped ones",
                zh="没有策略 {policy}：登记簿和内置策略中均无",
            ),
            policy=policy,
        )


class UnableToRollBack(Unable, ValueError):
    """An earlier version would come back, and nobody would know why."""

    def __init__(self, policy: str) -> None:
        super().__init__(
            Text(
                en="{policy} is not rolled back: say why, it is kept in the ledger",
                zh="{policy} 未回退：请说明原因，原因将记入账本",
            ),
            policy=policy,
        )
