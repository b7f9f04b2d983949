"""Many callers at one desk: they share batches and commits, and nothing else."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connections

from seawall.acts import deciding, decision_entries, gathering
from seawall.acts.admitting import Application
from seawall.acts.deciding import Decided, Desk, Order
from seawall.acts.gathering import Gatherer, Pace, Terms, UnableToTake
from seawall.acts.in_force import UnableToDecideBy
from seawall.acts.signing import UnableToSignAs
from seawall.core.text import verbatim
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger, Reader
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import UnableToWriteStore
from tests.acts.lender import NOON, House, asks, codes

TERMS = Terms("small", "origination-1", "CN")
Deciding = Callable[[Desk, Sequence[Application], Order], list[Decided]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.publish()
    yield made
    made.holds()
    made.ledger.store.close()


class Counted:
    """Lets batches through one by one, and remembers what was in them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[tuple[str, ...]] = []
        self.open = Event()
        self._decide: Deciding = deciding.decide_all
        monkeypatch.setattr(deciding, "decide_all", self)

    def __call__(self, desk: Desk, batch: Sequence[Application], order: Order) -> list[Decided]:
        self.batches.append(tuple(each.id for each in batch))
        assert self.open.wait(20)
        return self._decide(desk, batch, order)

    def wait(self, count: int) -> None:
        """Until so many batches have begun."""
        for _ in range(2_000):
            if len(self.batches) >= count:
                return
            Event().wait(0.01)
        raise AssertionError(self.batches)


@contextmanager
def gatherer(house: House, **more: Any) -> Iterator[Gatherer]:  # noqa: ANN401 - as the gatherer takes them
    @contextmanager
    def opened() -> Iterator[Desk]:
        yield House(house.folder).desk
        connections.close_all()

    # Patience has tests of its own; the others must not fail on a machine that is slow.
    made = Gatherer(opened, clock=lambda: NOON, **{"patience_s": 60.0, **more})
    try:
        yield made
    finally:
        made.stop()


def take(made: Gatherer, house: House, *given: dict[str, object]) -> list[Future[Decided]]:
    return made.take([house.received(**each) for each in given], TERMS)


def told(promises: Sequence[Future[Decided]]) -> list[Decided]:
    return [each.result(20) for each in promises]


