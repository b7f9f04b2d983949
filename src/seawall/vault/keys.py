"""The keys' database: a data key of each person, and the keys of the blind indexes, all wrapped.

Nothing here is kept in memory between calls: a key that is destroyed is gone for every process at once.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from seawall.core.text import Text
from seawall.vault.algorithms import Suite, UnableToAuthenticate
from seawall.vault.database import Database, Row, Session
from seawall.vault.refusals import UnableToUseVault
from seawall.vault.ring import KeyRing, Wrapped

_T = TypeVar("_T", str, bytes)
TOGETHER = 500
"""Values in one `IN (...)`."""


class UnableToUseOldRing(UnableToUseVault):
    """Keys were rotated, and this process still has the ring of before."""

    def __init__(self, ring: str, current: str) -> None:
        super().__init__(
            Text(
                en="the key ring's current key is {ring}, but keys are wrapped by {current} now: read "
                "the ring again",
                zh="密钥环的当前密钥是 {ring}，但密钥现由 {current} 封装：请重新读取密钥环",
            ),
            ring=ring,
            current=current,
        )


class Keys:
    """People's keys and blind indexes' keys.

    Args:
        database: where they lie.
        ring: what wraps them.
        suite: of which suite new keys are.
    """

    def __init__(self, database: Database, ring: KeyRing, suite: Suite) -> None:
        self.database = database
        self._ring = ring
        self._suite = suite
        with database.writing() as session:
            if not session.rows("SELECT 1 FROM vault_kek"):
                session.rows("INSERT INTO vault_kek VALUES (1, ?)", ring.current)

    def add(self, tokens: Sequence[str]) -> dict[str, bytes]:
        """New keys, by token; durable once this returns.

        Raises:
            UnableToUseOldRing: keys were rotated since the ring was read.
        """
        if not tokens:
            return {}
        made: dict[str, bytes] = {token: self._suite.new_key() for token in tokens}
        wrapped = [(token, *self._ring.wrap(key, token)) for token, key in made.items()]
        with self.database.writing() as session:
            self._check(session)
            session.each("INSERT INTO vault_key (token, kek, wrapped) VALUES (?, ?, ?)", wrapped)
        return made

    def of(self, tokens: Iterable[str]) -> dict[str, bytes]:
        """Keys by token; a token whose key is destroyed is absent."""
        return {
            token: self._unwrapped(wrapped, token)
            for token, wrapped in self.wrapped(tokens).items()
        }

    def _unwrapped(self, wrapped: Wrapped, token: str) -> bytes:
        try:
            return self._ring.unwrap(wrapped, token)
        except UnableToAuthenticate:
            raise UnableToAuthenticate(
                Text(en="the key of {token}", zh="{token} 的密钥").filled(token=token)
            ) from None

    def wrapped(self, tokens: Iterable[str]) -> dict[str, Wrapped]:
        """Wrapped keys by token."""
        sql = "SELECT token, kek, wrapped FROM vault_key WHERE token IN ({})"
        with self.database.reading() as session:
            rows = asked(session, sql, tokens)
        return {token: Wrapped(kek, bytes(text)) for token, kek, text in rows}

    def destroy(self, tokens: Sequence[str]) -> None:
        """Destroy keys; `database.scrub()` then makes their bytes unreadable."""
        with self.database.writing() as session:
            session.each("DELETE FROM vault_key WHERE token = ?", ((token,) for token in tokens))

    def make_indexes(self, fields: Iterable[str]) -> None:
        """Give each field's blind index its first key, if it has none."""
        with self.database.reading() as session:
            held = {name for (name,) in session.rows("SELECT field FROM vault_index_key")}
        lacking = [field for field in fields if field not in held]
        if lacking:
            with self.database.writing() as session:
                self._check(session)
                for field in lacking:
                    self._add_index(session, field, 1)

    def indexes(self, *fields: str) -> dict[str, dict[int, bytes]]:
        """The keys of blind indexes, by field and version; of some fields, or of all."""
        held: dict[str, dict[int, bytes]] = {}
        with self.database.reading() as session:
            rows = session.rows("SELECT field, version, kek, wrapped FROM vault_index_key")
        for field, version, kek, text in rows:
            if fields and field not in fields:
                continue
            key = self._ring.unwrap(Wrapped(kek, bytes(text)), index_owner(field, version))
            held.setdefault(field, {})[version] = key
        return held

    def next_index(self, field: str) -> int:
        """Give a blind index a new key, beside the old ones; its version."""
        with self.database.writing() as session:
            self._check(session)
            sql = "SELECT COALESCE(MAX(version), 0) + 1 FROM vault_index_key WHERE field = ?"
            version = int(session.rows(sql, field)[0][0])
            self._add_index(session, field, version)
        return version

    def _add_index(self, session: Session, field: str, version: int) -> None:
        wrapped = self._ring.wrap(self._suite.new_key(), index_owner(field, version))
        sql = "INSERT INTO vault_index_key VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        session.rows(sql, field, version, *wrapped)

    def drop_indexes(self, field: str, *, below: int) -> None:
        """Destroy the keys of a blind index before a version."""
        sql = "DELETE FROM vault_index_key WHERE field = ? AND version < ?"
        with self.database.writing() as session:
            session.rows(sql, field, below)

    def adopt(self) -> None:
        """Make the ring's current key the one that wraps, for every process."""
        with self.database.writing() as session:
            if _current(session) != self._ring.current:
                sql = "INSERT INTO vault_kek SELECT MAX(number) + 1, ? FROM vault_kek"
                session.rows(sql, self._ring.current)

    def rewrap(self, most: int) -> int:
        """Wrap again, under the current key, at most so many keys that others wrap; how many were.

        Data keys stay what they are, so nothing is encrypted again. Every call is one transaction
        and looks at what is left, so that it may be stopped anywhere. A key that changed meanwhile is
        left to the next call.

        Raises:
            UnableToUseOldRing: keys were rotated since the ring was read.
        """
        return self._rewrap("vault_key", ("token",), most) + self._rewrap(
            "vault_index_key", ("field", "version"), most
        )

    def _rewrap(self, table: str, key: tuple[str, ...], most: int) -> int:
        with self.database.reading() as session:
            old = [kek for (kek,) in session.rows(f"SELECT DISTINCT kek FROM {table}")
                   if kek != self._ring.current]  # fmt: skip
            sql = f"SELECT {', '.join(key)}, wrapped FROM {table} WHERE kek = ? LIMIT ?"
            rows = [(kek, *row) for kek in old for row in session.rows(sql, kek, most)][:most]
        changes = []
        for kek, *named, text in rows:
            owner = str(named[0]) if table == "vault_key" else index_owner(*named)
            wrapped = self._ring.wrap(self._ring.unwrap(Wrapped(kek, bytes(text)), owner), owner)
            changes.append((*wrapped, *named, text))
        where = " AND ".join(f"{each} = ?" for each in (*key, "wrapped"))
        with self.database.writing() as session:
            self._check(session)
            session.each(f"UPDATE {table} SET kek = ?, wrapped = ? WHERE {where}", changes)
        return len(changes)

    def by_kek(self) -> dict[str, int]:
        """How many keys each key-encryption key wraps."""
        sql = """SELECT kek, COUNT(*) FROM (SELECT kek FROM vault_key
                 UNION ALL SELECT kek FROM vault_index_key) AS every GROUP BY kek"""
        with self.database.reading() as session:
            return {kek: int(count) for kek, count in session.rows(sql)}

    def _check(self, session: Session) -> None:
        current = _current(session)
        if current != self._ring.current:
            raise UnableToUseOldRing(self._ring.current, current)


def _current(session: Session) -> str:
    return str(session.rows("SELECT name FROM vault_kek ORDER BY number DESC LIMIT 1")[0][0])


def index_owner(field: str, version: int) -> str:
    """To whom the key of a blind index belongs; no token looks like it."""
    return f"index {field} {version}"


def fingerprint(wrapped: Wrapped) -> str:
    """What names a wrapped key in a certificate, and gives nothing of it away."""
    return hashlib.sha256(wrapped.text).hexdigest()


def parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    """Values in parts that one statement takes."""
    listed = list(dict.fromkeys(values))
    for start in range(0, len(listed), TOGETHER):
        yield listed[start : start + TOGETHER]


def marks(values: Sequence[object]) -> str:
    """So many `?`."""
    return ", ".join("?" * len(values))


def asked(session: Session, sql: str, listed: Iterable[_T], *before: object) -> Iterator[Row]:
    """Ask about many values; the rows of all parts, which are waited for when the first is looked at.

    Args:
        session: where.
        sql: with `IN ({})` for them.
        listed: the values.
        before: what stands for the `?` before them.
    """
    every = [session.rows(sql.format(marks(part)), *before, *part) for part in parts(listed)]
    return chain.from_iterable(every)
