"""Queues, Today, files, many at once and a home's own kinds: truth from the machine's folds and the ledger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seawall.acts import attaching, handling, handling_many
from seawall.acts.attaching import UnableToFindFile, UnableToTrustFile
from seawall.acts.proving import prove
from seawall.cases import evidence
from seawall.cases.case import Actor, Case, Command
from seawall.core.institution import HOUSE
from seawall.core.problem import UnableToUseInput
from seawall.ledger.audit import audit
from seawall.office import cases, homes, packs, queue_sheets, queues, readers, units
from seawall.office.cases import Counter
from seawall.office.homes import Home
from seawall.office.queues import Asked
from seawall.office.today import today
from seawall.records import starting

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANN = Actor("ann", frozenset({"customer_care"}), HOUSE)
CORA = Actor("cora", frozenset({"complaint_manager"}), HOUSE)
COLE = Actor("cole", frozenset({"compliance_officer"}), HOUSE)
PIA = replace(CORA, name="pia", unit="house/partners")
CHARLIE = replace(CORA, name="charlie", unit="other")
COMPLAINT = {
    "customer": "person_A", "loan": "loan_A", "channel": "phone", "jurisdiction": "cn", "subject": "price",
}  # fmt: skip
PARCEL = """
id: parcel
title: Parcel / 包裹
meaning: "Something was sent to us. / 收到的包裹。"
source: practice
owner: manager
fields:
  sender: {title: sender / 寄件人, type: text, required: true, most: 80}
states: {there: there / 已到, fetched: {title: fetched / 已领取, final: true}}
verbs:
  bring: {title: Bring / 送到, to: there, roles: [employee]}
  fetch: {title: Fetch / 领取, from: there, to: fetched, roles: [employee]}
retention: {years: 1, after: fetched, citation: Practice}
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    yield homes.make(tmp_path / "home", "lender.example")
    starting.stop()


@pytest.fixture
def counter(home: Home) -> Counter:
    made = cases.counter(home)
    return replace(made, desk=replace(made.desk, clock=lambda: NOW))


def complains(
    counter: Counter, key: str, who: Actor = ANN, at: datetime = NOW, **told: object
) -> Case:
    known = {
        name: value
        for name, value in COMPLAINT.items()
        if name in counter.desk.kinds.in_force["complaint"].fields
    }
    command = Command("receive", who, at, key, {**known, "summary": "Too dear.", **told})
    came = handling.open_case(counter.desk, "complaint", command)
    assert came.case is not None, came.problems
    return came.case


def does(
    counter: Counter, case: Case, who: Actor, what: str, at: datetime = NOW, **fields: object
) -> Case:
    reason = str(fields.pop("reason", ""))
    command = Command(what, units.acting(who, case.unit), at, f"{what}:{who.name}", fields, reason)
    came = handling.handle(counter.desk, case.id, command)
    assert came.case is not None
    assert came.problems == ()
    return came.case


def ids(page: queues.Page) -> set[str]:
    return {each.line.case_id for each in page.cases}


def test_one_sees_what_lies_in_his_unit(counter: Counter) -> None:
    made = {
        who.unit: complains(counter, who.name, replace(ANN, unit=who.unit)).id
        for who in (CORA, PIA, CHARLIE)
    }
    machine = complains(counter, "m", Actor("bot-1", frozenset({"machine"}))).id
    assert ids(queues.page(counter, Asked(), CORA)) == {
        made["house"],
        made["house/partners"],
        machine,
    }
    assert ids(queues.page(counter, Asked(), PIA)) == {made["house/partners"]}
    assert ids(queues.page(counter, Asked(), CHARLIE)) == {made["other"]}
    assert ids(queues.page(counter, Asked(text=made["house"]), CHARLIE)) == set()
    assert ids(queues.page(counter, Asked(text=made["house"]), CORA)) == {made["house"]}
    assert ids(queues.page(counter, Asked(kind="complaint", unit="house/partners"), CORA)) == {
        made["house/partners"]
    }
    assert ids(queues.page(counter, Asked(kind="complaint"), CHARLIE)) == {made["other"]}


