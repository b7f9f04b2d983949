"""Handling cases: decided by the kind, kept with all that follows, told to the ledger; done once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from seawall.acts import case_rows, handling
from seawall.acts.handling import UnableToFindCase, UnableToFindKind
from seawall.acts.proving import prove
from seawall.acts.signing import UnableToSignAs
from seawall.cases.case import Actor
from seawall.cases.step import Stepped, step
from seawall.core.text import verbatim
from seawall.ledger.store import UnableToWriteStore
from seawall.records import case_register as register
from seawall.records import starting
from seawall.records.case_register import UnableToKeepEvent
from tests import postgresql
from tests.acts.cases import KIND, NOON, Office, kind

POSTGRESQL = pytest.param("postgresql", marks=postgresql.MARKS)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgresql.server() as address:
        yield address


@pytest.fixture(params=["sqlite", POSTGRESQL])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        starting.start(tmp_path / "office.sqlite")
    else:
        address: str = request.getfixturevalue("address")
        starting.start(address)
        name = f"office_{abs(hash(tmp_path))}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        starting.start(address.rsplit("/", 1)[0] + f"/{name}")
    yield Office(tmp_path)
    connections.close_all()


def test_two_others_approve_exactly_what_is_paid(office: Office) -> None:
    case = office.open().case
    asked = office.do(case, "pay", "bob").case
    assert asked is not None
    digest = asked.asked["pay"].digest
    for who in ("carol", "dana"):
        said = office.do(case, "approve", who, fields={"verb": "pay", "digest": digest})
        assert said.problems == ()
    done = office.do(case, "pay", "bob")
    assert done.case is not None
    assert done.case.state == "paid"
    assert done.event is not None
    assert done.event.approved == digest
    standing = register.standing(done.case.id)
    assert standing is not None
    assert (standing.state, standing.is_open) == ("paid", False)
    kinds = [entry.told["kind"] for entry in office.desk.ledger.entries()]
    assert kinds == [
        "case.kind",
        "case.begin",
        "case.ask",
        "case.approve",
        "case.approve",
        "case.pay",
    ]
    office.holds()


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_maker_cannot_approve_his_own_change(office: Office, who: str) -> None:
    case = office.open("alice").case
    asked = office.do(case, "pay", "bob").case
    assert asked is not None
    told = {"verb": "pay", "digest": asked.asked["pay"].digest}
    refused = office.do(case, "approve", who, fields=told)
    assert refused.event is None
    assert refused.problems
    assert refused.case is not None
    assert refused.case.revision == 2
    office.holds()


def test_a_command_told_again_is_done_once(office: Office) -> None:
    first = office.open(key="form-7")
    again = office.open(key="form-7")
    assert again.case == first.case
    assert (first.new, again.new) == (True, False)
    assert again.event == first.event
    refused = office.open(key="form-7", amount="6.00")
    assert refused.problems
    assert len(list(office.desk.ledger.entries())) == 2, "the kind's version, and the event"
    office.holds()


@pytest.mark.parametrize("odd", [{"reason": "a\0b"}, {"key": "a\0b"}])
def test_what_a_database_cannot_keep_is_refused_alike(office: Office, odd: dict[str, str]) -> None:
    assert office.open(**odd).problems
    command = office.command("begin", "alice", fields={"amount": "5", "note": "a"})
    far = Actor("alice", frozenset({"clerk"}), unit="u" * 121)
    assert handling.open_case(office.desk, "refund", replace(command, actor=far)).problems
    assert office.open(reason="a backslash, \\u0000").problems == ()
    office.holds()


@pytest.mark.parametrize("office", [POSTGRESQL], indirect=True)
def test_what_the_database_says_of_a_value_is_not_repeated(office: Office) -> None:
    office.open()
    (row,) = register.every_event()
    standing = register.standing(row.case_id)
    assert standing is not None
    body = row.body.replace('"reason":""', '"reason":"Ms Secret\\u0000"')
    forged = row._replace(place=2, body=body)
    with pytest.raises(UnableToKeepEvent) as told, register.change():
        register.add([forged], standing, [])
    assert "Secret" not in str(told.value)


def test_what_is_refused_leaves_nothing(office: Office) -> None:
    assert office.open("carol").problems
    assert office.open(amount="many").problems
    assert list(register.every_event()) == []
    assert list(office.desk.ledger.entries()) == []
    office.holds()


def test_an_event_queues_its_errands(office: Office) -> None:
    case = office.open().case
    assert case is not None
    ((errand, said),) = register.errands("notify", "waiting")
    assert said == ""
    assert errand.case_id == case.id
    assert '"to": "manager"' in errand.content
    assert register.errands("tell", "waiting") == []
    assert len(register.errands("tell", "done")) == 1


def test_a_process_that_stops_before_telling_is_caught_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(handling, "_tell", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            office.open(key="form-8")
    assert office.open(key="form-8").new is False
    proved = prove(office.desk)
    assert (proved.untold, proved.problems) == (1, ())
    assert handling.tell(office.desk, NOON) == 0, "whoever took it up still holds it"
    assert handling.tell(office.desk, NOON.replace(year=2036)) == 1
    office.holds()


def test_a_machine_whose_clock_is_ahead_does_not_take_the_case_with_it(office: Office) -> None:
    case = office.open().case
    assert case is not None
    office.desk = replace(office.desk, clock=lambda: NOON)
    far = replace(office.command("comment", "carol", reason="Seen."), at=NOON.replace(year=2099))
    refused = handling.handle(office.desk, case.id, far)
    assert [each.code for each in refused.problems] == ["case-time"]
    opened = office.command("begin", "alice", fields={"amount": "5.00"})
    late = replace(opened, at=NOON + handling.AHEAD + timedelta(seconds=1))
    assert handling.open_case(office.desk, "refund", late).problems
    assert (
        handling.open_case(office.desk, "refund", replace(late, at=NOON + handling.AHEAD)).problems
        == ()
    ), "two machines' clocks are never quite alike"
    assert office.do(case, "see", "carol").problems == ()
    office.holds()


def test_a_case_that_stands_later_than_now_goes_on(office: Office) -> None:
    case = office.open().case
    assert case is not None
    today = NOON.replace(year=2025)
    office.desk = replace(office.desk, clock=lambda: today)
    seen = handling.handle(office.desk, case.id, replace(office.command("see", "carol"), at=today))
    assert seen.problems == ()
    assert seen.event is not None
    assert seen.event.at == case.changed_at


def test_what_is_done_is_not_an_error_because_the_ledger_is_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(office.desk.ledger), "append", _away)
        came = office.open(key="form-9")
    assert came.event is not None
    assert (came.new, came.problems, "disk" in came.untold) == (True, (), True)
    assert office.open(key="form-9").new is False
    assert prove(office.desk).untold == 1
    assert handling.tell(office.desk, NOON.replace(year=2036)) == 1
    office.holds()


def _away(*_: object) -> None:
    raise UnableToWriteStore("the ledger", verbatim("disk I/O error"))


def test_what_is_done_after_an_older_office_came_back_is_not_an_error(office: Office) -> None:
    case = office.open().case
    assert case is not None
    told = register.events(case.id)[0]
    later = handling.entry_of(told._replace(place=2, verb="see", digest="f" * 64))
    office.desk.ledger.append(later)
    came = office.do(case, "comment", "carol", reason="Seen.")
    assert came.new
    assert came.untold
    assert [each.code for each in prove(office.desk).problems] == []
    assert prove(office.desk).untold == 1
    assert handling.tell(office.desk, NOON.replace(year=2036)) == 0
    assert [each.code for each in prove(office.desk).problems] == ["case-event-untold"]


def test_a_version_of_a_kind_that_came_by_the_database_alone_is_found(office: Office) -> None:
    """Whoever writes a version without approvals, an upgrade and its errand lets the house tell of the event."""
    case = office.open().case
    assert case is not None
    lax = kind(KIND.replace(", approval: {people: 2, by: [manager]}", ""))
    with register.change():
        register.keep_kind(lax.digest, lax.id, lax.text, {})
    upgrade = replace(
        office.command("upgrade", "carol", reason="It is simpler."), at=case.changed_at
    )
    came = step(lax, case, upgrade, upgrade.at)
    assert isinstance(came, Stepped)
    row = case_rows.row_of(came.events[0])
    with register.change():
        errand = register.ErrandRow("forged", case.id, 2, "tell", "{}", 0)
        register.add([row], case_rows.case_row(came.case, lax, case_rows.NEVER), [errand])
    assert handling.tell(office.desk, NOON.replace(year=2036)) == 1
    proved = prove(office.desk)
    assert [(each.code, each.facts["digest"]) for each in proved.problems] == [
        ("case-kind-untold", lax.digest[:12])
    ]


def test_a_version_that_a_stopped_process_did_not_tell_of_is_told_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(office.desk.ledger), "append", _away)
        office.open()
    assert prove(office.desk).problems == ()
    handling.tell(office.desk, NOON.replace(year=2036))
    told = [entry.told["kind"] for entry in office.desk.ledger.entries()]
    assert told == ["case.kind", "case.begin"]
    later = Office(office.folder, KIND.replace("people: 2", "people: 1"))
    office.desk = later.desk
    office.holds()


def test_who_is_unknown_or_unclear_does_nothing(office: Office) -> None:
    case = office.open().case
    assert case is not None
    with pytest.raises(UnableToSignAs):
        office.do(case, "see", "Carol")
    with pytest.raises(UnableToSignAs):
        office.do(case, "see", "carol", on_behalf_of="D Smith")
    with pytest.raises(UnableToFindKind, match="refund"):
        handling.open_case(office.desk, "refunds", office.command("begin", "alice"))
    with pytest.raises(UnableToFindCase):
        handling.handle(office.desk, "refund-0", office.command("see", "carol"))


def test_a_case_goes_on_under_the_version_it_began_with(office: Office) -> None:
    case = office.open().case
    assert case is not None
    later = Office(office.folder, KIND.replace("people: 2", "people: 1"), ticks=office.ticks)
    office.desk = later.desk
    asked = office.do(case, "pay", "bob").case
    assert asked is not None
    told = {"verb": "pay", "digest": asked.asked["pay"].digest}
    office.do(case, "approve", "carol", fields=told)
    assert office.do(case, "pay", "bob").problems, "the version it began with asks for two"
    moved = office.do(case, "upgrade", "carol", reason="One is enough since November.")
    assert moved.problems == ()
    asked = office.do(case, "pay", "bob").case
    assert asked is not None
    office.do(case, "approve", "dana", fields={"verb": "pay", "digest": asked.asked["pay"].digest})
    done = office.do(case, "pay", "bob")
    assert done.problems == ()
    office.holds()


def test_an_older_office_beside_a_newer_ledger_is_found_and_stops_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a restored office does at a place that the ledger tells otherwise of is given up; the rest is told."""
    case = office.open().case
    assert case is not None
    told = register.events(case.id)[0]
    later = handling.entry_of(told._replace(place=2, verb="see", digest="f" * 64))
    office.desk.ledger.append(later)
    with monkeypatch.context() as patch:
        patch.setattr(handling, "_tell", lambda *_: None)
        office.do(case, "comment", "carol", reason="Seen.")
        office.open(key="another")
    assert handling.tell(office.desk, NOON.replace(year=2036)) == 1
    proved = prove(office.desk)
    assert proved.untold == 0
    assert [each.code for each in proved.problems] == ["case-event-untold"]


