"""The two suites of algorithms: the international one, and the Chinese one.

| byte | fields | blind index | wrapping |
|---|---|---|---|
| 1 | AES-256-GCM (NIST SP 800-38D) | HMAC-SHA-256 (RFC 2104) | AES-256-KW (RFC 3394) |
| 2 | SM4-GCM (GB/T 32907, RFC 8998) | HMAC-SM3 (GB/T 32905) | SM4-GCM |

AES-KW wraps keys without a nonce, so that one key-encryption key may wrap any number of keys; what a
wrapped key belongs to stands inside, behind the key (`envelope.py`). SM4 has no wrapping mode in the
library; its keys are wrapped by SM4-GCM under a random nonce.

Nonces are 96 random bits. Under one key at most 2^32 messages may be sealed so (SP 800-38D, 8.3: the
chance of a repeated nonce stays below 2^-32). A person's key seals far fewer: `envelope.VERSION_MOST`.
An SM4 key-encryption key must be rotated before it has wrapped 2^32 keys.
"""

import hmac
import os
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from seawall.core.text import Text
from seawall.vault.plain import Secret
from seawall.vault.refusals import UnableToUseVault

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16

Name = Literal["aes", "sm4"]


_SEALED = Text(en="the sealed value", zh="封存的值")


class UnableToAuthenticate(UnableToUseVault):
    """What was sealed is not what is there, or the key or the place is another."""

    def __init__(self, what: Text = _SEALED) -> None:
        super().__init__(
            Text(
                en="{what} does not open: it, its place or its key was changed",
                zh="{what}无法打开：内容、位置或密钥已被改动",
            ),
            what=what,
        )


@dataclass(frozen=True)
class Suite:
    """Which algorithms belong together.

    Attributes:
        byte: stands first in whatever is sealed.
        name: what people choose it by.
        key_bytes: length of data keys and key-encryption keys.
    """

    byte: int
    name: Name
    key_bytes: int

    def new_key(self) -> Secret:
        """A random key."""
        return Secret(os.urandom(self.key_bytes))


AES: Final = Suite(1, "aes", 32)
SM4: Final = Suite(2, "sm4", 16)
SUITES: Final[dict[Name, Suite]] = {"aes": AES, "sm4": SM4}


def by_byte(byte: int) -> Suite:
    """The suite that an algorithm byte names.

    Raises:
        UnableToAuthenticate: none does.
    """
    for suite in SUITES.values():
        if suite.byte == byte:
            return suite
    raise UnableToAuthenticate


def of_key(key: bytes) -> Suite:
    """The suite that a data key or index key belongs to: their lengths differ.

    Raises:
        UnableToAuthenticate: no suite has keys of this length.
    """
    for suite in SUITES.values():
        if suite.key_bytes == len(key):
            return suite
    raise UnableToAuthenticate


def encrypt(suite: Suite, key: bytes, nonce: bytes, *, text: bytes, bound: bytes) -> bytes:
    """Ciphertext and its tag of 16 bytes; `bound` is authenticated with it and not kept."""
    if suite is AES:
        return AESGCM(key).encrypt(nonce, text, bound)
    machine = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    machine.authenticate_additional_data(bound)
    return machine.update(text) + machine.finalize() + machine.tag


def decrypt(suite: Suite, key: bytes, nonce: bytes, *, text: bytes, bound: bytes) -> bytes:
    """What was encrypted; nothing of it unless the whole is authentic.

    Raises:
        UnableToAuthenticate: text, tag, nonce, key or `bound` is another.
    """
    try:
        if suite is AES:
            return AESGCM(key).decrypt(nonce, text, bound)
        body, tag = text[:-TAG_BYTES], text[-TAG_BYTES:]
        machine = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        machine.authenticate_additional_data(bound)
        return machine.update(body) + machine.finalize()
    except (InvalidTag, ValueError):
        raise UnableToAuthenticate from None


def wrap(key: bytes, payload: bytes) -> bytes:
    """AES-KW of a payload whose length is a multiple of 8 bytes, 16 at least."""
    return aes_key_wrap(key, payload)


def unwrap(key: bytes, wrapped: bytes) -> Secret:
    """What was wrapped.

    Raises:
        UnableToAuthenticate: it, or the key, is another.
    """
    try:
        return Secret(aes_key_unwrap(key, wrapped))
    except (InvalidUnwrap, ValueError):
        raise UnableToAuthenticate from None


def code(suite: Suite, key: bytes, message: bytes) -> bytes:
    """The message authentication code of 32 bytes."""
    if suite is AES:
        return hmac.digest(key, message, "sha256")
    machine = HMAC(key, hashes.SM3())
    machine.update(message)
    return machine.finalize()
