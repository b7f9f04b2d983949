"""Clocks: how long it takes to tell deadline and state of 10,000 open ones, and to lay a calendar out.

    python bench/clocks.py    # some seconds; prints, and writes bench/results/clocks.md

Processor time, the median of five runs. Each clock is of its own start; a third were paused once, a third
extended; each has three warnings. What is measured is what a tick of all open cases costs.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from seawall.cases import shifts
from seawall.cases.calendar import Calendar
from seawall.cases.clock import Clock, Extension, Pause, due, recomputed, state_at
from seawall.cases.limit import Limit
from seawall.office import packs

RESULTS = Path(__file__).parent / "results" / "clocks.md"
CLOCKS = 10_000
RUNS = 5
AS_OF = datetime(2026, 7, 1, 3)  # noqa: DTZ001 - the house's times are UTC, without an offset
LIMITS = {
    "working hours": {"within": "80 working hours"},
    "working days": {"within": "15 working days", "ends": "closing"},
    "calendar days, rolled": {"within": "30 calendar days", "rolls": "following"},
}
WARNS = ["50 %", "80 %", "4 working hours before"]


def open_clocks(limit: Limit) -> list[Clock]:
    """Clocks that started in the two months before, in as many calendars as there are."""
    calendars = [packs.calendar(name) for name in packs.calendars()]
    return [_clock(n, limit, calendars[n % len(calendars)]) for n in range(CLOCKS)]


def _clock(n: int, limit: Limit, calendar: Calendar) -> Clock:
    start = AS_OF - timedelta(minutes=n * 8 + 1)
    paused = (Pause(start, start + (AS_OF - start) / 3),) if n % 3 == 0 else ()
    more = (Extension("complex", plus=5),) if n % 3 == 1 else ()
    return Clock(limit, start, calendar, paused, more)


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds, the median."""
    took = []
    for _ in range(RUNS):
        began = time.process_time()
        run()
        took.append(time.process_time() - began)
    return statistics.median(took)


def _table(clocks: list[Clock]) -> str:
    runs = (
        lambda: [state_at(each, AS_OF) for each in clocks],
        lambda: [due(each) for each in clocks],
        lambda: [recomputed(each, each.calendar) for each in clocks],
    )
    return " | ".join(f"{seconds(run):.2f}" for run in runs)


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield "# Clocks\n"
    yield f"Bar: {CLOCKS:,} open clocks re-evaluated in 2 s. Processor time, median of {RUNS}; {os.cpu_count()}"
    yield f"cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start.\n"
    yield "| 10,000 clocks of | state, s | deadline, s | old and new deadline, s |"
    yield "|---|---:|---:|---:|"
    for name, told in LIMITS.items():
        clocks = open_clocks(Limit.model_validate({**told, "warns": WARNS}))
        yield f"| {name} | {_table(clocks)} |"
    yield "\n| laid out once per version | its zone, s | its days and shifts, s |"
    yield "|---|---:|---:|"
    for name in packs.calendars():
        calendar = packs.calendar(name)
        zone = seconds(partial(shifts.Wall, calendar.zone))
        yield f"| `{name}` | {zone:.2f} | {seconds(partial(shifts.WorkingTime, calendar)):.2f} |"


def main() -> None:
    """Measure, print, and keep."""
    page = "\n".join((*lines(), ""))
    RESULTS.write_text(page)
    print(page)


if __name__ == "__main__":
    main()
