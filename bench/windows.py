"""Windows: events a second in history, and microseconds a feature online at millions of events.

    python bench/windows.py [EVENTS] [history] [online]     default: both, 10000000 stored events

History reads the real file of card transactions (SEAWALL_DATA), each of which is an event and a
decision. Online fills a SQLite store in a temporary folder (about 450 bytes an event) with simulated
events, half of them at a few busy terminals, then asks as often as things happen: a busy key more
often. Figures go to `bench/results/windows.md`.
"""

import json
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from seawall.core import period
from seawall.core.engine import DuckEngine
from seawall.core.text import Text
from seawall.policy import window_online
from seawall.policy.window import Fact, Meaning, Stream, Window, meaning
from seawall.policy.window_history import history
from seawall.policy.window_online import Features
from seawall.policy.window_points import Queries
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore

ROOT = Path(__file__).parent
RESULTS = ROOT / "results"
DATA = Path(os.environ.get("SEAWALL_DATA", ROOT.parents[1] / "shared" / "data"))
REAL = DATA / "fraud_handbook_tx" / "tx.parquet"
BARS = "history >= 500,000 events/s on 2 cores; online <= 100 µs a feature at 10 million events"

STREAM = Stream(
    title=Text(en="Card transaction", zh="刷卡交易"),
    columns={
        "transaction_id": "integer",
        "tx_datetime": "timestamp",
        "customer_id": "integer",
        "terminal_id": "integer",
        "tx_amount": "number",
    },
    id="transaction_id",
    at="tx_datetime",
)
DAY_US = 86_400_000_000
START = datetime(2024, 1, 1)  # noqa: DTZ001 - the house's times are UTC, without an offset


def windows(told: Mapping[str, tuple[str, str, str | None, str]]) -> dict[str, Meaning]:
    """By name: what, over, value, key."""
    made = {
        name: Window.model_validate(
            {"title": {"en": name, "zh": name}, "of": of, "events": "transaction", "by": (by,),
             "over": over, "value": value}
        )
        for name, (of, over, value, by) in told.items()
    }  # fmt: skip
    return {name: meaning(each, streams={"transaction": STREAM}) for name, each in made.items()}


HISTORY = {
    "count, sum, max": windows({
        "n": ("count", "24 hours", None, "customer_id"),
        "spent": ("sum", "7 days", "tx_amount", "customer_id"),
        "most": ("max", "30 days", "tx_amount", "customer_id"),
    }),
    "count, mean, since last": windows({
        "n": ("count", "24 hours", None, "customer_id"),
        "mean": ("mean", "7 days", "tx_amount", "customer_id"),
        "last": ("since_last", "30 days", None, "customer_id"),
    }),
    "count, sum, distinct": windows({
        "n": ("count", "24 hours", None, "customer_id"),
        "spent": ("sum", "7 days", "tx_amount", "customer_id"),
        "shops": ("distinct", "30 days", "terminal_id", "customer_id"),
    }),
}  # fmt: skip

ONLINE = windows({
    "n_day": ("count", "24 hours", None, "customer_id"),
    "last": ("since_last", "30 days", None, "customer_id"),
    "spent_week": ("sum", "7 days", "tx_amount", "customer_id"),
    "mean_month": ("mean", "30 days", "tx_amount", "customer_id"),
    "most_month": ("max", "30 days", "tx_amount", "customer_id"),
    "shops_month": ("distinct", "30 days", "terminal_id", "customer_id"),
    "shop_n_day": ("count", "24 hours", None, "terminal_id"),
    "shop_sum_day": ("sum", "24 hours", "tx_amount", "terminal_id"),
})  # fmt: skip


