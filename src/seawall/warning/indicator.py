"""An indicator: a trend that is watched, in which segments, within which limits, and by whom."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from seawall.core.measure import Period
from seawall.core.text import Text
from seawall.warning.detectors.table import Detector
from seawall.warning.verdict import Combine, Direction

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
        detectors: what gives verdicts; `{kind: threshold}` has the limits of `thresholds`.
        combine: `any` detector is enough for a level, or a `majority`, or `all` must reach it.
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
    direction: Direction
    thresholds: Thresholds | None = None
    detectors: tuple[Detector, ...] = Field(min_length=1)
    combine: Combine = "any"
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

    @model_validator(mode="before")
    @classmethod
    def _threshold_has_the_limits(cls, given: Any) -> Any:  # noqa: ANN401 - as the file has it
        """Limits stand once, with their source; the detector `threshold` is given them."""
        if not isinstance(given, dict) or not isinstance(given.get("detectors"), list):
            return given
        limits = given.get("thresholds")
        named = limits if isinstance(limits, dict) else {}
        own = {level: named[level] for level in ("amber", "red") if level in named}
        filled = [
            {**own, **each} if isinstance(each, dict) and each.get("kind") == "threshold" else each
            for each in given["detectors"]
        ]
        return {**given, "detectors": filled}