def test_a_time_in_the_column_that_the_body_does_not_say_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(handling, "row_of", lambda event: case_rows.row_of(event)._replace(at_us=1))
        office.open()
    assert {each.code for each in prove(office.desk).problems} == {"case-event-digest"}


def _raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


BEHIND = {
    "a row's state": ("UPDATE records_casenow SET state = 'paid'", "case-row-differs"),
    "a row's fields": ("UPDATE records_casenow SET content = '{}'", "case-row-differs"),
    "a row taken away": ("DELETE FROM records_casenow", "case-unlisted"),
    "a row made up": (
        """INSERT INTO records_casenow SELECT 'refund-x', kind, kind_digest, unit, state, is_open, revision,
           head, content, opened_us, changed_us, next_us, title, assignee, waits, due_us
           FROM records_casenow""",
        "case-without-events",
    ),
    "a title": ("UPDATE records_casenow SET title = '—'", "case-row-differs"),
    "an assignee": ("UPDATE records_casenow SET assignee = 'mallory'", "case-row-differs"),
    "an approval that waits": ("UPDATE records_casenow SET waits = NOT waits", "case-row-differs"),
    "a deadline": ("UPDATE records_casenow SET due_us = 7", "case-due-differs"),
    "a word to find it by": (
        "INSERT INTO records_caseword (word, case_id) SELECT 'paid', case_id FROM records_casenow",
        "case-words-differ",
    ),
    "a link to it": (
        "INSERT INTO records_caselink (to_id, case_id, link) SELECT 'x', case_id, 'y' FROM records_casenow",
        "case-words-differ",
    ),
    "an errand taken away": ("DELETE FROM records_errand", None),
}


