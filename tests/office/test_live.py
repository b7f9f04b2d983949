"""The counter that is never closed: over stores that fail, come back, or take too long."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from seawall.acts.deciding import Decided
from seawall.acts.gathering import Terms
from seawall.core.problem import Problem
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger, UnableToFindEntry
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import UnableToOpenStore, UnableToReadStore, UnableToWriteStore
from seawall.office import homes, live
from seawall.office.live import Asked, Live, UnableToAnswer
from seawall.records.starting import UnableToUseRecords
from seawall.vault.database import UnableToReachDatabase
from tests import postgresql
from tests.acts.lender import asks
from tests.console.served import Lender
from tests.office.places import Cluster, cluster

STORES = (
    UnableToOpenStore,
    UnableToReadStore,
    UnableToWriteStore,
    UnableToUseRecords,
    UnableToReachDatabase,
)
"""What the API answers with 503."""


def asked(unit: str | None = None) -> Asked:
    seen = unit or ""
    return Asked(Terms("small", "origination-1", "CN", unit), lambda each: each.startswith(seen))


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of everything at once make a machine slower than ten seconds."""
    monkeypatch.setattr(live, "WAIT_SECONDS", 90.0)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Live]:
    lender = Lender(tmp_path)
    lender.publish()
    lender.close()
    made = Live(homes.home(tmp_path / "home"))
    yield made
    made.stop()
    after = Lender(tmp_path)
    after.holds()
    after.close()


def one(counter: Live, given: dict[str, object], unit: str | None = None) -> Decided:
    (found,) = counter.decide(asked(unit), [given])
    assert isinstance(found, Decided)
    return found


def test_answers_stand_in_the_order_of_the_questions(counter: Live) -> None:
    found = counter.decide(asked(), [asks("a1", who="c"), {"amount": 1}, asks("a2", who="c")])
    assert [type(each) for each in found] == [Decided, Problem, Decided]
    assert [each.id for each in found if isinstance(each, Decided)] == ["a1", "a2"]
    assert [each.where.row for each in found if isinstance(each, Problem)] == [2]


def test_a_decision_made_for_others_is_not_told(counter: Live) -> None:
    mine = one(counter, asks("a1", who="c"), "house/online")
    assert one(counter, asks("a1", who="c"), "house/online").entry == mine.entry
    theirs = one(counter, asks("a1", who="c"), "house/partners")
    assert (theirs.entry, theirs.content, [each.code for each in theirs.problems]) == (
        None, {}, ["application-id-taken"],
    )  # fmt: skip
    assert one(counter, asks("a1", who="c")).entry == mine.entry
    assert counter.decision("a1", asked("house/online").sees).number == mine.entry
    for id_ in ("a1", "a2"):
        with pytest.raises(UnableToFindEntry):
            counter.decision(id_, asked("house/partners").sees)


def test_for_whom_many_were_decided_before_is_asked_once(
    counter: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [asks(f"a{n}", who="c") for n in range(4)]
    first, reading, looks = counter.decide(asked("house/online"), given), SqliteStore.reading, [0]

    def counted(store: SqliteStore) -> Any:  # noqa: ANN401 - a context
        looks[0] += store is counter._ledger.store  # noqa: SLF001 - the gatherer's own is another
        return reading(store)

    monkeypatch.setattr(SqliteStore, "reading", counted)
    assert [each.entry for each in counter.decide(asked("house/online"), given) if isinstance(each, Decided)] == [
        each.entry for each in first if isinstance(each, Decided)
    ]  # fmt: skip
    assert looks == [1]
    fresh = [*given, asks("new", who="c")]
    theirs = counter.decide(asked("house/partners"), fresh)
    assert [each.entry is None for each in theirs if isinstance(each, Decided)] == [True] * 4 + [
        False
    ]
    assert looks == [2]


def test_who_waits_too_long_is_told_so_and_finds_his_decision_later(
    counter: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, append = Event(), Ledger.append_all

    def slow(ledger: Ledger, entries: Sequence[Entry]) -> Any:  # noqa: ANN401 - receipts
        assert go.wait(20)
        return append(ledger, entries)

    monkeypatch.setattr(Ledger, "append_all", slow)
    monkeypatch.setattr(live, "WAIT_SECONDS", 0.5)
    with pytest.raises(UnableToAnswer):
        one(counter, asks("a1", who="c"))
    go.set()
    monkeypatch.setattr(live, "WAIT_SECONDS", 90.0)
    again = one(counter, asks("a1", who="c"))
    assert (again.new, again.entry) == (False, counter.decision("a1", asked().sees).number)


@pytest.fixture
def made() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.mark.skipif(not postgresql.FOLDERS, reason="no PostgreSQL server")
def test_a_database_that_comes_back_decides_again(made: Cluster, tmp_path: Path) -> None:
    lender = Lender(tmp_path, settings=made.settings())
    lender.publish()
    lender.close()
    counter = Live(homes.home(tmp_path / "home"))
    first = one(counter, asks("a1", who="c"))
    made.server.stop()
    for n in range(2):
        with pytest.raises(STORES):
            one(counter, asks(f"b{n}", who="c"))
    made.server.start()
    assert one(counter, asks("b0", who="c")).new
    assert one(counter, asks("a1", who="c")).entry == first.entry
    counter.stop()
    after = Lender(tmp_path, settings=made.settings())
    after.holds()
    after.close()