def test_what_names_somebody_is_his_and_a_title_is_found_by_its_words(counter: Counter) -> None:
    case = complains(counter, "1", summary="The fee was charged twice\nand twice again")
    does(counter, case, CORA, "acknowledge")
    other = complains(counter, "2", summary="别的 事情")
    assigned = does(counter, case, CORA, "assign", handler=" Cora ")
    assert ids(queues.page(counter, Asked(who="me"), CORA)) == {assigned.id}
    assert ids(queues.page(counter, Asked(text="charged fe"), CORA)) == {case.id}
    assert (
        ids(queues.page(counter, Asked(text="again"), CORA)) == set()
    )  # the first line is the title
    assert ids(queues.page(counter, Asked(text="事情"), CORA)) == {other.id}
    board = queues.board(counter, Asked(kind="complaint"), CORA)
    assert {state: len(found) for state, found in board.items() if found} == {
        "received": 1,
        "investigating": 1,
    }
    assert prove(counter.desk).problems == ()


def test_late_cases_are_late_and_a_recount_moves_them(counter: Counter) -> None:
    old = complains(counter, "old", at=NOW - timedelta(days=40))
    new = complains(counter, "new", at=NOW)
    found = queues.page(counter, Asked(late=True), CORA)
    assert ids(found) == {old.id}
    assert found.cases[0].late
    dues = {each.clock: each.at for each in counter.seen(new.id).dues}
    (shown,) = (
        each for each in queues.page(counter, Asked(), CORA).cases if each.line.case_id == new.id
    )
    assert shown.due_at == min(filter(None, dues.values())).replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_casenow SET due_us = NULL, next_us = 0")
    assert {each.code for each in prove(counter.desk).problems} == {"case-due-differs"}
    assert counter.recount() == 2
    assert prove(counter.desk).problems == ()


def test_today_shows_what_waits_for_somebody_and_no_more(counter: Counter) -> None:
    case = complains(counter, "1", at=NOW - timedelta(days=40))
    asked = does(counter, case, CORA, "drop", at=NOW, reason="He took it back.")
    with CaptureQueriesContext(connection) as queries:
        mine = today(counter, COLE, policies=True, reviews=False)
    assert len(queries) <= 8, [each["sql"][:80] for each in queries]
    assert [each.asked.request.digest for each in mine.approvals] == [asked.asked["drop"].digest]
    assert [each.line.case_id for each in mine.deadlines] == [case.id]
    assert mine.movable == ()  # no verb of his leads on from `received`
    hers = today(counter, CORA, policies=False, reviews=False)
    assert [each.line.case_id for each in hers.movable] == [case.id]
    assert hers.approvals == ()  # she asked for it herself
    assert today(counter, CHARLIE, policies=False, reviews=False).empty
    assert (
        today(
            counter, Actor("dora", frozenset({"auditor"}), HOUSE), policies=False, reviews=False
        ).movable
        == ()
    )


def test_many_are_done_each_for_itself(counter: Counter) -> None:
    made = [complains(counter, str(number)) for number in range(3)]
    does(counter, made[1], CORA, "acknowledge")
    foreign = complains(counter, "foreign", replace(ANN, unit="other"))
    chosen = [*(case.id for case in made), foreign.id, "complaint-00000000000000000000"]

    def command(case_id: str) -> Command:
        return Command("acknowledge", replace(CORA, name="kay"), NOW, f"bulk:7:{case_id}")

    for _ in range(2):  # a double click
        came = handling_many.handle_all(counter.desk, chosen, command)
        assert [each.done for each in came] == [True, False, True, False, False]
    codes = [[p.code for p in each.handled.problems] if each.handled else each.why for each in came]
    assert codes[1] == ["case-state"]
    assert codes[3] == ["case-unit"]
    assert "there is no case" in str(codes[4])
    acts = [str(entry.told["act"]) for entry in counter.desk.ledger.entries()]
    assert (
        len([act for act in acts if act.startswith("case:complaint-")]) == 7
    )  # 4 opened, 3 acknowledged
    with pytest.raises(handling_many.UnableToHandleSoMany):
        handling_many.handle_all(counter.desk, [str(n) for n in range(201)], command)


