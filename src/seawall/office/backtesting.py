"""Backtests over a home's book: planted troubles, settings chosen elsewhere, and what to tell."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median

import numpy as np
from pydantic import TypeAdapter, ValidationError

from seawall.acts.simulating import NOTE
from seawall.core.period import month_end, month_index, month_start
from seawall.core.text import Text, verbatim
from seawall.ledger import files
from seawall.office import accounting, measuring, packs, watching
from seawall.office.homes import Home
from seawall.office.measuring import Reading
from seawall.office.watching import Judged
from seawall.reports import leaf
from seawall.reports import warning as page
from seawall.reports.charts import Spec
from seawall.warning import backtest, explaining, judging, waking
from seawall.warning.backtest import Caught, Course, Score, Stretch, Truth
from seawall.warning.cause import segment
from seawall.warning.indicator import Indicator
from seawall.warning.settings import PlantedTroubles, Settings, tried
from seawall.warning.truths import Surge, surges

_CALM_MONTHS = 6
"""The first months of a book teach detectors what is normal; nothing is asked of them."""


@dataclass(frozen=True)
class Known:
    """Troubles, and what they are called."""

    truths: tuple[Truth, ...]
    titles: Mapping[str, Text]


@dataclass(frozen=True)
class Tested:
    """A backtest's outcome.

    Attributes:
        whole: of all indicators together.
        told: of those alerts of them that no other explained: people are told of these.
        alone: of each, by id.
        judged: the indicators as they were tried.
    """

    known: Known
    stretch: Stretch
    whole: Score
    told: Score
    alone: Mapping[str, Score]
    judged: tuple[Judged, ...]


def known(reading: Reading, judged: Sequence[Judged], rule: Surge) -> Known:
    """The troubles of a book: those planted in a simulation; else, surges of its own series."""
    note = reading.snapshot.notes.get(NOTE)
    if note is None:
        return _surging(judged, rule)
    rules, troubles = packs.backtest("planted", PlantedTroubles), json.loads(note)["troubles"]
    among = [each.indicator for each in judged]
    truths = tuple(_truth(each, rules, among) for each in troubles)
    titles = {each["id"]: Text.model_validate(each["title"]) for each in troubles}
    return Known(truths, titles)


def _surging(judged: Sequence[Judged], rule: Surge) -> Known:
    """The surges of each monthly share of the whole book whose rise is bad; whoever watches it sees them.

    Days and weeks are left out, since their seasons would be surges, too.
    """
    rising = [each for each in judged if _can_surge(each)]
    watchers: dict[str, set[str]] = defaultdict(set)
    for each in rising:
        watchers[each.trend.name].add(each.indicator.id)
    truths, titles = [], {}
    for each in {one.trend.name: one for one in rising if not one.by}.values():
        (value,) = (series.finite for series in judging.series(each.indicator, each.panel, "share"))
        told = np.isfinite(value)
        days = [day for day, known in zip(each.panel.ends_on, told, strict=True) if known]
        seen = frozenset(watchers[each.trend.name])
        for found in surges(days, value[told].tolist(), rule, seen_by=seen):
            truth = replace(found, id=f"{each.trend.name}-{found.id}")
            truths.append(truth)
            titles[truth.id] = _SURGE.filled(title=each.trend.title, day=truth.starts_on)
    return Known(tuple(truths), titles)


def _can_surge(judged: Judged) -> bool:
    declared = judged.indicator
    monthly = judged.trend.arithmetic == "share" and declared.period == "month"
    return monthly and declared.direction == "up"


def _truth(trouble: dict[str, object], rules: PlantedTroubles, among: Sequence[Indicator]) -> Truth:
    rule = rules.kinds[str(trouble["kind"])]
    starts = date.fromisoformat(str(trouble["starts_on"]))
    ends = date.fromisoformat(str(trouble["ends_on"]))
    built = month_index(starts) + int(str(trouble["build_up_months"])) - 1
    built_on = min(month_end(month_start(built)), ends)
    inside = trouble["segment"]
    assert isinstance(inside, dict)  # noqa: S101 - the simulator's own note
    return Truth(
        id=str(trouble["id"]),
        seen_by=frozenset(each.id for each in among if each.measure in rule.seen_by),
        segment=segment(**inside),
        starts_on=starts,
        ends_on=ends,
        full_on=built_on + timedelta(days=rule.full_after_days),
        late_days=rule.late_days,
    )


def tested(reading: Reading, indicators: Sequence[Indicator], rule: Surge) -> Tested:
    """Hold the alerts of a book against its troubles."""
    answers = watching.asked(reading, indicators, reading.as_of, watching.EVER)
    return _tested(reading, tuple(watching.judged_on(answers, indicators)), rule)


def _tested(reading: Reading, judged: tuple[Judged, ...], rule: Surge) -> Tested:
    courses = [course for each in judged for course in each.courses()]
    begun = min(day for each in judged for day in each.panel.ends_on[:1])
    stretch = Stretch(month_start(month_index(begun) + _CALM_MONTHS), reading.as_of)
    troubles = known(reading, judged, rule)
    roots = set(waking.unexplained(courses, {e.indicator.id: e.indicator for e in judged}))
    return Tested(
        known=troubles,
        stretch=stretch,
        whole=backtest.score(courses, troubles.truths, stretch),
        told=backtest.score(courses, troubles.truths, stretch, only=roots),
        alone=alone(courses, troubles, stretch),
        judged=judged,
    )


def alone(courses: Iterable[Course], troubles: Known, stretch: Stretch) -> dict[str, Score]:
    """What the alerts of each indicator were worth, by its id."""
    mine: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        mine[course.cause.indicator].append(course)
    return {name: backtest.score(each, troubles.truths, stretch) for name, each in mine.items()}


def chosen(reading: Reading, indicators: Sequence[Indicator], settings: Settings) -> dict[str, str]:
    """By indicator, the name of the settings that cost least on a book, for those it has a trouble for."""
    scores: dict[str, dict[str, Score]] = defaultdict(dict)
    answers = watching.asked(reading, indicators, reading.as_of, watching.EVER)
    for name, setting in settings.settings.items():
        made = [one for each in indicators if (one := tried(each, setting)) is not None]
        found = _tested(reading, tuple(watching.judged_on(answers, made)), settings.surge)
        for indicator, score in found.alone.items():
            if score.caught or score.missed:
                scores[indicator][name] = score
    return {each: backtest.choose(tries, settings.ratio) for each, tries in scores.items()}


def run(at: Home, indicators: Sequence[Indicator], other: Home | None) -> tuple[Tested, page.Told]:
    """Backtest indicators on a home's book, with settings chosen on another's where one is given."""
    settings = packs.backtest("settings", Settings)
    if other is not None:
        names = chosen(measuring.read(other), indicators, settings)
        indicators = varied(indicators, names, settings)
    reading = measuring.read(at)
    found = tested(reading, indicators, settings.surge)
    over = verbatim(at.folder.name)
    return found, told(found, over, settings)


@dataclass(frozen=True)
class Kept:
    """The last backtest of a home's own book, and when it was made."""

    made_at: datetime
    told: page.Told

    @property
    def whole(self) -> page.Scored:
        """What all indicators together were worth."""
        return self.told.scores[0]

    @property
    def timeline(self) -> Spec:
        """Each trouble, and when each indicator caught it."""
        return page.timeline(self.told.catches)

    @property
    def meaning(self) -> Text:
        """What the scores mean."""
        return page.SCORED_MEANING


