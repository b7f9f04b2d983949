"""Watching a home's book: verdicts become alerts, alerts cases, and people are told."""

import json
from bisect import bisect_left, bisect_right
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from seawall.acts import watching as acts
from seawall.acts.alert_cases import ended_alerts, ever_raised, shown
from seawall.acts.handling import Desk
from seawall.acts.ingesting import Ingested
from seawall.acts.simulating import NOTE
from seawall.acts.watching import Said, Value, Watched
from seawall.cases.calendar import Calendar
from seawall.cases.shifts import working_time
from seawall.core.measure import Period
from seawall.core.period import microseconds
from seawall.core.text import Text
from seawall.office import cases, kinds, measuring, packs, warning, watching
from seawall.office.homes import Home
from seawall.office.measuring import Reading
from seawall.office.watching import Judged
from seawall.records import starting, watch_register
from seawall.warning import judging
from seawall.warning.alert import Rules
from seawall.warning.cause import Cause, segment, within
from seawall.warning.settings import PlantedTroubles

_KEPT_DAYS: dict[Period, int] = {"day": 35, "week": 70, "month": 370}
"""How far back a watch looks for values that late facts have changed."""
_MORNING = timedelta(hours=25)
"""Watched in hindsight, a day's end is seen at one o'clock (UTC) on the day after it."""
_MINUTE_US = 60_000_000


class _Hours:
    """A working calendar as routes need one, see `warning.routing.WorkingTime`."""

    def __init__(self, calendar: Calendar) -> None:
        self._worked = working_time(calendar)

    def is_open(self, at: datetime) -> bool:
        at_us = microseconds(at)
        return self._worked.passed(at_us + 1) > self._worked.passed(at_us)

    def minutes(self, first: datetime, last: datetime) -> float:
        worked = self._worked.passed(microseconds(last)) - self._worked.passed(microseconds(first))
        return worked / _MINUTE_US


@dataclass(frozen=True)
class Watchman:
    """Who watches a home; opened by `watchman`."""

    home: Home
    desk: Desk
    rules: Rules

    def watch(self, until: date | None = None, *, at: datetime | None = None) -> Watched:
        """Look at every indicator now, by what the book knows until a day.

        Args:
            until: the last month-end of the book where None.
            at: when it is looked at; now where None.
        """
        reading = measuring.read(self.home, until)
        indicators = tuple(self.rules.indicators.values())
        judged = tuple(watching.judged(reading, indicators, reading.as_of))
        return self._said(judged, reading.as_of, at or datetime.now(UTC), _kept(reading.as_of))

    def watch_through(self, days: Sequence[date]) -> Iterator[tuple[date, Watched]]:
        """Look as if it were the night after each of some days, never seeing what came later.

        Between them, every day on which a verdict changes is looked at, too: what comes and goes in a week
        is seen as whoever watches daily sees it.
        Each trend is asked once: what it says of a period is the same whether later facts are known.
        """
        reading = measuring.read(self.home, days[-1])
        indicators = tuple(self.rules.indicators.values())
        judged = tuple(watching.judged(reading, indicators, reading.as_of))
        looked = date.min
        for day in sorted({*days, *_changes(judged, days[0], days[-1])}):
            at = datetime(day.year, day.month, day.day, tzinfo=UTC) + _MORNING
            yield day, self._said(judged, day, at, _from(looked))
            looked = day + timedelta(days=1)

    def look(self, came: Ingested, at: datetime | None = None) -> Watched | None:
        """Look at the indicators that new facts concern, up to the latest of them; None where none is.

        Today counts as it is so far, for indicators by day; weeks and months when they are over. What
        follows from month-ends waits for them to be derived.
        """
        known = warning.trends()
        indicators = tuple(
            each
            for each in self.rules.indicators.values()
            if came.since.keys() & set(known[each.measure].reads)
        )
        if not indicators:
            return None
        reading = measuring.read(self.home)
        # What was looked at once is not looked at as if it were not known, when a fact comes late.
        before = date.fromisoformat(watch_register.latest() or str(reading.as_of))
        day = max(before, reading.as_of, *came.until.values())
        judged = tuple(watching.judged(reading, indicators, day))
        late, kept = min(came.since.values()), _kept(day)
        return self._said(judged, day, at or datetime.now(UTC), lambda by: min(kept(by), late))

    def _said(
        self, judged: Sequence[Judged], day: date, at: datetime, since: Callable[[Period], date]
    ) -> Watched:
        """Do what must be done by a day; values are compared with what they were from a day on."""
        seen = [until(each, day) for each in judged]
        standings = tuple(each for one in seen for each in one.standings())
        values = tuple(v for one in seen for v in _values(one, since(one.indicator.period)))
        return acts.watch(self.desk, self.rules, Said(standings, values), at)


