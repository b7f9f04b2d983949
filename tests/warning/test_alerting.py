from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from seawall.warning.alert import (
    Clear,
    Closed,
    Command,
    Notify,
    Raise,
    Rules,
    Silence,
    Standing,
    UnableToSilence,
    Update,
    Watch,
    applied,
)
from seawall.warning.alerting import step
from seawall.warning.cause import Cause, segment
from tests.warning.watching import MONDAY, RULES, standing

LATE = Cause("late_share")
WEST = Cause("late_share", segment(region="west"))
ERRORS, PAYMENTS = Cause("errors"), Cause("failed_payments")
HOUR = timedelta(hours=1)


def look(
    watch: Watch, *said: Standing, now: datetime = MONDAY, rules: Rules = RULES
) -> tuple[Watch, tuple[Command, ...]]:
    commands = step(watch, said, rules, now)
    return applied(watch, commands), commands


def told(commands: tuple[Command, ...]) -> list[tuple[str, tuple[Cause, ...]]]:
    return [(each.to, each.about) for each in commands if isinstance(each, Notify)]


def kinds(commands: tuple[Command, ...]) -> list[type]:
    return [type(each) for each in commands]


def open_now(level: int = 2) -> Watch:
    return look(Watch(), standing(LATE, level, MONDAY))[0]


def test_an_alert_is_raised_once_and_told_once() -> None:
    watch, first = look(Watch(), standing(LATE, 2, MONDAY))
    assert kinds(first) == [Raise, Notify]
    assert told(first) == [("risk_analyst", (LATE,))]
    assert look(watch, standing(LATE, 2, MONDAY))[1] == ()


def test_a_green_verdict_ends_it_and_silence_of_the_data_does_not() -> None:
    watch = open_now()
    assert look(watch)[1] == ()
    watch, ended = look(watch, standing(LATE, 0, MONDAY))
    assert kinds(ended) == [Clear]
    assert watch.open == ()


def test_an_indicator_that_nobody_watches_any_more_ends_its_alert() -> None:
    fewer = replace(RULES, indicators={})
    _, ended = look(open_now(), standing(LATE, 2, MONDAY), rules=fewer)
    assert [(type(each), each.why) for each in ended if isinstance(each, Clear)] == [
        (Clear, "withdrawn")
    ]


def test_a_rise_is_told_also_of_what_was_acknowledged() -> None:
    watch = open_now(level=1)
    taken = replace(watch, open=(watch.open[0].taken_on(),))
    assert look(taken, standing(LATE, 1, MONDAY + HOUR), now=MONDAY + HOUR)[1] == ()
    risen, commands = look(taken, standing(LATE, 2, MONDAY + HOUR), now=MONDAY + HOUR)
    assert kinds(commands) == [Update, Notify]
    fallen, commands = look(risen, standing(LATE, 1, MONDAY + 2 * HOUR), now=MONDAY + 2 * HOUR)
    assert kinds(commands) == [Update]
    assert fallen.open[0].level == 1


def test_nobody_takes_it_and_the_next_is_told() -> None:
    watch = open_now()
    hour = MONDAY + HOUR
    assert look(watch, standing(LATE, 2, hour), now=hour)[1] == ()
    later = MONDAY + 2 * HOUR
    watch, commands = look(watch, standing(LATE, 2, later), now=later)
    assert told(commands) == [("chief_risk_officer", (LATE,))]
    assert commands[0].waited == (LATE,)  # type: ignore[union-attr]
    taken = replace(watch, open=(watch.open[0].taken_on(),))
    assert look(taken, standing(LATE, 2, later + HOUR), now=later + HOUR)[1] == ()


def test_waiting_counts_working_time_only() -> None:
    friday = datetime(2024, 3, 8, 16)  # noqa: DTZ001 - UTC
    watch, _ = look(Watch(), standing(LATE, 2, friday), now=friday)
    sunday, monday = friday + timedelta(days=2), datetime(2024, 3, 11, 10)  # noqa: DTZ001 - UTC
    assert look(watch, standing(LATE, 2, sunday), now=sunday)[1] == ()
    assert look(watch, standing(LATE, 2, monday - HOUR / 2), now=monday - HOUR / 2)[1] == ()
    assert told(look(watch, standing(LATE, 2, monday), now=monday)[1]) == [
        ("chief_risk_officer", (LATE,))
    ]


def test_what_is_critical_wakes_people_at_night() -> None:
    night = MONDAY.replace(hour=3)
    assert told(look(Watch(), standing(LATE, 2, night), now=night)[1]) == []
    watch, first = look(Watch(), standing(ERRORS, 2, night), now=night)
    assert told(first) == [("risk_analyst", (ERRORS,))]
    assert told(look(watch, standing(ERRORS, 2, night + HOUR), now=night + HOUR)[1]) == [
        ("chief_risk_officer", (ERRORS,))
    ]


def test_alerts_of_one_risk_and_team_are_told_in_one_notice() -> None:
    said = [standing(WEST, 2, MONDAY), standing(ERRORS, 2, MONDAY),
            standing(Cause("late_share", segment(region="east")), 2, MONDAY)]  # fmt: skip
    notices = told(look(Watch(), *said)[1])
    assert sorted(len(about) for _, about in notices) == [1, 2]


