"""The people's database: tokens, sealed values, blind indexes. Functions over one transaction."""

import base64
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from seawall.core.text import Text
from seawall.vault import envelope
from seawall.vault.algorithms import UnableToAuthenticate, code, of_key
from seawall.vault.database import Row, Session
from seawall.vault.erasure import HOLDS, by_token
from seawall.vault.keys import asked
from seawall.vault.plain import Plain
from seawall.vault.refusals import UnableToFindPerson, UnableToSeal

TOKEN_BYTES = 16
DIGEST_BYTES = 16
Indexes = Mapping[str, Mapping[int, bytes]]
"""Keys of blind indexes, by field and version."""
Values = Mapping[str, Plain]
Digests = Mapping[int, Sequence[bytes]]
"""What blind indexes keep of some values, by the version of the index's key."""
Versions = Mapping[tuple[str, str], int]
"""How many values a field of a person has had, by token and field."""
Held = Mapping[tuple[str, str], tuple[int, bytes]]
"""Versions and sealed values, by token and field."""


def new_token(of: str) -> str:
    """A token of 128 random bits, such as `person_` and 26 letters and digits."""
    random = base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode()
    return f"{of}_{random.rstrip('=').lower()}"


def whose(token: str) -> str:
    """Whose token it is: `person` or `device`."""
    return token.partition("_")[0]


def digest(key: bytes, value: Plain) -> bytes:
    """What a blind index keeps of a value: 128 bits of its keyed code."""
    return code(of_key(key), key, value.reveal().encode())[:DIGEST_BYTES]


def complete(session: Session, indexes: Indexes) -> bool:
    """Whether the keys are all that the indexes of some fields use; one statement for all of them.

    They are not if a rotation began or ended since they were read: the rows then use a key that is not
    among them.
    """
    if not indexes:
        return True
    # MIN and MAX one by one: a database then looks at two rows of a field, and not at all of them.
    ends = [f"(SELECT {end}(version) FROM vault_blind WHERE field = ?)" for end in ("MIN", "MAX")]
    sql = f"SELECT {', '.join(ends * len(indexes))}"
    used = session.rows(sql, *(field for field in indexes for _ in ends))[0]
    pairs = zip(indexes.values(), used[::2], used[1::2], strict=True)
    return all({least, most} <= keys.keys() | {None} for keys, least, most in pairs)


def digests(values: Sequence[Plain], keys: Mapping[int, bytes]) -> Digests:
    """What blind indexes keep of some values, in order, by the version of the index's key."""
    return {version: [digest(key, value) for value in values] for version, key in keys.items()}


class LookUp:
    """Who has some values, of one field: asked at once, and waited for when it is looked at."""

    def __init__(self, session: Session, field: str, sought: Digests) -> None:
        sql = "SELECT digest, token FROM vault_blind WHERE field = ? AND version = ? AND digest IN ({})"
        self._answers = [
            (told, asked(session, sql, told, field, version)) for version, told in sought.items()
        ]

    def tokens(self) -> list[list[str]]:
        """For each value the tokens that have it, in order, under whichever version of the index's key."""
        found: list[set[str]] = []
        for told, rows in self._answers:
            having: dict[bytes, list[str]] = {}
            for each, token in rows:
                having.setdefault(bytes(each), []).append(token)
            found = found or [set() for _ in told]
            for tokens, each in zip(found, told, strict=True):
                tokens.update(having.get(each, ()))
        return [sorted(tokens) for tokens in found]


def look_up(
    session: Session, field: str, values: Sequence[Plain], *, keys: Mapping[int, bytes]
) -> list[list[str]]:
    """For each value the tokens that have it; see `LookUp`."""
    return LookUp(session, field, digests(values, keys)).tokens()


_STATES = "SELECT token, state FROM vault_person WHERE token IN ({})"
_VERSIONS = "SELECT token, field, version FROM vault_sealed WHERE token IN ({})"


def states(session: Session, tokens: Iterable[str]) -> dict[str, str]:
    """The state of each token that there is."""
    return dict(asked(session, _STATES, tokens))


class Standing:
    """What must be known of people before anything of them is sealed: asked at once, waited for when looked at."""

    def __init__(self, session: Session, tokens: Collection[str]) -> None:
        self._states = asked(session, _STATES, tokens)
        self._holds = asked(session, HOLDS, tokens)
        self._versions = asked(session, _VERSIONS, tokens)

    def versions(self) -> Versions:
        """How many values each field has had, absent where none; asked for once."""
        return {(token, field): int(version) for token, field, version in self._versions}

    def check(self, tokens: Iterable[str]) -> None:
        """Let nobody be sealed who is not there, or stands still; some of them are asked about.

        Raises:
            UnableToFindPerson: there is no such token.
            UnableToSeal: he is erased, or under a hold.
        """
        found: dict[str, str] = dict(self._states)
        held = by_token(self._holds)
        for token in tokens:
            if token not in found:
                raise UnableToFindPerson(token)
            if found[token] != "active":
                raise UnableToSeal(token, Text(en="erased", zh="已删除"))
            if token in held:
                why = Text(en="held by {holds}", zh="受 {holds} 保全")
                raise UnableToSeal(token, why.filled(holds=", ".join(held[token])))


def add(session: Session, tokens: Iterable[str], at_us: int) -> None:
    """New people and devices."""
    sql = "INSERT INTO vault_person (token, kind, state, at_us) VALUES (?, ?, 'active', ?)"
    session.each(sql, ((token, whose(token), at_us) for token in tokens))


