"""How cost grows with the book: simulate, derive month-ends, compute every measure, write a report.

    python bench/portfolio.py [LOANS ...]        default: 100000 300000 1000000

Each size runs in a process of its own, so that its peak memory is its own. Figures go to
`bench/results/portfolio.json` and, as a table, to `bench/results/portfolio.md`.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seawall.acts.simulating import make_lender
from seawall.office import homes, measuring, packs, tables
from seawall.simulator.truth import Plan

RESULTS = Path(__file__).parent / "results"
SIZES = (100_000, 300_000, 1_000_000)
BARS = {"simulate_s": 300, "month_ends_s": 60, "slowest_measure_s": 3, "peak_gb": 6}


def one(loans: int) -> dict[str, object]:
    """All figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        at = homes.home(Path(folder))
        started: dict[str, float] = {}

        def told(what: str, _: float) -> None:
            started.setdefault(what, time.perf_counter())

        begun = time.perf_counter()
        made = make_lender(at.desk(), Plan(loans=loans), packs.lender(), progress=told)
        ended = time.perf_counter()
        simulate_peak = _peak_gb()
        reading = measuring.read(at)
        measures: dict[str, float] = {}
        for measure in tables.measures(at.conventions):
            for by in ((), ("product", "region")):
                clock = time.perf_counter()
                reading.answer(measure, by)
                name = f"{measure.name}{' by ' + ','.join(by) if by else ''}"
                measures[name] = round(time.perf_counter() - clock, 3)
        clock = time.perf_counter()
        measuring.write_report(measuring.told(reading, lambda *_: None), at.folder / "report.html")
        slowest = max(measures, key=lambda name: measures[name])
        return {
            "loans": loans,
            "instalments": made.rows["instalment"],
            "payments": made.rows["payment"],
            "simulate_s": round(started["month-ends"] - begun, 1),
            "month_ends_s": round(ended - started["month-ends"], 1),
            "slowest_measure": slowest,
            "slowest_measure_s": measures[slowest],
            "report_s": round(time.perf_counter() - clock, 1),
            "peak_simulate_and_derive_gb": round(simulate_peak, 2),
            "peak_gb": round(_peak_gb(), 2),
            "measures_s": measures,
        }


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _table(every: list[dict[str, object]]) -> str:
    names = ("loans", "instalments", "payments", "simulate_s", "month_ends_s", "slowest_measure_s",
             "slowest_measure", "report_s", "peak_gb")  # fmt: skip
    head = "| " + " | ".join(names) + " |\n|" + "---:|" * len(names)
    rows = ["| " + " | ".join(_shown(each[name]) for name in names) + " |" for each in every]
    bars = ", ".join(f"{name} ≤ {bar}" for name, bar in BARS.items())
    note = f"{os.cpu_count()} cores; at 1,000,000 loans the bars are: {bars}."
    return "\n".join(("# Cost by size of the book", "", head, *rows, "", note, ""))


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def main(sizes: tuple[int, ...]) -> None:
    """Run every size in a process of its own; store and print the figures."""
    every = []
    for loans in sizes:
        run = subprocess.run(  # noqa: S603 - this very file
            [sys.executable, __file__, "--one", str(loans)], check=True, capture_output=True
        )
        every.append(json.loads(run.stdout))
        print(_table(every[-1:]))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "portfolio.json").write_text(json.dumps(every, indent=1) + "\n")
    (RESULTS / "portfolio.md").write_text(_table(every))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(int(sys.argv[2]))))
    else:
        main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