def test_a_file_is_kept_under_its_digest_and_told(home: Home, counter: Counter) -> None:
    case, folder = complains(counter, "1"), home.folder / cases.EVIDENCE
    rules, content = packs.evidence(), b"%PDF-1.7 proof"
    command = Command("", units.acting(ANN, case.unit), NOW, "file-1", reason="His letter.")
    for _ in range(2):
        came = attaching.attach(
            counter.desk, folder, case.id, command, (rules, "letter.pdf", content)
        )
        assert came.problems == ()
    (attached,) = evidence.files(counter.seen(case.id).events)
    assert attached.by == "ann"
    assert attaching.content(folder, attached.file.sha256) == content
    refused = attaching.attach(counter.desk, folder, case.id, command, (rules, "x.pdf", b"MZ"))
    assert [each.code for each in refused.problems] == ["evidence-type"]
    assert len([*folder.iterdir()]) == 1
    assert prove(counter.desk).problems == ()
    assert audit(counter.desk.ledger).problems == ()
    (folder / attached.file.sha256).write_bytes(b"%PDF-1.7 forged")
    with pytest.raises(UnableToTrustFile):
        attaching.content(folder, attached.file.sha256)
    with pytest.raises(UnableToFindFile):
        attaching.content(folder, "../keys/ledger.key")


def test_attaching_ends_no_request_and_makes_nobody_a_maker(home: Home, counter: Counter) -> None:
    case = complains(counter, "1")
    asked = does(counter, case, CORA, "drop", reason="He took it back.").asked["drop"]
    folder, given = home.folder / cases.EVIDENCE, (packs.evidence(), "letter.txt", b"his letter")
    command = Command("", units.acting(COLE, case.unit), NOW, "file")
    came = attaching.attach(counter.desk, folder, case.id, command, given)
    assert came.case is not None
    assert came.case.asked["drop"].digest == asked.digest
    does(counter, case, COLE, "approve", verb="drop", digest=asked.digest)
    command = Command("drop", units.acting(CORA, case.unit), NOW, "at last", {}, "He took it back.")
    done = handling.handle(counter.desk, case.id, command)
    assert done.case is not None
    assert done.case.state == "closed"


def test_a_home_has_kinds_of_its_own(home: Home) -> None:
    folder = home.folder / cases.KINDS
    folder.mkdir(parents=True)
    (folder / "parcel.yaml").write_text(PARCEL, encoding="utf-8")
    counter = cases.counter(home)
    command = Command(
        "bring", Actor("eve", frozenset({"employee"})), datetime.now(UTC), "1", {"sender": "x"}
    )
    came = handling.open_case(counter.desk, "parcel", command)
    assert came.case is not None
    assert {"parcel", "complaint"} <= counter.desk.kinds.in_force.keys()
    (folder / "package.yaml").write_text(PARCEL, encoding="utf-8")
    with pytest.raises(UnableToUseInput, match="kind-file-named-otherwise"):
        cases.counter(home)


def test_what_an_address_asks_for_is_told_again() -> None:
    asks = Asked(kind="alert", late=True, who="me", order="due")
    assert queues.asked(asks.told) == asks
    assert queues.asked({"show": "<script>", "late": "yes", "kind": "x" * 999}).kind == "x" * 200