class Writing(NamedTuple):
    """Rows that are ready to be written: values are sealed before the database lets nobody else in.

    Attributes:
        changed: tokens and fields that had another value.
        sealed: of `vault_sealed`.
        blind: of `vault_blind`.
    """

    changed: list[tuple[str, str]]
    sealed: list[tuple[str, str, int, bytes]]
    blind: list[tuple[str, int, bytes, str]]


def seal(
    people: Mapping[str, Values],
    *,
    keys: Mapping[str, bytes],
    indexes: Indexes,
    before: Versions,
) -> Writing:
    """Seal values by token, each as the next version of its field.

    Args:
        people: their values.
        keys: by token.
        indexes: keys of blind indexes; they must be the same when the rows are written.
        before: the versions that are there then.

    Raises:
        UnableToSeal: somebody is without his key, or a field has changed too often.
    """
    if gone := people.keys() - keys.keys():
        raise UnableToSeal(min(gone), Text(en="its key is destroyed", zh="其密钥已销毁"))
    places = [
        envelope.Place(whose(token), field, token, before.get((token, field), 0) + 1)
        for token, values in people.items()
        for field in values
    ]
    newest = {field: max(each.items()) for field, each in indexes.items()}
    return Writing(
        [(each.token, each.column) for each in places if each.version > 1],
        [(each.token, each.column, each.version, _sealed(keys, each, people)) for each in places],
        [
            (field, newest[field][0], digest(newest[field][1], value), token)
            for token, values in people.items()
            for field, value in values.items()
            if field in newest
        ],
    )


def write(session: Session, ready: Writing) -> None:
    """Write what was sealed.

    Args:
        session: which lets no other writer in; that people may be sealed was checked within it, and that their
            versions and the keys of blind indexes are those of the sealing: a rotation then cannot end between.
        ready: the rows.
    """
    session.each("DELETE FROM vault_blind WHERE token = ? AND field = ?", ready.changed)
    session.each(
        """INSERT INTO vault_sealed VALUES (?, ?, ?, ?) ON CONFLICT (token, field)
           DO UPDATE SET version = excluded.version, sealed = excluded.sealed""",
        ready.sealed,
    )
    session.each("INSERT INTO vault_blind VALUES (?, ?, ?, ?)", ready.blind)


def put(
    session: Session,
    people: Mapping[str, Values],
    *,
    keys: Mapping[str, bytes],
    indexes: Indexes,
) -> None:
    """Check that people may be sealed, seal their values, and write them.

    Args:
        session: which lets no other writer in.
        people: their values.
        keys: by token.
        indexes: keys of blind indexes, read within `session`.

    Raises:
        UnableToFindPerson, UnableToSeal: as `Standing.check` and `seal`.
    """
    standing = Standing(session, people)
    standing.check(people)
    write(session, seal(people, keys=keys, indexes=indexes, before=standing.versions()))


def _sealed(
    keys: Mapping[str, bytes], place: envelope.Place, people: Mapping[str, Values]
) -> bytes:
    if place.version > envelope.VERSION_MOST:
        raise UnableToSeal(
            place.token,
            Text(
                en="{field} has changed too often for one key", zh="{field} 在同一密钥下变更过多"
            ).filled(field=place.column),
        )
    key, value = keys[place.token], people[place.token][place.column]
    return envelope.seal(of_key(key), key, place, value.reveal().encode())


def sealed(session: Session, tokens: Iterable[str]) -> Iterator[Row]:
    """Tokens, fields, versions and sealed values of some people, waited for when they are looked at."""
    sql = "SELECT token, field, version, sealed FROM vault_sealed WHERE token IN ({})"
    return asked(session, sql, tokens)


def by_place(rows: Iterable[Row]) -> Held:
    """Versions and sealed values, by token and field, of what `sealed` answers."""
    return {(token, field): (int(version), bytes(text)) for token, field, version, text in rows}


def unseal(key: bytes, token: str, field: str, held: tuple[int, bytes]) -> Plain:
    """A sealed value in the clear.

    Raises:
        UnableToAuthenticate: it was changed or moved.
    """
    version, text = held
    place = envelope.Place(whose(token), field, token, version)
    try:
        return Plain(envelope.unseal(of_key(key), key, place, text).decode())
    except UnableToAuthenticate:
        raise UnableToAuthenticate(
            Text(en="{field} of {token}", zh="{token} 的 {field} ").filled(field=field, token=token)
        ) from None


def reindex(
    session: Session, field: str, keys: Mapping[int, bytes], *, values: Mapping[str, Plain | None]
) -> None:
    """Move people's blind indexes of one field to the newest key; who has no value has none."""
    version, key = max(keys.items())
    session.each(
        "DELETE FROM vault_blind WHERE field = ? AND token = ?", ((field, each) for each in values)
    )
    session.each(
        "INSERT INTO vault_blind VALUES (?, ?, ?, ?)",
        ((field, version, digest(key, each), token) for token, each in values.items() if each),
    )


def behind(session: Session, field: str, version: int, most: int) -> list[str]:
    """Some of the tokens whose blind index of a field is older than a version."""
    sql = "SELECT token FROM vault_blind WHERE field = ? AND version < ? LIMIT ?"
    return [token for (token,) in session.rows(sql, field, version, most)]
