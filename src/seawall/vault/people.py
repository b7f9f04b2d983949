"""The people's database: tokens, sealed values, blind indexes. Functions over one transaction."""

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence

from seawall.core.text import Text
from seawall.vault import envelope
from seawall.vault.algorithms import UnableToAuthenticate, code, of_key
from seawall.vault.database import Session
from seawall.vault.erasure import holds
from seawall.vault.keys import marks, parts
from seawall.vault.plain import Plain
from seawall.vault.refusals import UnableToFindPerson, UnableToSeal

TOKEN_BYTES = 16
DIGEST_BYTES = 16
Indexes = Mapping[str, Mapping[int, bytes]]
"""Keys of blind indexes, by field and version."""
Values = Mapping[str, Plain]


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


def look_up(
    session: Session, field: str, values: Sequence[Plain], *, keys: Mapping[int, bytes]
) -> list[list[str]]:
    """For each value the tokens that have it, in order, under whichever version of the index's key."""
    found: list[set[str]] = [set() for _ in values]
    sql = "SELECT digest, token FROM vault_blind WHERE field = ? AND version = ? AND digest IN ({})"
    for version, key in keys.items():
        having: dict[bytes, list[str]] = {}
        digests = [digest(key, value) for value in values]
        for part in parts(digests):
            for told, token in session.rows(sql.format(marks(part)), field, version, *part):
                having.setdefault(bytes(told), []).append(token)
        for tokens, told in zip(found, digests, strict=True):
            tokens.update(having.get(told, ()))
    return [sorted(tokens) for tokens in found]


def states(session: Session, tokens: Iterable[str]) -> dict[str, str]:
    """The state of each token that there is."""
    found: dict[str, str] = {}
    for part in parts(tokens):
        sql = f"SELECT token, state FROM vault_person WHERE token IN ({marks(part)})"
        found.update(dict(session.rows(sql, *part)))
    return found


def add(session: Session, tokens: Iterable[str], at_us: int) -> None:
    """New people and devices."""
    sql = "INSERT INTO vault_person (token, kind, state, at_us) VALUES (?, ?, 'active', ?)"
    session.each(sql, ((token, whose(token), at_us) for token in tokens))


def put(
    session: Session,
    people: Mapping[str, Values],
    *,
    keys: Mapping[str, bytes],
    indexes: Indexes,
) -> None:
    """Seal values by token, each as the next version of its field.

    Args:
        session: which lets no other writer in.
        people: their values.
        keys: by token.
        indexes: keys of blind indexes, read within `session`: a rotation then cannot end between.

    Raises:
        UnableToFindPerson: there is no such token.
        UnableToSeal: he is erased, under a hold, without his key, or a field has changed too often.
    """
    _check_sealable(session, list(people))
    if gone := people.keys() - keys.keys():
        raise UnableToSeal(min(gone), Text(en="its key is destroyed", zh="其密钥已销毁"))
    before = versions(session, people)
    places = [
        envelope.Place(whose(token), field, token, before.get((token, field), 0) + 1)
        for token, values in people.items()
        for field in values
    ]
    changed = [(each.token, each.column) for each in places if each.version > 1]
    session.each("DELETE FROM vault_blind WHERE token = ? AND field = ?", changed)
    session.each(
        """INSERT INTO vault_sealed VALUES (?, ?, ?, ?) ON CONFLICT (token, field)
           DO UPDATE SET version = excluded.version, sealed = excluded.sealed""",
        ((each.token, each.column, each.version, _sealed(keys, each, people)) for each in places),
    )
    newest = {field: max(each.items()) for field, each in indexes.items()}
    session.each(
        "INSERT INTO vault_blind VALUES (?, ?, ?, ?)",
        (
            (field, newest[field][0], digest(newest[field][1], value), token)
            for token, values in people.items()
            for field, value in values.items()
            if field in newest
        ),
    )


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


def _check_sealable(session: Session, tokens: Sequence[str]) -> None:
    found, held = states(session, tokens), holds(session, tokens)
    for token in tokens:
        if token not in found:
            raise UnableToFindPerson(token)
        if found[token] != "active":
            raise UnableToSeal(token, Text(en="erased", zh="已删除"))
        if token in held:
            raise UnableToSeal(
                token,
                Text(en="held by {holds}", zh="受 {holds} 保全").filled(
                    holds=", ".join(held[token])
                ),
            )


def versions(session: Session, tokens: Iterable[str]) -> dict[tuple[str, str], int]:
    """How many values each field of some people has had, by token and field."""
    found = {}
    for part in parts(tokens):
        sql = f"SELECT token, field, version FROM vault_sealed WHERE token IN ({marks(part)})"
        for token, field, version in session.rows(sql, *part):
            found[token, field] = int(version)
    return found


def sealed(session: Session, tokens: Iterable[str]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """Versions and sealed values, by token and field."""
    found = {}
    for part in parts(tokens):
        sql = (
            f"SELECT token, field, version, sealed FROM vault_sealed WHERE token IN ({marks(part)})"
        )
        for token, field, version, text in session.rows(sql, *part):
            found[token, field] = (int(version), bytes(text))
    return found


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
