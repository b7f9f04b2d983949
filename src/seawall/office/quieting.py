"""Silences as people ask for them and see them: nobody is told of some alerts, for some hours, for a reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seawall.acts import silencing
from seawall.acts.alert_cases import segment_of_words
from seawall.acts.signing import Signed
from seawall.core.period import utc
from seawall.core.problem import Place, refusal
from seawall.office import problems, warning
from seawall.office.alerts import Watchman
from seawall.warning.alert import Silence, UnableToSilence

PAGE = 50
HOURS_MOST = 24 * 90
"""A silence is for hours and days, and never for good: what nobody needs to see is not watched at all."""


def in_force(at: datetime) -> tuple[Silence, ...]:
    """Silences that count at a time."""
    moment = utc(at)
    return tuple(each for each in silencing.silences(at) if each.since <= moment < each.until)


@dataclass(frozen=True)
class Quieting:
    """What somebody asks to be silenced, in his words.

    Attributes:
        segment: as people write it: `channel=app, region=west`; empty is the whole book.
        hours: for how long, from now.
    """

    reason: str
    hours: str
    indicator: str = ""
    team: str = ""
    segment: str = ""


def silence(man: Watchman, asked: Quieting, signed: Signed) -> bool:
    """Silence some alerts; whether it was new.

    Raises:
        UnableToUseInput: it cannot be, and says why.
        UnableToFindIndicator: there is none of this name.
    """
    if asked.indicator and asked.indicator not in man.rules.indicators:
        raise warning.UnableToFindIndicator(asked.indicator, sorted(man.rules.indicators))
    hours = _hours(asked.hours)
    if astray := [part for part in asked.segment.split(",") if part.strip() and "=" not in part]:
        raise refusal(problems.SILENCE_SEGMENT, Place("silence"), told=astray[0].strip())
    try:
        meant = Silence(
            "", asked.reason, signed.by, signed.at, signed.at + timedelta(hours=hours),
            asked.indicator or None, asked.team or None, segment_of_words(asked.segment),
        )  # fmt: skip
    except UnableToSilence as refused:
        raise refusal(problems.SILENCE_REFUSED, Place("silence"), why=refused.said) from None
    return silencing.silence(man.desk.ledger, meant, signed)


def _hours(told: str) -> float:
    try:
        hours = float(told)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= HOURS_MOST:
        raise refusal(problems.SILENCE_SPAN, Place("silence"), told=told, most=HOURS_MOST)
    return hours


@dataclass(frozen=True)
class Silenced:
    """A silence in the list, and where it stands: `on`, `ahead` or `over`."""

    silence: Silence
    standing: str


def page(after: int | None, at: datetime) -> tuple[tuple[Silenced, ...], int | None]:
    """A page of silences, the newest first, from before a number on; and the number before which the next begins."""
    found = silencing.page(after, PAGE + 1)
    rows, moment = found[:PAGE], utc(at)
    told = tuple(Silenced(each, _standing(each, moment)) for each in rows)
    return told, int(rows[-1].id) if len(found) > PAGE else None


def _standing(each: Silence, moment: datetime) -> str:
    if moment >= each.until:
        return "over"
    return "on" if moment >= each.since else "ahead"
