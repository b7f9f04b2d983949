"""The secrets of second factors are sealed: who reads the office's database, or a copy of it, shows nobody's code.

AES-256-GCM (NIST SP 800-38D) under a key of the home's own, with a fresh nonce for each secret. The key lies with the home's
other keys, apart from what it seals, and goes with them into a backup.
"""

import base64
import binascii
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.files import sync
from seawall.office import secret_files
from seawall.office.aside import PRIVATE_FILE
from seawall.office.homes import Home

FILE: Final = "keys/factors.key"
"""In the home, for its owner only; made when the console first starts, or with the first factor."""
_SEALING: Final = "keys/factors.sealing"
"""There from before the key is made until all is sealed that older versions kept in the clear: a start may be stopped."""
MARK: Final = "sealed-1:"
"""How a sealed secret begins: a base32 secret has no such signs."""
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"seawall second factor"


def seal(home: Home, secret: str) -> str:
    """A secret as it is kept."""
    nonce = os.urandom(_NONCE_BYTES)
    key = secret_files.made_once(home.folder / FILE, _KEY_BYTES)
    kept = nonce + _cipher(key).encrypt(nonce, secret.encode(), _PURPOSE)
    return MARK + base64.urlsafe_b64encode(kept).decode()


def opened(home: Home, kept: str) -> str:
    """The secret that was sealed.

    Raises:
        UnableToOpenFactor: it was sealed under another key, or not at all: whoever writes rows could choose it. Where the
            home's key is lost, none is made: it would stand in the way of the one that a backup brings back.
    """
    try:
        key = (home.folder / FILE).read_text(encoding="ascii")
        raw = base64.urlsafe_b64decode(kept.removeprefix(MARK)) if is_sealed(kept) else b""
        return _cipher(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _PURPOSE).decode()
    except (InvalidTag, ValueError, binascii.Error, FileNotFoundError):
        raise UnableToOpenFactor from None


def is_sealed(kept: str) -> bool:
    """Whether a secret is kept sealed."""
    return kept.startswith(MARK)


def is_new(home: Home) -> bool:
    """Whether a home has no key yet, or was stopped while it had one made, see `begun`.

    Only then is what stands in the clear an older version's; afterwards it is whoever's who can write rows.
    """
    return (home.folder / _SEALING).exists() or not (home.folder / FILE).exists()


@contextmanager
def begun(home: Home) -> Iterator[None]:
    """The block seals what was kept in the clear: it begins anew where it was stopped, and never again once it ended."""
    mark = home.folder / _SEALING
    mark.touch(mode=PRIVATE_FILE)
    sync(mark.parent)
    secret_files.made_once(home.folder / FILE, _KEY_BYTES)
    yield
    mark.unlink(missing_ok=True)


def _cipher(key: str) -> AESGCM:
    return AESGCM(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))


class UnableToOpenFactor(Unable, ValueError):
    """A second factor was sealed under a key that this home does not have."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="this second factor cannot be read with the home's keys/factors.key: bring the key back from a backup, "
                "or let the person in anew",
                zh="无法用主目录的 keys/factors.key 读取该双因素：请由备份恢复密钥，或为其重置登录",
            )
        )