TOM = Actor("tom", frozenset({"trainer", "employee"}), HOUSE)
ASKED = (
    Asked(), Asked(show="all"), Asked(kind="complaint"), Asked(kind="complaint", state="received"), Asked(order="due"),
    Asked(late=True), Asked(text="twice"), Asked(text="charged twice"), Asked(unit=HOUSE), Asked(show="all", order="due"),
    Asked(state="received"),
)  # fmt: skip


@pytest.mark.parametrize("asks", ASKED, ids=lambda asks: str(asks.told))
def test_a_complaint_is_in_no_list_of_who_does_not_read_complaints(
    counter: Counter, asks: Asked
) -> None:
    made = complains(counter, "one", summary="charged twice", at=NOW - timedelta(days=90))
    for text in (asks.text, made.id if asks == Asked() else asks.text):
        wanted = replace(asks, text=text)
        theirs = [each.line.case_id for each in queues.page(counter, wanted, ANN).cases]
        assert theirs == [made.id], "who handles complaints sees it there"
        assert queues.page(counter, wanted, TOM).cases == ()
        assert list(queue_sheets.sheet(counter, wanted, TOM).rows) == []
        assert len(list(queue_sheets.sheet(counter, wanted, ANN).rows)) == 1


def test_a_board_and_today_show_no_complaint_to_who_does_not_read_them(counter: Counter) -> None:
    made = complains(counter, "one", at=NOW - timedelta(days=30))
    lanes = queues.board(counter, Asked(kind="complaint"), TOM)
    assert lanes == dict.fromkeys(lanes, ())
    assert today(counter, TOM, policies=False, reviews=False).empty
    seen = counter.seen(made.id)
    assert readers.reads(counter, ANN, seen)
    assert readers.reads(counter, Actor("dana", frozenset({"auditor"}), HOUSE), seen)
    assert not readers.reads(counter, TOM, seen)


def test_who_opened_a_case_or_has_it_in_hand_sees_that_one(counter: Counter) -> None:
    opened = complains(counter, "one", replace(ANN, name="tom"))
    assert readers.reads(counter, TOM, counter.seen(opened.id)), (
        "he opened it, in another role then"
    )
    other = complains(counter, "two")
    for verb, who, fields in (("acknowledge", ANN, {}), ("assign", CORA, {"handler": "Tom"})):
        told = Command(verb, who, NOW, f"k:{verb}", fields=fields)
        assert handling.handle(counter.desk, other.id, told).problems == ()
    assert readers.reads(counter, TOM, counter.seen(other.id))
    mine = queues.page(counter, Asked(who="me"), TOM).cases
    assert [each.line.case_id for each in mine] == [other.id]
    assert queues.page(counter, Asked(), TOM).cases == ()


def test_a_kind_that_names_no_readers_is_read_by_who_deals_with_it(home: Home) -> None:
    """A house's own kind, from before there were readers, too: nobody is let in who was not named."""
    folder = home.folder / cases.KINDS
    folder.mkdir(parents=True)
    text = PARCEL.replace("roles: [employee]}\nretention", "roles: [manager]}\nretention")
    (folder / "parcel.yaml").write_text(text)
    kind = cases.counter(home).desk.kinds.in_force["parcel"]
    assert not kind.read_by(frozenset({"employee"})), "who only opens one"
    assert kind.read_by(frozenset({"manager"}))
    assert not kind.read_by(frozenset({"auditor", "chief_risk_officer"}))


def test_the_list_of_kinds_that_everybody_reads_is_short_and_written_by_hand(
    counter: Counter,
) -> None:
    known = counter.desk.kinds.in_force
    everybody = {name for name, kind in known.items() if kind.read_by(frozenset({"nobody"}))}
    assert everybody == {"alert", "control_test", "drill", "regulatory_change"}
    for name in ("complaint", "fraud_investigation", "collections_dispute", "credit_review"):
        for role in ("employee", "manager", "trainer", "control_owner", "it_operator"):
            assert not known[name].read_by(frozenset({role})), (name, role)
