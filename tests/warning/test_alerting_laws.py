"""Laws of the alert machine, over any course of verdicts, people's acts and time."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.warning.alert import Command, Notify, Raise, Silence, Watch, applied
from seawall.warning.alerting import step
from seawall.warning.cause import Cause, segment
from tests.warning.watching import INDICATORS, MONDAY, RULES, standing

CAUSES = [
    Cause(name, inside)
    for name in sorted(INDICATORS)
    for inside in ((), segment(channel="app"), segment(channel="app", region="west"))
]
levels = st.lists(st.integers(-1, 2), min_size=len(CAUSES), max_size=len(CAUSES))
"""-1 where the data says nothing of a cause."""
moves = st.lists(
    st.tuples(
        levels,
        st.integers(1, 40).map(lambda hours: timedelta(hours=hours)),
        st.integers(0, 5),  # how many days old the data is
        st.sets(st.sampled_from(CAUSES), max_size=2),  # whose alerts somebody takes on
    ),
    min_size=1,
    max_size=12,
)
silences = st.lists(
    st.builds(
        lambda cause, start, hours: Silence(
            f"{cause}-{start}", "why", "alice", MONDAY + timedelta(hours=start),
            MONDAY + timedelta(hours=start + hours), indicator=cause.indicator,
            segment=cause.segment),
        st.sampled_from(CAUSES), st.integers(0, 60), st.integers(1, 60),
    ),
    max_size=2,
)  # fmt: skip


Move = tuple[list[int], timedelta, int, set[Cause]]


@settings(max_examples=150, deadline=None)
@given(moves, silences, st.randoms())
def test_the_laws_hold_at_every_look(
    course: list[Move], quiet: list[Silence], chance: Random
) -> None:
    watch, now = Watch(silences=tuple(quiet)), MONDAY
    for row, passed, old_days, taken in course:
        now += passed
        said = [standing(cause, level, now, old_days=old_days)
                for cause, level in zip(CAUSES, row, strict=True) if level >= 0]  # fmt: skip
        commands = step(watch, said, RULES, now)
        mixed = said.copy()
        chance.shuffle(mixed)
        assert step(watch, mixed, RULES, now) == commands
        after = applied(watch, commands)
        _nobody_is_told_in_vain(after, commands, old_days, now)
        _one_alert_a_cause(watch, after, commands)
        assert step(after, said, RULES, now) == ()
        open_ = tuple(a.taken_on() if a.cause in taken else a for a in after.open)
        watch = replace(after, open=open_)


def _nobody_is_told_in_vain(
    after: Watch, commands: tuple[Command, ...], old_days: int, now: datetime
) -> None:
    """Told again from the definitions: indicators here are daily, and silences name no team."""
    told = [cause for each in commands if isinstance(each, Notify) for cause in each.about]
    assert not (told and old_days > 3)
    for cause in told:
        alert = after.alert(cause)
        assert alert is not None
        assert alert.acknowledged < alert.level
        assert alert.explained_by is None
        for quiet in after.silences:
            on = quiet.since <= now < quiet.until
            meant = quiet.indicator == cause.indicator and {*quiet.segment} <= {*cause.segment}
            assert not (on and meant)


def _one_alert_a_cause(before: Watch, after: Watch, commands: tuple[Command, ...]) -> None:
    causes = [alert.cause for alert in after.open]
    assert len(set(causes)) == len(causes)
    raised = [each.alert.cause for each in commands if isinstance(each, Raise)]
    assert not set(raised) & {alert.cause for alert in before.open}
    for alert in after.open:
        if alert.explained_by is not None:
            assert after.alert(alert.explained_by) is not None


@settings(deadline=None)
@given(levels)
def test_each_fresh_family_of_alerts_has_one_that_may_be_told(row: list[int]) -> None:
    said = [standing(cause, level, MONDAY)
            for cause, level in zip(CAUSES, row, strict=True) if level >= 0]  # fmt: skip
    after = applied(Watch(), step(Watch(), said, RULES, MONDAY))
    for alert in after.open:
        root = alert
        while root.explained_by is not None:
            above = after.alert(root.explained_by)
            assert above is not None
            root = above
        assert root.notices