@pytest.mark.parametrize("what", BEHIND)
def test_whoever_changes_what_lists_show_is_found(office: Office, what: str) -> None:
    office.open()
    sql, code = BEHIND[what]
    _raw(sql)
    assert {each.code for each in prove(office.desk).problems} == ({code} if code else set())


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sql", "codes"),
    [
        (
            "UPDATE records_caseevent SET body = REPLACE(body, '5.00', '9.00')",
            {"case-event-digest"},
        ),
        (
            "UPDATE records_caseevent SET digest = '{0:064d}'",
            {"case-event-digest", "case-event-untold"},
        ),
        ("UPDATE records_caseevent SET body = '{{'", {"case-unfolded"}),
        ("DELETE FROM records_caseevent", {"case-without-events", "case-event-gone"}),
        ("UPDATE records_caseneed SET people = 1", {"case-needs-differ"}),
        ("UPDATE records_casekind SET text = REPLACE(text, '2', '1')", None),
    ],
)
def test_whoever_goes_around_the_triggers_is_found(
    office: Office, sql: str, codes: set[str] | None
) -> None:
    office.open()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    _raw(sql.format(0))
    office.desk = Office(office.folder).desk if codes else _without_kinds(office)
    found = {each.code for each in prove(office.desk).problems}
    assert found >= (codes or {"case-unfolded"})


def _without_kinds(office: Office) -> handling.Desk:
    """An office whose packs hold another version by now: the kept text is all there is."""
    return Office(office.folder, KIND.replace("House", "Home")).desk
