"""What a case says shall be opened is opened: once, by the machine, with what the case knows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from seawall.acts import following, handling
from seawall.acts.case_rows import NEVER, events_of
from seawall.acts.handling import Desk, Kinds
from seawall.acts.proving import prove
from seawall.cases.case import Actor, Case, Command
from seawall.cases.fold import fold
from seawall.cases.scenario import Scenario, Scenarios, Step
from seawall.ledger import log
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.office import kinds
from seawall.records import case_register as register
from seawall.records import starting

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = BEGIN + timedelta(days=1)
OPENS = tuple(
    (name, verb)
    for name in kinds.kinds()
    for verb, declared in kinds.kind(name).verbs.items()
    if any("open" in each for each in declared.effects)
)
EXPECTED: dict[tuple[str, str], tuple[str, dict[str, object]]] = {
    ("collections_dispute", "escalate"): ("complaint", {"channel": "phone", "jurisdiction": "cn"}),
    ("control_test", "conclude_weak"): ("finding", {"source": "compliance", "rating": "medium"}),
    ("drill", "turn_real"): ("incident", {"system": "ledger", "exercise": False}),
    ("feedback", "make_complaint"): ("complaint", {"channel": "staff", "subject": "service"}),
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    starting.start(tmp_path / "office.sqlite")
    ledger = log.start(
        SqliteStore(tmp_path / "ledger.sqlite"), Signer("lender.example/ledger", seed=bytes(32))
    )
    declared = Kinds({name: kinds.kind(name) for name in kinds.kinds()})
    yield Desk(ledger, declared, lambda *_: NEVER, lambda: LATER)
    connections.close_all()


def played(desk: Desk, kind: str, verb: str) -> Case:
    """A case of the kind as the shipped scenario leaves it that does the verb."""
    sheet = kinds.scenarios(kind)
    assert sheet is not None
    (scenario, *_) = (s for s in sheet.declared.cases if _does(s, verb))
    case: Case | None = None
    for number, each in enumerate(scenario.steps):
        if each.refused:
            continue
        command = _command(sheet.declared, each, number, case)
        came = (
            handling.open_case(desk, kind, command)
            if case is None
            else handling.handle(desk, case.id, command)
        )
        assert came.problems == ()
        case = came.case
        if each.do == verb and not each.asks:
            break
    assert case is not None
    return case


def _does(scenario: Scenario, verb: str) -> bool:
    return any(each.do == verb and not each.refused for each in scenario.steps)


def _command(sheet: Scenarios, told: Step, number: int, case: Case | None) -> Command:
    given = {**({} if case else sheet.standing), **told.give}
    if case is not None and told.of:
        given = {"verb": told.of, "digest": case.asked[told.of].digest}
    actor = Actor(told.as_.lower(), frozenset(sheet.people[told.as_]), "cn" if case is None else "")
    at = BEGIN + timedelta(minutes=number)
    return Command(told.do, actor, at, f"step {number}", given, told.why, tuple(told.link.items()))


def opened(kind: str) -> list[Case]:
    rows = register.listed(register.Listed(kind))
    found = [events_of(register.events(row.case_id)) for row in rows]
    return [fold({kinds.kind(kind).digest: kinds.kind(kind)}, events) for events in found]


def test_every_shipped_kind_that_opens_another_is_tried() -> None:
    assert set(OPENS) == set(EXPECTED)


@pytest.mark.parametrize(("kind", "verb"), OPENS)
def test_the_case_that_follows_is_opened_once_with_what_is_known(
    desk: Desk, kind: str, verb: str
) -> None:
    old = played(desk, kind, verb)
    wanted, known = EXPECTED[kind, verb]
    assert following.follow(desk, LATER) == 1
    assert following.follow(desk, LATER) == 0
    (new,) = opened(wanted)
    assert known.items() <= new.fields.items()
    assert old.id in {to for _, to in new.links}
    assert new.unit == old.unit == "cn"
    assert new.opened_at == old.changed_at, "its clocks count from when it was wanted"
    assert register.errands("open", "waiting") == []
    assert prove(desk).problems == ()


def test_a_process_that_stopped_after_opening_opens_no_second_one(desk: Desk) -> None:
    played(desk, "drill", "turn_real")
    following.follow(desk, LATER)
    _raw("UPDATE records_errand SET state = 'waiting' WHERE task = 'open'")
    assert following.follow(desk, LATER + timedelta(hours=1)) == 1
    assert len(opened("incident")) == 1


def test_what_leads_to_a_complaint_already_opens_no_second_one(desk: Desk) -> None:
    mia = Actor("mia", frozenset({"customer_care"}))
    given = {"sort": "defect", "channel": "app", "words": "Again."}
    case = handling.open_case(desk, "feedback", Command("receive", mia, BEGIN, "1", given)).case
    assert case is not None
    link = Command("link", mia, BEGIN, "2", links=(("complaint", "complaint-abc"),))
    assert handling.handle(desk, case.id, link).problems == ()
    assert handling.handle(desk, case.id, Command("make_complaint", mia, BEGIN, "3")).problems == ()
    assert following.follow(desk, LATER) == 0
    ((_, said),) = register.errands("open", "dropped")
    assert case.id in said
    assert opened("complaint") == []


@pytest.mark.parametrize("why", ["no such kind", "not for the machine"])
def test_what_cannot_be_opened_is_given_up_with_its_reason(desk: Desk, why: str) -> None:
    played(desk, "control_test", "conclude_weak")
    finding = kinds.kind("finding")
    raises = finding.verbs["raise"].model_copy(update={"roles": ("auditor",)})
    closed = finding.model_copy(update={"verbs": {**finding.verbs, "raise": raises}})
    others = {name: each for name, each in desk.kinds.in_force.items() if name != "finding"}
    in_force = others if why == "no such kind" else {**others, "finding": closed}
    poor = Desk(desk.ledger, Kinds(in_force), desk.timer)
    assert following.follow(poor, LATER) == 0
    ((_, said),) = register.errands("open", "dead")
    assert ("no kind of case finding" if why == "no such kind" else "may not raise") in said
    assert following.follow(desk, LATER + timedelta(days=1)) == 0, "it is not tried for ever"


def test_an_errand_that_no_event_asked_for_opens_nothing(desk: Desk) -> None:
    case = played(desk, "drill", "turn_real")
    following.follow(desk, LATER)
    with register.change():
        key = f"{case.id}:1:open:0"
        register.queue([register.ErrandRow(key, case.id, 1, "open", '{"to": "incident"}', 0)])
    assert following.follow(desk, LATER) == 0
    assert len(opened("incident")) == 1
    ((_, said),) = register.errands("open", "dead")
    assert "not of the house" in said


def test_a_database_that_refuses_is_asked_again_and_not_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(desk, "drill", "turn_real")
    with monkeypatch.context() as patch:
        patch.setattr(handling, "open_case", _moved)
        for minute in range(2 * following.TRIES):
            assert following.follow(desk, LATER + timedelta(minutes=2 * minute)) == 0
    ((errand, said),) = register.errands("open", "dead")
    assert errand.tried == following.TRIES
    assert "at the same time" in said


def _moved(*_: object) -> None:
    raise register.UnableToMoveCase("incident-1")


def _raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
