"""An answer on its way: what is made arrives in order, and neither end waits for one who is gone."""

import threading
from collections.abc import Iterator

import pytest

from seawall.console.sending import PIECES_MOST, Sending, UnableToSend


def making(sending: Sending, pieces: Iterator[bytes]) -> threading.Thread:
    thread = threading.Thread(target=sending.make, args=(pieces,))
    thread.start()
    return thread


def numbered(count: int, *, made: list[int], fails_at: int = -1) -> Iterator[bytes]:
    for n in range(count):
        if n == fails_at:
            raise ZeroDivisionError
        made.append(n)
        yield str(n).encode()


def test_pieces_arrive_in_order_and_end() -> None:
    sending = Sending()
    thread = making(sending, numbered(100, made=[]))
    assert [int(each) for each in sending] == list(range(100))
    thread.join(20)
    assert not thread.is_alive()


def test_what_the_maker_failed_with_breaks_the_answer_off() -> None:
    sending = Sending()
    thread = making(sending, numbered(10, made=[], fails_at=3))
    assert [next(sending) for _ in range(3)] == [b"0", b"1", b"2"]
    with pytest.raises(ZeroDivisionError):
        next(sending)
    thread.join(20)


def test_a_maker_waits_only_so_long_and_who_comes_back_late_gets_no_end() -> None:
    made: list[int] = []
    sending = Sending(wait_seconds=0.05)
    thread = making(sending, numbered(100, made=made))
    thread.join(20)
    assert not thread.is_alive()
    assert len(made) == PIECES_MOST + 1
    with pytest.raises(UnableToSend):
        next(sending)


def test_a_maker_who_waits_is_let_go() -> None:
    made: list[int] = []
    sending = Sending(wait_seconds=20)
    thread = making(sending, numbered(100, made=made))
    next(sending)
    while len(made) < PIECES_MOST + 2:  # one is taken, the queue is full, one waits
        threading.Event().wait(0.001)
    sending.close()
    thread.join(5)
    assert not thread.is_alive()
    assert len(made) == PIECES_MOST + 2
