"""Group commit: who leads, who waits, and what happens when one of them is interrupted."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from seawall.ledger.entry import Receipt, seal
from seawall.ledger.gathering import TOGETHER_MOST, Asked, Gathering, UnableToFinish
from tests.ledger.conftest import decision


def asked(n: int = 1, count: int = 1) -> Asked:
    return Asked([seal(decision(n))] * count)


class Book:
    """What a gathering writes to: notes who was written together, and can be made to wait or fail."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.before: Callable[[], None] = lambda: None

    def write(self, batch: Sequence[Asked]) -> None:
        self.before()
        self.batches.append(len(batch))
        for each in batch:
            each.receipts = (Receipt(0, b"", new=True),)


def _waited(event: threading.Event) -> None:
    event.wait()


def waiting(gathering: Gathering, count: int) -> None:
    """Until so many callers wait for their turn."""
    for _ in range(1_000):
        if len(gathering._waiting) == count:  # noqa: SLF001 - there is no other way to see it
            return
        time.sleep(0.002)
    pytest.fail("the callers never came")


def test_who_comes_while_another_writes_is_written_together() -> None:
    book = Book()
    gathering, go = Gathering(book.write), threading.Event()
    book.before = lambda: _waited(go)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(gathering.submit, asked())
        waiting(gathering, 0)
        others = [pool.submit(gathering.submit, asked(n)) for n in range(8)]
        waiting(gathering, 8)
        go.set()
        assert all(each.result() for each in (first, *others))
    assert book.batches == [1, 8]


def test_a_transaction_is_bounded_and_a_large_caller_is_written_alone() -> None:
    book = Book()
    gathering, go = Gathering(book.write), threading.Event()
    book.before = lambda: _waited(go)
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(gathering.submit, asked())
        waiting(gathering, 0)
        counts = (TOGETHER_MOST + 1, TOGETHER_MOST - 1, 1, 1)
        others = []
        for n, count in enumerate(counts):
            others.append(pool.submit(gathering.submit, asked(n, count)))
            waiting(gathering, n + 1)
        go.set()
        assert all(each.result() for each in (first, *others))
    assert book.batches == [1, 1, 2, 1]


def test_one_caller_alone_never_waits_for_company() -> None:
    book = Book()
    gathering = Gathering(book.write)
    start = time.perf_counter()
    for n in range(200):
        gathering.submit(asked(n))
    assert time.perf_counter() - start < 0.2, "200 times the patience would be 0.4 s"


def test_a_failure_is_told_to_all_who_were_written_together_and_to_no_other() -> None:
    book = Book()
    gathering = Gathering(book.write)

    def fail() -> None:
        raise OSError("the disk")

    book.before = fail
    with pytest.raises(OSError, match="the disk"):
        gathering.submit(asked())
    book.before = lambda: None
    assert gathering.submit(asked())


def test_who_leads_and_is_interrupted_leaves_no_one_waiting() -> None:
    book = Book()
    gathering, go = Gathering(book.write), threading.Event()

    def interrupt() -> None:
        go.wait()
        book.before = lambda: None
        raise KeyboardInterrupt

    book.before = interrupt
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(gathering.submit, asked())
        waiting(gathering, 0)
        others = [pool.submit(gathering.submit, asked(n)) for n in range(3)]
        waiting(gathering, 3)
        go.set()
        with pytest.raises(KeyboardInterrupt):
            first.result(timeout=10)
        assert all(each.result(timeout=10) for each in others)


def test_those_written_together_with_an_interrupted_leader_are_told_to_ask_again() -> None:
    book = Book()
    gathering, go, again = Gathering(book.write), threading.Event(), threading.Event()

    def interrupt() -> None:
        again.wait()
        book.before = lambda: None
        raise KeyboardInterrupt

    def once() -> None:
        go.wait()
        book.before = interrupt

    book.before = once
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(gathering.submit, asked())
        waiting(gathering, 0)
        others = [pool.submit(gathering.submit, asked(n)) for n in range(2)]
        waiting(gathering, 2)
        go.set()
        assert first.result(timeout=10)
        again.set()
        failed = {type(each.exception(timeout=10)) for each in others}
    assert failed == {KeyboardInterrupt, UnableToFinish}


class Interrupted(threading.Event):
    """A wait that is interrupted."""

    def __init__(self, *, named: bool) -> None:
        super().__init__()
        self.named = named
        self.waits = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.set()
        if self.named:
            super().wait(timeout)
        raise KeyboardInterrupt


@pytest.mark.parametrize("named", [False, True], ids=["while it waits", "as it is named to lead"])
def test_who_waits_and_is_interrupted_leaves_no_one_waiting(named: bool) -> None:  # noqa: FBT001
    book = Book()
    gathering, go = Gathering(book.write), threading.Event()
    book.before = lambda: _waited(go)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(gathering.submit, asked())
        waiting(gathering, 0)
        gone = asked(1)
        gone.woken = Interrupted(named=named)
        leaver = pool.submit(gathering.submit, gone)
        gone.woken.waits.wait()
        last = pool.submit(gathering.submit, asked(2))
        waiting(gathering, 2 if named else 1)
        go.set()
        assert first.result(timeout=10)
        assert last.result(timeout=10)
        with pytest.raises(KeyboardInterrupt):
            leaver.result(timeout=10)
