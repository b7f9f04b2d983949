"""What alerts were worth: held against troubles that are known to have been there.

**Which alert counts for which trouble.** An alert is an episode above green: it is raised at the end
of a period, as its verdicts then were. It counts for a trouble if its indicator is one that should
see the trouble; if one of both segments lies in the other; and if it was raised while the trouble was
on, from its `early_days` before the start to its `late_days` after the end. An alert that was open already counts for
nothing, and against nothing. An alert that counts for no trouble is a false alarm, whatever else
may have been the matter. An alert may count for several troubles.

**Measures.** *Delay*: days from a trouble's start to the first alert that counts. *Lead*: days from
that alert to the trouble's full effect; below zero, it came too late. Recall: troubles caught over
all. Precision: alerts that count over all. *Noise-to-signal*: the share of quiet periods with an
alert over the share of troubled periods with one, B/(B+D) over A/(A+C) in Kaminsky, Lizondo and
Reinhart (1998), Leading indicators of currency crises, IMF Staff Papers 45(1); Kaminsky and Reinhart
(1999), The twin crises, American Economic Review 89(3). Below 1 an indicator tells more than none.
*Cost* at a ratio of losses: ratio x troubles missed + false alarms; usefulness is what of the cost of
never looking is saved, after Alessi and Detken (2011), Quasi
real time early warning indicators for costly asset price boom/bust cycles, European Journal of
Political Economy 27(3).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np

from seawall.warning.cause import Cause, Segment, within
from seawall.warning.holding import GREEN, Flags, Levels

_MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True)
class Truth:
    """A trouble that is known to have been there.

    Attributes:
        seen_by: ids of the indicators that should see it.
        starts_on, ends_on: both included.
        full_on: when it has its full effect; for a crisis, its outbreak.
        early_days, late_days: how much before its start, and after its end, an alert counts for it.
    """

    id: str
    seen_by: frozenset[str]
    segment: Segment
    starts_on: date
    ends_on: date
    full_on: date
    early_days: int = 0
    late_days: int = 0

    @property
    def window(self) -> tuple[date, date]:
        """The first and the last day on which an alert counts for it."""
        first = self.starts_on - timedelta(days=self.early_days)
        return first, self.ends_on + timedelta(days=self.late_days)


@dataclass(frozen=True)
class Course:
    """The held levels of a cause, period by period."""

    cause: Cause
    ends_on: tuple[date, ...]
    levels: Levels


@dataclass(frozen=True)
class Alarm:
    """An alert of the past.

    Attributes:
        on: the end of the period that raised it.
        until: the end of the period that cleared it; None where it is open.
        worst: its highest level.
    """

    cause: Cause
    on: date
    until: date | None
    worst: int


@dataclass(frozen=True)
class Stretch:
    """The days a backtest looks at, both included: alerts raised, and troubles begun, in them."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last

    @property
    def months(self) -> float:
        """Its length in months of 365.25 / 12 days."""
        return ((self.last - self.first).days + 1) / _MONTH_DAYS


@dataclass(frozen=True)
class Caught:
    """A trouble, and the first alert that counts for it."""

    truth: Truth
    alarm: Alarm

    @property
    def delay_days(self) -> int:
        """From the trouble's start to the alert."""
        return (self.alarm.on - self.truth.starts_on).days

    @property
    def lead_days(self) -> int:
        """From the alert to the trouble's full effect."""
        return (self.truth.full_on - self.alarm.on).days


@dataclass(frozen=True)
class Score:
    """What some alerts were worth.

    Attributes:
        months: how long the stretch was.
        caught: the troubles that an alert counts for.
        missed: the others.
        counting: alerts that count for a trouble.
        false: the others.
        signals: periods of causes: troubled with an alert (A), quiet with one (B), troubled without
            (C), quiet without (D); all zero where only some alerts were looked at.
    """

    months: float
    caught: tuple[Caught, ...]
    missed: tuple[Truth, ...]
    counting: tuple[Alarm, ...]
    false: tuple[Alarm, ...]
    signals: tuple[int, int, int, int]

    @property
    def recall(self) -> float | None:
        """Troubles caught over all; None without troubles."""
        return _share(len(self.caught), len(self.missed))

    @property
    def precision(self) -> float | None:
        """Alerts that count over all; None without alerts."""
        return _share(len(self.counting), len(self.false))

    @property
    def false_monthly(self) -> float:
        """False alarms a month."""
        return len(self.false) / self.months

    @property
    def noise_to_signal(self) -> float | None:
        """Noise over signal; None where there is no signal, or nothing to be noisy in."""
        a, b, c, d = self.signals
        noise, signal = _share(b, d), _share(a, c)
        return noise / signal if signal and noise is not None else None

    def cost(self, ratio: float) -> float:
        """In false alarms, where a missed trouble costs as much as `ratio` of them."""
        return ratio * len(self.missed) + len(self.false)

    def usefulness(self, ratio: float) -> float | None:
        """The share of the cost of never looking that is saved; below zero, better not to look."""
        idle = ratio * (len(self.missed) + len(self.caught))
        return 1 - self.cost(ratio) / idle if idle else None


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


