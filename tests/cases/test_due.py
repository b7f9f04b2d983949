"""When the clocks of cases are due: statutes and pauses, through the shipped kinds and calendars."""

from datetime import UTC, date, datetime

import pytest

from seawall.cases.case import Actor
from seawall.cases.due import UnableToFindCalendar, deadlines
from seawall.office import kinds, packs
from tests.cases.loan_review import BOB, Desk

CARE = Actor("Mia", frozenset({"customer_care"}))
MANAGER = Actor("Nora", frozenset({"complaint_manager"}))
CALENDARS = {name: packs.calendar(name) for name in packs.calendars()}
COMPLAINT = {
    "customer": "person_AAAA", "channel": "app", "subject": "price", "summary": "A fee.",
}  # fmt: skip


def complaint(jurisdiction: str, received: datetime) -> Desk:
    desk = Desk(kinds.kind("complaint"))
    desk.now = received
    fields = {**COMPLAINT, "jurisdiction": jurisdiction, "received_on": received.date()}
    desk.does(CARE, "receive", fields=fields)
    return desk


def due(desk: Desk, clock: str) -> datetime | None:
    found = deadlines(desk.kind, desk.case.clocks, CALENDARS, desk.now)
    return next(each.at for each in found if each.clock == clock)


@pytest.mark.parametrize(
    ("jurisdiction", "received", "clock", "at"),
    [
        # The days stand, counted by hand, in limits/statutory.cases.yaml.
        ("cn", (2025, 9, 20), "cn_answer", (2025, 10, 9, 16)),
        ("eu", (2026, 3, 25), "eu_answer", (2026, 4, 17, 22)),
        # Eight weeks after Monday 2 March 2026 are over with Monday 27 April, in summer time.
        ("uk", (2026, 3, 2), "uk_answer", (2026, 4, 27, 23)),
        # 15 days after 2 March 2026 are over with 17 March, in daylight saving time since the 8th.
        ("us", (2026, 3, 2), "us_answer", (2026, 3, 18, 4)),
    ],
)
def test_a_complaint_is_due_by_the_law_of_its_place(
    jurisdiction: str, received: tuple[int, int, int], clock: str, at: tuple[int, ...]
) -> None:
    desk = complaint(jurisdiction, datetime(*received, 9, tzinfo=UTC))
    assert due(desk, clock) == datetime(*at, tzinfo=UTC)  # type: ignore[misc,arg-type]
    counting = {each.clock for each in deadlines(desk.kind, desk.case.clocks, CALENDARS, desk.now)}
    assert counting == {"acknowledgement", clock}


def test_an_extension_leads_to_the_next_longer_time_of_the_law() -> None:
    desk = complaint("cn", datetime(2025, 9, 20, 2, tzinfo=UTC))
    desk.does(CARE, "acknowledge")
    for at in ((2025, 10, 20, 16), (2025, 11, 19, 16)):
        desk.does(MANAGER, "take_longer", reason="Complex.")
        assert due(desk, "cn_answer") == datetime(*at, tzinfo=UTC)
    assert desk.codes(MANAGER, "take_longer", reason="More.") == {"case-not-extended"}
    british = complaint("uk", datetime(2026, 3, 2, 9, tzinfo=UTC))
    british.does(CARE, "acknowledge")
    assert british.codes(MANAGER, "take_longer", reason="More.") == {"case-not-extended"}


def test_a_clock_that_stands_still_is_due_at_no_time_yet() -> None:
    desk = Desk()
    desk.does(BOB, "open_review", fields={"loan": "loan_A", "amount": 5, "since": date(2026, 3, 2)})
    desk.does(BOB, "look", fields={"amount": 5})
    desk.does(BOB, "wait")
    (held,) = deadlines(desk.kind, desk.case.clocks, CALENDARS, desk.now)
    assert (held.at, held.state, held.owner) == (None, "paused", "head")
    desk.does(BOB, "go_on")
    (going,) = deadlines(desk.kind, desk.case.clocks, CALENDARS, desk.now)
    assert going.at == datetime(2026, 3, 9, 16, tzinfo=UTC)


def test_a_calendar_that_is_not_there_is_named() -> None:
    desk = complaint("cn", datetime(2025, 9, 20, 2, tzinfo=UTC))
    with pytest.raises(UnableToFindCalendar, match="cn_office"):
        deadlines(desk.kind, desk.case.clocks, {}, desk.now)
