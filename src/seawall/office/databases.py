"""Schemas in PostgreSQL for a home's stores: fresh ones, all of them or none."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.office.settings import STORES, Lies, Store

if TYPE_CHECKING:
    import psycopg

_MAKERS: Final = 0x5EA_1A11
"""The advisory locks of those who make a store; the second number is the store's."""
UNFINISHED: Final = "Seawall is making this; nothing in it counts."
"""The comment on a schema until everything in it is proved."""


@contextmanager
def fresh(elsewhere: Mapping[Store, Lies]) -> Iterator[None]:
    """Empty schemas for stores: they stay if the block ends well, and are gone if it raises.

    A killed process leaves schemas that are marked as unfinished: they are in no home, and removed the next
    time. Where it is killed after the marks are gone and before its folder is in place, whole schemas stay
    that no home names; they are never removed here.

    Raises:
        UnableToUseDatabase: it cannot be reached; a schema is there already; another process is making one.
    """
    with ExitStack() as connected:
        made = [
            _Schema(connected.enter_context(connection(lies)), store, lies.schema)
            for store, lies in elsewhere.items()
        ]
        for each in made:
            each.check_free()
        try:
            for each in made:
                each.make()
            yield
            for each in made:
                each.finish()
        except BaseException:
            for each in made:
                with suppress(Exception):  # the first failure is the one to tell
                    each.remove()
            raise


@contextmanager
def connection(lies: Lies) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A connection to the database of a store, whose schema it sees.

    Raises:
        UnableToUseDatabase: it cannot be reached, or fails.
    """
    import psycopg  # noqa: PLC0415 - an extra

    try:
        with psycopg.connect(lies.address, autocommit=True) as raw:
            yield raw
    except psycopg.Error as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UnableToUseDatabase(lies.schema, verbatim(why)) from None


@dataclass(frozen=True)
class _Schema:
    """A store's schema in the making; one maker at a time."""

    raw: "psycopg.Connection[tuple[Any, ...]]"
    store: Store
    name: str

    def check_free(self) -> None:
        locked = "SELECT pg_try_advisory_lock(%s, %s)"
        if self.raw.execute(locked, (_MAKERS, STORES.index(self.store))).fetchone() != (True,):
            raise UnableToUseDatabase(
                self.name, Text(en="another process is making it", zh="另一进程正在建立它")
            )
        if state(self.raw, self.name) == "whole":
            raise UnableToUseDatabase(
                self.name,
                Text(
                    en="it is there already, and nothing is made but where nothing is; if no home uses it, "
                    "have it dropped",
                    zh="它已存在，只在空处建立；若没有主目录使用它，请将其删除",
                ),
            )

    def make(self) -> None:
        with self.raw.transaction():
            self.raw.execute(f"DROP SCHEMA IF EXISTS {self.name} CASCADE".encode())
            self.raw.execute(f"CREATE SCHEMA {self.name}".encode())
            self.raw.execute(f"COMMENT ON SCHEMA {self.name} IS '{UNFINISHED}'".encode())

    def finish(self) -> None:
        self.raw.execute(f"COMMENT ON SCHEMA {self.name} IS NULL".encode())

    def remove(self) -> None:
        self.raw.execute(f"DROP SCHEMA IF EXISTS {self.name} CASCADE".encode())


def state(raw: "psycopg.Connection[tuple[Any, ...]]", schema: str) -> str:
    """Whether a schema is `absent`, `unfinished` or `whole`."""
    found = raw.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
        (schema,),
    ).fetchone()
    if found is None:
        return "absent"
    return "unfinished" if found[0] == UNFINISHED else "whole"


class UnableToUseDatabase(Unable, RuntimeError):
    """A database of a home cannot do what is asked."""

    def __init__(self, what: str, why: Text) -> None:
        super().__init__(
            Text(en="PostgreSQL, {what}: {why}", zh="PostgreSQL，{what}：{why}"), what=what, why=why
        )
