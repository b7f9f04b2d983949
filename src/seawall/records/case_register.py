"""The register of cases: events are added to a case in one transaction with all that follows from them.

What an event must be, the database itself keeps (migration `0006_case_guards`); what it refuses comes back
as `UnableToKeepEvent`. Rows here are neutral: what they mean is `cases`', which this room cannot see.
Times are whole microseconds since 1970 (UTC).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from django.apps import apps
from django.db import DataError, IntegrityError, connection, transaction

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.records.case_words import words
from seawall.records.rows import rows as _rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

_CHUNK = 2_000
_EVENTS = ("case_id", "place", "key", "kind_digest", "verb", "actor", "on_behalf_of", "at_us", "state",
           "edits", "concerns", "body", "digest", "previous")  # fmt: skip
_CASES = ("case_id", "kind", "kind_digest", "unit", "state", "is_open", "revision", "head", "content",
          "opened_us", "changed_us", "next_us", "title", "assignee", "waits", "due_us")  # fmt: skip

_COLUMNS = {names: ", ".join(names) for names in (_EVENTS, _CASES)}

Outcome = Literal["done", "dropped", "dead"]


class EventRow(NamedTuple):
    """An event as it is kept; fields as in `case_models.CaseEvent`."""

    case_id: str
    place: int
    key: str
    kind_digest: str
    verb: str
    actor: str
    on_behalf_of: str
    at_us: int
    state: str
    edits: bool
    concerns: str
    body: str
    digest: str
    previous: str


class CaseRow(NamedTuple):
    """A case as its events leave it; fields as in `case_models.CaseNow`."""

    case_id: str
    kind: str
    kind_digest: str
    unit: str
    state: str
    is_open: bool
    revision: int
    head: str
    content: str
    opened_us: int
    changed_us: int
    next_us: int | None
    title: str
    assignee: str
    waits: bool
    due_us: int | None


@dataclass(frozen=True)
class ErrandRow:
    """Something to be done because of an event; fields as in `case_models.Errand`."""

    key: str
    case_id: str
    place: int
    task: str
    content: str
    next_us: int
    tried: int = 0


class Listed(NamedTuple):
    """Which cases a list is of.

    Attributes:
        kind: of one kind; of all where empty.
        is_open: open ones, or ended ones; both where None.
        after: the last row of the page before, as its `changed_us` and `case_id`.
        most: rows of a page.
    """

    kind: str = ""
    is_open: bool | None = True
    after: tuple[int, str] | None = None
    most: int = 50


@contextmanager
def change() -> Iterator[None]:
    """All that is added inside is there together, or not at all.

    Raises:
        UnableToKeepEvent: the database refuses it, and says why.
    """
    try:
        with transaction.atomic(durable=True):
            yield
    except IntegrityError as error:
        raise UnableToKeepEvent(verbatim(str(error).splitlines()[0])) from None
    except DataError:
        # What the database says of it repeats the value.
        raise UnableToKeepEvent(
            Text(
                en="a text is too long, or holds what it cannot keep",
                zh="某段文本过长，或含有不能留存的内容",
            )
        ) from None


class Need(NamedTuple):
    """How many others must approve a verb; fields as in `case_models.CaseNeed`."""

    people: int
    always: bool


def keep_kind(digest: str, kind: str, text: str, needs: Mapping[str, Need]) -> bool:
    """Keep a version of a kind, and how many others must approve each verb that needs it; whether it is new.

    Raises:
        UnableToKeepEvent: a version of this digest says something else.
    """
    kept = _found("SELECT kind, text FROM records_casekind WHERE digest = %s", [digest])
    if kept == [(kind, text)]:
        return False
    row, new = _rows("CaseKind").get_or_create(digest=digest, defaults={"kind": kind, "text": text})
    if (row.kind, row.text) != (kind, text):
        raise UnableToKeepEvent(
            Text(
                en="the kind {digest} was kept with another text",
                zh="类型 {digest} 曾以另一文本留存",
            ).filled(digest=digest[:12])
        )
    if new:
        need = apps.get_model("records", "CaseNeed")
        _rows("CaseNeed").bulk_create(
            [need(kind_digest=digest, verb=verb, **each._asdict()) for verb, each in needs.items()]
        )
    return bool(new)


def kinds() -> dict[str, tuple[str, str]]:
    """Every version of every kind that cases are of: its kind and text by its digest."""
    return {row.digest: (row.kind, row.text) for row in _rows("CaseKind").all()}


def needs() -> dict[tuple[str, str], Need]:
    """How many others must approve, by kind version and verb."""
    rows = _rows("CaseNeed").all()
    return {(row.kind_digest, row.verb): Need(row.people, row.always) for row in rows}


def hold(case_id: str) -> None:
    """Hold a case until the change ends.

    SQLite's changes are one after the other anyway. On PostgreSQL a lock on the id holds off also
    another who opens the same case.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(99221, hashtext(%s))", [case_id])


