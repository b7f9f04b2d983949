"""Turns and pace: a few at a time, none waits for ever, none crowds out the others."""

import threading

import pytest

from seawall.office.turns import Pace, Turns, UnableToComeSoOften, UnableToWaitLonger


def test_no_more_are_at_work_than_may_be() -> None:
    turns, at_work, most = Turns(at_once=2, waiting_most=20, wait_seconds=10), 0, 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal at_work, most
        with turns.taken():
            with counting:
                at_work += 1
                most = max(most, at_work)
            threading.Event().wait(0.01)
            with counting:
                at_work -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == 2
    assert turns.here == 0


def test_who_waits_in_vain_is_sent_away_and_leaves_no_trace() -> None:
    turns = Turns(wait_seconds=0.01)
    with turns.taken():
        with pytest.raises(UnableToWaitLonger) as sent, turns.taken():
            pass
        assert sent.value.after_seconds >= 1
        assert turns.here == 1
    with turns.taken():
        assert turns.here == 1


def test_a_turn_that_failed_is_given_back() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.taken():
        1 / 0  # noqa: B018
    assert turns.here == 0
    with turns.taken():
        pass


def test_each_comes_at_his_own_pace() -> None:
    now = [0.0]
    pace = Pace(per_second=2, at_once=3, clock=lambda: now[0])
    for _ in range(3):
        pace.come("one-1")
    with pytest.raises(UnableToComeSoOften):
        pace.come("one-1")
    pace.come("other-1")
    now[0] = 0.5
    pace.come("one-1")
    with pytest.raises(UnableToComeSoOften):
        pace.come("one-1")
    now[0] = 1_000.0  # however long the rest, no more than three at once
    for _ in range(3):
        pace.come("one-1")
    with pytest.raises(UnableToComeSoOften):
        pace.come("one-1")
