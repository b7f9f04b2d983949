"""Early warning: what alerts are worth, and what a look at a large book costs.

    python bench/warning.py [HOME]     HOME: one with a large book; without it the figures of a
                                       small one are told

The shipped settings were chosen on simulated lenders of seeds 3, 4 and 5; they are told on one of
seed 2, on which nothing was chosen, and on one of seed 11, at which nobody had looked before. On
card delinquencies (SEAWALL_DATA) settings are chosen up to 2006, and told after. SuperLender's book
has no planted troubles: surges of its own series stand for them. Figures go to
`bench/results/warning.md`.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from seawall.acts.simulating import make_lender
from seawall.core.period import month_ends
from seawall.office import backtesting, homes, measuring, packs, real_series, warning, watching
from seawall.office.backtesting import Tested
from seawall.office.homes import Home
from seawall.office.measuring import Reading
from seawall.simulator.truth import Plan
from seawall.warning import judging
from seawall.warning.alert import Rules, Standing, Watch, applied
from seawall.warning.alerting import step
from seawall.warning.backtest import Alarm, Score
from seawall.warning.cause import Cause, segment
from seawall.warning.indicator import Indicator
from seawall.warning.panel import Panel
from seawall.warning.settings import Settings

ROOT = Path(__file__).parent
DATA = Path(os.environ.get("SEAWALL_DATA", ROOT.parents[1] / "shared" / "data"))
CHOSEN_ON = (
    Plan(loans=20_000, months=42, seed=3),
    Plan(loans=30_000, months=48, seed=4, until=date(2024, 9, 30)),
    Plan(loans=25_000, months=36, seed=5, until=date(2025, 3, 31)),
)
TOLD_ON = (
    Plan(loans=30_000, months=48, seed=2, until=date(2025, 6, 30)),
    Plan(loans=30_000, months=42, seed=11, until=date(2025, 9, 30)),
)
TRIES = """Settings of 30 indicators were chosen on seeds 3, 4 and 5 among 213 variants, in two rounds: `raise_after` 2;
`clear_after` 3 to 90; twice the least sample; fewer segmentations; `funnel`, `vintage` or `robust_z` at limits of 1.64
to 6, alone or together with the threshold; `change` and windows of 6 and 12 for stocks of arrears. What cost least
at five false alarms a missed trouble was taken, save where one rule for all of a kind lost little. Figures of
these seeds flatter."""
INDICATORS, MONTHS, SEGMENTS = 100, 36, 20
BARS = "judging ≤ 10 s of processor time; trends and judging of a book of 1,000,000 loans ≤ 60 s"


def declared() -> list[Indicator]:
    """The shipped indicators."""
    return [sheet.declared for sheet in warning.sheets()]


def hundred(among: list[Indicator], by: tuple[str, ...]) -> list[Indicator]:
    """A hundred monthly indicators by one segmentation: the shipped ones, some of them twice."""
    offered = warning.trends()
    fit = [each for each in among if set(by) <= set(offered[each.measure].segments)
           and "month" in offered[each.measure].periods]  # fmt: skip
    return [each.model_copy(update={"id": f"{each.id}_{n}", "by": (by,), "period": "month"})
            for n, each in enumerate(islice(cycle(fit), INDICATORS))]  # fmt: skip


def judged_seconds(among: list[Indicator]) -> float:
    """Processor time for the verdicts of 100 indicators on 20 segments over 36 months."""
    chance = np.random.default_rng(1)
    whole = chance.integers(200, 2000, (SEGMENTS, MONTHS)).astype(float)
    part = chance.binomial(whole.astype(int), 0.03).astype(float)
    ends = tuple(month_ends(date(2023, 1, 1), date(2025, 12, 31)))
    names = tuple(segment(channel=f"c{n:02}") for n in range(SEGMENTS))
    rows = Panel("share", names, ends, part, whole)
    start = time.process_time()
    for each in hundred(among, ("channel", "region")):
        judging.judge(each, rows, "share")
    return time.process_time() - start


class Always:
    """A calendar without nights."""

    def is_open(self, at: datetime) -> bool:
        """People always work."""
        del at
        return True

    def minutes(self, first: datetime, last: datetime) -> float:
        """All of them."""
        return (last - first).total_seconds() / 60


def alerted_seconds(among: list[Indicator]) -> tuple[int, float]:
    """How many causes, and processor time for one look at them, a tenth of them red."""
    routing, _ = packs.routing()
    many = hundred(among, ("channel", "region"))
    rules = Rules({each.id: each for each in many}, routing.declared, Always())
    day = date(2025, 12, 31)
    said = [Standing(Cause(each.id, segment(channel=f"c{n:02}")), 2 * (n % 10 == 0), day, day)
            for each in many for n in range(SEGMENTS)]  # fmt: skip
    now = datetime(2026, 1, 1, 9)  # noqa: DTZ001 - the house's times are UTC, without an offset
    start = time.process_time()
    watch = applied(Watch(), step(Watch(), said, rules, now))
    assert step(watch, said, rules, now) == ()  # noqa: S101 - a benchmark of what works
    return len(said), time.process_time() - start


def looked(reading: Reading, among: list[Indicator]) -> dict[str, float]:
    """A look at a book: 100 indicators by channel and region, trends' SQL and judging."""
    many = hundred(among, ("channel", "region"))
    start, used = time.perf_counter(), time.process_time()
    found = list(watching.judged(reading, many, reading.as_of))
    rows = {each.indicator.id: len(each.panel.segments) for each in found}
    return {
        "indicators": len(found),
        "segments": max(rows.values()),
        "months": max(len(each.panel.ends_on) for each in found),
        "wall_s": time.perf_counter() - start,
        "processor_s": time.process_time() - used,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def simulated(folder: Path, plan: Plan) -> Home:
    """A home with a simulated book."""
    at = homes.home(folder)
    make_lender(at.desk(), plan, packs.lender(), progress=lambda *_: None)
    return at


HEAD = (
    "| | alerts | troubles caught | precision | false alarms a month | delay, days | lead, days | "
    "noise to signal | usefulness 1 : 5 : 20 |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def row(name: str, score: Score) -> str:
    """A score as a row of a table; medians over troubles."""
    every = len(score.caught) + len(score.missed)
    delays = [each.delay_days for each in score.caught]
    leads = [each.lead_days for each in score.caught]
    cells = (
        name,
        str(len(score.counting) + len(score.false)),
        f"{len(score.caught)} of {every}",
        _said(score.precision, ".0%"),
        f"{score.false_monthly:.2f}",
        _said(float(np.median(delays)) if delays else None, ".0f"),
        _said(float(np.median(leads)) if leads else None, ".0f"),
        _said(score.noise_to_signal, ".2f"),
        " : ".join(_said(score.usefulness(ratio), ".0%") for ratio in (1, 5, 20)),
    )
    return f"| {' | '.join(cells)} |"


def _said(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def lawless(found: Tested) -> Score:
    """What nothing explains, without what is no sign of trouble but a breach in itself."""
    legal = {each.indicator.id for each in found.judged if each.indicator.risk == "legal"}

    def other(alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
        return tuple(each for each in alarms if each.cause.indicator not in legal)

    return replace(found.told, counting=other(found.told.counting), false=other(found.told.false))


def told(found: Tested) -> Iterator[str]:
    """Tables of a backtest: all, each indicator, each trouble."""
    yield from (
        HEAD,
        row("**all together**", found.whole),
        row("**of these, what nothing explains**", found.told),
        row("**the same, without ceilings of law**", lawless(found)),
    )
    order = sorted(found.alone.items(), key=lambda pair: (-len(pair[1].caught), len(pair[1].false)))
    for name, score in order:
        if score.caught or score.missed or score.false:
            yield row(name, score)
    yield from ("", "| trouble | starts | full effect | first caught | by | delay, days |",
                "|---|---|---|---|---|---:|")  # fmt: skip
    for each in found.whole.caught:
        known = each.truth
        yield (f"| {known.id} | {known.starts_on} | {known.full_on} | {each.alarm.on} | "
               f"{each.alarm.cause} | {each.delay_days} |")  # fmt: skip
    for missed in found.whole.missed:
        yield f"| {missed.id} | {missed.starts_on} | {missed.full_on} | missed | | |"


def backtests(among: list[Indicator], folder: Path) -> Iterator[str]:
    """On the simulated lenders that settings were chosen on, in short, and on those that they were not."""
    surge = packs.backtest("settings", Settings).surge

    def found(plan: Plan) -> Tested:
        return backtesting.tested(
            measuring.read(simulated(folder / f"{plan.seed}", plan)), among, surge
        )

    yield from ("## Simulated lenders on which settings were chosen", "", TRIES, "", HEAD)
    for plan in CHOSEN_ON:
        one = found(plan)
        yield row(f"seed {plan.seed}, what nothing explains", one.told)
        yield row(f"seed {plan.seed}, the same, without ceilings of law", lawless(one))
    for plan in TOLD_ON:
        size = f"{plan.loans:,} loans, {plan.months} months"
        yield from ("", f"## Simulated lender, seed {plan.seed} ({size})", "", *told(found(plan)))
    yield ""


def real(among: list[Indicator], folder: Path) -> Iterator[str]:
    """On card delinquencies, and on SuperLender's book."""
    trial, parts = real_series.card_delinquencies(DATA)
    yield from (
        f"## {trial.title.en}",
        "",
        f"Settings chosen up to {trial.chosen_until}.",
        "",
        HEAD,
    )
    for part in parts:
        yield row(f"{part.of}, `{part.chosen}`, where chosen", part.first)
        yield row(f"{part.of}, `{part.chosen}`, afterwards", part.second)
    settings = packs.backtest("settings", Settings)
    reading = measuring.read(real_series.superlender(DATA, folder / "superlender"))
    found = backtesting.tested(reading, among, settings.surge)
    yield from ("", "## SuperLender, surges of its own series", "", *told(found), "")


def costs(among: list[Indicator], book: Home | None) -> Iterator[str]:
    """What it costs."""
    causes, alerting = alerted_seconds(among)
    yield from ("## Cost", "", f"Bars: {BARS}.", "", "| what | figure |", "|---|---:|")
    size = f"{INDICATORS} indicators, {SEGMENTS} segments, {MONTHS} months"
    yield f"| judging, {size} | {judged_seconds(among):.1f} s processor time |"
    yield f"| two looks of the alert machine at {causes:,} causes | {alerting:.2f} s |"
    if book is not None:
        look = looked(measuring.read(book), among)
        yield (f"| trends' SQL and judging, {look['indicators']:.0f} indicators by channel and region "
               f"({look['segments']:.0f} segments), {look['months']:.0f} months | "
               f"{look['wall_s']:.0f} s, {look['processor_s']:.0f} s of processor time, "
               f"peak {look['peak_gb']:.1f} GB |")  # fmt: skip
    yield ""


def main(book: Path | None) -> None:
    """Store and print the figures."""
    among = declared()
    with tempfile.TemporaryDirectory() as folder:
        lines = ["# Early warning", "", f"{len(among)} shipped indicators.", ""]
        lines += costs(among, None if book is None else homes.home(book))
        lines += backtests(among, Path(folder))
        lines += real(among, Path(folder))
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    (ROOT / "results" / "warning.md").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
