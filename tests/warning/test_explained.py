from random import Random

from hypothesis import given
from hypothesis import strategies as st

from seawall.warning.cause import Cause, segment, within
from seawall.warning.explained import parents
from tests.warning.sheets import sheet

INDICATORS = {
    each.id: each
    for each in (
        sheet(id="errors").declared,
        sheet(id="failed_payments", explained_by=["errors"]).declared,
        sheet(id="late_share", explained_by=["failed_payments"]).declared,
        sheet(id="complaints").declared,
    )
}
APP, WEST = segment(channel="app"), segment(channel="app", region="west")
SEGMENTS = ((), APP, segment(channel="web"), WEST)

causes = st.builds(Cause, st.sampled_from(sorted(INDICATORS)), st.sampled_from(SEGMENTS))
alerts = st.dictionaries(causes, st.integers(1, 2), max_size=12)


def test_a_parent_explains_the_same_and_narrower_segments() -> None:
    errors = Cause("errors", APP)
    levels = {errors: 1, Cause("failed_payments", WEST): 2, Cause("failed_payments"): 1}
    assert parents(levels, INDICATORS) == {Cause("failed_payments", WEST): errors}


def test_a_grandparent_explains_where_the_parent_is_silent() -> None:
    levels = {Cause("errors"): 1, Cause("late_share"): 1}
    assert parents(levels, INDICATORS) == {Cause("late_share"): Cause("errors")}


def test_the_nearest_parent_is_named() -> None:
    levels = {Cause("errors"): 1, Cause("failed_payments"): 1, Cause("late_share"): 1}
    assert parents(levels, INDICATORS)[Cause("late_share")] == Cause("failed_payments")


def test_the_whole_book_explains_segments_that_are_no_worse() -> None:
    book, app = Cause("complaints"), Cause("complaints", APP)
    assert parents({book: 1, app: 1}, INDICATORS) == {app: book}
    assert parents({book: 1, app: 2}, INDICATORS) == {}


@given(alerts)
def test_in_every_family_one_alert_has_no_parent(levels: dict[Cause, int]) -> None:
    found = parents(levels, INDICATORS)
    for cause in levels:
        seen = {cause}
        while cause in found:
            cause = found[cause]  # noqa: PLW2901 - climbing
            assert cause not in seen
            seen.add(cause)
        assert cause in levels


@given(alerts)
def test_a_parent_is_never_narrower(levels: dict[Cause, int]) -> None:
    for child, parent in parents(levels, INDICATORS).items():
        assert within(child.segment, parent.segment)


@given(alerts, st.randoms())
def test_the_order_of_alerts_makes_no_difference(levels: dict[Cause, int], chance: Random) -> None:
    mixed = list(levels.items())
    chance.shuffle(mixed)
    assert parents(dict(mixed), INDICATORS) == parents(levels, INDICATORS)