def standing(case_id: str) -> CaseRow | None:
    """A case as it stands; None where there is none."""
    found = _found(f"SELECT {_COLUMNS[_CASES]} FROM records_casenow WHERE case_id = %s", [case_id])
    if not found:
        return None
    row = CaseRow(*found[0])
    # SQLite's truth is a number
    return row._replace(is_open=bool(row.is_open), waits=bool(row.waits))


def standing_all(case_ids: Sequence[str]) -> dict[str, CaseRow]:
    """Some cases as they stand, by id."""
    rows = _rows("CaseNow").filter(case_id__in=case_ids).values_list(*_CASES)
    return {row[0]: CaseRow(*row) for row in rows}


def listed(which: Listed) -> list[CaseRow]:
    """A page of cases, those changed last first."""
    if which.is_open is None:  # the indexes are of open ones and of ended ones
        both = [*listed(which._replace(is_open=True)), *listed(which._replace(is_open=False))]
        return sorted(both, key=lambda row: (-row.changed_us, row.case_id))[: which.most]
    # SQLite finds no index for the bare column that Django makes of a truth value; for `IN` it does.
    rows = _rows("CaseNow").filter(is_open__in=[which.is_open])
    if which.kind:
        rows = rows.filter(kind=which.kind)
    if which.after is not None:
        rows = _after(rows, *which.after)
    rows = rows.order_by("-changed_us", "case_id")
    return [CaseRow(*row) for row in rows.values_list(*_CASES)[: which.most]]


def listed_all(which: Listed) -> Iterator[CaseRow]:
    """The same list, page by page to its end; rows may be restated meanwhile."""
    while page := listed(which):
        yield from page
        which = which._replace(after=(page[-1].changed_us, page[-1].case_id))


def _after(rows: "QuerySet[Any]", changed_us: int, case_id: str) -> "QuerySet[Any]":
    from django.db.models import Q  # noqa: PLC0415 - needs Django's set-up

    # The first condition says less than the second, but an index begins there.
    return rows.filter(changed_us__lte=changed_us).filter(
        Q(changed_us__lt=changed_us) | Q(case_id__gt=case_id)
    )


def done(case_id: str, key: str) -> EventRow | None:
    """The event that a command came to; None where it was not done."""
    row = _rows("CaseEvent").filter(case_id=case_id, key=key).values_list(*_EVENTS).first()
    return None if row is None else EventRow(*row)


def event(case_id: str, place: int) -> EventRow:
    """A case's event by its number."""
    return EventRow(*_rows("CaseEvent").values_list(*_EVENTS).get(case_id=case_id, place=place))


def events(case_id: str) -> list[EventRow]:
    """A case's events, in order."""
    chosen = "FROM records_caseevent WHERE case_id = %s ORDER BY place"
    found = _found(f"SELECT {_COLUMNS[_EVENTS]} {chosen}", [case_id])
    rows = (EventRow(*each) for each in found)
    return [row._replace(edits=bool(row.edits)) for row in rows]


