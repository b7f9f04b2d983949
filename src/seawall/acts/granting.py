"""Grant machines their tokens, and take them back: one entry of the ledger each.

As with people's roles, a token counts once somebody else than who granted it confirmed it (`second`): whoever could make one
alone that decides would decide.

A token is a secret of 256 random bits, shown once. What is kept of it is a hash, so that nobody who reads the
database, a backup or the ledger can use one. It ends by itself, a year later at the latest.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from seawall.acts import second
from seawall.acts import token_problems as problems
from seawall.acts.signing import Signed, checked
from seawall.core.institution import HOUSE
from seawall.core.period import microseconds, moment_at, utc
from seawall.core.problem import Place, Problem, Unable, UnableToUseInput
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger, Reader
from seawall.records import people_register as register
from seawall.records.people_register import TokenRow, UnableToFindPerson

GRANT, CONFIRM, REVOKE = "token.grant", "token.confirm", "token.revoke"
"""The kinds of entry."""
PREFIX = "swl_"
"""How a secret begins, so that scanners of repositories and logs know one."""
SECRET_BYTES = 32
LONGEST = timedelta(days=366)
WHOLE: Final = frozenset({"measures.read", "facts.write", "metrics.read", "ledger.read"})
"""Scopes that open what all units have: a token of a part has none of them."""
_NOTED_US = 60_000_000
"""A use is noted at most once a minute."""


@dataclass(frozen=True)
class Wanted:
    """A token that somebody asks for.

    Attributes:
        name: the machine's, under which the ledger tells what it does.
        scopes: the permissions that it has.
        unit: the part of the institution that it asks for.
        expires: when it ends, UTC.

    Raises:
        UnableToSignAs: the name is none to act under.
    """

    name: str
    scopes: frozenset[str]
    unit: str
    expires: datetime

    def __post_init__(self) -> None:
        """Refuse a name that could be spelt in two ways."""
        checked(self.name)


@dataclass(frozen=True)
class Grantable:
    """What a token may have.

    Attributes:
        scopes: permissions that machines may be given.
        units: the parts of the institution.
        confirming: the roles whose people confirm it; without any, as where no people are, it counts at once.
    """

    scopes: Collection[str]
    units: Collection[str]
    confirming: Collection[str] = ()


@dataclass(frozen=True)
class Token:
    """A token as it is kept; times are UTC, without a zone."""

    name: str
    scopes: frozenset[str]
    unit: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    confirmed_by: str | None

    @property
    def waits(self) -> bool:
        """Whether nobody confirmed it yet."""
        return self.confirmed_by is None and self.revoked_at is None

    @property
    def alone(self) -> bool:
        """Whether who granted it was enough."""
        return self.confirmed_by == self.granted_by

    def counts(self, at: datetime) -> bool:
        """Whether it opens anything at a time."""
        confirmed = self.confirmed_by is not None
        return confirmed and self.revoked_at is None and utc(at) < self.expires_at


@dataclass(frozen=True)
class Granted:
    """A token that was granted; the secret is shown now and never again, and counts now unless it `waits`."""

    number: int
    waits: bool
    secret: str = field(repr=False)


@register.held()
def grant(ledger: Ledger, wanted: Wanted, among: Grantable, signed: Signed) -> Granted:
    """Grant a token; it counts once another confirmed it, or at once where nobody else ever could.

    Args:
        ledger: keeps the entry.
        wanted: for which machine, what, and until when.
        among: what it may have at all.
        signed: who grants it.

    Raises:
        UnableToUseInput: it asks for what no token may have, for nothing, or for too long.
        UnableToAppend: this act granted one already: its secret was shown then.
    """
    if found := tuple(_wrong(wanted, among, signed.at)):
        raise UnableToUseInput(found)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    alone = second.nobody_else(among.confirming, {signed.by})
    row = TokenRow(wanted.name, _hash(secret), tuple(sorted(wanted.scopes)), wanted.unit, signed.by,
                   microseconds(signed.at), microseconds(wanted.expires),
                   confirmed_by=signed.by if alone else None)  # fmt: skip
    ledger.append(_entry(GRANT, row, signed, {"alone": True} if alone else {"waits": True}))
    return Granted(register.keep_token(row), waits=not alone, secret=secret)


@register.held()
def confirm(ledger: Ledger, number: int, signed: Signed) -> bool:
    """Let a token count that another granted; False where it does not wait.

    Raises:
        UnableToFindToken: there is none of this number.
        UnableToConfirm: who granted it would confirm it.
    """
    row = _numbered(number)
    if row.confirmed_by is not None or row.revoked_us is not None:
        return False
    if row.granted_by == signed.by:
        raise second.UnableToConfirm(second.OWN)
    ledger.append(_entry(CONFIRM, row, signed))
    return register.confirm_token(number, signed.by)


@register.held()
def revoke(ledger: Ledger, number: int, signed: Signed) -> bool:
    """Take a token back, at once; False where it was taken back before.

    Raises:
        UnableToFindToken: there is none of this number.
    """
    row = _numbered(number)
    if row.revoked_us is not None:
        return False
    ledger.append(_entry(REVOKE, row, signed))
    return register.revoke_token(number, microseconds(signed.at))


def _numbered(number: int) -> TokenRow:
    """Raises UnableToFindToken."""
    row = register.tokens().get(number)
    if row is None:
        raise UnableToFindToken(number)
    return row


def holder(secret: str, at: datetime) -> Token | None:
    """Whose token a secret is; None where it opens nothing at a time, whatever the reason.

    Its use is noted, to the minute.
    """
    row = register.token_by_hash(_hash(secret)) if secret.startswith(PREFIX) else None
    token = None if row is None else _token(row)
    if row is None or token is None or not token.counts(at):
        return None
    now_us = microseconds(at)
    if now_us - (row.used_us or 0) >= _NOTED_US:
        register.note_use(row.hash, now_us)
    return token


def listed() -> dict[int, Token]:
    """Every token that was ever granted, by its number, the latest first."""
    return {number: _token(row) for number, row in register.tokens().items()}


def compare(ledger: Reader) -> Iterator[Problem]:
    """Tokens that are otherwise than the ledger's acts left them: whoever can write rows could let himself in."""
    granted: dict[str, dict[str, object]] = {}
    confirmed, revoked = set[str](), set[str]()
    for entry in ledger.entries():
        kind, digest = entry.told["kind"], entry.told["digests"].get("token")
        if kind == GRANT and entry.content is not None:
            granted[digest] = {**entry.content, "name": entry.told["subject"]}
        if kind == CONFIRM or (kind == GRANT and "waits" not in granted.get(digest, {})):
            confirmed.add(digest)
        if kind == REVOKE:
            revoked.add(digest)
    for number, row in register.tokens().items():
        told = granted.get(row.hash, {}).items()
        as_told = {**_told(row), "name": _subject(row)}.items() <= told
        counts, may_count = row.confirmed_by is not None, row.hash in confirmed
        # A token that was taken back opens nothing, whether or not somebody confirmed it at the same moment.
        lost = may_count and not counts and row.revoked_us is None
        if (
            not as_told
            or lost
            or (counts and not may_count)
            or (row.hash in revoked) != (row.revoked_us is not None)
        ):
            facts: dict[str, object] = {"number": number, "name": row.name}
            yield Problem(problems.OTHERWISE, Place(f"token:{number}"), facts)


