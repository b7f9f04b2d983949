"""Limits that a law or rule sets, as the file `limits/statutory.yaml` tells them."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from seawall.cases.limit import CONFIG, Limit, Time, ToldTime
from seawall.core.text import Text

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Statute(BaseModel):
    """A limit of law.

    Attributes:
        calendar: whose days it asks for, by the calendar's name.
        longer: what it may be extended to, step by step, counted from the same start.
        verified_on: when somebody compared this with the law; empty where nobody has.
    """

    model_config = CONFIG

    title: Text
    limit: Limit
    calendar: Name
    longer: tuple[ToldTime, ...] = ()
    since: date
    cite: str = Field(min_length=1)
    verified_on: date | None = None

    def extended(self, to: Time) -> Limit:
        """The limit with another time: all else of how it counts stays."""
        return self.limit.model_copy(update={"within": to})


class Statutes(BaseModel):
    """The file `limits/statutory.yaml`."""

    model_config = CONFIG

    title: Text
    limits: dict[Name, Statute] = Field(min_length=1)
