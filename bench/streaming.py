"""How soon facts that come as a stream are watched: `python bench/streaming.py HOME [FACTS_A_SECOND] [SECONDS]`.

A copy of nothing: the home gains the facts. HOME has a book, a ledger, and was watched once
(`seawall demo --home HOME` makes one). Facts are written to `seawall ingest -` at a steady rate; the delay of a
batch runs from when its first line was written to when its indicators had been looked at.
"""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import IO, cast

KINDS = ("api_error", "payment_failed", "complaint", "sign_in_failed")
_BATCH = re.compile(r"up to line ([0-9,]+)")
_WATCHED = re.compile(r"alerts raised")


def fact(number: int, started: int) -> str:
    """One event of the day after the book's last one."""
    told = {
        "table": "event", "event_id": f"bench-{started}-{number}", "kind": KINDS[number % len(KINDS)],
        "happened_at": f"2026-01-01T{number % 24:02}:{number % 60:02}:00Z", "subject": "payment_gateway",
        "product": "instalment", "region": "west", "channel": "app", "value": 1,
    }  # fmt: skip
    return json.dumps(told) + "\n"


def main(home: str, rate: int = 1_000, seconds: int = 20) -> None:
    """Write facts at a rate, and tell the delays."""
    command = [sys.executable, "-m", "seawall", "ingest", "-", "--home", home, "--as", "bench-1"]
    process = subprocess.Popen(  # noqa: S603 - this program itself
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    lines, answers = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    written: list[float] = []
    started = time.time_ns()

    def write() -> None:
        begun = time.perf_counter()
        for number in range(rate * seconds):
            due = begun + number / rate
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            written.append(due)
            lines.write(fact(number, started))
        lines.close()

    time.sleep(6)  # the process loads
    threading.Thread(target=write, daemon=True).start()
    last, upto, delays = 0, 0, []
    for line in answers:
        if found := _BATCH.search(line):
            upto = int(found[1].replace(",", ""))
        elif _WATCHED.search(line):
            delays.append(time.perf_counter() - written[last])
            last = min(upto, len(written) - 1)
    process.wait()
    worst, usual = max(delays), median(delays)
    print(f"{rate:,} facts/s for {seconds} s into {Path(home).name}: {len(delays)} batches,")
    print(f"watched {usual:.1f} s after their first fact (median), {worst:.1f} s at worst")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
