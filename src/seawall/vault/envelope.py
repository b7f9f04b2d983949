"""The forms of what is sealed: a field under a person's key, a key under a key-encryption key.

A sealed field is `algorithm byte | nonce (12) | ciphertext | tag (16)`. Bound to it, and not kept in
it, are the words of the format, the algorithm byte, table, column, token and version, each behind its
length, so that no two places read alike. A sealed field put into another row or column, given
back an older version number, or marked with another algorithm does not open.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Final

from seawall.vault.algorithms import (
    AES,
    NONCE_BYTES,
    TAG_BYTES,
    Suite,
    UnableToAuthenticate,
    by_byte,
    decrypt,
    encrypt,
    unwrap,
    wrap,
)
from seawall.vault.plain import Secret

FORMAT: Final = b"seawall-vault-1"
VERSION_MOST: Final = 2**24
"""Changes of one field of one person. With at most 100 fields a key seals under 2^31 values."""

_PLACE_BYTES: Final = 16


@dataclass(frozen=True)
class Place:
    """Where a sealed field belongs.

    Attributes:
        table: whose fields: `person` or `device`.
        column: the field.
        token: the row.
        version: 1 for the first value of the field, one more at each change.
    """

    table: str
    column: str
    token: str
    version: int


def seal(suite: Suite, key: bytes, place: Place, text: bytes) -> bytes:
    """A field, sealed for its place under a person's key."""
    nonce = os.urandom(NONCE_BYTES)
    bound = _bound(suite, place)
    return bytes((suite.byte,)) + nonce + encrypt(suite, key, nonce, text=text, bound=bound)


def unseal(suite: Suite, key: bytes, place: Place, sealed: bytes) -> bytes:
    """The field again.

    Raises:
        UnableToAuthenticate: it was changed, moved, or belongs to another key or algorithm.
    """
    if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES or by_byte(sealed[0]) is not suite:
        raise UnableToAuthenticate
    nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    return decrypt(suite, key, nonce, text=text, bound=_bound(suite, place))


_FORMAT_BEHIND_LENGTH: Final = len(FORMAT).to_bytes(2, "big") + FORMAT


def _bound(suite: Suite, place: Place) -> bytes:
    table, column, token = place.table.encode(), place.column.encode(), place.token.encode()
    return b"".join(
        (
            bytes((suite.byte,)),
            _FORMAT_BEHIND_LENGTH,
            len(table).to_bytes(2, "big"),
            table,
            len(column).to_bytes(2, "big"),
            column,
            len(token).to_bytes(2, "big"),
            token,
            place.version.to_bytes(8, "big"),
        )
    )


def wrap_key(suite: Suite, kek: bytes, key: bytes, owner: str) -> bytes:
    """A key under a key-encryption key: `algorithm byte | wrapped (key | digest of the owner)`.

    The owner's digest inside makes a wrapped key put into another's row fail to unwrap.
    """
    payload = Secret(key + _owner(owner))
    if suite is AES:
        return bytes((suite.byte,)) + wrap(kek, payload)
    nonce = os.urandom(NONCE_BYTES)
    return bytes((suite.byte,)) + nonce + encrypt(suite, kek, nonce, text=payload, bound=FORMAT)


def unwrap_key(suite: Suite, kek: bytes, wrapped: bytes, owner: str) -> Secret:
    """The key again.

    Raises:
        UnableToAuthenticate: it was changed, or belongs to another owner, key or algorithm.
    """
    if len(wrapped) < 1 + NONCE_BYTES + TAG_BYTES or by_byte(wrapped[0]) is not suite:
        raise UnableToAuthenticate
    if suite is AES:
        payload = unwrap(kek, wrapped[1:])
    else:
        nonce, text = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        payload = Secret(decrypt(suite, kek, nonce, text=text, bound=FORMAT))
    key, owned = Secret(payload[:-_PLACE_BYTES]), payload[-_PLACE_BYTES:]
    if owned != _owner(owner):
        raise UnableToAuthenticate
    return key


def _owner(owner: str) -> bytes:
    return hashlib.sha256(FORMAT + owner.encode()).digest()[:_PLACE_BYTES]
