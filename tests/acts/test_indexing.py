"""The index says what the ledger says, whoever catches up, whenever, and however often."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from seawall.acts import indexing
from seawall.core.period import microseconds
from seawall.ledger import log
from seawall.ledger.entry import Entry, Erasing
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.records import entry_index as index
from seawall.records.entry_index import Browsed, DecisionRow, EntryRow, Place, Sought
from tests.acts.lender import NOON, House, asks

UNITS = (None, "house/online", "house/online/app", "house/partners", "other")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.publish()
    yield made
    made.ledger.store.close()


def filled(house: House, many: int = 30) -> None:
    """Decisions of five units, some declined, some referred, in an order that is not that of time."""
    chance = random.Random(4)  # noqa: S311 - a test's own dice
    for n in range(many):
        given = asks(
            f"a{n}", n, who=f"c{n % 7}", device=f"d{n % 3}", amount=chance.choice([5, 500])
        )
        at = NOON + timedelta(minutes=chance.randrange(60))
        house.decide(given, at=at, unit=UNITS[n % 5])


def said(house: House) -> list[dict[str, object]]:
    """Every decision as its entry tells it, without the index."""
    told = []
    for each in house.ledger.entries():
        if each.told["kind"] != "decision":
            continue
        content = each.content or {}
        reasons = content.get("reasons") or [{"code": ""}]
        told.append({
            "entry": each.number, "id": each.told["subject"].partition(":")[2], "at": each.told["at"],
            "unit": each.told["on_behalf_of"] or "house", "by": each.told["actor"],
            "outcome": content.get("outcome", ""), "reason": reasons[0]["code"],
            "customer": content.get("input", {}).get("customer_token", ""),
        })  # fmt: skip
    return told


def within(unit: str, of: object) -> bool:
    return str(of).split("/")[: len(unit.split("/"))] == unit.split("/")


def listed(**sought: object) -> list[int]:
    """The numbers of the entries found, page by page to the end."""
    found, after = list[DecisionRow](), None
    while page := index.decisions(Sought(**{"unit": "house", **sought}, after=after, most=4)):  # type: ignore[arg-type]
        found += page
        after = (page[-1].at_us, page[-1].entry)
    return [row.entry for row in found]


def expected(house: House, test: Callable[[dict[str, object]], bool]) -> list[int]:
    chosen = [each for each in said(house) if test(each)]
    chosen.sort(key=lambda each: (str(each["at"]), each["entry"]), reverse=True)
    return [int(str(each["entry"])) for each in chosen]


def test_pages_hold_every_decision_once_the_latest_first(house: House) -> None:
    filled(house)
    indexing.catch_up(house.ledger)
    assert listed() == expected(house, lambda each: each["unit"] != "other")
    assert len(listed()) == 24


FILTERS: dict[str, tuple[dict[str, object], Callable[[dict[str, object]], bool]]] = {
    "unit": ({"unit": "house/online"}, lambda each: within("house/online", each["unit"])),
    "unit within": (
        {"unit": "house/online/app"},
        lambda each: each["unit"] == "house/online/app",
    ),
    "outcome": ({"outcomes": ("decline",)}, lambda each: each["outcome"] == "decline"),
    "policy": ({"policy": "small", "outcomes": ("approve", "refer", "decline")}, lambda _: True),
    "another policy": ({"policy": "large", "outcomes": ("approve",)}, lambda _: False),
    "policy and outcome": (
        {"policy": "small", "outcomes": ("decline",)},
        lambda each: each["outcome"] == "decline",
    ),
    "reason": ({"reason": "shared"}, lambda each: each["reason"] == "shared"),
    "customer": ({"customer": "c3"}, lambda each: each["customer"] == "c3"),
    "application": ({"application": "a6"}, lambda each: each["id"] == "a6"),
    "nobody": ({"application": "nobody"}, lambda _: False),
    "since": (
        {"since_us": microseconds(NOON + timedelta(minutes=20))},
        lambda each: str(each["at"]) >= "2026-11-26T12:20",
    ),
    "until": (
        {"until_us": microseconds(NOON + timedelta(minutes=20))},
        lambda each: str(each["at"]) < "2026-11-26T12:20",
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_search_finds_what_a_walk_through_the_ledger_finds(house: House, name: str) -> None:
    sought, test = FILTERS[name]
    filled(house)
    indexing.catch_up(house.ledger)
    assert listed(**sought) == expected(
        house, lambda each: within("house", each["unit"]) and test(each)
    )


def test_another_units_decisions_are_not_found_by_their_id_either(house: House) -> None:
    filled(house)
    indexing.catch_up(house.ledger)
    assert [row.unit for row in index.decisions(Sought("other", application="a4"))] == ["other"]
    assert index.decisions(Sought("house", application="a4")) == []
    assert index.decisions(Sought("hous", customer="c3")) == []
    assert index.decisions(Sought("house/on")) == []


def test_entries_are_browsed_by_kind_subject_and_actor(house: House) -> None:
    filled(house, 12)
    indexing.catch_up(house.ledger)
    every = [(each.number, each.told) for each in house.ledger.entries()][::-1]
    first = index.entries(Browsed(most=5))
    rest = index.entries(Browsed(before=first[-1].number))
    assert [row.number for row in (*first, *rest)] == [number for number, _ in every]
    for name, told, asked in (
        ("kind", "decision", Browsed(kind="decision")),
        ("subject", "application:a3", Browsed(subject="application:a3")),
        ("actor", "bob", Browsed(actor="bob")),
    ):
        found = index.entries(asked)
        assert [row.number for row in found] == [n for n, each in every if each[name] == told]
        assert found
    both = index.entries(Browsed(actor="bob", kind="policy.approve"))
    assert [row.subject for row in both] == [each["subject"] for _, each in every
                                             if each["kind"] == "policy.approve"]  # fmt: skip
    assert index.kinds() == sorted({each["kind"] for _, each in every})


def rows() -> tuple[list[EntryRow], list[DecisionRow], Place]:
    return [*index.every_entry()], [*index.every_decision()], index.place()


def test_caught_up_in_steps_it_is_the_same_as_at_once(house: House) -> None:
    filled(house)
    house.ledger.erase(5, Erasing("dana", NOON, "erase:5", "asked"))
    size = house.ledger.size
    assert [indexing.catch_up(house.ledger, 10).behind for _ in range(4)] == [
        max(0, size - 10 * n) for n in range(1, 5)
    ]
    stepwise = rows()
    assert indexing.catch_up(house.ledger) == indexing.Caught(0, 0)
    assert indexing.again(house.ledger) == indexing.Caught(size, 0)
    assert rows() == stepwise
    assert [*indexing.wrong(house.ledger)] == []


def test_an_erased_body_leaves_nothing_of_it_in_the_index(house: House) -> None:
    house.decide(asks("a1", who="c1", amount=500), asks("a2", who="c1"))
    indexing.catch_up(house.ledger)
    ours = index.decisions(Sought("house", application="a1"))[0]
    assert (ours.outcome, ours.reason, ours.customer_token) == ("decline", "large", "c1")
    house.ledger.erase(ours.entry, Erasing("dana", NOON, "erase:1", "asked"))
    indexing.catch_up(house.ledger)
    left = index.decisions(Sought("house", application="a1"))
    assert left == [ours._replace(policy="", outcome="", reason="", customer_token="")]
    assert [row.application_id for row in index.decisions(Sought("house", customer="c1"))] == ["a2"]  # fmt: skip
    indexing.again(house.ledger)
    assert index.decisions(Sought("house", application="a1")) == left
    assert [*indexing.wrong(house.ledger)] == []


def test_an_erasure_that_the_index_has_not_come_to_is_no_difference(house: House) -> None:
    (one,) = house.decide(asks("a1", who="c1"))
    indexing.catch_up(house.ledger)
    house.ledger.erase(one.entry or 0, Erasing("dana", NOON, "erase:1", "asked"))
    assert [*indexing.wrong(house.ledger)] == []


def test_who_read_a_body_before_it_was_erased_adds_nothing_afterwards(house: House) -> None:
    """Two catch up: the slower one read the body, the quicker one also its erasure."""
    (one,) = house.decide(asks("a1", who="c1"))
    at = index.place()
    slow = list(house.ledger.entries())
    house.ledger.erase(one.entry or 0, Erasing("dana", NOON, "erase:1", "asked"))
    indexing.catch_up(house.ledger)
    assert index.add(indexing.read(slow), at, Place(len(slow), "")) is False
    assert index.decisions(Sought("house"))[0].customer_token == ""


def test_a_failed_step_leaves_the_index_where_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(house, 6)
    indexing.catch_up(house.ledger, 3)
    before = rows()

    def fail(*_: object) -> None:
        raise RuntimeError("full")

    with monkeypatch.context() as broken:
        broken.setattr(index, "_insert", fail)
        with pytest.raises(RuntimeError, match="full"):
            indexing.catch_up(house.ledger)
    assert rows() == before
    indexing.catch_up(house.ledger)
    assert [*indexing.wrong(house.ledger)] == []


@pytest.mark.parametrize("size", [2, 40])
def test_another_ledger_in_its_place_makes_the_index_anew(
    house: House, tmp_path: Path, size: int
) -> None:
    """As after a restore: shorter, or longer by now, and with another history."""
    filled(house, 6)
    indexing.catch_up(house.ledger)
    other = log.start(SqliteStore(tmp_path / "other.sqlite"), Signer("other.example/ledger"))
    other.append_all([
        Entry(kind="decision", subject=f"application:o{n}", actor="m", at=NOON, act=f"decide:o{n}")
        for n in range(size)
    ])  # fmt: skip
    assert [each.code for each in indexing.wrong(other)] == ["ledger-index-of-another"]
    assert indexing.catch_up(other) == indexing.Caught(size, 0)
    assert {row.application_id[0] for row in index.every_decision()} == {"o"}
    assert [*indexing.wrong(other)] == []


def test_a_body_that_is_no_record_is_indexed_by_what_there_is(house: House) -> None:
    odd: list[dict[str, object]] = [
        {}, {"policy": "small"}, {"policy": {"id": 7}, "reasons": [], "input": None},
        {"outcome": "x" * 300, "reasons": "large", "input": {"customer_token": "a\0b"}},
    ]  # fmt: skip
    house.ledger.append_all([
        Entry(kind="decision", subject=f"application:o{n}", actor="m", at=NOON, act=f"o{n}", body=body)
        for n, body in enumerate(odd)
    ])  # fmt: skip
    indexing.catch_up(house.ledger)
    found = index.decisions(Sought("house"))
    assert {(row.policy, row.outcome, row.reason, row.customer_token) for row in found} == {("",) * 4}  # fmt: skip
    assert len(found) == len(odd)


CHANGES = {
    "a line changed": "UPDATE records_entryline SET actor = 'eve' WHERE number = 3",
    "a line taken away": "DELETE FROM records_entryline WHERE number = 3",
    "a decision changed": "UPDATE records_decisionline SET outcome = 'approve' WHERE outcome = 'decline'",
    "a decision taken away": "DELETE FROM records_decisionline WHERE entry = 5",
    "a decision invented": "INSERT INTO records_decisionline SELECT 999, application_id, policy, digest, outcome, "
    "reason, customer_token, actor, unit, at_us FROM records_decisionline WHERE entry = 5",
    "another unit": "UPDATE records_decisionline SET unit = 'other' WHERE entry = 5",
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_check_names_what_was_changed_behind_the_offices_back(house: House, name: str) -> None:
    filled(house, 8)
    indexing.catch_up(house.ledger)
    assert [*indexing.wrong(house.ledger)] == []
    with connection.cursor() as cursor:
        cursor.execute(CHANGES[name])
        assert cursor.rowcount >= 1
    found = [*indexing.wrong(house.ledger)]
    assert found
    assert {each.code for each in found} == {"ledger-index-differs"}


def test_a_page_is_two_statements(house: House, django_statements: list[str]) -> None:
    filled(house)
    indexing.catch_up(house.ledger)
    django_statements.clear()
    index.decisions(Sought("house", policy="small", outcomes=("approve", "refer", "decline")))
    assert len(django_statements) == 2


@pytest.fixture
def django_statements(house: House) -> Iterator[list[str]]:
    del house
    told: list[str] = []

    def wrapper(execute: Callable[..., object], sql: str, *rest: object) -> object:
        told.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(wrapper):
        yield told