def test_what_comes_up_soon_after_waits_for_the_next_notice() -> None:
    watch, _ = look(Watch(), standing(WEST, 2, MONDAY))
    east = Cause("late_share", segment(region="east"))
    soon, later = MONDAY + HOUR / 3, MONDAY + HOUR
    watch, commands = look(watch, standing(WEST, 2, soon), standing(east, 2, soon), now=soon)
    assert kinds(commands) == [Raise]
    _, commands = look(watch, standing(WEST, 2, later), standing(east, 2, later), now=later)
    assert told(commands) == [("risk_analyst", (east,))]


def test_a_child_is_listed_and_not_told_until_its_parent_ends() -> None:
    said = standing(PAYMENTS, 1, MONDAY)
    watch, commands = look(Watch(), said, standing(ERRORS, 1, MONDAY))
    assert told(commands) == [("risk_analyst", (ERRORS,))]
    child = watch.alert(PAYMENTS)
    assert child is not None
    assert child.explained_by == ERRORS
    later = MONDAY + HOUR
    watch, commands = look(
        watch, standing(PAYMENTS, 1, later), standing(ERRORS, 0, later), now=later
    )
    assert kinds(commands) == [Clear, Update, Notify]
    assert told(commands) == [("risk_analyst", (PAYMENTS,))]


def test_a_stale_alert_wakes_nobody_and_explains_nothing() -> None:
    old = standing(ERRORS, 2, MONDAY, old_days=4)
    watch, commands = look(Watch(), old, standing(PAYMENTS, 1, MONDAY))
    assert told(commands) == [("risk_analyst", (PAYMENTS,))]
    assert {alert.cause for alert in watch.open} == {ERRORS, PAYMENTS}
    fresh = standing(ERRORS, 2, MONDAY, old_days=3)
    assert told(look(Watch(), fresh)[1]) == [("risk_analyst", (ERRORS,))]


def test_an_alert_that_waited_longer_than_it_is_valid_wakes_nobody() -> None:
    night = MONDAY.replace(hour=3)
    quiet = Silence(
        "s", "works on the gateway", "alice", night, night + timedelta(days=5), team="it"
    )
    watch, commands = look(Watch(silences=(quiet,)), standing(ERRORS, 2, night), now=night)
    assert kinds(commands) == [Raise]
    bare = replace(watch, silences=())
    for hours, woken in ((48, True), (49, False)):
        now = night + hours * HOUR
        assert bool(told(look(bare, standing(ERRORS, 2, now), now=now)[1])) is woken


def test_a_silence_hides_from_notices_and_never_from_the_list() -> None:
    until = MONDAY + 3 * HOUR
    quiet = Silence("s", "known, a migration", "alice", MONDAY, until, indicator="late_share")
    watch, commands = look(Watch(silences=(quiet,)), standing(LATE, 2, MONDAY))
    assert kinds(commands) == [Raise]
    assert watch.alert(LATE) is not None
    _, commands = look(watch, standing(LATE, 2, until), now=until)
    assert told(commands) == [("risk_analyst", (LATE,))]


@pytest.mark.parametrize(
    ("matcher", "covered"),
    [
        ({"indicator": "late_share"}, True),
        ({"indicator": "errors"}, False),
        ({"team": "credit_risk"}, True),
        ({"team": "it"}, False),
        ({"segment": segment(region="west")}, True),
        ({"segment": segment(region="east")}, False),
        ({"segment": segment(region="west", channel="app")}, False),
        ({"team": "credit_risk", "segment": segment(region="east")}, False),
    ],
)
def test_a_silence_covers_what_it_names(matcher: dict[str, object], covered: bool) -> None:  # noqa: FBT001
    quiet = Silence("s", "why", "alice", MONDAY, MONDAY + HOUR, **matcher)  # type: ignore[arg-type]
    assert quiet.covers(WEST, "credit_risk") is covered


@pytest.mark.parametrize(
    "changes",
    [{"team": None}, {"reason": " "}, {"by": ""}, {"until": MONDAY}],
    ids=["over everything", "no reason", "nobody", "over before it begins"],
)
def test_a_silence_that_nobody_should_ask_for_is_refused(changes: dict[str, object]) -> None:
    good = Silence("s", "why", "alice", MONDAY, MONDAY + HOUR, team="it")
    with pytest.raises(UnableToSilence):
        replace(good, **changes)  # type: ignore[arg-type]


def test_what_a_person_has_closed_stays_closed_until_it_is_worse_or_new() -> None:
    shut = Watch(closed=(Closed(LATE, MONDAY.date(), 1),))
    now = MONDAY + timedelta(days=2)
    same = standing(LATE, 1, now, since_days=9)
    assert look(shut, same, now=now)[1] == ()
    assert Raise in kinds(look(shut, replace(same, level=2), now=now)[1])
    new = standing(LATE, 1, now, since_days=0)
    assert Raise in kinds(look(shut, new, now=now)[1])
