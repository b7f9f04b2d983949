"""The index of the ledger: written by whoever catches up, read page by page.

Several may catch up at once: each says from where on it read, and only who begins where the index ends
adds what he read. Times are whole microseconds since 1970 (UTC).
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from seawall.core.institution import inside
from seawall.records.drivers import DRIVERS
from seawall.records.rows import rows as _rows

_CHUNK = 2_000


class Place(NamedTuple):
    """How far the index has come; fields as in `index_models.IndexPlace`."""

    size: int
    leaf: str


class EntryRow(NamedTuple):
    """An entry; fields as in `index_models.EntryLine`."""

    number: int
    kind: str
    subject: str
    actor: str
    on_behalf_of: str
    at_us: int


class DecisionRow(NamedTuple):
    """A decision; fields as in `index_models.DecisionLine`."""

    entry: int
    application_id: str
    policy: str
    digest: str
    outcome: str
    reason: str
    customer_token: str
    actor: str
    unit: str
    at_us: int


ERASED = {"policy": "", "outcome": "", "reason": "", "customer_token": ""}
"""What is left of a decision's columns that stood in a body, once it was erased."""


class Read(NamedTuple):
    """What some entries, one after the other, say: lines to add, and decisions whose body is gone."""

    entries: Sequence[EntryRow]
    decisions: Sequence[DecisionRow]
    erased: Sequence[int]


class Browsed(NamedTuple):
    """Which entries a page is of: all, or such of a kind, a subject, an actor; the latest first.

    Attributes:
        before: entries of lower numbers than this: the last one's of the page before.
    """

    kind: str = ""
    subject: str = ""
    actor: str = ""
    before: int | None = None
    most: int = 50


class Sought(NamedTuple):
    """Which decisions a page is of; the latest first.

    Attributes:
        unit: those made for a unit or what lies within it.
        application, customer: of an application's id, of a customer's token.
        outcomes: one of these; any where empty. With a policy, always told: the index is by both.
        since_us, until_us: from one time on, and before another.
        after: time and entry of the last one of the page before.
    """

    unit: str
    application: str = ""
    customer: str = ""
    policy: str = ""
    outcomes: tuple[str, ...] = ()
    reason: str = ""
    since_us: int | None = None
    until_us: int | None = None
    after: tuple[int, int] | None = None
    most: int = 50


def place() -> Place:
    """How far the index has come."""
    return Place(*_rows("IndexPlace").values_list(*Place._fields).get(one=1))


def add(read: Read, before: Place, now: Place) -> bool:
    """Add what was read from one place up to another; False where the index is not at the first any more.

    Erasures come after what they erase, in the order of the ledger: whoever read a body before it was
    erased adds it before, or not at all.
    """
    with transaction.atomic():
        at_first = _rows("IndexPlace").filter(one=1, **before._asdict())
        if not at_first.update(**now._asdict()):
            return False
        _insert("records_entryline", EntryRow._fields, read.entries)
        _insert("records_decisionline", DecisionRow._fields, read.decisions)
        if read.erased:
            _rows("DecisionLine").filter(entry__in=read.erased).update(**ERASED)
    return True


def discard() -> None:
    """Throw the index away, to be made again."""
    with transaction.atomic():
        _rows("IndexPlace").filter(one=1).update(size=0, leaf="")
        _rows("EntryLine").all().delete()
        _rows("DecisionLine").all().delete()


