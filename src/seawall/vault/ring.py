"""The key ring: the keys that wrap people's keys, and where they come from.

A ring is JSON: `{"current": "kek-…", "suite": "aes", "keys": {"kek-…": {"suite": "aes", "key": BASE64}}}`.
`suite` is what new data is sealed with; each key has the suite that it wraps with.
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seawall.core.text import Text, verbatim
from seawall.vault.algorithms import SUITES, Name, Suite
from seawall.vault.envelope import unwrap_key, wrap_key
from seawall.vault.plain import Secret
from seawall.vault.refusals import UnableToUseVault

VARIABLE = "SEAWALL_VAULT_RING"
_ID_BYTES = 6


class KeyRing(Protocol):
    """What wraps keys: a ring in memory, or a key management system behind its client.

    Guarantees: what `wrap` gave under a name, `unwrap` gives back under that name for the same owner
    and for no other, as long as the key is not destroyed; key-encryption keys never leave the ring;
    calls may come from several threads and processes.
    """

    @property
    def current(self) -> str:
        """The name of the key that wraps now."""

    def wrap(self, key: bytes, owner: str) -> "Wrapped":
        """A key, wrapped under the current key-encryption key for its owner.

        Raises:
            UnableToReachKeys: the ring does not answer.
        """

    def unwrap(self, wrapped: "Wrapped", owner: str) -> bytes:
        """The key again.

        Raises:
            UnableToAuthenticate: it was changed, or belongs to another owner.
            UnableToReachKeys: the ring has no key of this name, or does not answer.
        """


class Wrapped(NamedTuple):
    """A wrapped key, and the name of the key-encryption key that opens it."""

    kek: str
    text: bytes


class UnableToReachKeys(UnableToUseVault):
    """A key-encryption key is not there."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="no use of the key ring: {why}", zh="密钥环无法使用：{why}"), why=why
        )


class _Key(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    suite: Name
    key: str = Field(repr=False)


class _Ring(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current: str
    suite: Name
    keys: dict[str, _Key]


@dataclass(frozen=True)
class LocalRing:
    """A ring in memory.

    Attributes:
        current: the name of the key that wraps now.
        suite: what new data is sealed with.
    """

    current: str
    suite: Suite
    _keys: Mapping[str, tuple[Suite, bytes]] = field(repr=False)

    def wrap(self, key: bytes, owner: str) -> Wrapped:
        """See `KeyRing`."""
        suite, kek = self._keys[self.current]
        return Wrapped(self.current, wrap_key(suite, kek, key, owner))

    def unwrap(self, wrapped: "Wrapped", owner: str) -> bytes:
        """See `KeyRing`."""
        if wrapped.kek not in self._keys:
            raise UnableToReachKeys(
                Text(en="it has no key {name}", zh="其中没有密钥 {name}").filled(name=wrapped.kek)
            )
        suite, kek = self._keys[wrapped.kek]
        return unwrap_key(suite, kek, wrapped.text, owner)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its keys."""
        return tuple(self._keys)

    def rotated(self, suite: Suite) -> "LocalRing":
        """The same ring with a new current key."""
        name = new_name()
        return LocalRing(name, suite, {**self._keys, name: (suite, suite.new_key())})

    def without(self, name: str) -> "LocalRing":
        """The same ring without a key that wraps nothing any more.

        Raises:
            UnableToReachKeys: it is the current key, or none.
        """
        if name == self.current or name not in self._keys:
            raise UnableToReachKeys(
                Text(
                    en="{name} is the current key, or no key of it",
                    zh="{name} 是当前密钥，或不是其中的密钥",
                ).filled(name=name)
            )
        kept = {each: key for each, key in self._keys.items() if each != name}
        return LocalRing(self.current, self.suite, kept)

    def text(self) -> str:
        """The ring as JSON, keys in the clear: for its file only."""
        keys = {
            name: _Key(suite=suite.name, key=base64.b64encode(key).decode())
            for name, (suite, key) in self._keys.items()
        }
        return _Ring(current=self.current, suite=self.suite.name, keys=keys).model_dump_json()


def new_name() -> str:
    """A name for a key-encryption key; says nothing of it."""
    return f"kek-{secrets.token_hex(_ID_BYTES)}"


def new(suite: Suite) -> LocalRing:
    """A ring with one new key."""
    return LocalRing("", suite, {}).rotated(suite)


def parse(text: str, origin: str) -> LocalRing:
    """A ring from its JSON; `origin` is what the exception calls it.

    Raises:
        UnableToReachKeys: it is no ring; nothing of its text is told.
    """
    try:
        held = _Ring.model_validate_json(text)
        keys = {
            name: (SUITES[each.suite], Secret(base64.b64decode(each.key, validate=True)))
            for name, each in held.keys.items()
        }
    except (ValidationError, binascii.Error, json.JSONDecodeError):
        keys = {}
    if not keys or held.current not in keys or any(len(k) != s.key_bytes for s, k in keys.values()):
        raise UnableToReachKeys(
            Text(en="{origin} holds no key ring", zh="{origin} 中没有密钥环").filled(origin=origin)
        ) from None
    return LocalRing(held.current, SUITES[held.suite], keys)


def from_file(path: Path) -> LocalRing:
    """The ring in a file that only its owner may read.

    Raises:
        UnableToReachKeys: it cannot be read, is no ring, or others could read or change it.
    """
    try:
        with path.open("rb") as stream:
            state = os.fstat(stream.fileno())
            if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise UnableToReachKeys(
                    Text(
                        en="others may read {path}: chmod 600 it",
                        zh="他人可读取 {path}：请执行 chmod 600",
                    ).filled(path=path)
                )
            if state.st_uid != os.geteuid():
                raise UnableToReachKeys(
                    Text(en="{path} belongs to another user", zh="{path} 属于另一用户").filled(
                        path=path
                    )
                )
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        raise UnableToReachKeys(
            Text(
                en="{path} is not there: put its copy back; where there never was one, `seawall init` "
                "makes a home with one, `seawall vault init` adds one",
                zh="没有 {path}：请放回其副本；若从未有过，`seawall init` 建立带密钥环的主目录，"
                "`seawall vault init` 为已有主目录添加",
            ).filled(path=path)
        ) from None
    except OSError as error:
        raise UnableToReachKeys(verbatim(f"{path}: {error.strerror}")) from None
    return parse(text, str(path))


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """While one reads a ring's file and writes it anew, no other process does.

    Two who did it at once would each leave out the key that the other has just made, and with it all
    that is wrapped under that key.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write_file(path: Path, ring: LocalRing) -> None:
    """Write a ring, for its owner only; all or nothing, durable once this returns."""
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(ring.text())
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def from_environment(variable: str = VARIABLE) -> LocalRing:
    """The ring in an environment variable.

    Raises:
        UnableToReachKeys: it is not set, or holds no ring.
    """
    text = os.environ.get(variable)
    if text is None:
        raise UnableToReachKeys(
            Text(en="the environment has no {variable}", zh="环境变量 {variable} 未设置").filled(
                variable=variable
            )
        )
    return parse(text, variable)
