"""Nobody approves his own change to a case: whatever way the rows are written, on either database."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from seawall.records import case_register as register
from seawall.records import starting
from seawall.records.case_models import CaseEvent, CaseKind, CaseNeed, CaseNow
from seawall.records.case_register import (
    CaseRow,
    EventRow,
    Need,
    UnableToKeepEvent,
    UnableToMoveCase,
)
from tests import postgresql

POSTGRESQL = pytest.param("postgresql", marks=postgresql.MARKS)
KIND, OTHER_KIND = "k" * 64, "m" * 64
DIGEST, OTHER = "a" * 64, "b" * 64
TABLES = ("casekind", "caseneed", "caseevent")
CASE = "complaint:1"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server with a database to copy: tables and triggers are in it, and no rows."""
    with postgresql.server() as address:
        starting.start(address)
        connections.close_all()
        yield address


@pytest.fixture(params=["sqlite", POSTGRESQL])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An office with a kind whose verb `pay` needs two others; bob opened a case of it, alice asks to pay."""
    if request.param == "sqlite":
        starting.start(tmp_path / "office.sqlite")
    else:
        address: str = request.getfixturevalue("address")
        folder, name = address.rsplit("/", 1)[0], f"office_{abs(hash(tmp_path))}"
        starting.start(f"{folder}/template1")
        raw(f"CREATE DATABASE {name} TEMPLATE postgres")
        starting.start(f"{folder}/{name}")
    register.keep_kind(KIND, "complaint", "id: complaint", {"pay": Need(2, always=True)})
    register.keep_kind(OTHER_KIND, "complaint", "id: complaint # without needs", {})
    do("open", "bob", fields={"amount": 5})
    ask()
    yield request.param
    connections.close_all()


def row(verb: str, actor: str, **told: Any) -> EventRow:  # noqa: ANN401
    """The next event of the case, its columns as its body says; `told` changes the body, `columns` the columns."""
    before = register.events(CASE)
    body: dict[str, Any] = {
        "case": CASE, "number": len(before) + 1, "key": f"c{len(before) + 1}", "kind_digest": KIND,
        "verb": verb, "actor": actor, "on_behalf_of": None, "roles": ["analyst"], "at": "…",
        "state": before[-1].state if before else "open", "fields": {}, "reason": "", "links": [],
        "approved": "", "previous": before[-1].digest if before else "",
    }  # fmt: skip
    columns = told.pop("columns", {})
    body |= told
    text = json.dumps(body)
    about = verb in {"ask", "approve"}
    silent = about or verb in {"withdraw", "comment", "attach", "link", "warn", "breach"}
    made = {
        "case_id": body["case"], "place": body["number"], "key": body["key"],
        "kind_digest": body["kind_digest"], "verb": verb, "actor": actor,
        "on_behalf_of": body["on_behalf_of"] or "", "at_us": 7, "state": body["state"],
        "edits": bool(body["fields"]) and not silent,
        "concerns": body["fields"]["digest"] if about else body["approved"],
        "body": text, "digest": hashlib.sha256(text.encode()).hexdigest(),
        "previous": body["previous"],
    }  # fmt: skip
    return EventRow(**(made | columns))


def keep(event: EventRow) -> None:
    now = CaseRow(
        CASE,
        "complaint",
        KIND,
        "",
        event.state,
        True,
        event.place,
        event.digest,
        "{}",
        1,
        7,
        None,
        "",
        "",
        False,
        None,
    )
    with register.change():
        register.add([event], now, [])


def do(verb: str, actor: str, **told: Any) -> None:  # noqa: ANN401
    keep(row(verb, actor, **told))


def ask(by: str = "alice", digest: str = DIGEST) -> None:
    kind = [KIND, *(each.kind_digest for each in register.events(CASE))][-1]
    do("ask", by, fields={"verb": "pay", "digest": digest}, kind_digest=kind)


def approve(by: str, digest: str = DIGEST, **told: Any) -> None:  # noqa: ANN401
    do("approve", by, fields={"verb": "pay", "digest": digest}, **told)


def pay(by: str = "alice", digest: str = DIGEST, **told: Any) -> None:  # noqa: ANN401
    do("pay", by, approved=digest, state="paid", **told)


def test_what_two_others_approved_is_done(office: str) -> None:
    del office
    approve("charlie")
    approve("dana")
    pay()
    assert [each.verb for each in register.events(CASE)] == [
        "open",
        "ask",
        "approve",
        "approve",
        "pay",
    ]
    standing = register.standing(CASE)
    assert standing is not None
    assert (standing.state, standing.revision) == ("paid", 5)


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_who_asked_and_who_made_it_cannot_approve(office: str, by: str) -> None:
    del office
    with pytest.raises(UnableToKeepEvent, match="a maker never approves his own change"):
        approve(by)


@pytest.mark.parametrize("for_whom", ["alice", "bob"])
def test_nobody_approves_for_a_maker(office: str, for_whom: str) -> None:
    del office
    with pytest.raises(UnableToKeepEvent, match="a maker never approves"):
        approve("charlie", on_behalf_of=for_whom)


def test_a_delegate_who_edited_has_made_it_himself_and_his_principal_too(office: str) -> None:
    del office
    do("edit", "erin", fields={"amount": 6}, on_behalf_of="frank")
    ask(digest=OTHER)
    for by in ("erin", "frank"):
        with pytest.raises(UnableToKeepEvent, match="a maker never approves"):
            approve(by, OTHER)


def test_who_ever_acted_for_a_maker_is_his_delegate(office: str) -> None:
    del office
    do("comment", "charlie", on_behalf_of="alice")
    with pytest.raises(UnableToKeepEvent, match="a maker never approves"):
        approve("charlie")


def test_one_approval_is_not_two(office: str) -> None:
    del office
    approve("charlie")
    with pytest.raises(UnableToKeepEvent, match="approves once"):
        approve("charlie")
    with pytest.raises(UnableToKeepEvent, match="approves once"):
        approve("dana", on_behalf_of="charlie")
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay()


def test_an_edit_voids_what_was_approved(office: str) -> None:
    del office
    approve("charlie")
    approve("dana")
    do("edit", "erin", fields={"amount": 500})
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay()
    with pytest.raises(UnableToKeepEvent, match="only what is asked for"):
        approve("frank")


def test_a_request_withdrawn_or_left_behind_is_void(office: str) -> None:
    del office
    approve("charlie")
    approve("dana")
    do("withdraw", "alice", fields={"verb": "pay"})
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay()
    ask()
    approve("charlie")
    approve("dana")
    do("park", "erin", state="parked")
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay()


def test_something_else_than_was_approved_is_not_done(office: str) -> None:
    del office
    approve("charlie")
    approve("dana")
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay(digest=OTHER)
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay(digest="")


def test_approvals_of_an_earlier_request_do_not_count_again(office: str) -> None:
    del office
    approve("charlie")
    ask()
    approve("dana")
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay()


def test_a_case_that_moved_is_not_moved_from_where_it_was(office: str) -> None:
    del office
    CaseNow.objects.update(revision=9)
    with pytest.raises(UnableToMoveCase):
        do("park", "erin", state="parked")
    assert [each.verb for each in register.events(CASE)] == ["open", "ask"]


def test_what_needs_others_only_sometimes_is_held_to_what_it_says(office: str) -> None:
    del office
    register.keep_kind(
        "s" * 64, "complaint", "id: complaint # sometimes", {"pay": Need(2, always=False)}
    )
    do("upgrade", "erin", kind_digest="s" * 64)
    ask()
    approve("charlie", kind_digest="s" * 64)
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay(kind_digest="s" * 64)
    pay(kind_digest="s" * 64, digest="")


def _refused(**told: Any) -> None:  # noqa: ANN401
    with pytest.raises(UnableToKeepEvent, match="needs the approval of others"):
        pay(**told)


def _both_approve(digest: str = DIGEST) -> None:
    approve("charlie", digest)
    approve("dana", digest)


def test_what_was_approved_once_is_done_once(office: str) -> None:
    """Also where a verb leaves the case in its state, so that nothing else ends the request."""
    del office
    _both_approve()
    do("pay", "alice", approved=DIGEST)
    _refused()


def test_a_request_ends_with_the_next_one_for_its_verb(office: str) -> None:
    del office
    _both_approve()
    ask(digest=OTHER)
    _refused()


def test_a_request_ends_with_a_link(office: str) -> None:
    del office
    _both_approve()
    do("link", "erin", links=[["about", "complaint:2"]])
    _refused()


def test_a_request_ends_with_an_upgrade(office: str) -> None:
    del office
    register.keep_kind("u" * 64, "complaint", "id: complaint # 2", {"pay": Need(2, always=True)})
    _both_approve()
    do("upgrade", "erin", kind_digest="u" * 64)
    _refused(kind_digest="u" * 64)


def test_what_was_approved_for_one_verb_does_not_allow_another(office: str) -> None:
    del office
    do("ask", "alice", fields={"verb": "note", "digest": OTHER})
    for by in ("charlie", "dana"):
        do("approve", by, fields={"verb": "note", "digest": OTHER})
    _refused(digest=OTHER)


def test_an_approver_and_his_delegate_are_one(office: str) -> None:
    del office
    do("comment", "dana", on_behalf_of="charlie")
    approve("charlie")
    with pytest.raises(UnableToKeepEvent, match="approves once"):
        approve("dana")


def test_a_body_that_says_a_thing_twice_is_refused_or_read_alike(office: str) -> None:
    """Readers of JSON differ in which of two values counts: an edit must not hide behind none."""
    edit = row("edit", "erin", fields={"amount": 9})
    first = edit._replace(body='{"fields": {}, ' + edit.body[1:], edits=False)
    with pytest.raises(IntegrityError):
        save(first)
    if office == "sqlite":
        with pytest.raises(IntegrityError):
            save(first._replace(edits=True))


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def save(event: EventRow) -> None:
    CaseEvent(**event._asdict()).save(force_insert=True)


def _insert_raw(event: EventRow, how: str = "INSERT") -> None:
    names = ", ".join(event._fields)
    marks = ", ".join(["%s"] * len(event))
    with connection.cursor() as cursor:
        cursor.execute(f"{how} INTO records_caseevent ({names}) VALUES ({marks})", list(event))


def _own(**told: Any) -> EventRow:  # noqa: ANN401
    return row("approve", "alice", fields={"verb": "pay", "digest": DIGEST}, **told)


ATTACKS: dict[str, Callable[[], object]] = {
    "the maker's approval, saved": lambda: save(_own()),
    "… in bulk": lambda: CaseEvent.objects.bulk_create([CaseEvent(**_own()._asdict())]),
    "… in bulk, conflicts passed over": lambda: CaseEvent.objects.bulk_create(
        [CaseEvent(**_own()._asdict())], ignore_conflicts=True),
    "… in raw SQL": lambda: _insert_raw(_own()),
    "… under another name in the column": lambda: save(_own(columns={"actor": "charlie"})),
    "… with a name in other letters": lambda: save(
        row("approve", "Alice", fields={"verb": "pay", "digest": DIGEST})),
    "… with a blank behind it": lambda: save(
        row("approve", "alice ", fields={"verb": "pay", "digest": DIGEST})),
    "… with a letter that looks alike": lambda: save(
        row("approve", "аlice", fields={"verb": "pay", "digest": DIGEST})),
    "done without approval": lambda: _insert_raw(row("pay", "alice", state="paid")),
    "done under a version that needs none": lambda: save(
        row("pay", "alice", state="paid", kind_digest=OTHER_KIND)),
    "done under a version that nobody kept": lambda: save(
        row("pay", "alice", state="paid", kind_digest="n" * 64)),
    "another verb in the column": lambda: save(row("pay", "alice", columns={"verb": "close"})),
    "an edit that calls itself none": lambda: save(
        row("edit", "erin", fields={"amount": 9}, columns={"edits": False})),
    "an edit hidden as a comment's column": lambda: save(
        row("edit", "erin", fields={"amount": 9}, columns={"edits": False, "verb": "comment"})),
    "an event beside the chain": lambda: save(row("close", "erin", previous="f" * 64)),
    "an event in a gap": lambda: save(row("close", "erin", number=9)),
    "an event changed": lambda: CaseEvent.objects.update(actor="mallory"),
    "an event taken away": lambda: CaseEvent.objects.all().delete(),
    "an event taken away in raw SQL": lambda: raw("DELETE FROM records_caseevent"),
    "the need lowered": lambda: CaseNeed.objects.update(people=1),
    "the need taken away": lambda: raw("DELETE FROM records_caseneed"),
    "the kind changed": lambda: CaseKind.objects.update(text="id: other"),
}  # fmt: skip


def kept() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM records_{table} ORDER BY 1")
            rows += cursor.fetchall()
    return rows


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_whoever_asks(office: str, attack: str) -> None:
    del office
    approve("charlie")
    before = kept()
    with pytest.raises(IntegrityError):
        ATTACKS[attack]()
    assert kept() == before


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", TABLES)
def test_sqlite_replaces_no_row_behind_the_triggers(office: str, table: str) -> None:
    del office
    before = kept()
    with pytest.raises(IntegrityError):
        raw(f"INSERT OR REPLACE INTO records_{table} SELECT * FROM records_{table}")
    assert kept() == before


@pytest.mark.parametrize("office", [POSTGRESQL], indirect=True)
@pytest.mark.parametrize(
    "sql", ["TRUNCATE records_caseevent CASCADE", "SET session_replication_role = replica"]
)
def test_a_superuser_of_postgresql_is_not_spared(office: str, sql: str) -> None:
    del office
    with pytest.raises(IntegrityError):
        raw(f"{sql}; DELETE FROM records_caseevent")
    raw("SET session_replication_role = DEFAULT")


def test_what_the_ledger_was_told_is_noted_once_and_nothing_else_stops_waiting_for_the_disk(
    office: str,
) -> None:
    """A server that never waits is refused; the one statement that does not wait leaves it as it was."""
    told, held = (register.ErrandRow(key, CASE, 1, "tell", "{}", 5) for key in ("told", "held"))
    register.queue([told, held])
    register.finish_told(told)
    register.finish_told(replace(held, next_us=4))
    assert [row.key for row, _ in register.errands("tell", "done")] == ["told"]
    assert [row.key for row, _ in register.errands("tell", "waiting")] == ["held"]
    if office == "postgresql":
        assert waits() == "on"
        with register.change():
            register.finish_told(held)
            assert waits() == "on"


def waits() -> str:
    """Whether a commit of now would wait for the disk, as PostgreSQL says."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])
