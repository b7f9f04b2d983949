"""Calendars with everything that is awkward, and clocks at random over them."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from seawall.cases.calendar import Calendar
from seawall.cases.clock import Clock, Extension, Pause, due
from seawall.cases.limit import Limit
from seawall.core import pack

HEAD = """
title: {en: A calendar of a test, zh: 测试日历}
since: 2026-01-01
cite: a test
"""

# Zones with daylight saving of an hour (New York, Berlin), of half an hour (Lord Howe), at midnight (Cairo),
# without (Lagos, Shanghai, Kolkata, Riyadh); shifts that are split, over midnight, over the hour that is
# lost or comes twice, by weekday; swapped days; weekends of one day, of Friday and Saturday, and none.
CALENDARS = {
    "New York, split": """
zone: America/New_York
weekend: [saturday, sunday]
worked_weekend_as: monday
holidays: {country: US}
known_until: 2026-06-30
shifts: [{begins: "08:45", ends: "12:00"}, {begins: "13:00", ends: "17:20"}]
""",
    "Berlin, nights": """
zone: Europe/Berlin
weekend: [saturday, sunday]
worked_weekend_as: friday
holidays: {country: DE, subdivision: BY}
days:
  - {on: 2025-03-30, worked: true, title: {en: stocktaking, zh: 盘点}, cite: a test}
  - {on: 2025-10-26, worked: true, title: {en: stocktaking, zh: 盘点}, cite: a test}
shifts:
  - {begins: "22:00", ends: "06:00", on: [monday, tuesday, wednesday, thursday]}
  - {begins: "02:15", ends: "02:45", on: [friday]}
  - {begins: "13:00", ends: "18:00"}
""",
    "Berlin, always": """
zone: Europe/Berlin
weekend: []
shifts: [{begins: "00:00", ends: "24:00"}]
""",
    "Shanghai, swapped": """
zone: Asia/Shanghai
weekend: [saturday, sunday]
worked_weekend_as: monday
holidays: {country: CN}
known_until: 2026-12-31
shifts: [{begins: "09:00", ends: "12:00"}, {begins: "13:30", ends: "18:00"}]
""",
    "Lagos, Saturdays": """
zone: Africa/Lagos
weekend: [sunday]
worked_weekend_as: saturday
holidays: {country: NG}
shifts:
  - {begins: "08:00", ends: "17:00", on: [monday, tuesday, wednesday, thursday, friday]}
  - {begins: "09:00", ends: "13:00", on: [saturday]}
""",
    "Kolkata, two shifts that meet": """
zone: Asia/Kolkata
weekend: [saturday, sunday]
worked_weekend_as: monday
holidays: {country: IN, subdivision: MH}
shifts: [{begins: "06:30", ends: "14:00"}, {begins: "14:00", ends: "22:10"}]
""",
    "Lord Howe, over the change": """
zone: Australia/Lord_Howe
weekend: [saturday]
worked_weekend_as: sunday
holidays: {country: AU, subdivision: NSW}
shifts: [{begins: "01:40", ends: "02:20"}, {begins: "20:00", ends: "01:50"}]
""",
    "Cairo, clocks change at midnight": """
zone: Africa/Cairo
weekend: [friday, saturday]
worked_weekend_as: sunday
holidays: {country: EG}
days:
  - {on: 2025-04-25, worked: true, title: {en: stocktaking, zh: 盘点}, cite: a test}
  - {on: 2026-04-24, worked: true, title: {en: stocktaking, zh: 盘点}, cite: a test}
shifts: [{begins: "10:00", ends: "16:00"}, {begins: "20:00", ends: "24:00"}]
""",
    "Riyadh, Friday and Saturday": """
