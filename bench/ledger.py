"""The ledger: durable appends, verification, proofs.

    python bench/ledger.py [batches] [callers] [verify] [proofs]      default: all four

Stores lie in a temporary folder (TMPDIR), which must be on a disk: in memory syncing is free. The
tree of the proofs is built from hashes: its tiles are what a ledger of that size holds. Figures go to
`bench/results/ledger.json` and `.md`; a part that is not asked for keeps its figures.
"""

import json
import multiprocessing
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from seawall.ledger import log, rows, tree
from seawall.ledger.audit import audit
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.verifier import included

ROOT = Path(__file__).parent
RESULTS = ROOT / "results"
AT = datetime(2026, 1, 1)  # noqa: DTZ001 - the house's times are UTC, without an offset
WRITERS = 8
T = TypeVar("T")
TOGETHER = 250
BARS = (
    "8 writers in batches >= 5,000 durable appends/s (SQLite, synchronous=FULL); one at a time through "
    "group commit >= 1,000/s; verifying 1,000,000 entries <= 30 s; a proof at 10,000,000 <= 5 ms"
)


def decision(act: str) -> Entry:
    """A decision as acts tell it: a leaf of about 400 bytes, a body of about 200."""
    return Entry(
        kind="decision",
        subject=f"application:{act}",
        actor="decider",
        at=AT,
        act=f"decide:{act}",
        digests={"policy": "ab" * 32},
        body={
            "outcome": "approve",
            "reasons": ["income-verified", "history-clean"],
            "limit": "12000.00",
            "price": "0.1795",
            "rules": {f"rule-{n}": n % 3 > 0 for n in range(6)},
        },
    )


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder, gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="seawall-ledger-"))
    try:
        yield made
    finally:
        shutil.rmtree(made)


def started(at: Path) -> Ledger:
    """A fresh ledger; its key beside it."""
    signer = Signer("lender.example/ledger", seed=bytes(32))
    return log.start(SqliteStore(at / "ledger.sqlite"), signer)


def appended(at: Path, name: str, count: int, together: int) -> None:
    """Append some entries from a process of its own."""
    ledger = started(at)
    for first in range(0, count, together):
        ledger.append_all([decision(f"{name}-{n}") for n in range(first, first + together)])
    ledger.store.close()


def figures(count: int, seconds: float, spent: float) -> dict[str, Any]:
    """What a run came to."""
    return {
        "entries": count,
        "seconds": round(seconds, 2),
        "processor_s": round(spent, 2),
        "per_second": round(count / seconds),
    }


def together(run: Callable[[int], object], kind: Callable[..., Any]) -> tuple[float, float]:
    """Run 8 writers, as threads or processes; wall and processor seconds."""
    workers = [kind(target=run, args=(n,)) for n in range(WRITERS)]
    start, spent = time.perf_counter(), processor_s()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - start, processor_s() - spent


def processor_s() -> float:
    """Processor seconds of this process and of its finished children."""
    return sum(os.times()[:4])


def batches() -> dict[str, Any]:
    """Batches of 250 from 8 threads, and from 8 processes."""
    told = {}
    each = 10_000
    with folder() as at:
        ledger = started(at)

        def run(writer: int) -> None:
            for first in range(0, each, TOGETHER):
                acts = range(first, first + TOGETHER)
                ledger.append_all([decision(f"{writer}-{n}") for n in acts])

        told["8 threads"] = figures(each * WRITERS, *together(run, threading.Thread))
        ledger.store.close()
    with folder() as at:
        started(at).store.close()

        def alone(writer: int) -> None:
            appended(at, str(writer), each, TOGETHER)

        forked = multiprocessing.get_context("fork").Process
        told["8 processes"] = figures(each * WRITERS, *together(alone, forked))
    return told


def callers() -> dict[str, Any]:
    """One entry at a time: 8, and 64, threads that wait for each receipt."""
    told = {}
    for count in (1, WRITERS, 64):
        with folder() as at:
            ledger = started(at)
            each = 8_000 // count if count > 1 else 1_000

            def run(caller: int, ledger: Ledger = ledger, each: int = each) -> None:
                for n in range(each):
                    ledger.append(decision(f"{caller}-{n}"))

            threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
            start, spent = time.perf_counter(), processor_s()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            wall = time.perf_counter() - start
            told[f"{count} callers"] = figures(each * count, wall, processor_s() - spent)
            ledger.store.close()
    return told