def cpu_s() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def in_history() -> Iterator[str]:
    """Rows of a table: three windows over the real file."""
    yield "| 3 windows by customer | events | wall s | processor s | events/s (wall) |"
    yield "|---|---:|---:|---:|---:|"
    engine = DuckEngine(threads=2)
    engine.show("transaction", (REAL,))
    queries = Queries("transaction", "transaction_id", "tx_datetime")
    for name, each in HISTORY.items():
        best = (float("inf"), 0.0, 0)
        for _ in range(3):
            wall, cpu = time.perf_counter(), cpu_s()
            rows = engine.table(history(each, queries=queries)).num_rows
            best = min(best, (time.perf_counter() - wall, cpu_s() - cpu, rows))
        wall, cpu, rows = best
        yield f"| {name} | {rows:,} | {wall:.2f} | {cpu:.2f} | {rows / wall:,.0f} |"
    engine.close()


class Simulated:
    """Events of a year: customers alike, terminals with a few very busy ones."""

    def __init__(self, events: int, *, seed: int) -> None:
        chance = np.random.default_rng(seed)
        self.at_us = np.sort(chance.integers(0, 365 * DAY_US, events))
        self.at_us += period.microseconds(START)
        self.customer = chance.integers(0, max(events // 40, 1), events)
        busy = chance.random(events) < 0.5  # noqa: PLR2004 - half
        few = (chance.pareto(1.2, events) * 20).astype(np.int64) % 20_000
        self.terminal = np.where(busy, few, chance.integers(0, 20_000, events))
        self.cents = chance.integers(100, 50_000, events)

    def facts(self, chosen: Sequence[int], first: int) -> list[Fact]:
        """Some of the events, as new ones of the next day."""
        return [
            Fact(
                str(first + n),
                int(self.at_us[-1]) + n,
                int(self.at_us[-1]) + n,
                {
                    "customer_id": int(self.customer[i]),
                    "terminal_id": int(self.terminal[i]),
                    "tx_amount": float(self.cents[i]) / 100,
                },
            )
            for n, i in enumerate(chosen)
        ]


def fill(file: Path, simulated: Simulated, features: Features) -> None:
    """Write events and observations as the store would, but in the order of the table."""
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA synchronous=OFF")
    with raw:
        raw.executemany(
            "INSERT INTO records_event VALUES (?, 'transaction', ?, ?, ?, ?)", _events(simulated)
        )
    numbers = dict(raw.execute("SELECT digest, number FROM records_series"))
    for digest, text in features.definitions.items():
        with raw:
            raw.executemany(
                "INSERT INTO records_observation VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                _observations(simulated, numbers[digest], text),
            )
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _events(s: Simulated) -> Iterator[tuple[object, ...]]:
    for n in range(len(s.at_us)):
        at = int(s.at_us[n])
        yield n + 1, str(n), at, at, (
            f'{{"customer_id":{s.customer[n]},"terminal_id":{s.terminal[n]},'
            f'"tx_amount":{s.cents[n] / 100}}}'
        )  # fmt: skip


def _observations(s: Simulated, number: int, text: str) -> Iterator[tuple[object, ...]]:
    """What `window_online.observer` gives, computed for many at once (and compared with it)."""
    key = "customer_id" if '"by":["customer_id"]' in text else "terminal_id"
    values, known = np.unique(getattr(s, key.removesuffix("_id")), return_inverse=True)
    digests = [window_online.key_digest((int(value),)) for value in values]
    labels = [window_online.key_digest((n,)) for n in range(20_000)]
    place = np.argsort(np.argsort(np.array(digests, dtype="S16")))
    order = np.lexsort((s.at_us, place[known]))
    columns = (known[order], s.at_us[order], s.cents[order], s.terminal[order], order + 1)
    observe = window_online.observer(text)
    form = json.loads(text)["form"]
    for start in range(0, len(order), 100_000):
        part = zip(*(column[start : start + 100_000].tolist() for column in columns), strict=True)
        for n, (which, at, cents, terminal, event) in enumerate(part):
            held: tuple[object, object, object] = (None, None, None)
            if form == "number":
                held = (cents * 100, cents / 100, None)
            elif form == "label":
                held = (None, None, labels[terminal])
            if n == 0:
                content = {"customer_id": int(values[which]), "terminal_id": terminal}
                content |= {key: int(values[which])}
                told = observe({**content, "tx_amount": cents / 100})
                assert told == (digests[which], *held)  # noqa: S101 - what is measured is real
            yield number, digests[which], at, event, at, *held


def online(events: int) -> Iterator[str]:
    """Rows of tables: microseconds a feature, and inserts a second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "office.sqlite"
        starting.start(file)
        store = RecordsEventStore(window_online.observer)
        features = Features(ONLINE)
        store.prepare(features.definitions)
        simulated = Simulated(events, seed=1)
        clock = time.perf_counter()
        fill(file, simulated, features)
        took, size = time.perf_counter() - clock, file.stat().st_size
        yield f"{events:,} events ({size / 2**30:.1f} GB on disk, filled in {took:.0f} s); "
        yield f"{len(ONLINE)} features over {len(features.definitions)} series.\n"
        yield "| asked together | median µs | p99 µs | median µs a feature | p99 µs a feature |"
        yield "|---|---:|---:|---:|---:|"
        for name, told in _asked():
            yield _asking(name, told, store, simulated)
        yield ""
        yield "| events added together | events/s |"
        yield "|---:|---:|"
        first = events
        for together, times in ((1, 300), (100, 30), (1_000, 5), (10_000, 2)):
            rate = _adding(store, simulated, first, (together, times))
            first += together * times
            yield f"| {together:,} | {rate:,.0f} |"


def _asked() -> Iterator[tuple[str, dict[str, Meaning]]]:
    yield f"all {len(ONLINE)}", ONLINE
    yield "the 6 of the customer", dict(list(ONLINE.items())[:6])
    yield "the 2 of the terminal", dict(list(ONLINE.items())[6:])
    for name in ONLINE:
        yield f"`{name}` alone", {name: ONLINE[name]}


def _asking(
    name: str, told: dict[str, Meaning], store: RecordsEventStore, simulated: Simulated
) -> str:
    features, chance = Features(told), np.random.default_rng(2)
    times = []
    for n in chance.integers(0, len(simulated.at_us), 5_000):
        application = {
            "customer_id": int(simulated.customer[n]), "terminal_id": int(simulated.terminal[n])
        }  # fmt: skip
        at = period.moment_at(int(simulated.at_us[n]))
        clock = time.perf_counter()
        asks = features.asks(application, at)
        features.values(asks, store.totals(asks))
        times.append((time.perf_counter() - clock) * 1e6)
    median, p99 = np.quantile(times[500:], (0.5, 0.99))
    each = f"{median / len(told):,.1f} | {p99 / len(told):,.1f}"
    return f"| {name} | {median:,.1f} | {p99:,.1f} | {each} |"


def _adding(
    store: RecordsEventStore, simulated: Simulated, first: int, size: tuple[int, int]
) -> float:
    together, times = size
    chance = np.random.default_rng(first)
    clock = time.perf_counter()
    for n in range(times):
        chosen = chance.integers(0, len(simulated.at_us), together)
        store.add("transaction", simulated.facts(list(chosen), first + n * together))
    return together * times / (time.perf_counter() - clock)


def main(events: int, parts: Sequence[str]) -> None:
    """Print and store figures; those of a part that is not asked for stay as they were."""
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / "windows.json"
    held: dict[str, list[str]] = json.loads(kept.read_text()) if kept.exists() else {}
    run: dict[str, Callable[[], Iterator[str]]] = {
        "history": in_history, "online": lambda: online(events),
    }  # fmt: skip
    for part in parts:
        note = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start."
        held[part] = [f"## {TITLES[part]}", "", note, ""]
        for line in run[part]():
            print(line, flush=True)
            held[part].append(line)
    kept.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n")
    lines = ["# Windows", "", f"Bars: {BARS}.", ""]
    lines += [line for part in TITLES for line in (*held.get(part, []), "")]
    (RESULTS / "windows.md").write_text("\n".join(lines))


TITLES = {"history": "In history (DuckDB)", "online": "Online (SQLite)"}

if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    chosen_ = [each for each in sys.argv[1:] if each in TITLES]
    main(numbers[0] if numbers else 10_000_000, chosen_ or list(TITLES))