zone: Asia/Riyadh
weekend: [friday, saturday]
worked_weekend_as: sunday
holidays: {country: SA}
shifts: [{begins: "23:00", ends: "00:00"}, {begins: "09:00", ends: "16:30"}]
""",
}


AWKWARD = (
    datetime(2025, 3, 9), datetime(2025, 3, 30), datetime(2025, 4, 5), datetime(2025, 4, 25),
    datetime(2025, 10, 4), datetime(2025, 10, 26), datetime(2025, 10, 31), datetime(2025, 11, 2),
    datetime(2026, 2, 14), datetime(2026, 10, 1),
)  # fmt: skip
"""Changes of clocks, and holidays with swapped days."""


def calendar(name: str) -> Calendar:
    return pack.parse(HEAD + CALENDARS[name], name, Calendar)


def limit(chance: random.Random) -> dict[str, object]:
    kind = chance.choice(("working time", "calendar hours", "working days", "calendar days"))
    warns = [f"{chance.randint(1, 100)} %" for _ in range(chance.randint(0, 2))]
    if chance.random() < 0.5:
        of, unit = chance.choice(
            (("working", "hours"), ("calendar", "hours"), ("working", "minutes"))
        )
        warns.append(f"{chance.randint(1, 30)} {of} {unit} before")
    if kind == "working time":
        within = chance.choice((f"{chance.randint(1, 80)} working hours",
                                f"{chance.randint(1, 2_000)} working minutes"))  # fmt: skip
        return {"within": within, "warns": warns}
    if kind == "calendar hours":
        return {"within": f"{chance.randint(1, 400)} calendar hours", "warns": warns}
    made: dict[str, object] = {"ends": chance.choice(("same_time", "closing", "end_of_day"))}
    if made["ends"] != "same_time":
        made["counts_first_day"] = chance.random() < 0.3
    if kind == "working days":
        return {**made, "within": f"{chance.randint(1, 20)} working days", "warns": warns}
    rolls = (
        ("following", "preceding")
        if made["ends"] == "closing"
        else ("none", "following", "preceding")
    )
    made["rolls"] = chance.choice(rolls)
    within = chance.choice((f"{chance.randint(1, chance.choice((3, 9, 40)))} calendar days",
                            f"{chance.randint(1, 3)} calendar months"))  # fmt: skip
    return {**made, "within": within, "warns": warns}


def start(chance: random.Random) -> datetime:
    """Often about a change of clocks or a long holiday, often on a whole hour, often with microseconds."""
    at = datetime(2024, 2, 1) + timedelta(minutes=chance.randrange(60 * 24 * 1_000))
    if chance.random() < 0.3:
        near = chance.choice(AWKWARD)
        at = near + timedelta(minutes=chance.randrange(-60 * 24 * 10, 60 * 24 * 3))
    how = chance.random()
    if how < 0.3:
        return at.replace(minute=chance.choice((0, 0, 30, 45)))
    return at if how < 0.7 else at + timedelta(microseconds=chance.randrange(60_000_000))


def pauses(chance: random.Random, bare: Clock) -> tuple[Pause, ...]:
    """None, some from the start on, or one about the deadline that there would be without it."""
    if chance.random() < 0.3:
        about = due(bare).at
        assert about is not None
        return (_about(chance, about, bare.started_at),)
    return tuple(_from(chance, bare.started_at))


def _about(chance: random.Random, deadline: datetime, start_: datetime) -> Pause:
    """It begins, or ends, at the deadline to the microsecond, or lies about it."""
    exact = deadline + timedelta(microseconds=chance.choice((-1, 0, 0, 1)))
    begins, ends = chance.choice(
        (
            (exact, exact + step(chance, 4)),
            (exact - step(chance, 4), exact),
            (exact - step(chance, 3), exact + step(chance, 3)),
        )
    )
    begins = max(begins, start_)
    return Pause(begins, None if chance.random() < 0.2 else max(begins, ends))


def _from(chance: random.Random, begin: datetime) -> Iterator[Pause]:
    at = begin
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 5))):
        begins = at + step(chance, 8)
        ends = begins + step(chance, chance.choice((1, 2, 15)))
        yield Pause(begins, ends)
        at = ends
    if chance.random() < 0.1:
        yield Pause(at + step(chance, 10))


def step(chance: random.Random, days: int) -> timedelta:
    minutes = chance.choice(
        (0, 15, 60, chance.randrange(1, days * 1_440), chance.randrange(1, days * 1_440))
    )
    return timedelta(
        minutes=minutes, microseconds=chance.choice((0, 0, chance.randrange(60_000_000)))
    )


def clock(chance: random.Random, calendar_: Calendar) -> Clock:
    begin = start(chance)
    first = Limit.model_validate(limit(chance))
    extensions = []
    if chance.random() < 0.2:
        extensions.append(Extension("complex", plus=chance.randint(1, 5)))
    if chance.random() < 0.1:
        extensions.append(Extension("very complex", to=Limit.model_validate(limit(chance))))
    stopped = begin + step(chance, 40) if chance.random() < 0.2 else None
    bare = Clock(first, begin, calendar_, (), tuple(extensions), stopped)
    return replace(bare, pauses=pauses(chance, bare))