def verify(count: int = 1_000_000) -> dict[str, Any]:
    """Recompute a million entries."""
    with folder() as at:
        ledger = started(at)
        for first in range(0, count, 4_000):
            ledger.append_all([decision(str(n)) for n in range(first, first + 4_000)])
        size_mb = sum(file.stat().st_size for file in at.iterdir()) / 1e6
        start, spent = time.perf_counter(), processor_s()
        found = audit(ledger)
        wall = time.perf_counter() - start
        if found.entries != count or found.problems:
            raise SystemExit(str(found))
        ledger.store.close()
        return {"audit": figures(count, wall, processor_s() - spent) | {"file_mb": round(size_mb)}}


def proofs(count: int = 10_000_000) -> dict[str, Any]:
    """Proofs in a tree of ten million leaves."""
    with folder() as at:
        ledger = started(at)
        edge, chance = tree.Edge(), random.Random(1)  # noqa: S311 - hashes of no meaning
        with ledger.store.writing() as told:
            for first in range(0, count, 250_000):
                raw = chance.randbytes(32 * min(250_000, count - first))
                leaves = [raw[n : n + 32] for n in range(0, len(raw), 32)]
                rows.put(told, edge.grow(leaves))
        root = edge.root()
        times: dict[str, list[tuple[float, float]]] = {"inclusion": [], "consistency": []}
        for _ in range(500):
            index = chance.randrange(count)
            proof, taken = timed(partial(ledger.inclusion, index, count))
            times["inclusion"].append(taken)
            with ledger.store.reading() as told:
                at_ = index % 256 * 32
                leaf = rows.tiles(told)(0, index // 256)[at_ : at_ + 32]
            if not included(leaf, (index, count), proof, root=root):
                raise SystemExit(str(index))
            times["consistency"].append(timed(partial(ledger.consistency, index or 1, count))[1])
        ledger.store.close()
        return {name: _milliseconds(taken) | {"leaves": count} for name, taken in times.items()}


def timed(run: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What a call gives, and the seconds it took: on the wall, and of the processor."""
    start, spent = time.perf_counter(), time.process_time()
    given = run()
    return given, (time.perf_counter() - start, time.process_time() - spent)


def _milliseconds(taken: list[tuple[float, float]]) -> dict[str, Any]:
    """Wall and processor apart: what others on the machine add is in the wall's tail only."""
    told = {}
    for name, each in zip(("", "processor_"), zip(*taken, strict=True), strict=True):
        told[f"{name}median_ms"] = round(statistics.median(each) * 1e3, 3)
        told[f"{name}p99_ms"] = round(sorted(each)[len(each) * 99 // 100] * 1e3, 3)
    return told


def syncs_per_second() -> int:
    """What the disk gives: appends of 4 kB to a file, each synced."""
    with folder() as at, (at / "file").open("wb", buffering=0) as out:
        start = time.perf_counter()
        for _ in range(200):
            out.write(bytes(4096))
            os.fdatasync(out.fileno())
        return round(200 / (time.perf_counter() - start))


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "batches": batches, "callers": callers, "verify": verify, "proofs": proofs,
}  # fmt: skip
TITLES = {
    "batches": f"Durable appends in batches of {TOGETHER}",
    "callers": "Durable appends, one at a time, each waited for",
    "verify": "Verification of a whole ledger",
    "proofs": "Proofs in a large tree",
}


def main(chosen: list[str]) -> None:
    """Measure, print, and keep the figures."""
    kept = RESULTS / "ledger.json"
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told["bars"] = BARS
    for part in chosen:
        machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
                   "python": sys.version.split()[0], "syncs_per_second": syncs_per_second()}  # fmt: skip
        told[part] = {"machine": machine, "figures": PARTS[part]()}
        print(part, json.dumps(told[part]), flush=True)
    kept.write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / "ledger.md").write_text(_page(told))


def _page(told: dict[str, Any]) -> str:
    lines = ["# The ledger", "", f"Bars: {BARS}.", ""]
    for part, title in TITLES.items():
        if part not in told:
            continue
        machine, found = told[part]["machine"], told[part]["figures"]
        names = list(next(iter(found.values())))
        load = (f"{machine['cores']} cores, Python {machine['python']}, load {machine['load']} at "
                f"the start, {machine['syncs_per_second']:,} syncs/s of 4 kB.")  # fmt: skip
        lines += [
            f"## {title}", "", load, "",
            f"| | {' | '.join(name.replace('_', ' ') for name in names)} |",
            f"|---|{'---:|' * len(names)}",
            *(f"| {name} | {' | '.join(f'{row[each]:,}' for each in names)} |"
              for name, row in found.items()), "",
        ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main([each for each in sys.argv[1:] if each in PARTS] or list(PARTS))
