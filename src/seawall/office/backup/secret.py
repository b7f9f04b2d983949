"""What a backup is encrypted under: a passphrase, or a key in a file of its own."""

import base64
import binascii
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.office.backup.sealing import KEY_BYTES, derived

PASSPHRASE_LEAST: Final = 12
"""Characters. Whoever has the backup can guess at leisure; scrypt makes a guess cost 0.4 s and 128 MiB."""
_SALT_BYTES: Final = 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Secret:
    """What opens a backup.

    Attributes:
        kind: how the key follows from the material.
        material: the passphrase, or the file's key.
    """

    kind: Literal["scrypt", "file"]
    material: bytes = field(repr=False)


def passphrase(text: str) -> Secret:
    """A passphrase.

    Raises:
        UnableToUseSecret: it is too short.
    """
    if len(text) < PASSPHRASE_LEAST:
        raise UnableToUseSecret(
            Text(
                en="the passphrase has fewer than {least} characters", zh="口令不足 {least} 个字符"
            ).filled(least=PASSPHRASE_LEAST)
        )
    return Secret("scrypt", text.encode())


def from_file(path: Path) -> Secret:
    """A key of 32 bytes, in base64, in a file that only its owner may read.

    Raises:
        UnableToUseSecret: the file is not there, holds no key, or others may read it.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise UnableToUseSecret(
                Text(
                    en="others may read {path}: chmod 600 it",
                    zh="他人可读取 {path}：请执行 chmod 600",
                ).filled(path=path)
            )
        key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except OSError as error:
        raise UnableToUseSecret(verbatim(f"{path}: {error.strerror}")) from None
    except (binascii.Error, UnicodeDecodeError):
        key = b""
    if len(key) != KEY_BYTES:
        raise UnableToUseSecret(
            Text(
                en="{path} holds no key: make one with `openssl rand -base64 {bytes}`",
                zh="{path} 中没有密钥：请用 `openssl rand -base64 {bytes}` 生成",
            ).filled(path=path, bytes=KEY_BYTES)
        )
    return Secret("file", key)


class Header(BaseModel):
    """What stands in the clear before a backup: how its key follows from the secret, and nothing of the home.

    Attributes:
        id: random; the same in every part of one backup.
        n: scrypt's cost (RFC 7914), with r = 8 and p = 1; bounded, since whoever alters it chooses it.
        check: says whether a secret is the right one, and that the header is as it was.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    key: Literal["scrypt", "file"]
    n: Annotated[int, Field(ge=2**14, le=2**20)] = 2**17
    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    check: str = ""

    def opened(self, secret: Secret) -> bytes:
        """The backup's key.

        Raises:
            UnableToUseSecret: the secret is another one, or the header was altered.
        """
        if secret.kind != self.key:
            raise UnableToUseSecret(_NEEDED[self.key])
        key = self._derived(secret)
        if not secrets.compare_digest(self.check, _check(key)):
            raise UnableToUseSecret(
                Text(
                    en="it is not that of this backup, or header.json was altered",
                    zh="它不属于此备份，或 header.json 被改动",
                )
            )
        return key

    def checked(self, secret: Secret) -> "Header":
        """The same header with its check, for a secret."""
        return self.model_copy(update={"check": _check(self._derived(secret))})

    def _derived(self, secret: Secret) -> bytes:
        material, salt = secret.material, bytes.fromhex(self.salt)
        if self.key == "scrypt":
            try:
                material = Scrypt(salt, KEY_BYTES, n=self.n, r=8, p=1).derive(material)
            except ValueError:  # n is no power of two
                raise UnableToUseSecret(
                    Text(en="header.json was altered", zh="header.json 被改动")
                ) from None
        told = json.dumps(self.model_dump(exclude={"check"}), sort_keys=True)
        return derived(material, told, salt)


def _check(key: bytes) -> str:
    return derived(key, "check").hex()


def new_header(secret: Secret) -> Header:
    """The header of a new backup."""
    made = Header(id=secrets.token_hex(16), key=secret.kind, salt=os.urandom(_SALT_BYTES).hex())
    return made.checked(secret)


def read_header(text: bytes, where: str) -> Header:
    """A header from its JSON.

    Raises:
        UnableToUseSecret: it is none.
    """
    try:
        return Header.model_validate_json(text)
    except ValidationError:
        raise UnableToUseSecret(
            Text(
                en="{where} is no backup's header of a format that is known here",
                zh="{where} 不是此处所知格式的备份头",
            ).filled(where=where)
        ) from None


_NEEDED = {
    "scrypt": Text(en="the backup was made with a passphrase", zh="备份是用口令制作的"),
    "file": Text(en="the backup was made with a key file", zh="备份是用密钥文件制作的"),
}


class UnableToUseSecret(Unable, ValueError):
    """A passphrase or key file does not open a backup, or is not fit to seal one."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(
                en="the backup's passphrase or key cannot be used: {why}",
                zh="备份的口令或密钥不能使用：{why}",
            ),
            why=why,
        )
