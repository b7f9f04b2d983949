"""Cases: verbs, lists, clocks and errands with a million cases in the register.

    python -m bench.cases [sqlite] [postgresql] [--cases N]      default: both, 1,000,000; from the project's folder

The register is filled with complaints that the pure machine played, three to six events each, re-keyed and
their digests made anew, while triggers are off; the ledger is told of none of those, and 1,000 at a time have
one moment. A sample of them is folded and compared with its rows. What is measured afterwards goes the whole
way, triggers on and synced. Figures go to `bench/results/cases.json` and `.md`.
"""

import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.ledger import processor_s, syncs_per_second
from django.db import connection, connections, transaction
from tests.postgresql import durable

from seawall.acts import handling, ticking
from seawall.acts.case_rows import NEVER, case_row, events_of, needs_of, row_of
from seawall.acts.handling import Desk, Kinds
from seawall.cases.calendar import Calendar
from seawall.cases.case import Actor, Command, opened_id
from seawall.cases.fold import fold
from seawall.cases.step import Stepped, step
from seawall.core.period import moment_at
from seawall.ledger import log
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.office import kinds, packs
from seawall.records import case_register as register
from seawall.records import starting
from seawall.records.case_register import CaseRow, EventRow, Listed

RESULTS = Path(__file__).parent / "results"
BARS = "a verb <= 10 ms p95 with 1,000,000 cases; 10,000 open cases' clocks counted again <= 2 s"
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
CARE = Actor("alice", frozenset({"customer_care"}))
BOSS = Actor("nora", frozenset({"complaint_manager"}))
GIVEN = {"customer": "person_7Qabc", "jurisdiction": "uk", "channel": "phone", "subject": "price",
         "summary": "The fee is too high."}  # fmt: skip
OPEN = 10_000
VERBS = 300
WARM = 10
TOGETHER, ALIKE = 20_000, 1_000
"""Cases of one transaction, and of one moment."""
Acts = tuple[tuple[str, Actor, dict[str, Any], str], ...]
ANSWER = {
    "outcome": "upheld",
    "remedy": "apology",
    "root_cause": "A late statement.",
    "answer": "We are sorry.",
}
_SO_FAR: Acts = (
    ("receive", CARE, GIVEN, ""),
    ("acknowledge", CARE, {}, ""),
    ("assign", BOSS, {"handler": "leo"}, ""),
)
_END: Acts = (("answer_finally", CARE, ANSWER, ""), ("close", CARE, {}, ""))
_ASKED: Acts = (("ask_customer", CARE, {}, "Which statement?"),)
_HEARD: Acts = (("hear_customer", CARE, {"reply": "That of May."}, ""),)
STILL_OPEN: Acts = (*_SO_FAR, *_ASKED, *_HEARD)
CLOSED: tuple[Acts, ...] = (
    (*_SO_FAR, *_END),
    (*_SO_FAR, ("comment", CARE, {}, "He called."), *_END),
)
TABLES = ("casekind", "caseneed", "caseevent")


def desk(folder: Path) -> Desk:
    """Where cases are handled; the database is open already."""
    calendars = {name: packs.calendar(name) for name in packs.calendars()}
    ledger = log.start(
        SqliteStore(folder / "ledger"), Signer("lender.example/ledger", seed=bytes(32))
    )
    declared = Kinds({"complaint": kinds.kind("complaint")})
    return Desk(ledger, declared, partial(ticking.times, calendars=calendars))