def _insert(table: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    one = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    connection.ensure_connection()
    with connection.wrap_database_errors:
        DRIVERS[connection.vendor].insert(connection.connection, one, rows)


def entries(which: Browsed) -> list[EntryRow]:
    """A page of entries."""
    rows = _rows("EntryLine").filter(
        **{name: told for name in ("kind", "subject", "actor") if (told := getattr(which, name))}
    )
    if which.before is not None:
        rows = rows.filter(number__lt=which.before)
    rows = rows.order_by("-number").values_list(*EntryRow._fields)
    return [EntryRow(*row) for row in rows[: which.most]]


def actors(kind: str, subjects: Sequence[str]) -> frozenset[str]:
    """Who did what a kind of entry tells, to any of some subjects."""
    rows = _rows("EntryLine").filter(kind=kind, subject__in=subjects)
    return frozenset(rows.values_list("actor", flat=True).distinct())


def kinds() -> list[str]:
    """Every kind of entry that the ledger has, in order."""
    return _distinct("records_entryline", "kind")


def decisions(which: Sought) -> list[DecisionRow]:
    """A page of decisions."""
    units = _within(which.unit)
    if not units:
        return []
    if which.application or which.customer or len(units) > _WAYS_MOST:
        # Of one customer there are few: the unit is looked at row by row.
        ways = [("unit IN ({})".format(", ".join(["%s"] * len(units))), units)]
    else:
        ways = [("unit = %s", [unit]) for unit in units]
    if which.policy and which.outcomes and len(ways) * len(which.outcomes) <= _WAYS_MOST:
        ways = [(f"{asked} AND outcome = %s", [*told, outcome])
                for asked, told in ways for outcome in which.outcomes]  # fmt: skip
        which = which._replace(outcomes=())
    parts = [_part(which, *way) for way in ways]
    # Each part is one run of an index; a condition with OR would read all of it and sort.
    every = " UNION ALL ".join(f"SELECT * FROM ({text}) AS part" for text, _ in parts)
    values = [value for _, told in parts for value in told]
    found = _found(f"{every} {_LATEST}", [*values, which.most])
    return [DecisionRow(*row) for row in found]


_WAYS_MOST = 400
"""SQLite puts no more answers together in one statement than 500."""
_LATEST = "ORDER BY at_us DESC, entry DESC LIMIT %s"


def _part(which: Sought, way: str, values: Sequence[str]) -> tuple[str, list[str | int]]:
    """The statement of one run of an index, and its values."""
    asked, told = [way], list[str | int](values)
    for name, value in (
        ("application_id", which.application),
        ("customer_token", which.customer),
        ("policy", which.policy),
        ("reason", which.reason),
    ):
        if value:
            asked.append(f"{name} = %s")
            told.append(value)
    if which.outcomes:
        asked.append(f"outcome IN ({', '.join(['%s'] * len(which.outcomes))})")
        told += which.outcomes
    for sign, at_us in ((">=", which.since_us), ("<", which.until_us)):
        if at_us is not None:
            asked.append(f"at_us {sign} %s")
            told.append(at_us)
    if which.after is not None:
        asked.append("(at_us, entry) < (%s, %s)")
        told += which.after
    names = ", ".join(DecisionRow._fields)
    text = f"SELECT {names} FROM records_decisionline WHERE {' AND '.join(asked)} {_LATEST}"
    return text, [*told, which.most]


def _within(unit: str) -> list[str]:
    """The units of decisions that are a unit or lie within it."""
    every = _distinct("records_decisionline", "unit")
    return [each for each in every if inside(each, unit)]


def _distinct(table: str, name: str) -> list[str]:
    """A column's values, in order, by as many steps in its index: DISTINCT would read all of it."""
    least = f"SELECT MIN({name}) FROM {table}"
    found = _found(
        f"WITH RECURSIVE told (value) AS ({least} UNION ALL "
        f"SELECT ({least} WHERE {name} > told.value) FROM told WHERE told.value IS NOT NULL) "
        "SELECT value FROM told WHERE value IS NOT NULL",
        [],
    )
    return [value for (value,) in found]


def every_entry() -> Iterator[EntryRow]:
    """Every line, in the order of entries."""
    rows = _rows("EntryLine").order_by("number").values_list(*EntryRow._fields)
    return (EntryRow(*row) for row in rows.iterator(_CHUNK))


def every_decision() -> Iterator[DecisionRow]:
    """Every decision, in the order of entries."""
    rows = _rows("DecisionLine").order_by("entry").values_list(*DecisionRow._fields)
    return (DecisionRow(*row) for row in rows.iterator(_CHUNK))


def _found(query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
