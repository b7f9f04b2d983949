"""Indicators over a small simulated book: judged, told, and held against what was planted."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from seawall.acts.simulating import make_lender
from seawall.office import accounting, backtesting, homes, measuring, packs, warning, watching
from seawall.office.homes import Home
from seawall.office.measuring import Reading
from seawall.office.watching import Judged
from seawall.reports import warning as page
from seawall.simulator.truth import Plan, planted
from seawall.warning import backtest, judging
from seawall.warning.alert import Raise, Rules, Watch, applied
from seawall.warning.alerting import step
from seawall.warning.cause import segment
from seawall.warning.settings import PlantedTroubles, Settings
from tests.warning.sheets import sheet
from tests.warning.watching import NineToFive

FPD = sheet(
    id="fpd", measure="first_payment_default", by=[[], ["channel"], ["region"]], sample_least=20,
    thresholds={"amber": 0.06, "red": 0.12, "citation": "a test"},
).declared  # fmt: skip
PLAN = Plan(loans=4000, months=30, seed=5)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    at = homes.home(tmp_path_factory.mktemp("watched"))
    make_lender(at.desk(), PLAN, packs.lender(), progress=lambda *_: None)
    return at


@pytest.fixture(scope="module")
def reading(home: Home) -> Reading:
    return measuring.read(home)


def test_every_segmentation_of_an_indicator_is_judged(reading: Reading) -> None:
    found = list(watching.judged(reading, [FPD], reading.as_of))
    assert [each.by for each in found] == [(), ("channel",), ("region",)]
    assert len(found[1].causes()) == 5
    for each in found:
        assert each.panel.ends_on[-1] == date(2025, 12, 31)
        assert each.judgement.held.shape == each.panel.values.shape


def test_the_whole_is_the_sum_of_its_segments(reading: Reading) -> None:
    whole, channels, _ = watching.judged(reading, [FPD], reading.as_of)
    assert channels.panel.part.sum() == whole.panel.part.sum() > 0
    assert channels.panel.whole.sum() == whole.panel.whole.sum()


def test_judging_up_to_a_day_is_judging_all_and_cutting(reading: Reading) -> None:
    day = date(2025, 3, 31)
    for cut, full in zip(watching.judged(reading, [FPD], day),
                         watching.judged(reading, [FPD], reading.as_of), strict=True):  # fmt: skip
        width = len(cut.panel.ends_on)
        known = [full.panel.segments.index(each) for each in cut.panel.segments]
        assert cut.judgement.held.tolist() == full.judgement.held[known, :width].tolist()


def test_a_weak_channel_is_seen_in_its_channel(reading: Reading) -> None:
    found = backtesting.tested(reading, [FPD], packs.backtest("settings", Settings).surge)
    truth = {each.id: each for each in found.known.truths}
    planned = {each.id: each for each in planted(PLAN, packs.lender())}
    assert truth.keys() == planned.keys()
    assert truth["weak_channel"].starts_on == planned["weak_channel"].starts_on
    caught = {each.truth.id: each for each in found.whole.caught}
    assert "weak_channel" in caught
    assert caught["weak_channel"].alarm.cause.segment in ((), segment(channel="partner_b"))


def test_the_alert_machine_month_by_month_raises_what_the_backtest_counts(reading: Reading) -> None:
    routing, _ = packs.routing()
    rules = Rules({FPD.id: FPD}, routing.declared, NineToFive())
    found = list(watching.judged(reading, [FPD], reading.as_of))
    watch, raised = Watch(), []
    for day in found[0].panel.ends_on:
        said = [standing for each in found for standing in _known(each, day).standings()]
        now = datetime.combine(day, time(18)) + timedelta(days=1)
        commands = step(watch, said, rules, now)
        raised += [(each.alert.cause, day) for each in commands if isinstance(each, Raise)]
        watch = applied(watch, commands)
    alarms = [
        (alarm.cause, alarm.on)
        for each in found for course in each.courses() for alarm in backtest.alarms(course)
    ]  # fmt: skip
    assert sorted(raised) == sorted(alarms)
    assert raised


def _known(judged: Judged, day: date) -> Judged:
    """What was found by a day."""
    panel = judged.panel.until(day)
    judgement = judging.judge(judged.indicator, panel, judged.trend.unit)
    return replace(judged, panel=panel, judgement=judgement)


def test_settings_are_chosen_among_those_tried_and_told(home: Home) -> None:
    found, told = backtesting.run(home, [FPD], home)
    assert told.scores[0].alerts == len(found.whole.counting) + len(found.whole.false)
    assert len(page.leaf(told).sections) == 2 + len(told.watched)
    settings = packs.backtest("settings", Settings)
    names = backtesting.chosen(measuring.read(home), [FPD], settings)
    assert set(names) == {"fpd"}
    assert set(names.values()) <= set(settings.settings)


def test_an_account_adds_up_and_names_what_drives_it(reading: Reading) -> None:
    told = accounting.account(reading, FPD, segment(channel="partner_b"))
    assert told.effects
    assert told.compared is not None
    judged = list(watching.judged(reading, [FPD], reading.as_of))[1]
    row = judged.panel.segments.index(segment(channel="partner_b"))
    first, last = (judged.panel.ends_on.index(day) for day in told.compared)
    part, whole = judged.panel.part[row], judged.panel.whole[row]
    before = part[first : last + 1].sum() / whole[first : last + 1].sum()
    change = part[-1] / whole[-1] - before
    assert sum(each.total for each in told.effects) == pytest.approx(change)


def test_a_segment_that_is_not_there_is_told(reading: Reading) -> None:
    with pytest.raises(accounting.UnableToFindSegment):
        accounting.account(reading, FPD, segment(channel="nowhere"))
    with pytest.raises(accounting.UnableToFindSegmentation):
        accounting.account(reading, FPD, segment(product="micro"))


def test_a_series_is_shown_with_its_limits(reading: Reading) -> None:
    measure, rows = accounting.shown(reading, FPD, ("channel",))
    assert [column.name for column in measure.columns] == [
        "ends_on",
        "value",
        "low",
        "high",
        "level",
        "verdict",
    ]
    assert set(rows["high"].to_pylist()) == {0.06}
    assert set(rows["level"].to_pylist()) <= {"green", "amber", "red", "unknown"}


def test_every_kind_of_trouble_that_is_planted_has_its_rule() -> None:
    rules = packs.backtest("planted", PlantedTroubles)
    assert set(rules.kinds) == {each.kind for each in packs.lender().troubles}


def test_indicators_of_ones_own_are_read_from_a_folder(tmp_path: Path) -> None:
    with pytest.raises(warning.UnableToFindIndicator):
        warning.indicator("nothing", tmp_path)
    assert warning.sheets(tmp_path) == []


def test_the_shipped_indicators_are_sound() -> None:
    assert warning.findings(warning.sheets()) == []


def test_every_shipped_indicator_can_be_explained() -> None:
    for each in warning.sheets():
        assert len(list(warning.told(each.declared.id))) >= 6


def test_what_should_see_a_planted_trouble_is_a_trend() -> None:
    for kind in packs.backtest("planted", PlantedTroubles).kinds.values():
        assert set(kind.seen_by) <= set(warning.trends())
