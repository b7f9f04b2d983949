"""Working calendars: which days are worked and at what hours, as a pack declares them.

Three layers say whether a day is worked, the later one first: days that the pack dates itself; the
public holidays of a country or market, with the weekend days that are worked in exchange
(调休上班, both from the library `holidays`); the weekend.
"""

import warnings
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

import holidays as library
from pydantic import BaseModel, ConfigDict, Field, model_validator

from seawall.core.text import Text

CONFIG = ConfigDict(extra="forbid", frozen=True)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DAY_MINUTES = 1_440
_DATED_DAYS_MOST = 366

_HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
Begin = Annotated[str, Field(pattern=rf"^{_HOUR}$")]
End = Annotated[str, Field(pattern=rf"^({_HOUR}|24:00)$")]


class Shift(BaseModel):
    """A stretch of work by the clock on the wall.

    Attributes:
        begins: hour and minute.
        ends: later that day, or, where it is not later than `begins`, on the next day.
        on: the weekdays on which it begins.
    """

    model_config = CONFIG

    begins: Begin
    ends: End
    on: tuple[Weekday, ...] = Field(default=WEEKDAYS, min_length=1)

    def minutes(self) -> tuple[int, int]:
        """Begin and end, in minutes after the midnight that begins the shift's day.

        >>> Shift(begins="22:00", ends="06:00").minutes()
        (1320, 1800)
        """
        begins, ends = _minutes(self.begins), _minutes(self.ends)
        return begins, ends if ends > begins else ends + DAY_MINUTES


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


class PublicHolidays(BaseModel):
    """Whose public holidays are not worked.

    Attributes:
        country: ISO 3166-1 alpha-2, or empty where a market is given.
        subdivision: ISO 3166-2 without the country, as `BY` of `DE-BY`.
        market: ISO 10383, as `XECB` for the closing days of TARGET.
    """

    model_config = CONFIG

    country: str | None = None
    subdivision: str | None = None
    market: str | None = None

    @model_validator(mode="after")
    def _known(self) -> "PublicHolidays":
        if (self.country is None) == (self.market is None):
            raise ValueError("give a country or a market, and not both")
        try:
            self.of(())
        except NotImplementedError as error:
            raise ValueError(str(error)) from None
        return self

    def of(self, years: Iterable[int]) -> library.HolidayBase:
        """The library's holidays of some years; where it warns of a far year, `known_until` tells."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.market is not None:
                market = self.market
                return library.financial_holidays(market, self.subdivision, years, expand=False)
            country = self.country or ""
            return library.country_holidays(country, self.subdivision, years, expand=False)


class DatedDays(BaseModel):
    """Days of which the pack itself says whether they are worked, and on what ground.

    Attributes:
        until: the last of them; where empty, there is one.
    """

    model_config = CONFIG

    on: date
    until: date | None = None
    worked: bool
    title: Text
    cite: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "DatedDays":
        if self.until is not None and self.until < self.on:
            raise ValueError("`until` is before `on`")
        if self.until is not None and (self.until - self.on).days > _DATED_DAYS_MOST:
            raise ValueError(f"`until` is more than {_DATED_DAYS_MOST} days after `on`")
        return self

    def days(self) -> Iterable[date]:
        """Each of the days."""
        last = self.until or self.on
        return (self.on + timedelta(days=n) for n in range((last - self.on).days + 1))


class Calendar(BaseModel):
    """The file `calendars/NAME.yaml`.

    Attributes:
        zone: the IANA time zone whose clock hangs on the wall.
        worked_weekend_as: a weekend day that is worked has the shifts of this weekday.
        known_until: the last day for which holidays are officially published; what is due later is
            provisional. Empty where the days follow from a rule without an end.
    """

    model_config = CONFIG

    title: Text
    since: date
    cite: str = Field(min_length=1)
    zone: str
    weekend: tuple[Weekday, ...] = Field(max_length=6)
    worked_weekend_as: Weekday | None = None
    holidays: PublicHolidays | None = None
    known_until: date | None = None
    days: tuple[DatedDays, ...] = ()
    shifts: tuple[Shift, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _can_be_worked(self) -> "Calendar":
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone is called {self.zone!r}") from None
        if self.worked_weekend_as in self.weekend:
            raise ValueError("`worked_weekend_as` must be a weekday that is not of the weekend")
        if self.weekend and self.worked_weekend_as is None:
            raise ValueError("a calendar with a weekend says `worked_weekend_as`")
        for weekday in WEEKDAYS:
            if weekday not in self.weekend:
                _check_shifts(weekday, self.shifts_of(weekday))
        return self

    def shifts_of(self, weekday: Weekday) -> tuple[tuple[int, int], ...]:
        """The shifts of a weekday that is worked, in minutes, in the order of the day."""
        if weekday in self.weekend and self.worked_weekend_as is not None:
            weekday = self.worked_weekend_as
        return tuple(sorted(each.minutes() for each in self.shifts if weekday in each.on))

    def exceptions(self, years: Iterable[int]) -> Mapping[date, bool]:
        """Days of some years on which holidays, or the pack, speak: whether each is worked."""
        told: dict[date, bool] = {}
        if self.holidays is not None:
            public = self.holidays.of(years)
            told |= dict.fromkeys(public, False)
            told |= dict.fromkeys(public.weekend_workdays, True)
        for dated in self.days:
            told |= dict.fromkeys(dated.days(), dated.worked)
        return told


def _check_shifts(weekday: Weekday, shifts: tuple[tuple[int, int], ...]) -> None:
    if not shifts:
        raise ValueError(f"{weekday} has no shift, and is not of the weekend")
    for (_, ended), (begins, _) in pairwise(shifts):
        if begins < ended:
            raise ValueError(f"two shifts of {weekday} overlap")
