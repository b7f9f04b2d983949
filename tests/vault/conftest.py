"""A vault of its own on each database, simulated people, and a recorder that remembers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seawall.core import pack
from seawall.core.text import verbatim
from seawall.vault import ring
from seawall.vault.algorithms import AES, Suite
from seawall.vault.database import KEYS, PEOPLE, Database
from seawall.vault.declaration import Given, Rules
from seawall.vault.erasure import Erasure, Order
from seawall.vault.keys import Keys
from seawall.vault.opening import Ask, Unsealing
from seawall.vault.plain import Plain
from seawall.vault.refusals import UnableToUseVault
from seawall.vault.ring import KeyRing
from seawall.vault.sqlite import SqliteDatabase
from seawall.vault.store import Vault
from tests.conftest import PACKS

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
RULES = pack.read(PACKS / "vault" / "fields.yaml", Rules)
ALICE = {
    "name": "张三丰",
    "national_id": "11010519491231002X",
    "phone": "13800138000",
    "bank_card": "4111111111111111",
    "address": "北京市朝阳区模拟路1号",
    "email": "alice@example.com",
}
BOB = {"name": "Bob Builder", "national_id": "440524188001010014", "phone": "13912345678"}


def given(values: dict[str, str]) -> Given:
    return Given({name: Plain(text) for name, text in values.items()}, "CN")


def ask(purpose: str = "contact_customer", **more: object) -> Ask:
    return Ask(**{"purpose": purpose, "actor": "bob", "at": NOW, **more})  # type: ignore[arg-type]


@dataclass
class Remembering:
    """A recorder in memory."""

    seen: list[Unsealing] = field(default_factory=list)

    def __call__(self, unsealing: Unsealing) -> None:
        self.seen.append(unsealing)


def refusing(unsealing: Unsealing) -> None:
    """A recorder that cannot record."""
    raise UnableToUseVault(verbatim(f"no record of {unsealing.ask.purpose}"))


def nothing() -> None:
    """Records nothing."""


def erase(vault: Vault, tokens: Sequence[str], by: Order) -> list[Erasure]:
    """What the act does, without a ledger."""
    certificates = vault.order_erasure(tokens, by=by)
    vault.finish_erasures(tokens)
    return certificates


def replay(vault: Vault, certificates: Sequence[Erasure]) -> int:
    """The same after a restore."""
    vault.order_again(certificates)
    return finish(vault)


def finish(vault: Vault) -> int:
    """The same after a stop half-way."""
    return vault.finish_erasures([each.token for each in vault.ordered_erasures()])


@dataclass
class Room:
    """A vault, and what it stands on."""

    rows: Database
    keys: Database
    ring: KeyRing
    suite: Suite = AES
    rules: Rules = RULES
    recorder: Remembering = field(default_factory=Remembering)

    @property
    def vault(self) -> Vault:
        return Vault(self.rows, Keys(self.keys, self.ring, self.suite), self.rules)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = sqlite_room(tmp_path)
    yield made
    made.rows.close()
    made.keys.close()


def sqlite_room(folder: Path) -> Room:
    return Room(
        SqliteDatabase(folder / "people.sqlite", PEOPLE),
        SqliteDatabase(folder / "keys.sqlite", KEYS),
        ring.new(AES),
    )


Check = Callable[[Room], None]
