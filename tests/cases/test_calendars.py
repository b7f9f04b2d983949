"""Shipped calendars against what was published, and what a calendar may say."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from seawall.cases import shifts
from seawall.cases.calendar import Calendar
from seawall.cases.clock import Clock, due
from seawall.cases.examples import CalendarCases, StatuteCases
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from tests.cases.random_clocks import HEAD


def cases_of(name: str) -> CalendarCases:
    return pack.read(packs.PACKS / "calendars" / f"{name}.cases.yaml", CalendarCases)


@pytest.mark.parametrize("name", packs.calendars())
def test_published_days_are_worked_or_not_as_published(name: str) -> None:
    time = shifts.working_time(packs.calendar(name))
    told = [(day, each.worked) for each in cases_of(name).days for day in each.days()]
    assert told
    assert [(day, time.works(shifts.day_number(day))) for day, _ in told] == told


@pytest.mark.parametrize("name", packs.calendars())
def test_deadlines_counted_by_hand_are_found(name: str) -> None:
    for case in cases_of(name).deadlines:
        assert due(Clock(case.limit, case.started_at, packs.calendar(name))).at == case.due_at, case


def test_of_china_no_other_day_of_the_notices_years_is_an_exception() -> None:
    told = {day: each.worked for each in cases_of("cn_office").days for day in each.days()}
    time = shifts.working_time(packs.calendar("cn_office"))
    day = date(2023, 1, 1)
    while day <= date(2026, 12, 31):
        assert time.works(shifts.day_number(day)) == told.get(day, day.weekday() < 5), day
        day += timedelta(days=1)


def test_limits_of_law_end_when_the_law_says() -> None:
    read = pack.read(packs.PACKS / "limits" / "statutory.cases.yaml", StatuteCases)
    statutes = packs.statutes()
    assert {case.of for case in read.cases} == set(statutes)
    for case in read.cases:
        law = statutes[case.of]
        limits = [law.limit, *(law.extended(to) for to in law.longer)]
        clocks = [Clock(each, case.started_at, packs.calendar(law.calendar)) for each in limits]
        assert tuple(due(clock).at for clock in clocks) == case.due_at, case.name


NINE_TO_FIVE = "shifts: [{begins: '09:00', ends: '17:00'}]\n"
REFUSED = {
    "no time zone": f"zone: Mars/Olympus\nweekend: []\n{NINE_TO_FIVE}",
    "says `worked_weekend_as`": f"zone: UTC\nweekend: [sunday]\n{NINE_TO_FIVE}",
    "not of the weekend": f"zone: UTC\nweekend: [sunday]\nworked_weekend_as: sunday\n{NINE_TO_FIVE}",
    "ATLANTIS": f"zone: UTC\nweekend: []\nholidays: {{country: ATLANTIS}}\n{NINE_TO_FIVE}",
    "not both": f"zone: UTC\nweekend: []\nholidays: {{country: CN, market: XECB}}\n{NINE_TO_FIVE}",
    "tuesday has no shift": """zone: UTC
weekend: []
shifts: [{begins: '09:00', ends: '17:00', on: [monday]}]""",
    "overlap": """zone: UTC
weekend: []
shifts: [{begins: '09:00', ends: '13:00'}, {begins: '12:00', ends: '17:00'}]""",
    "begins": """zone: UTC
weekend: []
shifts: [{begins: '24:00', ends: '17:00'}]""",
    "more than 366 days": f"""zone: UTC
weekend: []
{NINE_TO_FIVE}
days: [{{on: 2026-01-02, until: 2062-01-02, worked: false, cite: a, title: {{en: a, zh: a}}}}]""",
    "before `on`": f"""zone: UTC
weekend: []
{NINE_TO_FIVE}
days: [{{on: 2026-01-02, until: 2026-01-01, worked: false, cite: a, title: {{en: a, zh: a}}}}]""",
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_calendar_that_nobody_could_work_by_is_refused_with_its_place(why: str) -> None:
    with pytest.raises(UnableToUseInput, match=why) as refused:
        pack.parse(HEAD + REFUSED[why], "a.yaml", Calendar)
    assert all(each.where.line is not None for each in refused.value.problems)


def test_a_calendar_is_laid_out_once_for_equal_values() -> None:
    first, second = (packs.calendar("gb_office") for _ in range(2))
    assert first is not second
    assert shifts.working_time(first) is shifts.working_time(second)


def test_every_calendar_and_the_limits_have_cases_beside_them() -> None:
    for folder in ("calendars", "limits"):
        every = sorted(Path(packs.PACKS / folder).glob("*.yaml"))
        packs_ = {path.stem for path in every if not path.name.endswith(".cases.yaml")}
        assert packs_ == {
            path.name.removesuffix(".cases.yaml") for path in every if ".cases." in path.name
        }