_FILE = "backtest.json"
_KEPT = TypeAdapter(Kept)


def keep(at: Home, made: page.Told, made_at: datetime) -> None:
    """Keep a backtest's outcome in the home, in place of the one before: pages tell it, and make none."""
    files.put(at.folder / _FILE, _KEPT.dump_json(Kept(made_at, made)))


def kept(at: Home) -> Kept | None:
    """The backtest that was kept last; None where there is none, or one that an earlier version kept."""
    try:
        return _KEPT.validate_json((at.folder / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def varied(
    indicators: Sequence[Indicator], names: Mapping[str, str], settings: Settings
) -> list[Indicator]:
    """The indicators with the settings chosen for them; as declared where none was."""
    made = []
    for each in indicators:
        name = names.get(each.id)
        made.append(each if name is None else tried(each, settings.settings[name]) or each)
    return made


def told(found: Tested, over: Text, settings: Settings) -> page.Told:
    """What a report tells of a backtest."""
    titles = {each.indicator.id: each.indicator.title for each in found.judged}
    scored = sorted(
        found.alone.items(), key=lambda pair: (-len(pair[1].caught), len(pair[1].false))
    )
    rows = [_scored(_ALL, found.whole, settings.ratio), _scored(_TOLD, found.told, settings.ratio)]
    rows += [_scored(titles[name], score, settings.ratio) for name, score in scored if _says(score)]
    return page.Told(
        title=_TITLE,
        about=_ABOUT.filled(
            over=over, first=found.stretch.first, last=found.stretch.last, n=len(titles)
        ),
        rules=_RULES.filled(ratio=f"{settings.ratio:g}"),
        catches=tuple(_catches(found, titles)),
        scores=tuple(rows),
        watched=tuple(_watched(found)),
        source=_SOURCE,
    )


def _says(score: Score) -> bool:
    """Whether there was anything to see, or to be wrong about."""
    return bool(score.caught or score.missed or score.counting or score.false)


def _scored(title: Text, score: Score, ratio: float) -> page.Scored:
    return page.Scored(
        title=title,
        alerts=len(score.counting) + len(score.false),
        false_monthly=score.false_monthly,
        precision=score.precision,
        recall=score.recall,
        delay_days=_median([each.delay_days for each in score.caught]),
        lead_days=_median([each.lead_days for each in score.caught]),
        noise_to_signal=score.noise_to_signal,
        usefulness=score.usefulness(ratio),
    )


def _median(days: Sequence[int]) -> int | None:
    return round(median(days)) if days else None


def _catches(found: Tested, titles: Mapping[str, Text]) -> Iterable[page.Catch]:
    every = [
        (each.truth.id, name, each) for name, score in found.alone.items() for each in score.caught
    ]
    every.sort(key=lambda each: (each[2].truth.starts_on, each[2].alarm.on, each[1]))
    for _, name, caught in every:
        yield _catch(caught.truth, found.known.titles, titles[name], caught)
    for truth in found.whole.missed:
        yield _catch(truth, found.known.titles)


def _catch(
    truth: Truth, titles: Mapping[str, Text], by: Text | None = None, caught: Caught | None = None
) -> page.Catch:
    on = None if caught is None else caught.alarm.on
    return page.Catch(titles[truth.id], truth.starts_on, truth.ends_on, truth.full_on, by, on)


def _watched(found: Tested) -> Iterable[page.Watched]:
    """The series that caught a trouble first or raised an alert, one picture each."""
    caught = {each.alarm.cause for score in found.alone.values() for each in score.caught}
    for judged in found.judged:
        for row, cause in enumerate(judged.causes()):
            if cause in caught:
                yield _picture(found, judged, row)


def _picture(found: Tested, judged: Judged, row: int) -> page.Watched:
    cause = judged.causes()[row]
    bands = tuple(
        (truth.starts_on, truth.ends_on)
        for truth in found.known.truths
        if backtest.concerns(cause, truth)
    )
    where = explaining.place(cause.segment, leaf.SEGMENTS, packs.names())
    title = judged.indicator.title
    return page.Watched(
        name=f"{cause.indicator}-{row}-{len(judged.by)}".replace("_", "-"),
        title=Text(en=f"{title.en}: {where.en}", zh=f"{title.zh}：{where.zh}"),
        meaning=judged.indicator.meaning,
        unit=judged.trend.unit,
        source=judged.trend.source,
        lines=tuple(accounting.lines(judged, row)),
        bands=bands,
        period=judged.indicator.period,
    )


_ALL = Text(en="All indicators together", zh="全部指标合计")
_TOLD = Text(en="Of these, alerts that nothing explains", zh="其中无其他预警可解释者")
_TITLE = Text(en="Backtest of early warning", zh="预警回测")
_ABOUT = Text(
    en="{over}, from {first} to {last}, {n} indicators",
    zh="{over}，{first} 至 {last}，{n} 个指标",
)
_RULES = Text(
    en="An alert counts for a trouble if its indicator should see it, if one of both segments lies in "
    "the other, and if it was raised while the trouble was on or could still show: the planted troubles' "
    "pack says how long after. A missed trouble costs as much as {ratio} false alarms.",
    zh="预警计入某问题的条件：该指标应能发现该问题；二者维度相互包含；预警发生于问题期间，"
    "或其影响仍可显现的期间（见植入问题声明包）。漏报一次的损失按 {ratio} 次误报计。",
)
_SURGE = Text(en="{title} surges from {day}", zh="{title}自 {day} 起骤升")
_SOURCE = "docs/warning.md; Kaminsky and Reinhart (1999); Alessi and Detken (2011)"
