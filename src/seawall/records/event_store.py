"""Events in the office's database, and windows over them in time for a decision.

Behind the protocol `policy.window.EventStore`. An event is kept as it was told; beside it, every
series (one definition of filter, value and keys) keeps what it observed of it: a row of integers
at its place in the order of series, key and time. A question reads one run of such rows.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from seawall.records.drivers import DRIVERS, Driver
from seawall.records.questions import Answer, Parts, Question

Observation = tuple[bytes, int | None, float | None, bytes | None]
Observer = Callable[[Mapping[str, object]], Observation | None]

_BATCH = 6_000
"""Events in one statement, five values each; SQLite takes 32 766."""

_LOCK = 0x5EA_A11
"""PostgreSQL's advisory lock: shared by those who add, held alone by one who prepares."""


class Fact(Protocol):
    """An event to be stored: `policy.window.Fact`, which this room cannot see."""

    @property
    def id(self) -> str:
        """Unique in its stream."""
        ...

    @property
    def at_us(self) -> int:
        """When it happened."""
        ...

    @property
    def known_us(self) -> int:
        """When the lender came to know it."""
        ...

    @property
    def content(self) -> Mapping[str, object]:
        """The stream's columns as JSON's values."""
        ...


class Stored(NamedTuple):
    """An event that was stored; the fields of `policy.window.Fact`."""

    id: str
    at_us: int
    known_us: int
    content: Mapping[str, object]


class Prepared(NamedTuple):
    """A series in the database, ready to observe."""

    number: int
    observe: Observer


