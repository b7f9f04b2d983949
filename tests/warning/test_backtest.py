from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.core.period import month_ends
from seawall.warning.backtest import (
    Course,
    Stretch,
    Truth,
    alarms,
    choose,
    score,
)
from seawall.warning.cause import Cause, Segment, segment

MONTHS = tuple(month_ends(date(2023, 1, 1), date(2024, 12, 31)))
WHOLE = Stretch(MONTHS[0], MONTHS[-1])
APP, WEB = segment(channel="app"), segment(channel="web")


def course(levels: str, inside: Segment = (), indicator: str = "late") -> Course:
    """Levels as digits, a month each; quiet months follow."""
    row = [int(each) for each in levels.ljust(len(MONTHS), "0")]
    return Course(Cause(indicator, inside), MONTHS, np.array(row, np.int8))


def truth(first: int, last: int, full: int, inside: Segment = (), **more: int) -> Truth:
    """A trouble from the end of one month to the end of another, by their places."""
    start, end, whole = (MONTHS[each] for each in (first, last, full))
    return Truth(f"t{first}", frozenset({"late"}), inside, start, end, whole, **more)


def test_alarms_are_episodes_and_one_open_at_the_start_is_none() -> None:
    (first, second) = alarms(course("110012210".ljust(23, "0") + "1"))
    assert (first.on, first.until, first.worst) == (MONTHS[4], MONTHS[8], 2)
    assert (second.on, second.until) == (MONTHS[23], None)


def test_delay_and_lead_are_days_from_the_start_and_to_the_full_effect() -> None:
    found = score([course("0000001")], [truth(4, 9, 8)], WHOLE)
    (caught,) = found.caught
    assert caught.delay_days == (MONTHS[6] - MONTHS[4]).days
    assert caught.lead_days == (MONTHS[8] - MONTHS[6]).days


def test_an_alert_counts_within_the_window_only() -> None:
    for place, early, late, counted in ((7, 0, 0, False), (7, 31, 0, True), (8, 0, 0, True), (10, 0, 0, True),
                                        (11, 0, 0, False), (11, 0, 31, True)):  # fmt: skip
        known = truth(8, 10, 9, early_days=early, late_days=late)
        found = score([course("0" * place + "1")], [known], WHOLE)
        assert (len(found.caught), len(found.false)) == ((1, 0) if counted else (0, 1))


@pytest.mark.parametrize(
    ("alert", "trouble", "counted"),
    [
        ((), APP, True),
        (APP, (), True),
        (APP, APP, True),
        (segment(channel="app", region="west"), APP, True),
        (WEB, APP, False),
        (segment(region="west"), APP, False),
    ],
)
def test_segments_must_be_nested(alert: Segment, trouble: Segment, counted: bool) -> None:  # noqa: FBT001
    found = score([course("01", alert)], [truth(0, 3, 3, trouble)], WHOLE)
    assert bool(found.caught) is counted


def test_an_alert_of_an_indicator_that_should_not_see_it_is_false() -> None:
    both = [course("01"), course("01", indicator="speed")]
    found = score(both, [truth(0, 3, 3)], WHOLE)
    assert [each.cause.indicator for each in found.false] == ["speed"]
    assert (found.precision, found.recall) == (0.5, 1.0)


def test_the_first_alert_catches_and_every_one_in_the_window_counts() -> None:
    found = score([course("0101")], [truth(0, 3, 3)], WHOLE)
    assert len(found.counting) == 2
    assert found.caught[0].alarm.on == MONTHS[1]


def test_a_trouble_from_before_the_stretch_is_not_asked_for_and_excuses_its_alerts() -> None:
    late = Stretch(MONTHS[6], MONTHS[-1])
    found = score([course("00000001")], [truth(4, 9, 9)], late)
    assert (found.caught, found.missed, found.false, len(found.counting)) == ((), (), (), 1)


def test_signals_are_counted_period_by_period_as_the_paper_does() -> None:
    # 24 months: a trouble in months 4..7; alerts in 3..5 and 12. A = 2, B = 2, C = 2, D = 18.
    found = score([course("0001110000001")], [truth(4, 7, 7)], WHOLE)
    assert found.signals == (2, 2, 2, 18)
    assert found.noise_to_signal == pytest.approx((2 / 20) / (2 / 4))


def test_false_alarms_a_month_and_costs() -> None:
    found = score([course("010101")], [truth(10, 12, 11)], WHOLE)
    assert found.false_monthly == pytest.approx(3 / 23.0, rel=0.02)
    assert found.cost(5) == 5 + 3
    assert found.usefulness(5) == pytest.approx(1 - 8 / 5)
    assert found.usefulness(1) == pytest.approx(1 - 4)


def test_what_has_no_troubles_or_no_alerts_has_no_rate() -> None:
    found = score([course("")], [], WHOLE)
    assert (found.recall, found.precision, found.noise_to_signal, found.usefulness(5)) == (
        None,
    ) * 4


def test_the_cheapest_settings_are_chosen_at_the_stated_ratio() -> None:
    known = [truth(8, 12, 10)]
    tried = {
        "deaf": score([course("")], known, WHOLE),
        "nervous": score([course("0101" * 3)], known, WHOLE),
    }
    assert tried["nervous"].recall == 1
    assert len(tried["nervous"].false) == 4
    assert choose(tried, 1) == "deaf"
    assert choose(tried, 20) == "nervous"


def test_among_equals_the_first_that_is_named_is_chosen() -> None:
    found = score([course("01")], [truth(0, 3, 3)], WHOLE)
    assert choose({"declared": found, "agreed": found}, 5) == "declared"


levels = st.lists(st.sampled_from("012"), min_size=24, max_size=24).map("".join)


@given(levels, levels, st.integers(0, 20), st.integers(0, 3))
def test_every_alert_and_every_trouble_is_told_once(one: str, other: str, first: int, long: int) -> None:  # fmt: skip
    courses = [course(one, APP), course(other)]
    known = [truth(first, first + long, first + long, APP, early_days=40)]
    found = score(courses, known, WHOLE)
    raised = {each for each_course in courses for each in alarms(each_course)}
    assert {*found.counting, *found.false} == raised
    assert not {*found.counting} & {*found.false}
    assert len(found.caught) + len(found.missed) == len(known)
    assert sum(found.signals) == 2 * len(MONTHS)
    for caught in found.caught:
        inside = [each.on for each in found.counting]
        assert caught.alarm.on == min(inside)
        assert caught.delay_days >= -40
