"""What a backtest tries: settings of an indicator's detectors, chosen on one stretch, told on another."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.text import Text
from seawall.warning.detectors.table import Detector
from seawall.warning.detectors.threshold import Threshold
from seawall.warning.indicator import Indicator, Name
from seawall.warning.truths import Surge
from seawall.warning.verdict import Combine

CONFIG = ConfigDict(frozen=True, extra="forbid")


class Setting(BaseModel):
    """What is changed of an indicator; what is not named stays as declared.

    Attributes:
        detectors: other detectors than those declared.
        only: of those, the ones of these kinds.
        times: limits of the detector `threshold` are moved to so many times themselves.
    """

    model_config = CONFIG

    detectors: tuple[Detector, ...] | None = None
    only: tuple[str, ...] = ()
    times: float | None = Field(default=None, gt=0)
    combine: Combine | None = None
    raise_after: int | None = Field(default=None, ge=1)
    clear_after: int | None = Field(default=None, ge=1)


def tried(indicator: Indicator, setting: Setting) -> Indicator | None:
    """The indicator with a setting; None where no detector would be left."""
    changes: dict[str, object] = setting.model_dump(
        include={"combine", "raise_after", "clear_after"}, exclude_none=True
    )
    detectors = setting.detectors or indicator.detectors
    kept = tuple(each for each in detectors if not setting.only or each.kind in setting.only)
    if not kept:
        return None
    if setting.times is not None:
        kept = tuple(_moved(each, setting.times) for each in kept)
    return indicator.model_copy(update={**changes, "detectors": kept})


def _moved(detector: Detector, times: float) -> Detector:
    if not isinstance(detector, Threshold):
        return detector
    moved = {"amber": detector.amber * times, "red": detector.red * times}
    return detector.model_copy(update=moved)


class Settings(BaseModel):
    """The pack `backtest/settings.yaml`: what is tried of every indicator.

    Attributes:
        rationale: why these, and this ratio.
        ratio: how many false alarms a missed trouble costs, where settings are chosen.
        ratios: for which the cost is told.
        surge: what counts as a trouble of a real book.
    """

    model_config = CONFIG

    since: date
    rationale: Text
    ratio: float = Field(gt=0)
    ratios: tuple[float, ...] = Field(min_length=1)
    surge: Surge
    settings: dict[Name, Setting] = Field(min_length=1)


class PlantedKind(BaseModel):
    """What a kind of planted trouble should be seen by, and when it has its full effect.

    Attributes:
        seen_by: trends; an indicator of one of them should see it.
        full_after_days: from the end of its build-up to its full effect on the book.
        late_days: how long after its end an alert still counts.
    """

    model_config = CONFIG

    seen_by: tuple[Name, ...] = Field(min_length=1)
    full_after_days: int = Field(ge=0)
    late_days: int = Field(ge=0)
    rationale: Text


class PlantedTroubles(BaseModel):
    """The pack `backtest/planted.yaml`, by kind of trouble."""

    model_config = CONFIG

    since: date
    cite: str
    kinds: dict[Name, PlantedKind]


class SeriesTrial(BaseModel):
    """A backtest on one real series from a file: `backtest/card_delinquencies.yaml`.

    Attributes:
        file: below the folder of real series.
        day, value: columns; the day is the first of its period.
        times: what values are multiplied by.
        months: of one period.
        warm_up: periods at the beginning of which nothing is asked.
        chosen_until: settings are chosen on what is up to then, and told on what is later.
        recession_early_days: how long before a recession a signal counts.
    """

    model_config = CONFIG

    title: Text
    since: date
    cite: str
    file: str
    day: str
    value: str
    times: float
    months: int = Field(ge=1)
    warm_up: int = Field(ge=0)
    chosen_until: date
    ratio: float = Field(gt=0)
    ratios: tuple[float, ...] = Field(min_length=1)
    surge: Surge
    recession_early_days: int = Field(ge=0)
    indicator: Indicator
    settings: dict[Name, Setting] = Field(min_length=1)
