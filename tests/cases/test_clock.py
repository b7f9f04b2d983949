"""The rules of a clock, one by one, with answers counted by hand."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from seawall.cases import clock as clocks
from seawall.cases.calendar import Calendar, DatedDays
from seawall.cases.clock import Clock, Deadline, Extension, Pause, UnableToKeepClock, due
from seawall.cases.limit import Limit
from seawall.cases.shifts import UnableToReach
from seawall.core import pack
from seawall.core.text import Text
from seawall.office import packs
from tests.cases import random_clocks
from tests.cases.random_clocks import HEAD

CAIRO = "Cairo, clocks change at midnight"

OFFICE = pack.parse(
    HEAD + "zone: UTC\nweekend: [saturday, sunday]\nworked_weekend_as: monday\n"
    "shifts: [{begins: '09:00', ends: '12:00'}, {begins: '13:00', ends: '17:00'}]",
    "office", Calendar,
)  # fmt: skip
BERLIN = pack.parse(
    HEAD + "zone: Europe/Berlin\nweekend: []\nshifts: [{begins: '00:00', ends: '06:00'}]",
    "berlin", Calendar,
)  # fmt: skip
MONDAY = datetime(2026, 6, 1, 10)
DAY = timedelta(days=1)


def limit(within: str, **how: object) -> Limit:
    return Limit.model_validate({"within": within, **how})


def at(
    told: Limit, start: datetime = MONDAY, *pauses: Pause, calendar: Calendar = OFFICE
) -> datetime | None:
    return due(Clock(told, start, calendar, pauses)).at


def test_working_hours_run_in_shifts_only() -> None:
    assert at(limit("6 working hours")) == datetime(2026, 6, 1, 17)
    assert at(limit("361 working minutes")) == datetime(2026, 6, 2, 9, 1)
    assert at(limit("8 working hours"), datetime(2026, 6, 5, 16)) == datetime(
        2026, 6, 9, 9
    ) - DAY + timedelta(hours=8)


def test_calendar_hours_run_always() -> None:
    assert at(limit("36 calendar hours"), datetime(2026, 6, 5, 10)) == datetime(2026, 6, 6, 22)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, datetime(2026, 6, 5)),
        ({"ends": "closing"}, datetime(2026, 6, 4, 17)),
        ({"ends": "same_time"}, datetime(2026, 6, 4, 10)),
        ({"counts_first_day": True}, datetime(2026, 6, 4)),
        ({"counts_first_day": True, "ends": "closing"}, datetime(2026, 6, 3, 17)),
    ],
)
def test_three_working_days_from_monday_at_ten(how: dict[str, object], expected: datetime) -> None:
    assert at(limit("3 working days", **how)) == expected


def test_a_first_day_that_is_over_does_not_count() -> None:
    told = limit("1 working day", ends="closing", counts_first_day=True)
    assert at(told, MONDAY) == datetime(2026, 6, 1, 17)
    assert at(told, datetime(2026, 6, 1, 17)) == datetime(2026, 6, 2, 17)


def test_the_night_shift_of_the_day_before_is_not_of_the_first_day() -> None:
    nights = pack.parse(
        HEAD + "zone: UTC\nweekend: []\nshifts: [{begins: '22:00', ends: '06:00'}]", "n", Calendar
    )
    told = limit("1 working day", ends="closing", counts_first_day=True)
    assert at(told, datetime(2026, 6, 2, 5), calendar=nights) == datetime(2026, 6, 3, 6)


@pytest.mark.parametrize(
    ("rolls", "expected"),
    [
        ("none", datetime(2026, 6, 7)),
        ("following", datetime(2026, 6, 9)),
        ("preceding", datetime(2026, 6, 6)),
    ],
)
def test_five_calendar_days_from_monday_end_on_a_saturday(rolls: str, expected: datetime) -> None:
    assert at(limit("5 calendar days", rolls=rolls)) == expected


def test_nothing_rolls_back_before_its_start() -> None:
    told = limit("1 calendar day", rolls="preceding")
    assert at(told, datetime(2026, 6, 6, 10)) == datetime(2026, 6, 8)


def test_a_month_ends_on_the_same_day_or_on_the_last() -> None:
    told = limit("1 calendar month", ends="same_time")
    assert at(told, datetime(2026, 1, 31, 10)) == datetime(2026, 2, 28, 10)
    assert at(limit("3 calendar months"), datetime(2026, 1, 31, 10)) == datetime(2026, 5, 1)


def test_two_complete_billing_cycles_are_two_months_from_the_next_cycle() -> None:
    # 12 CFR 1026.13(c)(2): a notice of 20 January, cycles that end on the 5th: 6 February to 5 April.
    told = limit("2 calendar months", counts_first_day=True)
    assert at(told, datetime(2026, 2, 6), calendar=packs.calendar("always")) == datetime(2026, 4, 6)
    assert at(told, datetime(2026, 2, 6, 8), calendar=packs.calendar("always")) == datetime(
        2026, 4, 6
    )


def test_time_in_a_pause_does_not_run() -> None:
    held = Pause(datetime(2026, 6, 1, 11), datetime(2026, 6, 2, 11))
    assert at(limit("4 working hours"), MONDAY, held) == datetime(2026, 6, 2, 15)
    twice = Pause(datetime(2026, 6, 2, 14), datetime(2026, 6, 3, 9, 30))
    assert at(limit("4 working hours"), MONDAY, held, twice) == datetime(2026, 6, 3, 10, 30)


def test_a_day_counts_if_the_clock_runs_at_its_moment() -> None:
    told = limit("3 working days")
    noon = datetime(2026, 6, 2, 12)
    assert at(told, MONDAY, Pause(noon, noon + timedelta(hours=3))) == datetime(2026, 6, 5)
    assert at(told, MONDAY, Pause(noon, noon + DAY)) == datetime(2026, 6, 6)
    assert at(told, MONDAY, Pause(noon, noon + 2 * DAY)) == datetime(2026, 6, 9)


@pytest.mark.parametrize("within", ["2 working hours", "1 calendar day", "1 working day"])
def test_a_pause_at_the_deadline_comes_too_late(within: str) -> None:
    end = at(limit(within))
    assert end is not None
    assert at(limit(within), MONDAY, Pause(end)) == end
    assert at(limit(within), MONDAY, Pause(end - timedelta(microseconds=1))) is None


def test_an_end_that_rolls_into_a_pause_rolls_on() -> None:
    told = limit("5 calendar days", rolls="following")  # Saturday, hence Monday at 24:00
    sunday, monday_24 = datetime(2026, 6, 7, 12), datetime(2026, 6, 9)
    assert at(told, MONDAY, Pause(sunday, monday_24)) == monday_24 + DAY
    assert at(told, MONDAY, Pause(sunday, monday_24 - timedelta(microseconds=1))) == monday_24
    assert at(told, MONDAY, Pause(sunday, monday_24 + 2 * DAY)) == monday_24 + 3 * DAY


def test_nothing_rolls_back_before_a_pause_that_is_over() -> None:
    told = limit("5 calendar days", rolls="preceding")
    held = Pause(datetime(2026, 6, 5, 12), datetime(2026, 6, 6, 12))
    # Friday's end was paused; Sunday is the fifth day; Thursday is before the pause: it stays Sunday.
    assert at(told, MONDAY, held) == datetime(2026, 6, 8)


def test_an_hour_that_does_not_exist_is_not_worked_and_one_that_comes_twice_is_worked_twice() -> (
    None
):
    spring, autumn = datetime(2026, 3, 28, 23), datetime(2026, 10, 24, 22)  # midnights in Berlin
    told = limit("1 working minute")
    for start, hours in ((spring, 5), (autumn, 7)):
        clock = Clock(told, start, BERLIN)
        assert clocks.elapsed(clock, start + DAY - timedelta(hours=2)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # 02:30 on 29 March 2026 does not exist: the clocks go from 02:00 to 03:00 at 01:00 UTC.
        (datetime(2026, 3, 28, 1, 30), datetime(2026, 3, 29, 1)),
        # 02:30 on 25 October 2026 comes twice: the first time, at 00:30 UTC.
        (datetime(2026, 10, 24, 0, 30), datetime(2026, 10, 25, 0, 30)),
    ],
)
def test_a_time_of_day_is_the_first_instant_at_which_the_wall_shows_it_or_later(
    start: datetime, expected: datetime
) -> None:
    assert at(limit("1 calendar day", ends="same_time"), start, calendar=BERLIN) == expected
    assert at(limit("24 calendar hours"), start, calendar=BERLIN) == start + DAY


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        (limit("24 calendar hours"), 24),
        (limit("1 calendar day", ends="same_time"), 23),
        (limit("1 calendar day"), 35),
    ],
)
def test_a_day_over_the_change_of_clocks_is_as_the_page_says(told: Limit, hours: int) -> None:
    noon = datetime(2026, 3, 28, 11)  # in Berlin
    assert at(told, noon, calendar=BERLIN) == noon + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # On Thursday 30 October 2025 the clocks go back from 24:00 to 23:00: the day ends after the second hour.
        (datetime(2025, 10, 29, 10), datetime(2025, 10, 30, 22)),
        # On Friday 24 April 2026 they go from 00:00 to 01:00: Thursday ends at the change.
        (datetime(2026, 4, 22, 10), datetime(2026, 4, 23, 22)),
    ],
)
def test_a_day_ends_once_where_clocks_change_at_midnight(
    start: datetime, expected: datetime
) -> None:
    assert at(limit("1 calendar day"), start, calendar=random_clocks.calendar(CAIRO)) == expected


def test_an_extension_adds_to_the_limit_or_sets_a_new_one_from_the_same_start() -> None:
    def end(*extensions: Extension) -> datetime | None:
        return due(Clock(limit("2 working days"), MONDAY, OFFICE, (), extensions)).at

    assert end(Extension("complex", plus=2)) == datetime(2026, 6, 6)
    assert end(Extension("complex", plus=2), Extension("more", plus=1)) == datetime(2026, 6, 9)
    assert end(Extension("complex", to=limit("1 calendar month"))) == datetime(2026, 7, 2)


def test_warnings_come_at_a_share_of_the_running_time_or_so_long_before() -> None:
    told = limit(
        "10 working hours",
        warns=["50 %", "80%", "4 working hours before", "1 calendar hour before"],
    )
    assert due(Clock(told, MONDAY, OFFICE)).warns == (
        datetime(2026, 6, 1, 16),
        datetime(2026, 6, 1, 17),
        datetime(2026, 6, 2, 11),
        datetime(2026, 6, 2, 13),
    )


def test_a_warning_never_comes_before_the_start() -> None:
    told = limit("1 working hour", warns=["90 calendar hours before"])
    assert due(Clock(told, datetime(2026, 6, 6), OFFICE)).warns == (datetime(2026, 6, 6),)


def test_states_are_what_could_be_seen_then() -> None:
    told = limit("6 working hours", warns=["50 %"])
    held = Pause(datetime(2026, 6, 1, 15), datetime(2026, 6, 2, 9))
    clock = Clock(told, MONDAY, OFFICE, (held,), stopped_at=datetime(2026, 6, 2, 12))
    seen: Sequence[tuple[datetime, clocks.State]] = [
        (MONDAY - DAY, "running"),
        (datetime(2026, 6, 1, 13, 59), "running"),
        (datetime(2026, 6, 1, 14), "warned"),
        (datetime(2026, 6, 1, 15), "paused"),
        (datetime(2026, 6, 2, 8, 59), "paused"),
        (datetime(2026, 6, 2, 9), "warned"),
        (datetime(2026, 6, 2, 11), "warned"),
        (datetime(2026, 6, 2, 11, 0, 1), "breached"),
        (datetime(2026, 6, 2, 12), "stopped"),
    ]
    assert [(now, clocks.state_at(clock, now)) for now, _ in seen] == seen
    assert clocks.elapsed(clock, datetime(2026, 7, 1)) == timedelta(hours=7)
    assert clocks.elapsed(clock, MONDAY - DAY) == timedelta(0)


def test_a_deadline_is_open_while_a_pause_holds_it() -> None:
    told = limit("6 working hours", warns=["50 %"])
    assert due(Clock(told, MONDAY, OFFICE, (Pause(MONDAY),))) == Deadline(None)


def test_after_the_last_published_day_deadlines_are_provisional_where_they_ask_for_days() -> None:
    china = packs.calendar("cn_office")
    december = datetime(2026, 12, 20, 2)

    def provisional(within: str, **how: object) -> bool:
        return due(Clock(limit(within, **how), december, china)).provisional

    assert not provisional("9 working days")  # Thursday 31 December, to the end of the day
    assert provisional("10 working days")
    assert provisional("100 working hours")
    assert not provisional("20 calendar days")
    assert provisional("20 calendar days", rolls="following")
    assert provisional(
        "12 calendar days", rolls="preceding"
    )  # who knows whether 1 January is worked?
    assert not due(
        Clock(limit("99 working days"), december, packs.calendar("eu_target"))
    ).provisional


def test_a_later_version_of_a_calendar_says_old_and_new() -> None:
    china = packs.calendar("cn_office")
    off = DatedDays(
        on=date(2027, 1, 4), worked=False, title=Text(en="a day off", zh="放假"), cite="a notice"
    )
    published = china.model_copy(update={"days": (off,), "known_until": date(2027, 12, 31)})
    clock = Clock(limit("10 working days"), datetime(2026, 12, 20, 2), china)
    told = clocks.recomputed(clock, published)
    assert (told.old.at, told.old.provisional) == (datetime(2027, 1, 4, 16), True)
    assert (told.new.at, told.new.provisional) == (datetime(2027, 1, 5, 16), False)
    assert told.moved
    still = clocks.recomputed(Clock(limit("2 working days"), MONDAY, china), published)
    assert not still.moved


@pytest.mark.parametrize(
    "told",
    [
        {"within": "15 days"},
        {"within": "0 working days"},
        {"within": "2 working months"},
        {"within": "2 calendar minutes"},
        {"within": "9999 working days"},
        {"within": "8 working hours", "ends": "closing"},
        {"within": "8 calendar hours", "rolls": "following"},
        {"within": "2 working days", "rolls": "following"},
        {"within": "2 calendar days", "ends": "closing"},
        {"within": "2 working days", "ends": "same_time", "counts_first_day": True},
        {"within": "2 working days", "warns": ["0 %"]},
        {"within": "2 working days", "warns": ["101 %"]},
        {"within": "2 working days", "warns": ["1 working day before"]},
        {"within": "2 working days", "warns": ["soon"]},
        {"within": "2 working days", "warns": [{}]},
    ],
)
def test_a_limit_that_means_nothing_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Limit.model_validate(told)


def test_a_limit_outlives_being_written_down() -> None:
    for told in (limit("8 working hours", warns=["50 %"]), limit("2 working days", ends="closing")):
        assert Limit.model_validate(told.model_dump(mode="json")) == told


@pytest.mark.parametrize(
    "pauses",
    [
        (Pause(MONDAY - DAY),),
        (Pause(MONDAY + DAY, MONDAY),),
        (Pause(MONDAY), Pause(MONDAY + DAY)),
        (Pause(MONDAY, MONDAY + 2 * DAY), Pause(MONDAY + DAY)),
    ],
)
def test_pauses_that_cannot_have_been_are_refused(pauses: tuple[Pause, ...]) -> None:
    with pytest.raises(UnableToKeepClock):
        Clock(limit("1 working day"), MONDAY, OFFICE, pauses)


def test_an_extension_has_a_reason_and_one_meaning() -> None:
    for wrong in ({"reason": " ", "plus": 1}, {"reason": "a"}, {"reason": "a", "plus": 0},
                  {"reason": "a", "plus": 1, "to": limit("1 working day")}):  # fmt: skip
        with pytest.raises(UnableToKeepClock):
            Extension(**wrong)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (datetime(1989, 12, 31), limit("1 working day")),
        (datetime(2090, 1, 1), limit("1 working day")),
        (datetime(2089, 12, 1), limit("60 working days")),
        (datetime(2089, 12, 1), limit("60 calendar days")),
        (datetime(2089, 12, 1), limit("999 calendar hours")),
        (datetime(2089, 12, 1), limit("999 working hours")),
        (datetime(2089, 12, 30, 12), limit("1 calendar day", rolls="following")),
        (datetime(2089, 12, 1), limit("2 calendar months", rolls="preceding")),
    ],
)
def test_outside_the_years_laid_out_nothing_is_told(start: datetime, told: Limit) -> None:
    with pytest.raises(UnableToReach):
        due(Clock(told, start, OFFICE))
