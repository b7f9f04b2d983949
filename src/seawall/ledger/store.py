"""Where a ledger's rows live: what every database must guarantee."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from seawall.core.problem import Unable
from seawall.core.text import Text

Value = bytes | str | int | None


class Rows(Protocol):
    """The tables of a ledger within one transaction; `?` stands for a value.

    A statement may still be on its way when its method returns: a failure is raised by it, by a later one, where rows
    are looked at, or where the transaction ends.
    """

    def all(self, sql: str, values: Sequence[Value] = ()) -> Sequence[tuple[Any, ...]]:
        """Run a statement; its rows, which are waited for when they are looked at."""
        ...

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """Run a statement for each of many."""
        ...


class Store(Protocol):
    """A database that holds one ledger.

    Durability: what a writing transaction wrote survives a kill and a loss of power once the block
    was left without an exception. Where leaving it raised, the rows are there or are not, all of
    them: only a new transaction can tell, and it may rely on what it then sees.

    Concurrency: of all processes, one at a time is in a writing transaction; the others wait. Reading
    transactions see one state, wait for nobody, and stop nobody. A store may be used by many threads;
    it does not survive a fork.

    Idempotence: none. Who tries again looks first whether the rows are there.

    Faults: a full disk fails writing and leaves reading as it was.
    """

    name: str
    """Where it is, for people; without a password."""

    def writing(self) -> AbstractContextManager[Rows]:
        """A transaction that alone may write."""
        ...

    def reading(self) -> AbstractContextManager[Rows]:
        """A transaction that sees one state."""
        ...

    def forget(self) -> None:
        """Take bytes that were overwritten out of the database's own copies, as far as it can."""
        ...

    def close(self) -> None:
        """Give back what is held open."""
        ...


class UnableToOpenStore(Unable, RuntimeError):
    """A database is not there, or cannot promise what a store must."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(
                en="the ledger's database {name} cannot be used: {why}",
                zh="账本的数据库 {name} 不能使用：{why}",
            ),
            name=name,
            why=why,
        )


class UnableToWriteStore(Unable, RuntimeError):
    """A database failed while it was written; the rows may be kept or not."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(
                en="the ledger's database {name} failed ({why}); what was being written may be kept or "
                "not: tell the same acts again, each is kept once",
                zh="账本的数据库 {name} 出错（{why}）；正在写入的内容可能已留存，也可能没有：请重新登记"
                "同样的行为，每一项只留存一次",
            ),
            name=name,
            why=why,
        )


class UnableToReadStore(Unable, RuntimeError):
    """A database failed while it was read."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(
                en="the ledger's database {name} cannot be read: {why}",
                zh="无法读取账本的数据库 {name}：{why}",
            ),
            name=name,
            why=why,
        )