class RecordsEventStore:
    """See `policy.window.EventStore` for what is guaranteed; `starting.start` comes first.

    Args:
        observer: makes a definition work, `policy.window_online.observer`.
        using: the name of Django's connection.
    """

    def __init__(self, observer: Callable[[str], Observer], *, using: str = "default") -> None:
        self._observer = observer
        self._using = using
        self._numbers: dict[str, int] = {}
        self._observers: dict[str, Observer] = {}

    def prepare(self, definitions: Mapping[str, str]) -> int:
        """Make series answerable; runs new ones over what is stored, in one transaction."""
        new = [digest for digest in definitions if self._number(digest) is None]
        if not new:
            return 0
        with transaction.atomic(self._using, durable=True), self._cursor() as cursor:
            self._lock_alone(cursor)
            made = [self._define(cursor, digest, definitions[digest]) for digest in sorted(new)]
            added = [each for each in made if each is not None]
            for stream, series in added:
                self._observe_stored(stream, series)
        return len(added)

    def add(self, stream: str, facts: Sequence[Fact]) -> tuple[int, tuple[str, ...]]:
        """Store events and what the stream's series observe of them, all or nothing."""
        new, changed = 0, list[str]()
        self._connection().validate_no_atomic_block()
        with self._raw() as (raw, driver), driver.adding(self._using, _LOCK):
            series = driver.run(raw, _SERIES, (stream,))
            for start in range(0, len(facts), _BATCH):
                once, told_again = _once(facts[start : start + _BATCH])
                numbers = self._insert(stream, once)
                new += len(numbers)
                events = [(numbers[f.id], f) for f in once if f.id in numbers]
                self._observe(self._prepared(series), events)
                known = [f for f in once if f.id not in numbers]
                changed += self._differing(stream, known) if known else []
                changed += told_again
        return new, tuple(dict.fromkeys(changed))

    def totals(self, asks: Sequence[tuple[str, bytes, int, Parts]]) -> list[Answer]:
        """What was asked, in order.

        Raises:
            UnableToAnswerWindow: a series was never prepared.
        """
        asked = [
            Question(self._known(series), key, at_us, parts) for series, key, at_us, parts in asks
        ]
        with self._raw() as (raw, driver):
            return driver.answers(raw, asked)

    def facts(self, stream: str) -> Iterator[Stored]:
        """Every event of a stream, in the order of storing."""
        for rows in self._stored(stream):
            for _, fact in rows:
                yield fact

    def _connection(self) -> BaseDatabaseWrapper:
        return connections[self._using]

    def _cursor(self) -> CursorWrapper:
        return self._connection().cursor()

    @contextmanager
    def _raw(self) -> Iterator[tuple[Any, Driver]]:
        """The driver's connection; its errors come as Django's."""
        django_ = self._connection()
        django_.ensure_connection()
        with django_.wrap_database_errors:
            yield django_.connection, DRIVERS[django_.vendor]

    def _lock_alone(self, cursor: CursorWrapper) -> None:
        """So that no event misses a series; SQLite has one writer at a time anyway."""
        if self._connection().vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

    def _known(self, digest: str) -> int:
        number = self._numbers.get(digest) or self._number(digest)
        if number is None:
            raise UnableToAnswerWindow(digest)
        return number

    def _number(self, digest: str) -> int | None:
        if digest not in self._numbers:
            with self._cursor() as cursor:
                cursor.execute("SELECT number FROM records_series WHERE digest = %s", [digest])
                row = cursor.fetchone()
            if row is None:
                return None
            self._numbers[digest] = int(row[0])
        return self._numbers[digest]

    def _define(
        self, cursor: CursorWrapper, digest: str, definition: str
    ) -> tuple[str, Prepared] | None:
        """Write a series down; None where another process was first."""
        stream = json.loads(definition)["stream"]
        cursor.execute(
            "INSERT INTO records_series (digest, stream, definition) VALUES (%s, %s, %s) "
            "ON CONFLICT (digest) DO NOTHING RETURNING number",
            [digest, stream, definition],
        )
        row = cursor.fetchone()
        return None if row is None else (stream, Prepared(row[0], self._observer(definition)))

    def _prepared(self, rows: Sequence[Sequence[Any]]) -> list[Prepared]:
        """A stream's series, as they are in this transaction."""
        for _, definition in rows:
            if definition not in self._observers:
                self._observers[definition] = self._observer(definition)
        return [Prepared(number, self._observers[text]) for number, text in rows]

    def _observe_stored(self, stream: str, series: Prepared) -> None:
        for rows in self._stored(stream):
            self._observe([series], rows)

    def _stored(self, stream: str) -> Iterator[list[tuple[int, Stored]]]:
        """A stream's events in batches, in the order of storing."""
        last = 0
        while True:
            with self._cursor() as cursor:
                cursor.execute(
                    "SELECT number, event_id, at_us, known_us, content FROM records_event "
                    "WHERE stream = %s AND number > %s ORDER BY number LIMIT %s",
                    [stream, last, _BATCH],
                )
                rows = cursor.fetchall()
            if not rows:
                return
            yield [(n, Stored(id_, at, known, json.loads(c))) for n, id_, at, known, c in rows]
            last = rows[-1][0]

    def _insert(self, stream: str, facts: Sequence[Fact]) -> dict[str, int]:
        """The numbers of the events that were new, by id."""
        rows = [(stream, f.id, f.at_us, f.known_us, _json(f.content)) for f in facts]
        with self._raw() as (raw, driver):
            return dict(driver.insert_new(raw, _INSERT_EVENT, rows))

    def _observe(self, series: Sequence[Prepared], events: Sequence[tuple[int, Fact]]) -> None:
        rows = []
        for number, observe in series:
            for event, fact in events:
                told = observe(fact.content)
                if told is not None:
                    key, *values = told
                    rows.append((number, key, fact.at_us, event, fact.known_us, *values))
        if rows:
            rows.sort(key=lambda row: row[:4])  # neighbours are written together
            with self._raw() as (raw, driver):
                driver.insert(raw, _INSERT_OBSERVATION, rows)

    def _differing(self, stream: str, facts: Sequence[Fact]) -> list[str]:
        """The ids among known events that were stored with another time or content."""
        sql = (
            "SELECT event_id, at_us, content FROM records_event "
            f"WHERE stream = ? AND event_id IN ({', '.join('?' * len(facts))})"
        )
        with self._raw() as (raw, driver):
            rows = driver.run(raw, sql, [stream, *(fact.id for fact in facts)])
        stored = {id_: (at_us, content) for id_, at_us, content in rows}
        return [f.id for f in facts if stored[f.id] != (f.at_us, _json(f.content))]


_SERIES = "SELECT number, definition FROM records_series WHERE stream = ? ORDER BY number"
_INSERT_EVENT = (
    "INSERT INTO records_event (stream, event_id, at_us, known_us, content) "
    "VALUES (?, ?, ?, ?, ?) ON CONFLICT (stream, event_id) DO NOTHING RETURNING event_id, number"
)
_INSERT_OBSERVATION = (
    "INSERT INTO records_observation (series_number, key, at_us, event_number, known_us, "
    "scaled, number, label) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def _once(facts: Sequence[Fact]) -> tuple[list[Fact], list[str]]:
    """Each id's first event; and the ids that came again with another content."""
    first: dict[str, Fact] = {}
    changed = []
    for fact in facts:
        kept = first.setdefault(fact.id, fact)
        if (kept.at_us, kept.content) != (fact.at_us, fact.content):
            changed.append(fact.id)
    return list(first.values()), changed


_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
"""Content as it is stored; made once, for `json.dumps` would build it at every event."""


class UnableToAnswerWindow(LookupError):
    """A series was never prepared: its answer would be a wrong nought."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"no series {digest} was prepared; publish the policy that asks for it first "
            "(prepare runs a new window over the events that are stored)"
        )
