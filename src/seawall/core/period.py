"""Months as the book counts them, and times as stores do: whole microseconds since 1970 (UTC)."""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the house's times are UTC, without an offset
_MICROSECOND = timedelta(microseconds=1)


def month_index(day: date) -> int:
    """Months since year 0: differences are whole months, whatever the days.

    >>> month_index(date(2024, 1, 31)) - month_index(date(2023, 12, 1))
    1
    """
    return day.year * 12 + day.month - 1


def month_start(index: int) -> date:
    """The first day of the month with this index."""
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of a day's month.

    >>> month_end(date(2024, 2, 3))
    datetime.date(2024, 2, 29)
    """
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_ends(first: date, last: date) -> Iterator[date]:
    """Every month-end from the month of `first` to the month of `last`, both included."""
    for index in range(month_index(first), month_index(last) + 1):
        yield month_end(month_start(index))


def last_full_month_end(day: date) -> date:
    """The latest month-end on or before a day.

    >>> last_full_month_end(date(2024, 3, 30))
    datetime.date(2024, 2, 29)
    """
    end = month_end(day)
    return end if end == day else month_end(month_start(month_index(day) - 1))


def utc(moment: datetime) -> datetime:
    """A time as the house keeps times: in UTC, without a zone; one without a zone is UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def microseconds(moment: datetime) -> int:
    """A time as microseconds since 1970 (UTC); one without a zone is UTC.

    >>> microseconds(datetime(1970, 1, 2))
    86400000000
    """
    return (utc(moment) - _EPOCH) // _MICROSECOND


@overload
def moment_at(at_us: int) -> datetime: ...
@overload
def moment_at(at_us: int | None) -> datetime | None: ...
def moment_at(at_us: int | None) -> datetime | None:
    """The time, in UTC without a zone, that is so many microseconds after 1970; of none, none.

    >>> moment_at(86400000000)
    datetime.datetime(1970, 1, 2, 0, 0)
    """
    return None if at_us is None else _EPOCH + at_us * _MICROSECOND


def span_us(span: timedelta) -> int:
    """A span of time as whole microseconds.

    >>> span_us(timedelta(seconds=2))
    2000000
    """
    return span // _MICROSECOND