def alarms(course: Course) -> Iterator[Alarm]:
    """The alerts of a cause, one after the other; one open from the first period on is left out."""
    on = course.levels > GREEN
    steps = np.diff(on.astype(np.int8))
    starts = np.flatnonzero(steps == 1) + 1
    for start in starts:
        quiet = np.flatnonzero(~on[start:])
        end = start + quiet[0] if len(quiet) else None
        until = None if end is None else course.ends_on[end]
        worst = int(course.levels[start:end].max())
        yield Alarm(course.cause, course.ends_on[start], until, worst)


def score(
    courses: Sequence[Course],
    truths: Iterable[Truth],
    stretch: Stretch,
    only: Collection[Alarm] | None = None,
) -> Score:
    """Hold alerts against troubles.

    Args:
        courses: of one indicator, or of several taken together.
        truths: troubles that one of these indicators should see are asked for if they begin in the
            stretch; an alert counts for an earlier one, too.
        stretch: which days are looked at.
        only: alerts that are looked at, such as those that people are told of; all where None.
    """
    watched = {course.cause.indicator for course in courses}
    seen = [truth for truth in truths if truth.seen_by & watched]
    known = [truth for truth in seen if stretch.holds(truth.starts_on)]
    raised = [each for course in courses for each in alarms(course) if stretch.holds(each.on)]
    if only is not None:
        raised = [each for each in raised if each in only]
    raised.sort(key=lambda each: (each.on, each.cause))
    firsts = {truth.id: first for truth in known for first in _first(truth, raised)}
    counting = {each for each in raised if any(counts(each, t) for t in seen)}
    return Score(
        months=stretch.months,
        caught=tuple(Caught(t, firsts[t.id]) for t in known if t.id in firsts),
        missed=tuple(t for t in known if t.id not in firsts),
        counting=tuple(each for each in raised if each in counting),
        false=tuple(each for each in raised if each not in counting),
        signals=_signals(courses, seen, stretch) if only is None else (0, 0, 0, 0),
    )


def counts(alarm: Alarm, truth: Truth) -> bool:
    """Whether an alert counts for a trouble; see the module's head."""
    first, last = truth.window
    return first <= alarm.on <= last and concerns(alarm.cause, truth)


def concerns(cause: Cause, truth: Truth) -> bool:
    """Whether a cause should see a trouble: by its indicator, and by nested segments."""
    nested = within(cause.segment, truth.segment) or within(truth.segment, cause.segment)
    return nested and cause.indicator in truth.seen_by


def _first(truth: Truth, raised: Sequence[Alarm]) -> Sequence[Alarm]:
    return [each for each in raised if counts(each, truth)][:1]


def _signals(
    courses: Sequence[Course], truths: Sequence[Truth], stretch: Stretch
) -> tuple[int, int, int, int]:
    made = np.zeros(4, int)
    for ends_on, same in groupby(courses, key=lambda course: course.ends_on):
        days = np.array(ends_on, "M8[D]")
        inside = _between(days, stretch.first, stretch.last)
        for course in same:
            troubled = np.zeros(len(days), bool)
            for truth in truths:
                if concerns(course.cause, truth):
                    troubled |= _between(days, *truth.window)
            on = course.levels > GREEN
            cells = (troubled & on, ~troubled & on, troubled & ~on, ~troubled & ~on)
            made += [int((cell & inside).sum()) for cell in cells]
    a, b, c, d = made.tolist()
    return a, b, c, d


def _between(days: np.ndarray, first: date, last: date) -> Flags:
    inside: Flags = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    return inside


def choose(tried: Mapping[str, Score], ratio: float) -> str:
    """The name of the settings that cost least where a missed trouble costs `ratio` false alarms.

    Among equals: the fewest false alarms, then the shortest delays, then the first that is named.
    """

    def order(name: str) -> tuple[float, int, float]:
        found = tried[name]
        delays = [each.delay_days for each in found.caught]
        return found.cost(ratio), len(found.false), sum(delays) / max(len(delays), 1)

    return min(tried, key=order)
