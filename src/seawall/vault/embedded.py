"""The vault in a home folder: `vault/people.sqlite`, `keys/keys.sqlite`, and the ring in `keys/ring.json`.

Rows and keys have folders of their own, so that keys can be backed up apart, and kept shorter. The ring
belongs into neither backup: without it a copy of both is noise.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from seawall.core.text import Text, verbatim
from seawall.vault import ring, rotation
from seawall.vault.algorithms import SUITES, Name
from seawall.vault.database import KEYS, PEOPLE, Database
from seawall.vault.declaration import Rules
from seawall.vault.keys import Keys
from seawall.vault.refusals import UnableToUseVault
from seawall.vault.ring import LocalRing, UnableToReachKeys
from seawall.vault.sqlite import SqliteDatabase
from seawall.vault.store import Vault

Part = Literal["people", "keys"]
"""The vault's two databases."""


_KEYS = Text(en="the database of keys", zh="密钥数据库")


class UnableToMakeRing(UnableToUseVault):
    """There is a key ring already; another one would leave all that it sealed unreadable."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text(
                en="{file} exists; keys change by `seawall vault rotate`",
                zh="{file} 已存在；更换密钥请用 `seawall vault rotate`",
            ),
            file=file,
        )


class UnableToReplaceRing(UnableToUseVault):
    """The ring is lost, and keys are there that only it opens."""

    def __init__(self, keys: Text) -> None:
        super().__init__(
            Text(
                en="{keys} holds keys of another ring: put the copy of ring.json back; a new ring opens "
                "none of them",
                zh="{keys} 中有另一个密钥环的密钥：请放回 ring.json 的副本；新密钥环打不开其中任何一个",
            ),
            keys=keys,
        )


class UnableToRetireKey(UnableToUseVault):
    """A key-encryption key is still needed."""

    def __init__(self, name: str, wrapped: int) -> None:
        super().__init__(
            Text(
                en="{name} still wraps {wrapped} keys: run `seawall vault rotate` first",
                zh="{name} 仍封装着 {wrapped} 个密钥：请先运行 `seawall vault rotate`",
            ),
            name=name,
            wrapped=wrapped,
        )


@dataclass(frozen=True)
class Embedded:
    """A vault under a home folder.

    Attributes:
        opened: opens its databases, where they may lie elsewhere; the ring stays in the folder.
    """

    folder: Path
    rules: Rules
    opened: Callable[[Part], Database] | None = None

    @property
    def ring_file(self) -> Path:
        """Where the key ring lies, unless the environment holds it."""
        return self.folder / "keys" / "ring.json"

    @property
    def ring(self) -> LocalRing:
        """The key ring, from the environment or else from its file.

        Raises:
            UnableToReachKeys: there is none, or others may read it.
        """
        if ring.VARIABLE in os.environ:
            return ring.from_environment()
        return ring.from_file(self.ring_file)

    def make_ring(self, suite: Name) -> LocalRing:
        """Make the ring, in a file for its owner only.

        Raises:
            UnableToMakeRing: there is one.
            UnableToReplaceRing: there was one, and its keys are there.
        """
        self.ring_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ring.changing(self.ring_file):
            if self.ring_file.exists():
                raise UnableToMakeRing(self.ring_file)
            self._check_unused()
            made = ring.new(SUITES[suite])
            ring.write_file(self.ring_file, made)
        return made

    def _check_unused(self) -> None:
        """No ring was used here before: the keys' database names the one that is."""
        with (
            closing((self.opened or self._embedded)("keys")) as database,
            database.reading() as session,
        ):
            used = session.rows("SELECT 1 FROM vault_kek")
        if used:
            file = self.folder / "keys" / "keys.sqlite"
            raise UnableToReplaceRing(verbatim(str(file)) if file.exists() else _KEYS)

    def open(self) -> Vault:
        """The vault; its databases are made where there are none. Raises as `ring`."""
        held = self.ring
        opened = self.opened or self._embedded
        keys = Keys(opened("keys"), held, held.suite)
        return Vault(opened("people"), keys, self.rules)

    def _embedded(self, part: Part) -> Database:
        if part == "keys":
            return SqliteDatabase(self.folder / "keys" / "keys.sqlite", KEYS)
        return SqliteDatabase(self.folder / "vault" / "people.sqlite", PEOPLE)

    def rotate(self, suite: Name | None = None) -> Iterator[int]:
        """Wrap every key under a new key-encryption key; after each transaction, how many so far.

        A rotation that was stopped is finished, and no further key is made. The old key stays in the
        ring until `retire`. New people's values are sealed by `suite`; by the same as before if None.
        Where the environment holds the ring, its new key has been put there before.
        """
        if ring.VARIABLE not in os.environ:
            self._make_key(suite)
        yield from rotation.rewrap(self.open().keys)

    def _make_key(self, suite: Name | None) -> None:
        with ring.changing(self.ring_file):
            held = ring.from_file(self.ring_file)
            if not set(self.open().status().keys) - {held.current}:
                made = held.rotated(SUITES[suite or held.suite.name])
                ring.write_file(self.ring_file, made)

    @property
    def spent(self) -> tuple[str, ...]:
        """The ring's keys that wrap nothing any more: what `retire` takes."""
        held, wrapping = self.ring, self.open().status().keys
        return tuple(name for name in held.names if name not in {held.current, *wrapping})

    def retire(self, name: str) -> None:
        """Destroy a key-encryption key that wraps nothing any more, and with it what old copies hold.

        Raises:
            UnableToRetireKey: keys are still wrapped by it.
            UnableToReachKeys: it is the current key, none of the ring's, or the environment holds the ring.
        """
        if ring.VARIABLE in os.environ:
            raise UnableToReachKeys(
                Text(
                    en="the environment holds it: take the key out there",
                    zh="它在环境变量中：请在那里取出密钥",
                )
            )
        with ring.changing(self.ring_file):
            if wrapped := self.open().status().keys.get(name):
                raise UnableToRetireKey(name, wrapped)
            ring.write_file(self.ring_file, ring.from_file(self.ring_file).without(name))

    def reindex(self, field: str) -> Iterator[int]:
        """Give a blind index a new key; after each transaction, how many people's were moved so far.

        A rotation that was stopped is finished, and no further key is made.
        """
        vault = self.open()
        if len(vault.keys.indexes(field)[field]) == 1:
            vault.keys.next_index(field)
        yield from rotation.reindex(vault.rows, vault.keys, field)