def _hash(secret: str) -> str:
    """One round is enough: nobody guesses 256 random bits, and a slow hash would be paid at every request."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _wrong(wanted: Wanted, among: Grantable, now: datetime) -> Iterator[Problem]:
    """Everything that stands against a token."""
    where = Place("token")
    for scope in sorted(wanted.scopes - set(among.scopes)):
        known = ", ".join(sorted(among.scopes))
        yield Problem(problems.SCOPE_UNKNOWN, where, {"scope": scope, "known": known})
    if not wanted.scopes:
        yield Problem(problems.SCOPE_NONE, where, {"known": ", ".join(sorted(among.scopes))})
    if wanted.unit not in among.units:
        known = ", ".join(sorted(among.units))
        yield Problem(problems.UNIT_UNKNOWN, where, {"unit": wanted.unit, "known": known})
    elif wanted.unit != HOUSE:
        for scope in sorted(wanted.scopes & WHOLE):
            told: dict[str, object] = {"scope": scope, "unit": wanted.unit, "house": HOUSE}
            yield Problem(problems.SCOPE_OF_THE_WHOLE, where, told)
    if not utc(now) < utc(wanted.expires) <= utc(now) + LONGEST:
        yield Problem(
            problems.EXPIRY, where, {"expires": wanted.expires.date(), "days": LONGEST.days}
        )
    if _is_person(wanted.name):
        yield Problem(problems.NAME_OF_A_PERSON, where, {"name": wanted.name})


def _is_person(name: str) -> bool:
    try:
        register.person_of(name)
    except UnableToFindPerson:
        return False
    return True


def _token(row: TokenRow) -> Token:
    return Token(
        row.name, frozenset(row.scopes), row.unit, row.granted_by, moment_at(row.granted_us),
        moment_at(row.expires_us), moment_at(row.revoked_us), moment_at(row.used_us), row.confirmed_by,
    )  # fmt: skip


def _subject(row: TokenRow) -> str:
    return f"token:{row.name}"


def _told(row: TokenRow) -> dict[str, object]:
    expires = f"{moment_at(row.expires_us).isoformat()}Z"
    return {"scopes": list(row.scopes), "unit": row.unit, "expires": expires}


def _entry(
    kind: str, row: TokenRow, signed: Signed, more: Mapping[str, object] | None = None
) -> Entry:
    """What the ledger is told: for whom, what, until when; of the secret its hash."""
    return Entry(kind=kind, subject=_subject(row), actor=signed.by, at=signed.at, act=signed.act,
                 digests={"token": row.hash}, body={**_told(row), **(more or {})})  # fmt: skip


class UnableToFindToken(Unable, LookupError):
    """There is no such token."""

    def __init__(self, number: int) -> None:
        super().__init__(
            Text(
                en="there is no token {number}; `seawall token list` names those there are",
                zh="没有编号为 {number} 的令牌；`seawall token list` 可列出",
            ),
            number=number,
        )
