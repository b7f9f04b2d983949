"""Cases beside packs of calendars and limits: days and deadlines whose answers come from outside."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field

from seawall.cases.limit import CONFIG, Limit
from seawall.cases.statute import Name


class DaysCase(BaseModel):
    """Days that were published as worked, or as not."""

    model_config = CONFIG

    on: date
    until: date | None = None
    worked: bool
    cite: str = Field(min_length=1)

    def days(self) -> tuple[date, ...]:
        """Each of the days."""
        count = ((self.until or self.on) - self.on).days + 1
        return tuple(self.on + timedelta(days=n) for n in range(count))


class DeadlineCase(BaseModel):
    """A limit, when it started, and when it is due. Times are UTC."""

    model_config = CONFIG

    name: str = Field(min_length=1)
    limit: Limit
    started_at: datetime
    due_at: datetime


class CalendarCases(BaseModel):
    """The file `calendars/NAME.cases.yaml`."""

    model_config = CONFIG

    days: tuple[DaysCase, ...] = ()
    deadlines: tuple[DeadlineCase, ...] = ()


class StatuteCase(BaseModel):
    """A limit of law, when it started, when it is due, and when after each extension. UTC."""

    model_config = CONFIG

    name: str = Field(min_length=1)
    of: Name
    started_at: datetime
    due_at: tuple[datetime, ...] = Field(min_length=1)


class StatuteCases(BaseModel):
    """The file `limits/statutory.cases.yaml`."""

    model_config = CONFIG

    cases: tuple[StatuteCase, ...] = Field(min_length=1)
