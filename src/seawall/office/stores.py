"""Where a home's stores are chosen: SQLite files in its folder, or PostgreSQL, each by the home's settings."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import Store as LedgerStore
from seawall.office.settings import Settings, Store
from seawall.vault.database import KEYS, PEOPLE, Database
from seawall.vault.embedded import Part
from seawall.vault.sqlite import SqliteDatabase

FILES: Final[dict[Store, str]] = {
    "office": "office.sqlite",
    "ledger": "ledger.sqlite",
    "people": "vault/people.sqlite",
    "keys": "keys/keys.sqlite",
}
"""Where they lie in a home's folder."""
_TABLES: Final[dict[Part, tuple[str, ...]]] = {"people": PEOPLE, "keys": KEYS}


@dataclass(frozen=True)
class Stores:
    """The stores of a home, to be opened; each opening is anew."""

    folder: Path
    settings: Settings

    def file(self, store: Store) -> Path | None:
        """The SQLite file of a store; None where it lies in PostgreSQL."""
        return None if self.settings.lies(store) else self.folder / FILES[store]

    @property
    def office(self) -> Path | str:
        """What `records.starting.start` opens."""
        address = self._address("office")
        return self.folder / FILES["office"] if address is None else address

    def ledger(self) -> LedgerStore:
        """The ledger's."""
        address = self._address("ledger")
        if address is None:
            return SqliteStore(self.folder / FILES["ledger"])
        from seawall.ledger.postgresql import PostgresStore  # noqa: PLC0415 - an extra

        return PostgresStore(address)

    def vault(self, part: Part) -> Database:
        """A part of the vault's."""
        address = self._address(part)
        if address is None:
            return SqliteDatabase(self.folder / FILES[part], _TABLES[part])
        from seawall.vault.postgresql import PostgresDatabase  # noqa: PLC0415 - an extra

        return PostgresDatabase(address, _TABLES[part])

    def _address(self, store: Store) -> str | None:
        lies = self.settings.lies(store)
        if lies is None:
            return None
        if find_spec("psycopg") is None:
            raise UnableToUsePostgresql
        return lies.address


class UnableToUsePostgresql(Unable, RuntimeError):
    """A store lies in PostgreSQL, and the driver is not there."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en='psycopg is not installed: pip install "seawall[postgres]"',
                zh='未安装 psycopg：pip install "seawall[postgres]"',
            )
        )