def test_callers_who_come_at_once_share_batches(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    with gatherer(house) as made:
        first = take(made, house, asks("first", who="c"))
        counted.wait(1)
        with ThreadPoolExecutor(16) as callers:
            later = callers.map(lambda n: take(made, house, asks(f"a{n}", who="c")), range(160))
            promises = [each for some in later for each in some]
        counted.open.set()
        decided = told(first + promises)
    assert [each.id for each in decided] == ["first", *(f"a{n}" for n in range(160))]
    assert len({each.entry for each in decided}) == 161
    assert [len(batch) for batch in counted.batches] == [1, gathering.TOGETHER_MOST, 32]
    assert house.kinds.count("decision") == 161


def test_an_answer_is_durable_before_it_is_given(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, go = Event(), Event()
    append = Ledger.append_all

    def held(ledger: Ledger, entries: Sequence[Entry]) -> Any:  # noqa: ANN401 - receipts
        kept.set()
        assert go.wait(20)
        return append(ledger, entries)

    monkeypatch.setattr(Ledger, "append_all", held)
    elsewhere = Reader(SqliteStore(house.folder / "ledger.sqlite"), house.ledger.key)
    with gatherer(house) as made:
        (promise,) = take(made, house, asks("a1", who="c"))
        assert kept.wait(20)
        assert not promise.done()
        assert decision_entries.found(elsewhere, ["a1"]) == {}
        go.set()
        number = promise.result(20).entry
        assert decision_entries.found(elsewhere, ["a1"])["a1"].number == number
    elsewhere.store.close()


def test_brought_twice_it_is_decided_once_and_another_content_is_refused_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    with gatherer(house) as made:
        first = take(made, house, asks("other", who="c"))
        counted.wait(1)
        promises = [
            *take(made, house, asks("a1", who="c")),
            *take(made, house, asks("a1", who="c")),
            *take(made, house, asks("a1", who="c", amount=21)),
            *take(made, house, asks("a2", who="c")),
        ]
        counted.open.set()
        one, again, changed, two = told(promises)
        told(first)
    assert (one.entry, one.new, again.entry, again.new) == (one.entry, True, one.entry, False)
    assert (changed.entry, codes(changed)) == (None, ["application-changed"])
    assert (two.new, two.problems) == (True, ())
    assert len(counted.batches) == 2


def test_one_that_makes_a_batch_fail_fails_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ledger.append(
        Entry(kind="note", subject="x", actor="alice", at=NOON, act="decide:a3", body={})
    )
    counted = Counted(monkeypatch)
    with gatherer(house) as made:
        first = take(made, house, asks("other", who="c"))
        counted.wait(1)
        promises = take(made, house, *(asks(f"a{n}", who="c") for n in range(7)))
        counted.open.set()
        with pytest.raises(decision_entries.UnableToReadDecision):
            promises.pop(3).result(20)
        assert all(each.new for each in told(promises + first))


def test_terms_that_differ_are_never_in_one_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    with gatherer(house) as made:
        first = take(made, house, asks("other", who="c"))
        counted.wait(1)
        mine, theirs, nobodys = list[Any](), list[Any](), list[Any]()
        for n in range(3):
            mine += take(made, house, asks(f"m{n}", who="c"))
            (one,) = [house.received(**asks(f"t{n}", who="c"))]
            theirs += made.take([one], Terms("small", "origination-2", "CN"))
            (one,) = [house.received(**asks(f"n{n}", who="c"))]
            nobodys += made.take([one], Terms("nobodys", "origination-1", "CN"))
        counted.open.set()
        entries = [house.ledger.entry(each.entry or 0) for each in told(first + mine + theirs)]
        for each in nobodys:
            with pytest.raises(UnableToDecideBy):
                each.result(20)
    assert [each.told["actor"][-1] for each in entries] == ["1"] * 4 + ["2"] * 3
    assert counted.batches[:3] == [("other",), ("m0", "m1", "m2"), ("t0", "t1", "t2")]


def test_a_full_queue_takes_nobody_more_and_does_nothing_for_him(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    with gatherer(house, waiting_most=3) as made:
        promises = take(made, house, asks("first", who="c"))
        counted.wait(1)
        promises += take(made, house, asks("a1", who="c"), asks("a2", who="c"))
        with pytest.raises(UnableToTake, match="2 wait already"):
            take(made, house, asks("a3", who="c"), asks("a4", who="c"))
        promises += take(made, house, asks("a5", who="c"))
        counted.open.set()
        assert all(each.new for each in told(promises))
        told(take(made, house, asks("a3", who="c"), asks("a4", who="c")))
    assert counted.batches[1] == ("a1", "a2", "a5")


def test_a_queue_that_is_slower_than_patience_takes_nobody_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of 40 took four seconds; in half a second five more are decided, and 32 may always wait."""
    counted, at = Counted(monkeypatch), [0.0]
    with gatherer(house, patience_s=0.5, timer=lambda: at[0]) as made:
        promises = take(made, house, *(asks(f"a{n}", who="c") for n in range(40)))
        counted.wait(1)
        at[0] += 4.0
        promises += take(made, house, *(asks(f"b{n}", who="c") for n in range(16)))
        counted.open.set()
        told(promises[:40])
        counted.wait(2)
        told(promises)
        counted.open.clear()
        taken, came = list[Any](), 0
        for came in range(100):
            try:
                taken += take(made, house, asks(f"c{came}", who="c"))
            except UnableToTake:
                break
        assert gathering.TOGETHER_LEAST <= came <= gathering.TOGETHER_LEAST + 1
        assert made.full
        counted.open.set()
        assert all(each.new for each in told(taken))
    assert not made.full


def test_who_waited_too_long_is_refused_where_many_wait_and_decided_where_few_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, at = Counted(monkeypatch), [0.0]
    with gatherer(house, patience_s=0.5, timer=lambda: at[0]) as made:
        first = take(made, house, asks("first", who="c"))
        counted.wait(1)
        late = [p for n in range(50) for p in take(made, house, asks(f"a{n}", who="c"))]
        at[0] += 0.6
        soon = take(made, house, *(asks(f"b{n}", who="c") for n in range(10)))
        counted.open.set()
        assert all(each.new for each in told([*first, *soon, *late[28:]]))
        for each in late[:28]:
            with pytest.raises(UnableToTake, match="wait already"):
                each.result(20)
    assert [len(batch) for batch in counted.batches] == [1, gathering.TOGETHER_LEAST]


@pytest.mark.parametrize(("first", "refused"), [(200, 0), (gathering.TOGETHER_MOST, 60)])
def test_what_came_at_once_is_refused_as_a_whole_or_not_at_all(
    house: House, monkeypatch: pytest.MonkeyPatch, first: int, refused: int
) -> None:
    """Of 200, 128 begin at once and the rest is late for the second batch; then nobody of them is refused."""
    counted, at = Counted(monkeypatch), [0.0]
    with gatherer(house, patience_s=0.5, timer=lambda: at[0]) as made:
        begun = take(made, house, *(asks(f"a{n}", who="c") for n in range(first)))
        counted.wait(1)
        late = take(made, house, *(asks(f"b{n}", who="c") for n in range(60)))
        at[0] += 0.6
        soon = take(made, house, *(asks(f"c{n}", who="c") for n in range(40)))
        counted.open.set()
        assert all(each.new for each in told([*begun, *soon]))
        assert [type(each.exception(20)) for each in late].count(UnableToTake) == refused
    assert house.kinds.count("decision") == first + 100 - refused


def test_the_pace_is_that_of_long_batches_of_late() -> None:
    pace = Pace()
    assert pace.within(0.5, 512) == 512, "nothing is known yet"
    pace.tell(1, 5.0)
    pace.tell(0, 0.0)
    assert pace.within(0.5, 512) == 512, "a slow short batch says nothing"
    pace.tell(100, 0.2)
    assert pace.within(0.5, 512) == 250
    pace.tell(100, 1.0)
    assert pace.within(0.5, 512) == 125, "a stall counts for a quarter"
    for _ in range(20):
        pace.tell(100, 10.0)
    assert pace.within(0.5, 512) == gathering.TOGETHER_LEAST
    pace.tell(31, 31.0)
    for _ in range(40):
        pace.tell(31, 0.031)
    assert pace.within(0.5, 512) > 480, "quick short ones say that the stall is over"
    pace.tell(100, 10.0)
    assert pace.within(0.5, 512) < 20 * gathering.TOGETHER_LEAST
    for _ in range(40):
        pace.tell(100, 0.1)
    assert pace.within(0.5, 512) > 480


def test_a_store_that_failed_is_told_to_all_and_opened_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    failures, append = (
        iter([UnableToWriteStore("ledger", verbatim("disk full"))]),
        Ledger.append_all,
    )

    def failing(ledger: Ledger, entries: Sequence[Entry]) -> Any:  # noqa: ANN401 - receipts
        if len(entries) > 1 and (failure := next(failures, None)):
            raise failure
        return append(ledger, entries)

    monkeypatch.setattr(Ledger, "append_all", failing)
    with gatherer(house) as made:
        first = take(made, house, asks("first", who="c"))
        counted.wait(1)
        promises = take(made, house, *(asks(f"a{n}", who="c") for n in range(3)))
        counted.open.set()
        for each in promises:
            with pytest.raises(UnableToWriteStore, match="disk full"):
                each.result(20)
        again = told(take(made, house, *(asks(f"a{n}", who="c") for n in range(3))))
        assert all(each.new for each in [*again, *told(first)])
    assert counted.batches.count(("a0", "a1", "a2")) == 2, "a failing store is not asked in halves"


def test_stores_that_cannot_be_opened_are_told_and_tried_again(house: House) -> None:
    tries = list[bool]()

    @contextmanager
    def opened() -> Iterator[Desk]:
        tries.append(True)
        if len(tries) < 3:
            raise UnableToWriteStore("ledger", verbatim("no disk"))
        yield House(house.folder).desk
        connections.close_all()

    made = Gatherer(opened, clock=lambda: NOON)
    with pytest.raises(UnableToWriteStore):
        told(take(made, house, asks("a1", who="c")))
    assert told(take(made, house, asks("a1", who="c")))[0].new
    made.stop()
    assert len(tries) == 3


def test_who_waits_when_it_stops_is_decided_and_nobody_after(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    with gatherer(house) as made:
        promises = take(made, house, asks("first", who="c"))
        counted.wait(1)
        promises += take(made, house, *(asks(f"a{n}", who="c") for n in range(5)))
        with ThreadPoolExecutor(1) as other:
            stopping = other.submit(made.stop)
            while not made._stopped:  # noqa: SLF001 - there is no other sign of it
                Event().wait(0.01)
            with pytest.raises(UnableToTake, match="being stopped"):
                take(made, house, asks("late", who="c"))
            counted.open.set()
            stopping.result(20)
        assert all(each.done() and each.result().new for each in promises)


def test_who_left_before_his_batch_began_is_not_decided(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    with gatherer(house) as made:
        first = take(made, house, asks("first", who="c"))
        counted.wait(1)
        gone, stays = take(made, house, asks("gone", who="c"), asks("stays", who="c"))
        assert gone.cancel()
        assert not first[0].cancel()
        counted.open.set()
        told([*first, stays])
        with pytest.raises(CancelledError):
            gone.result(20)
    assert counted.batches == [("first",), ("stays",)]


def test_two_gatherers_at_one_home_decide_an_application_once(house: House) -> None:
    with gatherer(house) as one, gatherer(house) as two:
        promises = [
            (take(made, house, asks(f"a{n}", who="c")), n)
            for n in range(60)
            for made in ((one, two) if n % 2 else (two, one))
        ]
        decided = [(each.result(20), n) for some, n in promises for each in some]
    assert all(len({d.entry for d, m in decided if m == n}) == 1 for n in range(60))
    assert sorted(n for d, n in decided if d.new) == list(range(60))


def test_terms_refuse_a_name_that_could_be_spelt_in_two_ways() -> None:
    with pytest.raises(UnableToSignAs):
        Terms("small", "Origination 1", "CN")