@contextmanager
def unguarded() -> Iterator[None]:
    """Triggers off for the filling, and on again as they were."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            held = cursor.fetchall()
            for name, _ in held:
                cursor.execute(f"DROP TRIGGER {name}")
            yield
            for _, made in held:
                cursor.execute(made)
            return
        for table in TABLES:
            cursor.execute(f"ALTER TABLE records_{table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal")
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        cursor.execute("ANALYZE")


def fill(made: Desk, count: int) -> float:
    """Open so many complaints, and move each on; all but `OPEN` of them are closed."""
    kind = made.kinds.opening("complaint")
    register.keep_kind(kind.digest, kind.id, kind.text, needs_of(kind))
    began = time.perf_counter()
    ids = sorted((opened_id(kind.id, f"filled {n}"), n) for n in range(count))  # as indexes like it
    with unguarded():
        for first in range(0, count, TOGETHER):
            with transaction.atomic():
                for start in range(first, min(first + TOGETHER, count), ALIKE):
                    _fill(made, ids[start : min(start + ALIKE, count)], count - OPEN)
    return time.perf_counter() - began


def _fill(made: Desk, cases: list[tuple[str, int]], ended: int) -> None:
    """Some cases, alike but for ids, keys and digests, whose spelling is that of a played case with those exchanged."""
    at = AT + timedelta(seconds=cases[0][1] % 2_000_000)
    open_ones = [_played(made, STILL_OPEN[:length], at) for length in (3, 4, 5)]
    closed = [_played(made, path, at) for path in CLOSED]
    events, rows, errands = [], [], []
    for case_id, n in cases:
        kept, model = open_ones[n % len(open_ones)] if n >= ended else closed[n % len(closed)]
        mine = _rekeyed(kept, case_id, f"filled {n}")
        events += [tuple(row) for row in mine]
        rows.append(tuple(model._replace(case_id=case_id, head=mine[-1].digest)))
        errands.append((f"{case_id}:1:tell", case_id, 1, "tell", "{}", "done", 0, 1, ""))
    _insert("caseevent", register.EventRow._fields, events)
    _insert("casenow", register.CaseRow._fields, rows)
    names = ("key", "case_id", "place", "task", "content", "state", "next_us", "tried", "said")
    _insert("errand", names, errands)


def _played(made: Desk, path: Acts, at: datetime) -> tuple[list[EventRow], CaseRow]:
    """A case as the pure machine plays it: one act after the other, five hours apart."""
    kind, case, rows = made.kinds.opening("complaint"), None, []
    for n, (verb, actor, fields, reason) in enumerate(path):
        then = at + n * timedelta(hours=5)
        came = step(kind, case, Command(verb, actor, then, f"key {n}", fields, reason), then)
        if not isinstance(came, Stepped):
            raise SystemExit(str(came))
        case = came.case
        rows.append(row_of(came.events[0]))
    if case is None:
        raise SystemExit("nothing was played")
    return rows, case_row(case, kind, made.timer(kind, case))


def _rekeyed(kept: list[EventRow], case_id: str, key: str) -> list[EventRow]:
    """The same events of another case, opened by another key, their chain digested anew."""
    mine: list[EventRow] = []
    for row in kept:
        body = row.body.replace(row.case_id, case_id)
        name = row.key
        if mine:
            body = body.replace(row.previous, mine[-1].digest)
        else:
            body, name = body.replace(f'"key":"{row.key}"', f'"key":"{key}"'), key
        digest = hashlib.sha256(body.encode()).hexdigest()
        previous = mine[-1].digest if mine else ""
        mine.append(
            row._replace(case_id=case_id, key=name, body=body, digest=digest, previous=previous)
        )
    return mine


def proved(made: Desk, count: int, sample: int = 300) -> dict[str, Any]:
    """Fold filled cases from their events, and compare each with its row, as `prove` does."""
    took: list[float] = []
    spent = processor_s()
    for n in range(0, count, max(count // sample, 1)):
        began = time.perf_counter()
        rows = register.events(opened_id("complaint", f"filled {n}"))
        kind = made.kinds.of(rows[0].kind_digest)
        case = fold({kind.digest: kind}, events_of(rows))
        now = register.standing(case.id)
        if now is None or case_row(case, kind, NEVER) != now._replace(next_us=None, due_us=None):
            raise SystemExit(f"case {case.id} is not as its events say")
        took.append(time.perf_counter() - began)
    return _spread(took) | {"processor_ms": _each(spent, took)}


def ticked(made: Desk, calendars: Mapping[str, Calendar], cases: int = 1_000) -> dict[str, Any]:
    """Tell what the clocks of so many cases have to tell, each as an event; per event."""
    far = int(datetime(2090, 1, 1, tzinfo=UTC).timestamp() * 1e6)
    waiting = register.due(far, 2 * OPEN)
    last = waiting[:cases][-1]
    for row in waiting[cases:]:  # many wait for one closing: no more than asked for
        register.restate(row, None, None)
    at = moment_at(last.next_us or 0).replace(tzinfo=UTC)
    began, spent = time.perf_counter(), processor_s()
    done = ticking.tick(made, calendars, at)
    mean = round((time.perf_counter() - began) / done * 1e3, 2)
    # A tick is one run: its events are not timed one by one.
    return {"times": done, "median_ms": mean, "p95_ms": mean, "p99_ms": mean,
            "processor_ms": round((processor_s() - spent) / done * 1e3, 2)}  # fmt: skip


def _each(spent: float, took: list[float]) -> float:
    return round((processor_s() - spent) / len(took) * 1e3, 2)


def _insert(table: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    columns, marks = ", ".join(names), ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY records_{table} ({columns}) FROM STDIN") as out:
                for row in rows:
                    out.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO records_{table} ({columns}) VALUES ({marks})", rows)


def verbs(made: Desk) -> dict[str, Any]:
    """Open complaints, acknowledge and assign them, one after the other."""
    took: list[float] = []
    spent = processor_s()
    for n in range(VERBS // 3 + WARM):
        if n == WARM:  # what is cached is warm
            took.clear()
            spent = processor_s()
        run = _timed(took, partial(handling.open_case, made, "complaint"))
        case = run(Command("receive", CARE, AT, f"new {n}", GIVEN))
        run = _timed(took, partial(handling.handle, made, case))
        run(Command("acknowledge", CARE, AT, f"ack {n}"))
        run(Command("assign", BOSS, AT, f"assign {n}", {"handler": "leo"}))
    return _spread(took) | {"processor_ms": round((processor_s() - spent) / len(took) * 1e3, 2)}


def _timed(
    took: list[float], run: Callable[[Command], handling.Handled]
) -> Callable[[Command], str]:
    def timed(command: Command) -> str:
        began = time.perf_counter()
        came = run(command)
        took.append(time.perf_counter() - began)
        if came.case is None or came.event is None:
            raise SystemExit(str(came.problems))
        return came.case.id

    return timed


def filled(made: Desk, count: int) -> dict[str, Any]:
    """Comment on filled cases: each is folded, so its re-keyed event is proved on the way."""
    took: list[float] = []
    spent = processor_s()
    for n in range(count - VERBS, count):
        case = opened_id("complaint", f"filled {n}")
        at = AT + timedelta(days=30)
        _timed(took, partial(handling.handle, made, case))(
            Command("comment", CARE, at, f"late {n}", {}, "He called again.")
        )
    return _spread(took) | {"processor_ms": round((processor_s() - spent) / len(took) * 1e3, 2)}


def repeated(run: Callable[[], object], times: int = 50) -> dict[str, Any]:
    """One look, again and again."""
    took = []
    spent = processor_s()
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return _spread(took) | {"processor_ms": round((processor_s() - spent) / times * 1e3, 2)}


def _spread(took: list[float]) -> dict[str, Any]:
    ordered = sorted(took)
    part = {f"p{p}_ms": ordered[min(len(took) * p // 100, len(took) - 1)] for p in (95, 99)}
    told = {"median_ms": statistics.median(took), **part}
    return {"times": len(took)} | {name: round(value * 1e3, 2) for name, value in told.items()}


def run(folder: Path, address: str | None, count: int) -> dict[str, Any]:
    """Everything on one kind of database."""
    starting.start(address or folder / "office.sqlite")
    made = desk(folder)
    seconds = fill(made, count)
    print(f"filled {count:,} in {seconds:.0f} s", flush=True)
    middle = register.standing(opened_id("complaint", f"filled {(count - OPEN) // 2}"))
    if middle is None:
        raise SystemExit("the filling is not there")
    deep = Listed(is_open=False, after=(middle.changed_us, middle.case_id))
    calendars = {name: packs.calendar(name) for name in packs.calendars()}
    soon = int(datetime(2036, 1, 1, tzinfo=UTC).timestamp() * 1e6)
    told = {
        "a verb, of new cases": verbs(made),
        "a verb, of filled cases": filled(made, count),
        "a filled case proved": proved(made, count),
        "a page of 50, open": repeated(lambda: register.listed(Listed())),
        "a page of 50, any": repeated(lambda: register.listed(Listed(is_open=None))),
        "a page of 50, ended, half-way": repeated(lambda: register.listed(deep)),
        "a look for errands": repeated(lambda: register.take("tell", soon, 1, 500)),
        f"{OPEN:,} cases' clocks counted again": repeated(
            lambda: ticking.recount(made, calendars), times=3
        ),
        "a tick, an event of 1,000 cases due": ticked(made, calendars),
    }
    made.ledger.store.close()
    connections.close_all()
    return told


def main(asked: list[str]) -> None:
    """Measure, print, and keep the figures."""
    count = int(asked[asked.index("--cases") + 1]) if "--cases" in asked else 1_000_000
    kept = RESULTS / "cases.json"
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told["bars"] = BARS
    for part in [each for each in asked if each in PARTS] or PARTS:
        machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "cases": count,
                   "python": sys.version.split()[0], "syncs_per_second": syncs_per_second()}  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="seawall-cases-") as folder:
            told[part] = {"machine": machine, "figures": PARTS[part](Path(folder), count)}
        print(part, json.dumps(told[part]), flush=True)
    kept.write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / "cases.md").write_text(_page(told))


def sqlite(folder: Path, count: int) -> dict[str, Any]:
    """On files in a folder."""
    return run(folder, None, count)


def postgresql(folder: Path, count: int) -> dict[str, Any]:
    """On a server of our own; the ledger stays in the folder."""
    with durable() as server:
        return run(folder, server.address, count)


PARTS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "sqlite": sqlite, "postgresql": postgresql,
}  # fmt: skip


def _page(told: dict[str, Any]) -> str:
    lines = ["# Cases", "", f"Bars: {BARS}.", ""]
    for part in (each for each in PARTS if each in told):
        machine, found = told[part]["machine"], told[part]["figures"]
        names = list(next(iter(found.values())))
        lines += [
            f"## {part}", "",
            (f"{machine['cases']:,} cases of three to six events, {OPEN:,} of them open; {machine['cores']} cores, "
             f"Python {machine['python']}, load {machine['load']} at the start, "
             f"{machine['syncs_per_second']:,} syncs/s of 4 kB."), "",
            f"| | {' | '.join(name.replace('_', ' ') for name in names)} |",
            f"|---|{'---:|' * len(names)}",
            *(f"| {name} | {' | '.join(f'{row[each]:,}' for each in names)} |"
              for name, row in found.items()), "",
        ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
