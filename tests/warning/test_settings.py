from seawall.warning.detectors.threshold import Threshold
from seawall.warning.settings import Setting, tried
from tests.warning.sheets import sheet

BOTH = sheet(
    detectors=[{"kind": "threshold"}, {"kind": "change", "amber": 0.5, "red": 1.0}]
).declared


def kinds(setting: Setting) -> list[str]:
    made = tried(BOTH, setting)
    return [] if made is None else [each.kind for each in made.detectors]


def test_a_setting_that_names_nothing_changes_nothing() -> None:
    assert tried(BOTH, Setting()) == BOTH


def test_detectors_are_kept_by_kind_and_none_is_no_indicator() -> None:
    assert kinds(Setting(only=("change",))) == ["change"]
    assert tried(BOTH, Setting(only=("ewma",))) is None


def test_limits_are_moved_and_other_detectors_are_not() -> None:
    made = tried(BOTH, Setting(times=2.0))
    assert made is not None
    moved, change = made.detectors
    assert isinstance(moved, Threshold)
    assert (moved.amber, moved.red) == (0.06, 0.1)
    assert change == BOTH.detectors[1]


def test_hysteresis_and_combination_are_changed() -> None:
    made = tried(BOTH, Setting(raise_after=3, combine="all"))
    assert made is not None
    assert (made.raise_after, made.clear_after, made.combine) == (3, 1, "all")
