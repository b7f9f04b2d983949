"""What a backtest tries: settings of an indicator's detectors, chosen on one stretch, told on another."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.text import Text
from seawall.warning.backtest import Matching
from seawall.warning.indicator import Indicator, Name

CONFIG = ConfigDict(frozen=True, extra="forbid")


class Setting(BaseModel):
    """What is changed of an indicator; what is not named stays as declared.

    Attributes:
        detectors: other detectors than those declared.
        only: of those, the ones of these kinds.
        times: amber and red thresholds are moved to so many times themselves.
    """

    model_config = CONFIG

    detectors: tuple[dict[str, object], ...] | None = None
    only: tuple[str, ...] = ()
    times: float | None = Field(default=None, gt=0)
    combine: str | None = None
    raise_after: int | None = Field(default=None, ge=1)
    clear_after: int | None = Field(default=None, ge=1)


def tried(indicator: Indicator, setting: Setting) -> Indicator | None:
    """The indicator with a setting; None where no detector would be left."""
    changes: dict[str, object] = setting.model_dump(
        include={"combine", "raise_after", "clear_after"}, exclude_none=True
    )
    detectors = setting.detectors or indicator.detectors
    kept = tuple(each for each in detectors if not setting.only or each.get("kind") in setting.only)
    if not kept:
        return None
    if setting.times is not None and indicator.thresholds is not None:
        moved = {
            level: getattr(indicator.thresholds, level) * setting.times
            for level in ("amber", "red")
        }
        changes["thresholds"] = indicator.thresholds.model_copy(update=moved)
    return indicator.model_copy(update={**changes, "detectors": kept})


class Settings(BaseModel):
    """The pack `backtest/settings.yaml`: what is tried of every indicator.

    Attributes:
        rationale: why these, and this ratio.
        ratio: how many false alarms a missed trouble costs, where settings are chosen.
        ratios: for which the cost is told.
    """

    model_config = CONFIG

    since: date
    rationale: Text
    ratio: float = Field(gt=0)
    ratios: tuple[float, ...] = Field(min_length=1)
    settings: dict[Name, Setting] = Field(min_length=1)


class Planted(BaseModel):
    """What a kind of planted trouble should be seen by, and when it has its full effect.

    Attributes:
        seen_by: trends; an indicator of one of them should see it.
        full_after_days: days from the end of its build-up to its full effect on the book.
        late_days: how long after its end an alert still counts.
    """

    model_config = CONFIG

    seen_by: tuple[Name, ...] = Field(min_length=1)
    full_after_days: int = Field(ge=0)
    rationale: Text


class PlantedTroubles(BaseModel):
    """The pack `backtest/planted.yaml`, by kind of trouble."""

    model_config = CONFIG

    since: date
    cite: str
    early_days: int = Field(ge=0)
    late_days: int = Field(ge=0)
    kinds: Mapping[Name, Planted]

    @property
    def matching(self) -> Matching:
        """How early and late an alert may be."""
        return Matching(self.early_days, self.late_days)
