"""What happened, as a value; and what is kept of it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from seawall.core.canonical import canonical
from seawall.core.period import utc
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.verifier import ERASURE, SALT_BYTES, body_digest, fields, leaf_hash

TEXT_MOST = 200
LEAF_MOST = 2**16 - 1
"""Bytes: entry bundles tell a leaf's length in 16 bits (C2SP tlog-tiles)."""
_KIND = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act, told once.

    Attributes:
        kind: what was done, such as `decision` or `policy.publish`.
        subject: to what or whom, as a token: it stays readable for ever, also after an erasure.
        actor: who did it, as a token.
        on_behalf_of: for whom the actor acted, where it was not himself.
        at: when, as the actor tells: UTC; where it has an offset, it is brought to UTC. The order of
            entries is their number.
        act: the act's own key. The same act told again is kept once.
        digests: SHA-256 (hexadecimal) of files and texts that belong to it, by name; for ever.
        body: what else there is to tell, in JSON's values. It can be erased later.

    Raises:
        UnableToTell: a field is not as said above.
    """

    kind: str
    subject: str
    actor: str
    at: datetime
    act: str
    on_behalf_of: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a field that is not as it must be; bring the time to UTC."""
        if not _KIND.fullmatch(self.kind):
            raise UnableToTell(
                "kind",
                self.kind,
                Text(en="small letters, digits, dots and dashes", zh="小写字母、数字、点和短横"),
            )
        for name in ("subject", "actor", "act", "on_behalf_of"):
            told = getattr(self, name)
            if told is not None and not (0 < len(told) <= TEXT_MOST and told.isprintable()):
                raise UnableToTell(
                    name,
                    told,
                    Text(
                        en="1 to {most} printable characters", zh=" 1 至 {most} 个可打印字符"
                    ).filled(most=TEXT_MOST),
                )
        object.__setattr__(self, "at", utc(self.at))
        for name, digest in self.digests.items():
            if not _DIGEST.fullmatch(digest):
                raise UnableToTell(
                    "digests",
                    f"{name}: {digest}",
                    Text(en="64 hexadecimal digits", zh=" 64 位十六进制数字"),
                )


@dataclass(frozen=True)
class Erasing:
    """An order to erase an entry's body: who, when, why; fields as in `Entry`."""

    actor: str
    at: datetime
    act: str
    reason: str
    on_behalf_of: str | None = None

    def entry(self, number: int, leaf: bytes) -> Entry:
        """The entry that tells of it."""
        return Entry(
            kind=ERASURE,
            subject=f"entry:{number}",
            actor=self.actor,
            at=self.at,
            act=self.act,
            on_behalf_of=self.on_behalf_of,
            digests={"leaf": leaf_hash(leaf).hex()},
            body={"reason": self.reason},
        )


@dataclass(frozen=True)
class Recorded:
    """An entry as it is kept: its number (from 0), its leaf, and its body with the salt.

    Body and salt are both None once erased.
    """

    number: int
    leaf: bytes
    salt: bytes | None
    body: bytes | None

    @property
    def told(self) -> dict[str, Any]:
        """The leaf's fields: those of `Entry`, with the body's digest in the place of the body."""
        return fields(self.leaf)

    @property
    def content(self) -> dict[str, Any] | None:
        """The body; None once erased."""
        return None if self.body is None else fields(self.body)

    def tells(self, entry: Entry) -> bool:
        """Whether this is the same act; when it is said to have been done does not count.

        Who tries an act again tells a later time: the first one stays. An erased body is believed.
        """
        told = self.told
        digest = told["body"] if self.salt is None else _digest(self.salt, entry)
        return _leaf(entry, digest, told["at"]) == self.leaf


@dataclass(frozen=True)
class Receipt:
    """That an entry is kept, durably.

    Attributes:
        number: the entry's number.
        checkpoint: the signed checkpoint that covers it; `Ledger.prove` leads to it.
        new: whether it was kept now; False where the act was known.
    """

    number: int
    checkpoint: bytes
    new: bool


@dataclass(frozen=True)
class Sealed:
    """An entry made ready to be kept: its leaf, and its body with fresh salt."""

    entry: Entry
    leaf: bytes
    salt: bytes
    body: bytes

    def recorded(self, number: int) -> Recorded:
        """The entry under its number."""
        return Recorded(number, self.leaf, self.salt, self.body)


def seal(entry: Entry) -> Sealed:
    """Make an entry ready to be kept.

    Raises:
        UnableToTell: the leaf is longer than a leaf may be.
        UnableToSpell: the body is not made of JSON's values.
    """
    salt, body = os.urandom(SALT_BYTES), canonical(entry.body)
    leaf = _leaf(entry, body_digest(salt, body), f"{entry.at.isoformat(timespec='microseconds')}Z")
    if len(leaf) > LEAF_MOST:
        raise UnableToTell(
            "leaf",
            len(leaf),
            Text(en="{most} bytes at most", zh="不超过 {most} 字节").filled(most=LEAF_MOST),
        )
    return Sealed(entry, leaf, salt, body)


def _digest(salt: bytes, entry: Entry) -> str:
    return body_digest(salt, canonical(entry.body))


def _leaf(entry: Entry, body: str, at: str) -> bytes:
    return canonical(
        {
            "act": entry.act,
            "actor": entry.actor,
            "at": at,
            "body": body,
            "digests": entry.digests,
            "kind": entry.kind,
            "on_behalf_of": entry.on_behalf_of,
            "subject": entry.subject,
            "v": 1,
        }
    )


class UnableToTell(Unable, ValueError):
    """A field of an entry is not as it must be."""

    def __init__(self, name: str, found: object, must: Text) -> None:
        super().__init__(
            Text(
                en="an entry's {name} must be {must}; this is {found!r}",
                zh="条目的 {name} 须为{must}；现为 {found!r}",
            ),
            name=name,
            must=must,
            found=found,
        )
