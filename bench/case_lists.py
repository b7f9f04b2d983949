"""Lists of cases, with a million rows: every sort of list that a page shows, first pages and deep ones.

    python -m bench.case_lists [sqlite] [postgresql] [--cases N]      default: both, 1,000,000; from the project's folder

Rows and words are written by the database itself; nothing here looks at events, which lists do not read. Nine in ten
cases have ended, one in a hundred waits for approval, units are of very unlike size, one has no case. What is timed is
`office.queues.page` and `today`, as pages call them. Figures go to `bench/results/case_lists.json` and `.md`.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.postgresql import durable

from seawall.cases.case import Actor
from seawall.office import cases, homes, queues
from seawall.office.cases import Counter
from seawall.office.queues import Asked
from seawall.office.today import today
from seawall.records import case_register as register
from seawall.records import starting

RESULTS = Path(__file__).parent / "results"
BARS = "a page of a list of 1,000,000 cases <= 150 ms p95, with <= 12 questions (PostgreSQL)"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TURNS, PAGES = 8, 4
"""How often each list is asked, and how many pages of it in a row."""
_KINDS = {
    "complaint": ("received", "investigating", "answered", "closed"),
    "incident": ("detected", "contained", "reviewed", "closed"),
    "finding": ("raised", "planned", "mended", "closed"),
}
_TITLES = (
    "payment gateway down",
    "the fee was charged twice",
    "rate differs from the contract",
    "支付中断 无法还款",
)
_WORDS = (
    ("payment", "gateway", "down"), ("the", "fee", "was", "charged", "twice"),
    ("rate", "differs", "from", "the", "contract"), ("支付", "付中", "中断", "无法", "法还", "还款"),
)  # fmt: skip
"""Of the titles, as `records.case_words` cuts them."""
LISTS: dict[str, tuple[str, Asked]] = {
    "all open, of the house": ("house", Asked()),
    "all, ended too": ("house", Asked(show="all")),
    "of a kind": ("house", Asked(kind="complaint")),
    "of a state": ("house", Asked(kind="incident", state="contained")),
    "in my hands": ("house", Asked(who="me")),
    "late, the first due first": ("house", Asked(late=True)),
    "waiting for approval": ("house", Asked(waits=True)),
    "of a small unit": ("house/partners", Asked()),
    "of a small unit and a kind": ("house/partners", Asked(kind="finding")),
    "of a unit without cases": ("nowhere", Asked()),
    "by a common word": ("house", Asked(text="gateway")),
    "by a rare word": ("house", Asked(text="w000123")),
    "by a beginning of a word": ("house", Asked(text="charged twi")),
    "by Chinese words": ("house", Asked(text="支付中断")),
    "a rare word of another state": (
        "house",
        Asked(kind="finding", state="mended", text="w000124"),
    ),
}


def fill(count: int, digests: dict[str, str]) -> None:
    """Write the rows."""
    series = {
        "sqlite": f"WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < {count - 1})",
        "postgresql": f"WITH g AS (SELECT generate_series(0::bigint, {count - 1}) AS n)",
    }[connection.vendor]
    hexed = {"sqlite": "printf('%020x', n)", "postgresql": "lpad(to_hex(n), 20, '0')"}[
        connection.vendor
    ]
    number = {"sqlite": "printf('%06d', n / 7)", "postgresql": "lpad((n / 7)::text, 6, '0')"}[
        connection.vendor
    ]
    kind = _case("n % 3", tuple(_KINDS))
    ended = "(n % 10 < 9)"
    state = "CASE n % 3 " + " ".join(
        f"WHEN {place} THEN CASE WHEN {ended} THEN '{states[-1]}' ELSE {_case('(n / 30) % 3', states[:-1])} END"
        for place, states in enumerate(_KINDS.values())
    ) + " END"  # fmt: skip
    unit = (
        "CASE WHEN n % 1000 = 7 THEN 'house/partners' WHEN n % 5 = 0 THEN 'house/online' "
        "WHEN n % 3 = 0 THEN '' ELSE 'house' END"
    )
    digest = _case("n % 3", tuple(digests[name] for name in _KINDS))
    changed = f"({int(NOW.timestamp())} - (n * 7919) % 31536000) * 1000000"
    title = f"{_case('(n / 11) % 4', _TITLES)} || ' w' || {number}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_casenow (case_id, kind, kind_digest, unit, state, is_open, revision, head, "
            f"content, opened_us, changed_us, next_us, title, assignee, waits, due_us) {series} "
            f"SELECT {kind} || '-' || {hexed}, {kind}, {digest}, {unit}, {state}, NOT {ended}, 1, '', "
            f"'{{}}', {changed}, {changed}, NULL, {title}, "
            "CASE WHEN n % 400 = 0 THEN 'ivan' WHEN n % 4 = 1 THEN 'other' ELSE '' END, n % 100 = 19, "
            f"CASE WHEN {ended} THEN NULL ELSE {changed} + 2000000000000 END FROM g"
        )
        for words in _WORDS:
            for word in words:
                cursor.execute(
                    f"INSERT INTO records_caseword (word, case_id) SELECT '{word}', case_id FROM records_casenow "
                    f"WHERE title LIKE '{words[0][:2]}%%'",
                    [],
                )
        cursor.execute(
            "INSERT INTO records_caseword (word, case_id) SELECT SUBSTR(title, LENGTH(title) - 6), case_id "
            "FROM records_casenow"
        )
        cursor.execute("ANALYZE")


def _case(of: str, names: tuple[str, ...]) -> str:
    return (
        f"CASE {of} " + " ".join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(names)) + " END"
    )


def run(counter: Counter, count: int) -> dict[str, Any]:
    """Fill and measure."""
    kinds = counter.desk.kinds.in_force
    with register.change():
        for name in _KINDS:
            register.keep_kind(kinds[name].digest, name, kinds[name].text, {})
        fill(count, {name: kinds[name].digest for name in _KINDS})
    told = {}
    for name, (unit, asks) in LISTS.items():
        who = Actor("ivan", frozenset({"security_officer", "complaint_manager"}), unit)
        told[name] = _timed(lambda who=who, asks=asks: _paged(counter, asks, who))
    boss = Actor("ivan", frozenset({"security_officer", "complaint_manager", "auditor"}), "house")
    told["Today"] = _timed(
        lambda: [_once(lambda: today(counter, boss, policies=True, reviews=False))]
    )
    told["board of a kind"] = _timed(
        lambda: [_once(lambda: queues.board(counter, Asked(kind="complaint"), boss))]
    )
    return told


def _paged(counter: Counter, asks: Asked, who: Actor) -> list[tuple[float, int]]:
    """Some pages in a row: milliseconds and questions of each."""
    after, found = None, []
    for _ in range(PAGES):
        begin = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            page = queues.page(counter, asks, who, after)
        found.append(((time.perf_counter() - begin) * 1e3, len(asked)))
        after = page.after
        if after is None:
            break
    return found


def _once(do: Any) -> tuple[float, int]:  # noqa: ANN401
    begin = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        do()
    return (time.perf_counter() - begin) * 1e3, len(asked)


def _timed(turn: Any) -> dict[str, float]:  # noqa: ANN401
    turn()
    took = [each for _ in range(TURNS) for each in turn()]
    times = sorted(ms for ms, _ in took)
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    return {"median_ms": round(statistics.median(times), 2), "p95_ms": round(p95, 2),
            "questions": max(n for _, n in took)}  # fmt: skip


def main(asked: list[str]) -> None:
    """Measure, print, and keep the figures."""
    count = int(asked[asked.index("--cases") + 1]) if "--cases" in asked else 1_000_000
    kept = RESULTS / "case_lists.json"
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told["bars"] = BARS
    for part in [each for each in asked if each in ("sqlite", "postgresql")] or [
        "sqlite",
        "postgresql",
    ]:
        machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "cases": count}
        with tempfile.TemporaryDirectory(prefix="seawall-lists-") as folder:
            told[part] = {"machine": machine, "figures": _part(part, Path(folder), count)}
        print(part, json.dumps(told[part]), flush=True)
    kept.write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / "case_lists.md").write_text(_page(told))


def _part(part: str, folder: Path, count: int) -> dict[str, Any]:
    counter = cases.counter(homes.make(folder / "home", "bench.example"))
    counter = replace(counter, desk=replace(counter.desk, clock=lambda: NOW))
    if part == "sqlite":
        return run(counter, count)
    with durable() as server:
        starting.start(server.address)
        try:
            return run(counter, count)
        finally:
            starting.stop()


def _page(told: dict[str, Any]) -> str:
    lines = ["# Lists of cases", "", f"Bar: {BARS}.", ""]
    for part in (each for each in ("sqlite", "postgresql") if each in told):
        machine = told[part]["machine"]
        lines += [f"## {part}", "",
                  f"{machine['cases']:,} cases; {machine['cores']} cores, load {machine['load']} at the start.",
                  "", "| list | median, ms | p95, ms | questions |", "|---|---:|---:|---:|",
                  *(f"| {name} | {row['median_ms']:,} | {row['p95_ms']:,} | {row['questions']} |"
                    for name, row in told[part]["figures"].items()), ""]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
