"""One file, encrypted in chunks, so that none can be changed, cut off, moved or taken from another file.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), as in age: AES-256-GCM over
chunks of 1 MiB, the nonce is the chunk's number (11 bytes) and whether it is the last (1 byte). Each file
has a key of its own, from the backup's key, 16 random bytes at its beginning and its name; so no nonce
is used twice under a key, and a chunk opens in its file, at its place, and nowhere else.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from seawall.core.problem import Unable
from seawall.core.text import Text

CHUNK_BYTES: Final = 2**20
TAG_BYTES: Final = 16
SALT_BYTES: Final = 16
KEY_BYTES: Final = 32


@dataclass(frozen=True)
class Digests:
    """What a file is in the clear, and sealed: bytes in the clear, and SHA-256 of both."""

    size: int
    clear: str
    sealed: str


def derived(key: bytes, use: str, salt: bytes = b"") -> bytes:
    """A key for one use (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt, f"seawall backup 1, {use}".encode()).derive(key)


def seal(source: BinaryIO, target: BinaryIO, *, key: bytes, name: str) -> Digests:
    """Encrypt a file under its name."""
    salt = os.urandom(SALT_BYTES)
    cipher = AESGCM(derived(key, f"file {name}", salt))
    clear, sealed = hashlib.sha256(), hashlib.sha256(salt)
    size = 0
    target.write(salt)
    for nonce, chunk in _chunks(source, CHUNK_BYTES):
        text = cipher.encrypt(nonce, chunk, None)
        clear.update(chunk)
        sealed.update(text)
        target.write(text)
        size += len(chunk)
    return Digests(size, clear.hexdigest(), sealed.hexdigest())


def unseal(source: BinaryIO, target: BinaryIO, *, key: bytes, name: str) -> Digests:
    """Decrypt a file that was sealed under this name. What was written before a refusal is to be thrown away.

    Raises:
        UnableToUnseal: it was changed, cut, or is another file.
    """
    salt = source.read(SALT_BYTES)
    cipher = AESGCM(derived(key, f"file {name}", salt))
    clear, sealed = hashlib.sha256(), hashlib.sha256(salt)
    size = 0
    for nonce, text in _chunks(source, CHUNK_BYTES + TAG_BYTES):
        try:
            chunk = cipher.decrypt(nonce, text, None)
        except (InvalidTag, ValueError):  # shorter than a tag
            raise UnableToUnseal(name, size) from None
        clear.update(chunk)
        sealed.update(text)
        target.write(chunk)
        size += len(chunk)
    return Digests(size, clear.hexdigest(), sealed.hexdigest())


def _chunks(source: BinaryIO, most: int) -> Iterator[tuple[bytes, bytes]]:
    """Chunks with their nonces; an empty file is one empty chunk."""
    number, chunk = 0, source.read(most)
    while True:
        after = source.read(most)
        yield number.to_bytes(11, "big") + bytes([not after]), chunk
        if not after:
            return
        number, chunk = number + 1, after


class UnableToUnseal(Unable, ValueError):
    """A sealed file is not what was sealed under its name."""

    def __init__(self, name: str, at: int) -> None:
        super().__init__(
            Text(
                en="{name} was changed, cut or moved, at or after byte {at:,}",
                zh="{name} 在第 {at:,} 字节处或之后被改动、截断或移位",
            ),
            name=name,
            at=at,
        )
