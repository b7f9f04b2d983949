from datetime import date

import numpy as np

from seawall.core.period import month_ends
from seawall.warning.backtest import Course
from seawall.warning.cause import Cause, Segment, segment
from seawall.warning.waking import unexplained
from tests.warning.sheets import sheet

MONTHS = tuple(month_ends(date(2024, 1, 1), date(2024, 6, 30)))
DAYS = tuple(date(2024, 2, day) for day in range(1, 29))
INDICATORS = {
    each.id: each
    for each in (
        sheet(id="outage", period="day").declared,
        sheet(id="late", explained_by=["outage"]).declared,
    )
}


def course(name: str, levels: str, ends_on: tuple[date, ...], inside: Segment = ()) -> Course:
    row = np.array([int(each) for each in levels.ljust(len(ends_on), "0")], np.int8)
    return Course(Cause(name, inside), ends_on, row)


def told(*courses: Course) -> list[tuple[str, date]]:
    return [(str(each.cause), each.on) for each in unexplained(courses, INDICATORS)]


def test_a_child_is_not_told_while_its_parent_is_open() -> None:
    late = course("late", "00101", MONTHS)
    over = course("outage", "0" * 20 + "11000000", DAYS)
    still = course("outage", "0" * 20 + "1" * 8, DAYS)
    assert told(late, over) == [("outage", DAYS[20]), ("late", MONTHS[2]), ("late", MONTHS[4])]
    assert told(late, still) == [("outage", DAYS[20])]


def test_a_segment_is_told_where_it_is_worse_than_the_whole() -> None:
    app = segment(channel="app")
    assert told(course("late", "01", MONTHS), course("late", "01", MONTHS, app)) == [
        ("late", MONTHS[1])
    ]
    assert len(told(course("late", "01", MONTHS), course("late", "02", MONTHS, app))) == 2