def every_event() -> Iterator[EventRow]:
    """Every event, case by case, in order."""
    rows = _rows("CaseEvent").order_by("case_id", "place").values_list(*_EVENTS)
    return (EventRow(*row) for row in rows.iterator(_CHUNK))


def every_word() -> dict[str, frozenset[str]]:
    """The words that each case is found by."""
    held: dict[str, set[str]] = {}
    for case_id, word in _rows("CaseWord").values_list("case_id", "word").iterator(_CHUNK):
        held.setdefault(case_id, set()).add(word)
    return {case_id: frozenset(found) for case_id, found in held.items()}


def leading_to(case_id: str, most: int) -> list[tuple[str, str]]:
    """The cases that lead to another, each with its link's name."""
    rows = _rows("CaseLink").filter(to_id=case_id).order_by("case_id", "link")
    return [(each, link) for each, link in rows.values_list("case_id", "link")[:most]]


def every_link() -> dict[str, frozenset[tuple[str, str]]]:
    """The links of each case, as they are looked up."""
    held: dict[str, set[tuple[str, str]]] = {}
    rows = _rows("CaseLink").values_list("case_id", "link", "to_id").iterator(_CHUNK)
    for case_id, link, to_id in rows:
        held.setdefault(case_id, set()).add((link, to_id))
    return {case_id: frozenset(found) for case_id, found in held.items()}


def events_of_all(case_ids: Sequence[str]) -> dict[str, list[EventRow]]:
    """The events of some cases, each in order."""
    rows = _rows("CaseEvent").filter(case_id__in=case_ids).order_by("case_id", "place")
    found: dict[str, list[EventRow]] = {}
    for row in rows.values_list(*_EVENTS):
        found.setdefault(row[0], []).append(EventRow(*row))
    return found


def every_case() -> Iterator[CaseRow]:
    """Every case as it stands, in the order of ids."""
    rows = _rows("CaseNow").order_by("case_id").values_list(*_CASES)
    return (CaseRow(*row) for row in rows.iterator(_CHUNK))


def add(
    events: Sequence[EventRow],
    now: CaseRow,
    errands: Sequence[ErrandRow],
    links: Collection[tuple[str, str]] = (),
) -> None:
    """Add a case's next events, move its row on, and queue what follows; inside `change`.

    Args:
        events: in order.
        now: the case after them.
        errands: what follows.
        links: names and targets of the links that they add.

    Raises:
        UnableToMoveCase: somebody else moved the case since it was read.
    """
    for each in events:  # one by one: each row's rules look at the row before
        _insert("records_caseevent", each._asdict())
    if events[0].place == 1 or any(each.edits for each in events):
        _call(now.case_id, now.title)
    _move(now, from_revision=events[0].place - 1)
    for link, to_id in links:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO records_caselink (to_id, case_id, link) VALUES (%s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [to_id, now.case_id, link],
            )
    queue(errands)


def _call(case_id: str, title: str) -> None:
    """Keep the words of a case's title, where it is called otherwise than before."""
    before = _found("SELECT title FROM records_casenow WHERE case_id = %s", [case_id])
    if before == [(title,)]:
        return
    with connection.cursor() as cursor:
        if before:
            cursor.execute("DELETE FROM records_caseword WHERE case_id = %s", [case_id])
        cursor.executemany(
            "INSERT INTO records_caseword (word, case_id) VALUES (%s, %s)",
            [(word, case_id) for word in words(title)],
        )


def queue(errands: Sequence[ErrandRow]) -> None:
    """Queue errands; inside `change`."""
    for each in errands:
        _insert("records_errand", {**vars(each), "state": "waiting", "said": ""})


def _move(now: CaseRow, *, from_revision: int) -> None:
    if from_revision == 0:
        _insert("records_casenow", now._asdict())
        return
    set_all = ", ".join(f"{name} = %s" for name in _CASES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE records_casenow SET {set_all} WHERE case_id = %s AND revision = %s",
            [*now, now.case_id, from_revision],
        )
        if cursor.rowcount != 1:
            raise UnableToMoveCase(now.case_id)


