"""The room against a slow second method, on clocks at random."""

import os
import random
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from seawall.cases import clock as clocks
from tests.cases import random_clocks
from tests.cases.oracle import Oracle

CASES = 240
SOAK_CASES = int(os.environ.get("SEAWALL_CLOCKS", "100000"))


@lru_cache
def oracle(name: str) -> Oracle:
    return Oracle(random_clocks.calendar(name))


def differs(name: str, seed: str) -> str | None:
    """What the two methods say of one random clock, where it is not the same."""
    chance = random.Random(seed)
    clock = random_clocks.clock(chance, oracle(name).calendar)
    deadline = clocks.due(clock)
    as_of = clock.started_at + random_clocks.step(chance, 60)
    if deadline.at is not None and chance.random() < 0.3:
        as_of = max(
            deadline.at + timedelta(microseconds=chance.choice((-1, 0, 1))), clock.started_at
        )
    got = (
        (deadline.at, deadline.warns),
        clocks.elapsed(clock, as_of),
        clocks.state_at(clock, as_of),
    )
    slow = oracle(name)
    expected = (slow.due(clock), slow.elapsed(clock, as_of), slow.state(clock, as_of))
    return None if got == expected else f"{name}/{seed}: {clock}\n as of {as_of}\n{got}\n{expected}"


@pytest.mark.parametrize("name", random_clocks.CALENDARS)
def test_deadlines_elapsed_time_and_states_are_what_a_walk_over_minutes_finds(name: str) -> None:
    found = [told for n in range(CASES) if (told := differs(name, f"clock {n}")) is not None]
    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("name", random_clocks.CALENDARS)
def test_the_walk_finds_the_same_for_100_000_clocks(name: str) -> None:
    count = -(-SOAK_CASES // len(random_clocks.CALENDARS))
    found = [told for n in range(count) if (told := differs(name, f"soak {n}")) is not None]
    assert found == []


@pytest.mark.parametrize("name", random_clocks.CALENDARS)
def test_the_walk_itself_asks_each_minute_what_zoneinfo_says(name: str) -> None:
    slow = oracle(name)
    zone = ZoneInfo(slow.calendar.zone)
    for about in (datetime(2025, 3, 29, 12), datetime(2025, 4, 5, 6), datetime(2025, 11, 1, 22)):
        for n in range(36 * 60):
            at = about + timedelta(minutes=n)
            wall = at.replace(tzinfo=UTC).astimezone(zone)
            minute = int((at - datetime(2024, 1, 1)) // timedelta(minutes=1))
            expected = slow.minute_is_worked(wall.date(), wall.hour * 60 + wall.minute)
            assert bool(slow.worked[minute]) == expected, at
