"""Trials: challengers that decide a share of the customers, and shadows that decide none.

Who gets which arm hangs on a hash of the trial's id and the customer's token, so the same customer
always gets the same arm, on every machine, and two trials are independent of each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import accumulate
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seawall.core.text import Text
from seawall.policy.decider import Decider
from seawall.policy.window import Name

CONFIG = ConfigDict(frozen=True, extra="forbid")
SLOTS = 10_000
"""Shares are of so many slots: whole hundredths of a per cent."""

Role = Literal["champion", "challenger", "shadow"]


class Challenger(BaseModel):
    """A policy that decides a share of the customers.

    Attributes:
        policy: a shipped policy's id, or a file beside the trial's.
        share: of all customers; at most four decimals, such as 0.05.
    """

    model_config = CONFIG

    policy: str = Field(min_length=1)
    share: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> "Challenger":
        if abs(self.share * SLOTS - self.slots) > 1e-6:  # noqa: PLR2004 - what a double leaves over
            msg = "a share has at most four decimals"
            raise ValueError(msg)
        return self

    @property
    def slots(self) -> int:
        """Its part of `SLOTS`."""
        return round(self.share * SLOTS)


class Trial(BaseModel):
    """A trial of policies against the one in force, the champion.

    Attributes:
        id: also seeds who gets which arm: a new id deals the customers anew.
        since, until: the first and last day on which challengers decide.
        challengers: in order; a customer's slot lies in the range of one of them, or in the rest,
            which is the champion's. Raising the share of the last moves customers only from the
            champion to it; raising an earlier one's moves those of the later ones too.
        shadows: policies that decide everybody as well, unseen: their answers are only recorded.
    """

    model_config = CONFIG

    id: Name
    title: Text
    since: date
    until: date
    challengers: tuple[Challenger, ...] = Field(default=(), max_length=20)
    shadows: tuple[str, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _fits(self) -> "Trial":
        if self.until < self.since:
            msg = "`until` is before `since`"
            raise ValueError(msg)
        if sum(each.slots for each in self.challengers) > SLOTS:
            msg = "the challengers' shares add up to more than 1"
            raise ValueError(msg)
        if not self.challengers and not self.shadows:
            msg = "a trial needs `challengers` or `shadows`"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Arms:
    """A trial, ready to decide.

    Attributes:
        trial: its declaration.
        champion: decides who is in no challenger's range, who has no token, and out of time.
        challengers: in the trial's order.
        shadows: likewise.
    """

    trial: Trial
    champion: Decider
    challengers: tuple[Decider, ...]
    shadows: tuple[Decider, ...]

    def deciders(self, token: str | None, day: date | None) -> Iterator[tuple[Role, Decider]]:
        """Who decides an application: first the one whose answer counts, then the shadows.

        Args:
            token: the customer's; the champion decides where it is not known.
            day: the application's; likewise.
        """
        chosen = self.arm(token, day)
        yield ("champion" if chosen is self.champion else "challenger"), chosen
        if self.on(day):
            yield from (("shadow", shadow) for shadow in self.shadows)

    def arm(self, token: str | None, day: date | None) -> Decider:
        """The policy whose answer counts for a customer on a day."""
        if token is None or not self.on(day):
            return self.champion
        own = slot(self.trial.id, token)
        ends = accumulate(each.slots for each in self.trial.challengers)
        inside = (arm for arm, end in zip(self.challengers, ends, strict=True) if own < end)
        return next(inside, self.champion)

    def on(self, day: date | None) -> bool:
        """Whether the trial runs on a day."""
        return day is not None and self.trial.since <= day <= self.trial.until


def slot(trial: str, token: str) -> int:
    """A customer's slot in a trial, from 0 to `SLOTS` - 1.

    BLAKE2b over the trial's id and the token, read as a big-endian integer of 128 bits, modulo
    `SLOTS`; the bias is below 1e-34.

    >>> slot("spring", "c-1") == slot("spring", "c-1")
    True
    """
    told = f"{trial}\0{token}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=16).digest(), "big") % SLOTS