def restate(now: CaseRow, next_us: int | None, due_us: int | None) -> bool:
    """Say anew when a case's clocks want to be looked at and are due, as long as it stands as it was read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_casenow SET next_us = %s, due_us = %s WHERE case_id = %s AND revision = %s",
            [next_us, due_us, now.case_id, now.revision],
        )
        return bool(cursor.rowcount == 1)


def due(until_us: int, most: int) -> list[CaseRow]:
    """Cases whose clocks want to be looked at, the most urgent first."""
    rows = _rows("CaseNow").filter(next_us__lte=until_us).order_by("next_us", "case_id")
    return [CaseRow(*row) for row in rows.values_list(*_CASES)[:most]]


def take(task: str, now_us: int, hold_us: int, most: int) -> list[ErrandRow]:
    """Take up errands that wait; whoever takes one holds it so long, and nobody else does it meanwhile."""
    waiting = _rows("Errand").filter(state="waiting", task=task, next_us__lte=now_us)
    taken = []
    for row in waiting.order_by("next_us", "number")[:most]:
        held = _rows("Errand").filter(number=row.number, state="waiting", next_us=row.next_us)
        if held.update(next_us=now_us + hold_us, tried=row.tried + 1):
            taken.append(ErrandRow(row.key, row.case_id, row.place, row.task, row.content,
                                   now_us + hold_us, row.tried + 1))  # fmt: skip
    return taken


def finish(errand: ErrandRow, outcome: Outcome, said: str = "") -> bool:
    """Say what came of an errand; False where somebody else holds it by now."""
    return _held(errand).update(state=outcome, said=said) == 1


def finish_told(errand: ErrandRow) -> None:
    """Say that the ledger was told of an event, without waiting for the disk.

    On PostgreSQL alone, and for this one statement, though a server that never waits is refused: where a
    loss of power takes it back, the errand waits again, `tell` tells the ledger the same act, and the
    ledger keeps an act once. What would be lost is this note, and never what it is about.
    """
    held = "key = %s AND state = 'waiting' AND next_us = %s"
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        # As SET LOCAL, without three more trips to the server; a change that this is part of waits.
        held += " AND set_config('synchronous_commit', 'off', true) = 'off'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE records_errand SET state = 'done' WHERE {held}", [errand.key, errand.next_us]
        )


def put_off(errand: ErrandRow, until_us: int, said: str) -> bool:
    """Try an errand again later; False where somebody else holds it by now."""
    return _held(errand).update(next_us=until_us, said=said) == 1


def _held(errand: ErrandRow) -> "QuerySet[Any]":
    return _rows("Errand").filter(key=errand.key, state="waiting", next_us=errand.next_us)


def errands(task: str, state: str) -> list[tuple[ErrandRow, str]]:
    """Errands of a task in a state, with what was said of them."""
    rows = _rows("Errand").filter(task=task, state=state).order_by("number")
    return [
        (ErrandRow(r.key, r.case_id, r.place, r.task, r.content, r.next_us, r.tried), r.said)
        for r in rows
    ]


# A verb adds and looks up by texts of its own: building them through the models took longer than the rest of it.


def _insert(table: str, told: Mapping[str, Any]) -> None:
    marks = ", ".join(["%s"] * len(told))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(told)}) VALUES ({marks})", [*told.values()]
        )


def _found(query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


class UnableToKeepEvent(Unable):
    """The register refuses an event."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="the register of cases refuses this: {why}", zh="案件登记簿拒绝此项：{why}"),
            why=why,
        )


class UnableToMoveCase(Unable):
    """A case is not as it was read."""

    def __init__(self, case_id: str) -> None:
        super().__init__(
            Text(
                en="somebody moved case {case_id} at the same time: look at it, and try again",
                zh="有人同时变动了案件 {case_id}：请查看后再试",
            ),
            case_id=case_id,
        )
