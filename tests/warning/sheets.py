"""Indicators for tests: one that stands, and changes of it."""

from typing import Any

import yaml

from seawall.core import pack
from seawall.core.measure import Span, Trend
from seawall.core.pack import Placed
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.warning.checking import Known
from seawall.warning.indicator import Indicator

STANDING = """
id: late_share
title: {en: Late share, zh: 逾期占比}
meaning: {en: Loans late, zh: 逾期贷款}
risk: credit
measure: late_share
by: [[], [channel]]
period: month
since: 2024-01-01
direction: up
thresholds: {amber: 0.03, red: 0.05, citation: "a paper"}
detectors: [{kind: threshold}]
sample_least: 50
severity: {amber: notice, red: serious}
owner: chief_risk_officer
team: credit_risk
playbook: model_drift
cases:
  - {name: calm, values: [0.01, 0.02], expect: green}
"""


def sheet(name: str = "credit/late_share.yaml", **changes: Any) -> Placed[Indicator]:  # noqa: ANN401
    """The standing indicator with some keys changed; None takes one away."""
    given = {**yaml.safe_load(STANDING), **changes}
    kept = {key: value for key, value in given.items() if value is not None}
    return pack.parse_placed(yaml.safe_dump(kept, allow_unicode=True), name, Indicator)


def trend(name: str, *segments: str) -> Trend:
    words = Text(en=name, zh=name)

    def steps(_: Span) -> Steps:
        raise NotImplementedError

    return Trend(name=name, title=words, meaning=words, unit="share", arithmetic="share",
                 periods=("month",), segments=segments, reads=("loan",), steps=steps,
                 source="a test")  # fmt: skip


KNOWN = Known(
    trends={"late_share": trend("late_share", "channel", "region")},
    roles=frozenset({"chief_risk_officer"}),
    playbooks=frozenset({"model_drift"}),
)
