"""Within what time something is due, and when to warn: as declarations, in words.

within: 15 working days
ends: closing
warns: [50 %, 4 working hours before]
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

CONFIG = ConfigDict(extra="forbid", frozen=True)

Of = Literal["working", "calendar"]
Unit = Literal["minutes", "hours", "days", "months"]
Ends = Literal["same_time", "closing", "end_of_day"]
Rolls = Literal["none", "following", "preceding"]

AMOUNT_MOST: dict[Unit, int] = {"minutes": 600_000, "hours": 10_000, "days": 3_660, "months": 120}
"""The longest limits; what is longer is no limit of a case."""

_TIME = re.compile(r"([1-9][0-9]{0,5}) (working|calendar) (minute|hour|day|month)s?")
_SHARE = re.compile(r"([1-9][0-9]?|100) ?%")


class Time(BaseModel):
    """So much time: `n` working minutes, hours or days, or calendar hours, days or months."""

    model_config = CONFIG

    amount: int = Field(ge=1)
    of: Of
    unit: Unit

    @model_validator(mode="after")
    def _is_told(self) -> "Time":
        if (self.of, self.unit) in {("working", "months"), ("calendar", "minutes")}:
            raise ValueError(f"there are no {self.of} {self.unit}")
        if self.amount > AMOUNT_MOST[self.unit]:
            raise ValueError(f"at most {AMOUNT_MOST[self.unit]} {self.unit}")
        return self

    @property
    def counts_days(self) -> bool:
        """Whether days are counted, and not time."""
        return self.unit in {"days", "months"}


def _time(told: object) -> object:
    """Read `15 working days`.

    >>> _time("15 working days")
    {'amount': 15, 'of': 'working', 'unit': 'days'}
    """
    if not isinstance(told, str):
        return told
    found = _TIME.fullmatch(told)
    if found is None:
        raise ValueError("say a time as `15 working days`, `36 calendar hours`, `1 calendar month`")
    return {"amount": int(found[1]), "of": found[2], "unit": f"{found[3]}s"}


ToldTime = Annotated[
    Time, BeforeValidator(_time), WithJsonSchema({"type": "string", "pattern": _TIME.pattern})
]


class Warn(BaseModel):
    """When to warn: at a share of the limit, or so much time before its end. One of the two.

    Attributes:
        share: percent of the time, in the limit's own way of counting, from start to deadline.
        before: minutes or hours.
    """

    model_config = CONFIG

    share: int | None = Field(default=None, ge=1, le=100)
    before: ToldTime | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Warn":
        if (self.share is None) == (self.before is None):
            raise ValueError("warn at a share or before the end, and not both")
        if self.before is not None and self.before.counts_days:
            raise ValueError("warn so many minutes or hours before, not days or months")
        return self


def _warn(told: object) -> object:
    """Read `80 %` or `4 working hours before`."""
    if not isinstance(told, str):
        return told
    share = _SHARE.fullmatch(told)
    if share is not None:
        return {"share": int(share[1])}
    if not told.endswith(" before"):
        raise ValueError("say a warning as `80 %` or `4 working hours before`")
    return {"before": told.removesuffix(" before")}


ToldWarn = Annotated[Warn, BeforeValidator(_warn), WithJsonSchema({"type": "string"})]


class Limit(BaseModel):
    """Within what time something is due.

    Attributes:
        ends: at which moment of its last day a limit in days or months ends: the time of day of the
            start, the closing of the last shift, or midnight.
        counts_first_day: whether the day of the start counts, if its closing or midnight is to come.
        rolls: where a limit in calendar days or months ends on a day that is not worked.
        warns: when to warn.
    """

    model_config = CONFIG

    within: ToldTime
    ends: Ends = "end_of_day"
    counts_first_day: bool = False
    rolls: Rolls = "none"
    warns: tuple[ToldWarn, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> "Limit":
        of_days = (self.ends, self.counts_first_day, self.rolls)
        if not self.within.counts_days and of_days != ("end_of_day", False, "none"):
            raise ValueError("`ends`, `counts_first_day` and `rolls` are for days and months")
        if self.counts_first_day and self.ends == "same_time":
            raise ValueError("a first day that counts ends at closing or at the end of the day")
        if self.within.of == "working" and self.rolls != "none":
            raise ValueError("working days end on a working day and need no `rolls`")
        if self.within.of == "calendar" and self.ends == "closing" and self.rolls == "none":
            raise ValueError("a day that is not worked has no closing: say `rolls`")
        return self

    @property
    def asks_working_days(self) -> bool:
        """Whether the deadline depends on which days are worked."""
        return self.within.of == "working" or self.rolls != "none"

    def longer(self, amount: int) -> "Limit":
        """The same limit with so much more of its unit."""
        within = self.within.model_copy(update={"amount": self.within.amount + amount})
        return self.model_copy(update={"within": within})
