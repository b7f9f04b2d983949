"""What a replay's report tells: a policy over history, beside what was decided or another policy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from seawall.core.measure import Column, Measure
from seawall.core.text import Text
from seawall.reports import charts
from seawall.reports.charts import Spec
from seawall.reports.leaf import Aside, Grid, Leaf, Section, grid

_TITLE = Text(en="Replay: {title}", zh="策略回放：{title}")
_ABOUT = Text(
    en="{policy} over {past}, against {other}",
    zh="{policy}，回放于{past}，对照{other}",
)
_ABSENT = Text(en="What the past does not hold", zh="历史数据中没有的信息")
_ABSENT_MEANING = Text(
    en="These were missing in every application; rules about them answered accordingly.",
    zh="下列信息在所有申请中均缺失，相关规则据此作答。",
)


@dataclass(frozen=True)
class Told:
    """What there is to tell.

    Attributes:
        title: the policy's.
        policy: its id and the beginning of its digest.
        past: what it was replayed over.
        other: what it is held against.
        answers: by measure name, and by `name:segment` where broken down.
        absent: what the policy asks for and the past does not hold, by name, with its title.
    """

    title: Text
    policy: str
    past: Text
    other: Text
    measures: Mapping[str, Measure]
    answers: Mapping[str, pa.Table]
    absent: Mapping[str, Text]


def leaf(told: Told) -> Leaf:
    """The whole report."""
    sections = tuple(
        Section(name, measure.title, measure.meaning, measure.source,
                _chart(measure, told.answers[name]), tuple(_grids(measure, told)))
        for name, measure in told.measures.items()
    )  # fmt: skip
    missing = tuple(told.absent.items())
    return Leaf(
        title=_TITLE.filled(title=told.title),
        about=_ABOUT.filled(policy=told.policy, past=told.past, other=told.other),
        tiles=_tiles(told),
        sections=sections,
        aside=Aside(_ABSENT, _ABSENT_MEANING, missing) if missing else None,
    )


def _tiles(told: Told) -> tuple[tuple[Column, object], ...]:
    rates = told.answers["replay_rates"].to_pylist()[0]
    found = [(column, rates[column.name]) for column in told.measures["replay_rates"].columns]
    if "replay_swaps" in told.measures:
        swaps = told.answers["replay_swaps"].to_pylist()
        share = next(c for c in told.measures["replay_swaps"].columns if c.name == "share")
        labels = next(c for c in told.measures["replay_swaps"].columns if c.name == "swap").labels
        for code in ("in", "out"):
            total = sum((row["share"] for row in swaps if row["swap"] == code), 0.0)
            found.append((Column(f"swap_{code}", share.unit, labels[code]), total))
    return tuple(found)


def _chart(measure: Measure, rows: pa.Table) -> Spec | None:
    draw = _CHARTS.get(measure.name)
    return draw(measure, rows) if draw is not None and rows.num_rows else None


_CHARTS: dict[str, Callable[[Measure, pa.Table], Spec]] = {
    "replay_months": lambda measure, rows: charts.lines(
        measure, rows, x="month_end", ys=("approved_share", "referred_share", "declined_share")
    ),
    "replay_rules": lambda measure, rows: charts.ranked(
        measure, rows, y="rule", x="applications", colour="outcome"
    ),
    "replay_swaps": lambda measure, rows: charts.ranked(
        measure, _paired(measure, rows), y="pair", x="applications", colour="swap"
    ),
    "replay_inference": lambda measure, rows: charts.lines(
        measure, rows, x="times_as_bad", ys=("bad_share",)
    ),
}


def _paired(measure: Measure, rows: pa.Table) -> pa.Table:
    """Swap sets with a label that names both outcomes."""
    named = {column.name: column.labels for column in measure.columns}
    pairs = [
        _PAIR.filled(other=named["other"][row["other"]], this=named["outcome"][row["outcome"]])
        for row in rows.to_pylist()
    ]
    return rows.append_column("pair", pa.array([pair.model_dump() for pair in pairs]))


_PAIR = Text(en="{other} → {this}", zh="{other} → {this}")


def _grids(measure: Measure, told: Told) -> Iterator[Grid]:
    yield grid(measure, told.answers[measure.name])
    for key, rows in told.answers.items():
        name, _, segment = key.partition(":")
        if name == measure.name and segment and rows.num_rows:
            yield grid(measure, rows, segment)
