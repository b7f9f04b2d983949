"""The schedule is due when its cases say, and when a walk minute by minute says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.office.packs import PACKS
from seawall.office.work import schedule, tasks
from seawall.office.work.schedule import Entry, Schedule

SHIPPED = schedule.shipped()


def test_the_shipped_cases_come_out_and_every_entry_has_one() -> None:
    told = schedule.examples()
    assert list(schedule.wrong(SHIPPED, told)) == []
    assert {case.entry for case in told.cases} == {entry.id for entry in SHIPPED.entries}
    shifted = told.cases[1].model_copy(update={"after": told.cases[1].after + timedelta(hours=18)})
    assert list(schedule.wrong(SHIPPED, told.model_copy(update={"cases": (shifted,)}))) != []


def test_every_entry_names_a_task_that_takes_no_arguments() -> None:
    for entry in SHIPPED.entries:
        assert tasks.task(entry.task).arguments is tasks.Nothing, entry.id


@pytest.mark.parametrize("id_", [entry.id for entry in SHIPPED.entries])
def test_the_last_due_time_is_the_one_before_the_next(id_: str) -> None:
    """`last_due` walks backwards and `next_due` forwards: what one says, the other confirms."""
    entry, at = SHIPPED.entry(id_), datetime(2026, 3, 28, 23, 17, 31, tzinfo=UTC)
    last = SHIPPED.last_due(entry, at)
    assert last <= at < SHIPPED.next_due(entry, at)
    assert SHIPPED.next_due(entry, last - timedelta(seconds=1)) == last
    assert SHIPPED.next_due(entry, last) > at


def _local(hour: str, zone: str) -> tuple[Schedule, Entry]:
    entry = SHIPPED.entry("watch").model_copy(update={"cron": hour})
    return SHIPPED.model_copy(update={"zone": zone, "entries": (entry,)}), entry


def test_an_hour_that_the_clocks_leave_out_or_repeat_is_due_once() -> None:
    """On 29 March 2026 Berlin's clocks go from 2 to 3, on 25 October from 3 back to 2."""
    told, entry = _local("30 2 * * *", "Europe/Berlin")
    zone = ZoneInfo("Europe/Berlin")
    for month, day in ((3, 29), (10, 25)):
        at, end, found = (
            datetime(2026, month, day, tzinfo=zone), datetime(2026, month, day, 23, 59, tzinfo=zone), set(),
        )  # fmt: skip
        while at < end:
            found.add(told.last_due(entry, at))
            at = (at.astimezone(UTC) + timedelta(minutes=1)).astimezone(zone)
        assert len([each for each in found if each.astimezone(zone).day == day]) == 1, (
            month,
            found,
        )


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ('"30 1 * * *"', '"30 25 * * *"', "no cron line"),
        ('"30 1 * * *"', '"0 30 1 * * *"', "five parts"),
        ("zone: Asia/Shanghai", "zone: Shanghai", "no time zone"),
        ("id: watch", "id: prove", "twice"),
    ],
)
def test_a_schedule_that_cannot_be_meant_is_refused(was: str, becomes: str, why: str) -> None:
    text = (PACKS / "schedule" / "schedule.yaml").read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(UnableToUseInput, match=why):
        pack.parse(text.replace(was, becomes, 1), "schedule.yaml", Schedule)
