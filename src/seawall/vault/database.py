"""Where the vault's rows lie: one small protocol, two databases behind it.

The vault has two databases, so that the keys can be kept shorter, and backed up more sparingly, than the
rows: *people* (tokens, sealed fields, blind indexes, holds, openings) and *keys* (wrapped keys).
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from seawall.core.text import Text
from seawall.vault.refusals import UnableToUseVault

Row = tuple[Any, ...]

PEOPLE: Final = (
    """CREATE TABLE IF NOT EXISTS vault_person (
  token TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, at_us BIGINT NOT NULL,
  erasure TEXT)""",
    "CREATE INDEX IF NOT EXISTS vault_person_state ON vault_person (state) WHERE state <> 'active'",
    """CREATE TABLE IF NOT EXISTS vault_sealed (
  token TEXT NOT NULL, field TEXT NOT NULL, version BIGINT NOT NULL, sealed {bytes} NOT NULL,
  PRIMARY KEY (token, field)){clustered}""",
    """CREATE TABLE IF NOT EXISTS vault_blind (
  field TEXT NOT NULL, version BIGINT NOT NULL, digest {bytes} NOT NULL, token TEXT NOT NULL,
  PRIMARY KEY (field, version, digest, token)){clustered}""",
    "CREATE INDEX IF NOT EXISTS vault_blind_token ON vault_blind (token, field)",
    """CREATE TABLE IF NOT EXISTS vault_hold (
  token TEXT NOT NULL, hold TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
  at_us BIGINT NOT NULL, PRIMARY KEY (token, hold))""",
    """CREATE TABLE IF NOT EXISTS vault_opening (
  actor TEXT NOT NULL, at_us BIGINT NOT NULL, opened BIGINT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS vault_opening_actor ON vault_opening (actor, at_us)",
)
KEYS: Final = (
    """CREATE TABLE IF NOT EXISTS vault_key (
  token TEXT PRIMARY KEY, kek TEXT NOT NULL, wrapped {bytes} NOT NULL){clustered}""",
    "CREATE INDEX IF NOT EXISTS vault_key_kek ON vault_key (kek)",
    "CREATE TABLE IF NOT EXISTS vault_kek (number BIGINT PRIMARY KEY, name TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS vault_index_key (
  field TEXT NOT NULL, version BIGINT NOT NULL, kek TEXT NOT NULL, wrapped {bytes} NOT NULL,
  PRIMARY KEY (field, version))""",
)


SECRET: Final = ("vault_key", "vault_index_key")
"""Tables whose deleted rows must be unreadable; deleted rows of others are noise without these."""


class Session(Protocol):
    """One transaction. `?` stands for values.

    A statement may still be on its way when its method returns: a failure is raised by it, by a later one, where rows
    are looked at, or where the transaction ends.
    """

    def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run one statement; what it answers, which is waited for when it is looked at."""

    def each(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for many rows of values."""


class Database(Protocol):
    """A database of rows.

    Guarantees: `writing` lets one writer in at a time, over all processes; what it wrote is durable
    once the block ends, and none of it is there if the block raises or the process dies. `reading` sees
    one state. After `scrub` no row of the tables in `SECRET` that was deleted before lies in the database's
    own files.
    """

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that only looks."""

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction that may change rows.

        Raises:
            UnableToReachDatabase: another writer holds on for too long, or the database fails.
        """

    def scrub(self) -> None:
        """Make deleted bytes unreadable in the database's files.

        Raises:
            UnableToScrub: a reader holds on to the old state; nothing is lost, try again.
        """

    def close(self) -> None:
        """Let go of it."""


class UnableToReachDatabase(UnableToUseVault):
    """The database of people or of keys does not do its work. Never tells a value."""

    def __init__(self, where: str, why: Text) -> None:
        super().__init__(
            Text(en="no use of the database {where}: {why}", zh="数据库 {where} 无法使用：{why}"),
            where=where,
            why=why,
        )


class UnableToScrub(UnableToUseVault):
    """Deleted bytes still lie in a file."""

    def __init__(self, where: str, why: Text) -> None:
        super().__init__(
            Text(
                en="{where}: rows are deleted, their bytes not yet overwritten: {why}; run `seawall "
                "vault scrub` when readers have ended",
                zh="{where}：行已删除，但其字节尚未覆写：{why}；待读者结束后运行 `seawall vault scrub`",
            ),
            where=where,
            why=why,
        )
