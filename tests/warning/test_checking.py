from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from seawall.core import pack
from seawall.core.pack import Placed
from seawall.core.problem import UnableToUseInput
from seawall.warning import checking, problems
from seawall.warning.indicator import Indicator
from tests.warning.sheets import KNOWN, STANDING, sheet

CALM_DOWN = {"name": "calm", "values": [0.5], "expect": "green"}
WRONG: list[tuple[str, Mapping[str, Any]]] = [
    ("indicator-measure-unknown", {"measure": "latr_share"}),
    ("indicator-period-not-offered", {"period": "day"}),
    ("indicator-segment-not-offered", {"by": [["grade"]]}),
    ("indicator-segmentation-twice", {"by": [["channel", "region"], ["region", "channel"]]}),
    ("indicator-segmentation-twice", {"by": [["channel", "channel"]]}),
    ("indicator-thresholds-disordered", {"direction": "down", "cases": [CALM_DOWN]}),
    ("indicator-thresholds-disordered",
     {"thresholds": {"amber": 0.05, "red": 0.05, "citation": "a paper"}}),
    ("indicator-thresholds-unsourced", {"thresholds": {"amber": 0.03, "red": 0.05}}),
    ("indicator-thresholds-unsourced",
     {"thresholds": {"amber": 0.03, "red": 0.05, "citation": "a paper",
                     "rationale": {"en": "ours", "zh": "自定"}}}),
    ("indicator-thresholds-misfit", {"detectors": [{"kind": "change", "amber": 2, "red": 3}]}),
    ("indicator-thresholds-misfit", {"detectors": [{"kind": "threshold", "amber": 0.04}]}),
    ("indicator-thresholds-misfit",
     {"thresholds": None, "detectors": [{"kind": "threshold", "amber": 0.03, "red": 0.05}]}),
    ("indicator-case-fails", {"cases": [{"name": "c", "values": [0.1], "expect": "amber"}]}),
    ("indicator-case-fails",
     {"cases": [{"name": "c", "values": [0.1], "sample": [9], "expect": "red"}]}),
    ("indicator-role-unknown", {"owner": "king"}),
    ("indicator-playbook-unknown", {"playbook": "pray"}),
    ("indicator-no-playbook", {"playbook": None}),
    ("indicator-no-playbook", {"advice": {"en": "call", "zh": "致电"}}),
    ("indicator-parent-unknown", {"explained_by": ["weather"]}),
    ("indicator-parent-circle", {"explained_by": ["late_share"]}),
    ("indicator-case-misfit",
     {"cases": [{"name": "c", "values": [0.1, 0.2], "sample": [9], "expect": "unknown"}]}),
]  # fmt: skip


def codes(*sheets: Placed[Indicator]) -> list[str]:
    return [problem.code for problem in checking.findings(sheets, KNOWN)]


def test_the_standing_indicator_is_sound() -> None:
    assert codes(sheet()) == []
    assert list(checking.misplaced(sheet())) == []


@pytest.mark.parametrize(
    ("code", "changes"), WRONG, ids=[f"{c}-{n}" for n, (c, _) in enumerate(WRONG)]
)
def test_each_mistake_is_found_alone(code: str, changes: Mapping[str, Any]) -> None:
    assert codes(sheet(**changes)) == [code]


def test_every_kind_of_problem_can_be_met() -> None:
    met = {code for code, _ in WRONG}
    met |= {"indicator-twice", "indicator-misplaced"}  # below
    met |= {"routing-case-fails"}  # in test_routing
    assert met == {kind.code for kind in problems.KINDS}


def test_a_problem_points_at_line_and_column() -> None:
    text = STANDING.replace("measure: late_share", "measure: other")
    placed = pack.parse_placed(text, "a.yaml", Indicator)
    (found,) = checking.findings([placed], KNOWN)
    line = text.split("\n").index("measure: other") + 1
    assert str(found.where) == f"a.yaml:{line}:10"
    assert "late_share" in found.remedy.en


def test_two_files_cannot_share_an_id() -> None:
    twice = sheet("credit/a.yaml"), sheet("credit/b.yaml")
    (found,) = checking.findings(twice, KNOWN)
    assert (found.code, found.facts["first"]) == ("indicator-twice", "credit/a.yaml")


def test_a_circle_of_explanations_is_named_whole() -> None:
    first = sheet(id="first", explained_by=["second"])
    second = sheet(id="second", explained_by=["first"])
    (found,) = checking.findings([first, second], KNOWN)
    assert found.code == "indicator-parent-circle"
    assert {"first", "second"} <= set(str(found.facts["names"]).split(" → "))


def test_a_file_lies_where_its_risk_and_id_say() -> None:
    (found,) = checking.misplaced(sheet("credit/other.yaml"))
    assert found.code == "indicator-misplaced"
    assert "credit/late_share.yaml" in found.message.en


def test_one_segment_may_stand_without_brackets() -> None:
    assert sheet(by=["channel"]).declared.by == (("channel",),)
    assert sheet(by=[]).declared.by == ((),)
    assert sheet(by=[[], "channel", ["channel", "region"]]).declared.by == (
        (), ("channel",), ("channel", "region"))  # fmt: skip
    assert sheet(by=None).declared.by == ((),)


def test_the_threshold_detector_has_the_limits_of_the_thresholds() -> None:
    (detector,) = sheet().declared.detectors
    assert (detector.kind, detector.amber, detector.red) == ("threshold", 0.03, 0.05)


def test_a_detector_that_nobody_knows_is_refused_with_its_place() -> None:
    with pytest.raises(UnableToUseInput) as refused:
        sheet(detectors=[{"kind": "threshold"}, {"kind": "guess"}])
    assert "detectors.1" in str(refused.value.problems[0].facts["field"])


def test_a_key_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(UnableToUseInput) as refused:
        sheet(treshold=1)
    assert refused.value.problems[0].facts["field"] == "treshold"


def test_dates_are_days() -> None:
    assert sheet().declared.since == date(2024, 1, 1)