def watchman(home: Home) -> Watchman:
    """The watchman of a home; its ledger and the office's database are opened.

    Raises:
        UnableToFindLedger: no ledger was started in this home.
    """
    desk = cases.counter(home).desk
    routing = packs.routing()[0].declared
    hours = _Hours(packs.calendar(routing.calendar))
    indicators = {each.declared.id: each.declared for each in warning.sheets()}
    return Watchman(home, desk, Rules(indicators, routing, hours))


def until(judged: Judged, day: date) -> Judged:
    """What was found by a day; verdicts know nothing of later periods, so they are cut, not made anew."""
    count = bisect_right(judged.panel.ends_on, day)
    found = judged.judgement
    cut = judging.Judgement(
        *(getattr(found, name)[:, :count] for name in found.__dataclass_fields__)
    )
    return replace(judged, panel=judged.panel.until(day), judgement=cut)


def _kept(day: date) -> Callable[[Period], date]:
    """From when on values are looked at again, by the period of an indicator."""
    return lambda period: day - timedelta(days=_KEPT_DAYS[period])


def _from(day: date) -> Callable[[Period], date]:
    """From a day on, whatever the period."""
    return lambda _: day


def _changes(judged: Sequence[Judged], first: date, last: date) -> set[date]:
    """The days between on which any level changes."""
    days = set[date]()
    for each in judged:
        held = each.judgement.held
        moved = np.flatnonzero((held[:, 1:] != held[:, :-1]).any(axis=0)) + 1
        days |= {each.panel.ends_on[place] for place in moved}
    return {day for day in days if first <= day <= last}


def _values(judged: Judged, since: date) -> Iterator[Value]:
    """The values of the periods that end on a day or later, of every segment."""
    ends_on = judged.panel.ends_on
    first = bisect_left(ends_on, since)
    values, found = judged.panel.values, judged.judgement
    for row, cause in enumerate(judged.causes()):
        for place in range(first, len(ends_on)):
            yield Value(
                cause, ends_on[place], _known(values[row, place]), _known(judged.panel.whole[row, place]),
                int(found.levels[row, place]), _known(found.low[row, place]), _known(found.high[row, place]),
                int(found.held[row, place]),
            )  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def caught(home: Home, reading: Reading) -> dict[str, Text] | None:
    """For each planted trouble that an alert was raised for, by the trouble's id: when, and by what.

    Which alert counts is said in `packs/backtest/planted.yaml`, as a backtest counts it. None where
    nobody ever watched.
    """
    if not home.ledger_key.is_file():
        return None
    starting.start(home.records)
    rules = packs.backtest("planted", PlantedTroubles)
    declared = {sheet.declared.id: sheet.declared for sheet in warning.sheets()}
    raised = sorted(ever_raised())
    if not raised:
        return None
    found = {}
    for trouble in json.loads(reading.snapshot.notes.get(NOTE, '{"troubles": []}'))["troubles"]:
        rule = rules.kinds[trouble["kind"]]
        inside = segment(**trouble["segment"])
        first = date.fromisoformat(trouble["starts_on"])
        last = date.fromisoformat(trouble["ends_on"]) + timedelta(days=rule.late_days)
        for on, cause in raised:
            watched = declared.get(cause.indicator)
            counts = watched is not None and watched.measure in rule.seen_by
            nested = within(cause.segment, inside) or within(inside, cause.segment)
            if watched is not None and counts and nested and first <= on <= last:
                facts = {"day": on, "title": watched.title, "where": _where(cause)}
                found[trouble["id"]] = _CAUGHT.filled(**facts)
                break
    return found


def _where(cause: Cause) -> Text:
    """The segment behind a sentence; nothing for the whole book."""
    inside = shown(cause.segment)
    return Text(en=f" ({inside})", zh=f"（{inside}）") if cause.segment else Text(en="", zh="")


_CAUGHT = Text(en="caught on {day} by “{title}”{where}", zh="{day} 由“{title}”捕捉{where}")


def became(home: Home, indicator: str) -> tuple[tuple[Text, int], ...]:
    """What became of an indicator's alerts that are over, the most frequent first; of none in a home without."""
    if not home.ledger_key.is_file():
        return ()
    starting.start(home.records)
    ended = Tally(state for name, state in ended_alerts() if name == indicator)
    kind = kinds.kind("alert")
    return tuple((kind.states[state].title, n) for state, n in ended.most_common())
