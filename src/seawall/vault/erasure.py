"""Erasure: a person's key is destroyed, and what it sealed is noise; and holds, which forbid it.

The order of steps, each durable: the people's database marks the person `erasing`, keeps the
certificate and deletes sealed values and blind indexes; the key is deleted; both databases are scrubbed;
the person is marked `erased`. Whoever is marked is refused everything at once. Stopped anywhere, the next
erasure or `seawall vault scrub` goes on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from seawall.vault.database import Database, Row, Session
from seawall.vault.keys import Keys, asked, fingerprint
from seawall.vault.opening import microseconds
from seawall.vault.refusals import UnableToErase, UnableToFindPerson, UnableToReadCertificate
from seawall.vault.ring import Wrapped


@dataclass(frozen=True)
class Order:
    """Who orders an erasure or a hold, why and when. The reason names no person."""

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Erasure:
    """The certificate: what was erased. An entry of the ledger keeps it.

    Attributes:
        fields: the names of the fields whose values are gone.
        kek: the name of the key-encryption key that wrapped the destroyed key; empty where there was
            no key any more.
        key: SHA-256 of the destroyed key as it was wrapped; empty likewise.
    """

    token: str
    actor: str
    reason: str
    at: datetime
    fields: tuple[str, ...]
    kek: str
    key: str

    def text(self) -> str:
        """The certificate as JSON."""
        return _JSON.dump_json(self).decode()


_JSON = TypeAdapter(Erasure)


def parse(text: str) -> Erasure:
    """A certificate from its JSON.

    Raises:
        UnableToReadCertificate: it is none; nothing of the text is told.
    """
    try:
        return _JSON.validate_json(text)
    except ValidationError:
        raise UnableToReadCertificate from None


def order(people: Database, keys: Keys, tokens: Sequence[str], *, by: Order) -> None:
    """Mark people as being erased, with their certificates; all of them or none.

    Those that are erased already keep their certificate.

    Raises:
        UnableToFindPerson: there is no such token.
        UnableToErase: a hold stands in the way.
    """
    wrapped = keys.wrapped(tokens)
    with people.writing() as session:
        for token in dict.fromkeys(tokens):
            state = session.rows("SELECT state FROM vault_person WHERE token = ?", token)
            if not state:
                raise UnableToFindPerson(token)
            if state[0][0] != "active":
                continue
            if held := holds(session, (token,)).get(token):
                raise UnableToErase(token, held)
            _mark(session, _certificate(session, token, wrapped.get(token), by))


def _certificate(session: Session, token: str, wrapped: Wrapped | None, by: Order) -> Erasure:
    sql = "SELECT field FROM vault_sealed WHERE token = ? ORDER BY field"
    return Erasure(
        token=token,
        actor=by.actor,
        reason=by.reason,
        at=by.at,
        fields=tuple(field for (field,) in session.rows(sql, token)),
        kek=wrapped.kek if wrapped else "",
        key=fingerprint(wrapped) if wrapped else "",
    )


def _mark(session: Session, certificate: Erasure) -> None:
    token = certificate.token
    session.rows(
        """INSERT INTO vault_person VALUES (?, ?, 'erasing', ?, ?) ON CONFLICT (token)
           DO UPDATE SET state = 'erasing', erasure = excluded.erasure""",
        token,
        token.partition("_")[0],
        microseconds(certificate.at),
        certificate.text(),
    )
    session.rows("DELETE FROM vault_sealed WHERE token = ?", token)
    session.rows("DELETE FROM vault_blind WHERE token = ?", token)


def replay(people: Database, certificates: Iterable[Erasure]) -> None:
    """Mark again, after a restore, whom certificates say to be erased; holds do not stop it."""
    with people.writing() as session:
        for certificate in certificates:
            _mark(session, certificate)


def ordered(people: Database) -> list[Erasure]:
    """The certificates of whoever is marked, and not yet erased."""
    with people.reading() as session:
        rows = session.rows("SELECT erasure FROM vault_person WHERE state = 'erasing'")
    return [parse(text) for (text,) in rows]


def finish(people: Database, keys: Keys, tokens: Sequence[str]) -> int:
    """Carry out what is marked, of some people; how many people's keys were destroyed.

    Raises:
        UnableToScrub: a reader holds on to the old state; the keys are deleted, their bytes not yet
            overwritten.
    """
    marked = [token for token, state in _states(people, tokens).items() if state == "erasing"]
    if marked:
        keys.destroy(marked)
        keys.database.scrub()
        people.scrub()
        with people.writing() as session:
            sql = "UPDATE vault_person SET state = 'erased' WHERE token = ? AND state = 'erasing'"
            session.each(sql, ((token,) for token in marked))
    return len(marked)


def _states(people: Database, tokens: Sequence[str]) -> dict[str, str]:
    sql = "SELECT token, state FROM vault_person WHERE token IN ({})"
    with people.reading() as session:
        return dict(asked(session, sql, tokens))


def erasures(people: Database) -> list[Erasure]:
    """Every certificate, in the order of time."""
    sql = "SELECT erasure FROM vault_person WHERE state <> 'active'"
    with people.reading() as session:
        made = [parse(text) for (text,) in session.rows(sql)]
    return sorted(made, key=lambda each: (each.at, each.token))


def certificates(people: Database, tokens: Sequence[str]) -> list[Erasure]:
    """The certificates of erased people, in the order of `tokens`."""
    sql = "SELECT token, erasure FROM vault_person WHERE token IN ({})"
    with people.reading() as session:
        found: dict[str, str] = dict(asked(session, sql, tokens))
    return [parse(found[token]) for token in tokens]


HOLDS = "SELECT token, hold FROM vault_hold WHERE token IN ({}) ORDER BY hold"


def holds(session: Session, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The holds that stand, by token."""
    return by_token(asked(session, HOLDS, tokens))


def by_token(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """What stands beside each token."""
    found: dict[str, tuple[str, ...]] = {}
    for token, told in rows:
        found[token] = (*found.get(token, ()), told)
    return found
