"""Months against the calendar: every law is checked with the calendar's own arithmetic."""

import calendar
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from seawall.core import period

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
DAY = timedelta(days=1)


@given(DAYS)
def test_a_month_end_is_the_day_before_a_first(day: date) -> None:
    end = period.month_end(day)
    assert (end + DAY).day == 1
    assert (end.year, end.month) == (day.year, day.month)


@given(DAYS, DAYS)
def test_indices_differ_by_the_whole_months_between_two_days(first: date, last: date) -> None:
    first, last = sorted((first, last))
    firsts = 0  # of the months after the first day's one, by going through the years
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            firsts += first < date(year, month, 1) <= last
    assert period.month_index(last) - period.month_index(first) == firsts


@given(DAYS)
def test_the_start_of_a_days_month_is_its_first_day(day: date) -> None:
    assert period.month_start(period.month_index(day)) == date(day.year, day.month, 1)


@given(DAYS)
def test_a_day_and_its_months_last_day_have_one_index_and_the_next_day_another(day: date) -> None:
    end = period.month_end(day)
    assert period.month_index(day) == period.month_index(end)
    assert period.month_index(end + DAY) == period.month_index(day) + 1


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 2000))
def test_month_ends_are_every_last_day_of_a_month_that_the_range_touches(
    first: date, days: int
) -> None:
    last = first + timedelta(days=days)
    until = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    each = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    assert list(period.month_ends(first, last)) == [d for d in each if (d + DAY).day == 1]


def test_month_ends_of_one_day_are_its_own_month_end() -> None:
    leap = date(2024, 2, 1)
    assert list(period.month_ends(leap, leap)) == [date(2024, 2, 29)]


def test_a_range_that_ends_before_it_starts_has_no_month_ends() -> None:
    assert list(period.month_ends(date(2024, 3, 1), date(2024, 2, 29))) == []


@given(DAYS)
def test_the_last_full_month_end_is_found_by_walking_back(day: date) -> None:
    walked = day
    while (walked + DAY).day != 1:
        walked -= DAY
    assert period.last_full_month_end(day) == walked


def test_february_of_leap_years_and_of_centuries_ends_as_the_calendar_says() -> None:
    for year, last in ((2000, 29), (1900, 28), (2023, 28), (2024, 29)):
        assert period.month_end(date(year, 2, 1)) == date(year, 2, last)
    assert period.last_full_month_end(date(2024, 1, 30)) == date(2023, 12, 31)
