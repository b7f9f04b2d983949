"""An indicator: a trend that is watched, in which segments, within which limits, and by whom."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from seawall.core.measure import Period
from seawall.core.text import Text

CONFIG = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

Risk = Literal[
    "credit", "operational", "legal", "market", "liquidity", "fraud", "conduct", "security"
]
Importance = Literal["notice", "serious", "critical"]
IMPORTANCES: tuple[Importance, ...] = ("notice", "serious", "critical")
"""From the one that can wait to the one that wakes people."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Segmentation = tuple[Name, ...]


def _segmentations(given: object) -> object:
    """`[]` is the whole book, `[channel]` one segmentation, `[[], [channel]]` both."""
    if not isinstance(given, list):
        return given
    if not given:
        return [[]]
    return [[each] if isinstance(each, str) else each for each in given]


class Thresholds(BaseModel):
    """Where a value turns amber and red, and who says so.

    Attributes:
        amber, red: in the measure's unit; a value at the limit or beyond it is amber, or red.
        citation: the text the limits are taken from.
        rationale: why these limits, where they are the house's own.
    """

    model_config = CONFIG

    amber: float
    red: float
    citation: str | None = Field(default=None, min_length=1)
    rationale: Text | None = None


class Severity(BaseModel):
    """How much an amber and a red alert of an indicator matter."""

    model_config = CONFIG

    amber: Importance
    red: Importance


class Case(BaseModel):
    """A test beside an indicator: values period by period, and what the last of them must be.

    Attributes:
        values: oldest first; null where a period has none.
        sample: how many observations stand behind each value; enough everywhere where not given.
        expect: the level of the last period; `unknown` where there must be no verdict.
    """

    model_config = CONFIG

    name: str = Field(min_length=1)
    values: tuple[float | None, ...] = Field(min_length=1)
    sample: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    expect: Literal["green", "amber", "red", "unknown"]


class Indicator(BaseModel):
    """One indicator file: `packs/indicators/<risk>/<id>.yaml`.

    Attributes:
        meaning: what it tells and why it matters.
        measure: the trend that is watched, by name.
        by: the segmentations it is watched by; an empty one is the whole book.
        since: from when on its thresholds hold.
        direction: which way is bad.
        thresholds: limits of the detector `threshold`.
        combine: `any` detector is enough, or `all` must agree: then the mildest of them counts.
        sample_least: with fewer observations than these a period has no verdict.
        raise_after: so many verdicts on end, at a level or above, raise an alert to that level.
        clear_after: so many verdicts on end, below a level, end it.
        owner: the role that answers for the indicator; the team handles its alerts.
        playbook: what to do, by a playbook's id; or `advice` where none fits.
        explained_by: indicators whose open alert, for the same or a wider segment, explains one of
            this.
    """

    model_config = CONFIG

    id: Name
    title: Text
    meaning: Text
    risk: Risk
    measure: Name
    by: Annotated[tuple[Segmentation, ...], BeforeValidator(_segmentations)] = ((),)
    period: Period
    since: date
    direction: Literal["up", "down", "both"]
    thresholds: Thresholds | None = None
    detectors: tuple[dict[str, object], ...] = Field(min_length=1)
    combine: Literal["any", "all"] = "any"
    sample_least: int = Field(default=1, ge=0)
    raise_after: int = Field(default=1, ge=1)
    clear_after: int = Field(default=1, ge=1)
    severity: Severity
    owner: Name
    team: Name
    playbook: Name | None = None
    advice: Text | None = None
    explained_by: tuple[Name, ...] = ()
    cases: tuple[Case, ...] = Field(min_length=1)
