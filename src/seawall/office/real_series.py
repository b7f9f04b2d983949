"""Real data to backtest on: a series, chosen on its first half and told on its second; a book."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from seawall.acts.importing import bring_in
from seawall.core.period import month_end, month_index, month_start
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import homes, packs
from seawall.office.homes import Home
from seawall.warning import backtest, judging
from seawall.warning.backtest import Course, Score, Stretch, Truth
from seawall.warning.cause import Cause
from seawall.warning.panel import Panel
from seawall.warning.settings import SeriesTrial, tried
from seawall.warning.truths import Episodes, surges

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What came out for one kind of trouble.

    Attributes:
        of: surges of the series itself, or recessions.
        chosen: the settings that cost least on the first stretch.
        first, second: what these were worth on the stretch they were chosen on, and on the other.
        tried: what every setting was worth on the first stretch.
    """

    of: str
    chosen: str
    first: Score
    second: Score
    tried: dict[str, Score]


def card_delinquencies(folder: Path) -> tuple[SeriesTrial, tuple[Told, ...]]:
    """The delinquencies of card loans at banks of the United States since 1991.

    Args:
        folder: of real series, as `SEAWALL_DATA` names it.

    Raises:
        UnableToFindSeries: the file is not there.
    """
    trial = packs.backtest("card_delinquencies", SeriesTrial)
    series = read(folder / trial.file, trial)
    seen = frozenset({trial.indicator.id})
    values = series.values[0].tolist()
    own = surges(series.ends_on, values, trial.surge, seen_by=seen)
    episodes = packs.backtest("recessions", Episodes)
    crises = episodes.truths(seen, trial.recession_early_days)
    return trial, (
        _told("surges", trial, series, own),
        _told("recessions", trial, series, crises),
    )


def read(path: Path, trial: SeriesTrial) -> Panel:
    """A series from a delimited file, as a panel of one row."""
    if not path.is_file():
        raise UnableToFindSeries(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(date.fromisoformat(row[trial.day]), float(row[trial.value]) * trial.times)
                for row in csv.DictReader(file)]  # fmt: skip
    ends = tuple(month_end(month_start(month_index(day) + trial.months - 1)) for day, _ in rows)
    values = np.array([[value for _, value in rows]])
    return Panel("level", ((),), ends, values, np.full(values.shape, np.nan))


def _told(of: str, trial: SeriesTrial, series: Panel, truths: Sequence[Truth]) -> Told:
    begin = series.ends_on[trial.warm_up]
    first = Stretch(begin, trial.chosen_until)
    second = Stretch(trial.chosen_until + _DAY, series.ends_on[-1])
    courses = {name: _courses(trial, series, name) for name in trial.settings}
    scores = {name: backtest.score(each, truths, first) for name, each in courses.items()}
    chosen = backtest.choose(scores, trial.ratio)
    after = backtest.score(courses[chosen], truths, second)
    return Told(of, chosen, scores[chosen], after, scores)


def _courses(trial: SeriesTrial, series: Panel, setting: str) -> list[Course]:
    made = tried(trial.indicator, trial.settings[setting]) or trial.indicator
    found = judging.judge(made, series, "share")
    return [Course(Cause(made.id), series.ends_on, found.held[0])]


def superlender(folder: Path, scratch: Path) -> Home:
    """A home in a scratch folder with the real book of a Nigerian online lender, 2016 and 2017.

    Raises:
        UnableToFindSeries: its files are not there.
    """
    files = tuple(sorted((folder / "superlender_nigeria").glob("*.csv.gz")))
    if not files:
        raise UnableToFindSeries(folder / "superlender_nigeria")
    at = homes.home(scratch)
    bring_in(at.desk(), packs.mapping("superlender"), files, progress=lambda *_: None, teller=None)
    return at


class UnableToFindSeries(Unable):
    """A folder of real series lacks one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                en="there is no {path}: --real names the folder that holds the real series",
                zh="没有 {path}：--real 指向存放真实序列的文件夹",
            ),
            path=path,
        )
