"""Pages of lists with 1,000,000 decisions, entries and cases behind them, on PostgreSQL, as a browser asks for them.

    python -m bench.lists [--rows N]      default: 1,000,000; from the project's folder

A home whose stores lie in a server of the benchmark's own. Rows are made by the database itself, as the index and the
register would hold them: decisions of three units and two policies, some reasons rare, an entry each; cases of four
kinds. Each page is asked for by somebody signed in, through all of Django, and answered whole: what it
took by the wall, in its statements, and of this process's processor; how many statements; and what the server plans and
executes them in (`EXPLAIN ANALYZE`), which does not hang on who else uses the machine. Takes two to six minutes.
Figures go to `bench/results/lists.json` and `.md`.
"""

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench.ledger import processor_s
from tests.office.places import cluster

from seawall.console import configuring

configuring.prepare({"SECRET_KEY": "of a benchmark, and of no home", "ALLOWED_HOSTS": ["*"]})

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402 - Django is told what it is to know first
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from tests.console.signing import sign_in  # noqa: E402

from seawall.acts import indexing, staffing  # noqa: E402
from seawall.acts.signing import Signed, now  # noqa: E402
from seawall.acts.staffing import Newcomer  # noqa: E402
from seawall.console import place  # noqa: E402
from seawall.office import homes  # noqa: E402
from seawall.records import starting  # noqa: E402
from seawall.records.models import Person  # noqa: E402

RESULTS = Path(__file__).parent / "results"
BARS = "a page <= 150 ms p95 with 1,000,000 rows, <= 12 statements (PostgreSQL)"
TIMES, WARM = 60, 5
KINDS = ("complaint", "alert", "incident", "finding")
SINCE_US, STEP_US = 1_767_225_600_000_000, 8_000_000
"""2026-01-01; a decision every eight seconds."""

DECISIONS = """
INSERT INTO records_decisionline
  (entry, application_id, policy, digest, outcome, reason, customer_token, actor, unit, at_us)
SELECT 1000000 + n, 'A' || n, CASE WHEN n %% 10 < 7 THEN 'instalment_loan' ELSE 'micro_loan' END, repeat('ab', 32),
  CASE WHEN n %% 100 < 55 THEN 'approve' WHEN n %% 100 < 98 THEN 'decline' ELSE 'refer' END,
  CASE WHEN n %% 100 < 55 THEN '' WHEN n %% 100000 = 99 THEN 'rare_reason' ELSE 'reason_' || (n %% 12) END,
  'person_' || md5((n %% 200000)::text), 'origination-1',
  (ARRAY['house', 'house/online', 'house/partners'])[1 + n %% 3], %s + n::bigint * %s
FROM generate_series(1, %s) AS n
"""
ENTRIES = """
INSERT INTO records_entryline (number, kind, subject, actor, on_behalf_of, at_us)
SELECT 1000000 + n, CASE WHEN n %% 5000 = 0 THEN 'vault.open' ELSE 'decision' END, 'application:A' || n,
  CASE WHEN n %% 5000 = 0 THEN 'carol' ELSE 'origination-1' END, '', %s + n::bigint * %s
FROM generate_series(1, %s) AS n
"""
CASES = """
INSERT INTO records_casenow (case_id, kind, kind_digest, unit, state, is_open, revision, head, content, opened_us,
  changed_us, next_us, title, assignee, waits, due_us)
SELECT kind || '-' || substr(md5(n::text), 1, 20), kind, digest, CASE WHEN n %% 4 = 0 THEN 'house/online' ELSE '' END,
  CASE WHEN n %% 100 = 0 THEN going ELSE over END, n %% 100 = 0, 3, md5(n::text) || md5(n::text), '{}', at_us, at_us,
  CASE WHEN n %% 100 = 0 THEN at_us + 86400000000 END, 'Case number ' || n,
  CASE WHEN n %% 7 = 0 THEN 'alice' ELSE '' END, n %% 1000 = 0, CASE WHEN n %% 100 = 0 THEN at_us + 86400000000 END
FROM (SELECT n, %s + n::bigint * %s AS at_us FROM generate_series(1, %s) AS n) AS made
  JOIN (VALUES (0, %s, %s, %s, %s), (1, %s, %s, %s, %s), (2, %s, %s, %s, %s), (3, %s, %s, %s, %s))
    AS kinds (place, kind, digest, going, over) ON place = n %% 4
"""
PAGES = {
    "decisions, the latest": ("alice", "/decisions/"),
    "decisions, half-way": ("alice", "/decisions/?after={middle}.{entry}"),
    "decisions of a policy": ("alice", "/decisions/?policy=micro_loan"),
    "decisions of a policy and outcome": ("alice", "/decisions/?policy=micro_loan&outcome=refer"),
    "decisions of a rare reason": ("alice", "/decisions/?reason=rare_reason"),
    "decisions of a customer": ("alice", "/decisions/?customer=person_{customer}"),
    "a decision by its application": ("alice", "/decisions/?application=A777"),
    "decisions of a day": ("alice", "/decisions/?since=2026-02-01&until=2026-02-01&outcome=decline"),
    "decisions of a unit": ("heidi", "/decisions/"),
    "decisions of another unit": ("charlie", "/decisions/"),
    "entries, the latest": ("alice", "/ledger/"),
    "entries of a rare kind": ("alice", "/ledger/?kind=vault.open"),
    "entries of a subject": ("alice", "/ledger/?subject=application:A777"),
    "entries of who did what": ("alice", "/ledger/?actor=carol&kind=decision"),
    "cases, open": ("alice", "/cases/"),
    "cases of a kind": ("alice", "/cases/?kind=complaint"),
    "cases, ended": ("alice", "/cases/?show=ended"),
    "cases of a unit": ("heidi", "/cases/"),
}  # fmt: skip
PEOPLE = (
    Newcomer("alice", "Alice", ("chief_risk_officer",), "house"),
    Newcomer("heidi", "Heidi", ("customer_care",), "house/online"),
    Newcomer("charlie", "Charlie", ("chief_risk_officer",), "other"),
)


def fill(rows: int) -> float:
    """Make the rows; how many seconds it took."""
    since = time.perf_counter()
    named = [told for each in KINDS for told in kind(each)]
    with connection.cursor() as cursor:
        for statement, more in ((DECISIONS, []), (ENTRIES, []), (CASES, named)):
            cursor.execute(statement, [SINCE_US, STEP_US, rows, *more])
        for table in ("decisionline", "entryline", "casenow"):
            cursor.execute(f"VACUUM ANALYZE records_{table}")
    return time.perf_counter() - since


def kind(name: str) -> tuple[str, str, str, str]:
    """A kind of case: its name and digest, a state of open cases, one of ended ones."""
    found = place.cases().desk.kinds.in_force[name]
    going = found.open_states()
    return name, found.digest, min(going), min(set(found.states) - going)


def asked(client: Client, path: str) -> dict[str, Any]:
    """What a page takes: by the wall, in its statements, and of this process's processor."""
    took, inside, spent, answer = [], list[list[float]](), processor_s(), None

    def timed(execute: Callable[..., Any], *told: Any) -> Any:  # noqa: ANN401 - Django's
        since = time.perf_counter()
        try:
            return execute(*told)
        finally:
            inside[-1].append(time.perf_counter() - since)

    with connection.execute_wrapper(timed):
        for n in range(WARM + TIMES):
            spent = processor_s() if n == WARM else spent
            inside.append([])
            since = time.perf_counter()
            answer = client.get(path)
            took.append(time.perf_counter() - since)
    if answer is None or answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{path}: {answer and answer.status_code}")
    took, inside = sorted(took[WARM:]), inside[WARM:]
    return {
        "rows": max(0, answer.text.count("<tr>") - 1),
        "statements": len(inside[-1]),
        "server_ms": server_ms(client, path),
        "statements_ms": round(statistics.median(map(sum, inside)) * 1e3, 1),
        "processor_ms": round((processor_s() - spent) / TIMES * 1e3, 1),
        "median_ms": round(statistics.median(took) * 1e3, 1),
        "p95_ms": round(took[TIMES * 95 // 100] * 1e3, 1),
    }


def server_ms(client: Client, path: str) -> float:
    """How long the server plans and executes all statements of a page."""
    with CaptureQueriesContext(connection) as asked_for:
        client.get(path)
    lines: list[str] = []
    with connection.cursor() as cursor:
        for each in asked_for:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {each['sql'].replace('%', '%%')}", [])
            lines += [line for (line,) in cursor.fetchall()]
    told = [re.fullmatch(r"(?:Planning|Execution) Time: ([\d.]+) ms", line) for line in lines]
    return round(sum(float(each[1]) for each in told if each), 1)


def run(folder: Path, rows: int) -> dict[str, Any]:
    """Everything."""
    with cluster() as server:
        home = homes.make(folder / "home", "lender.example/ledger", settings=server.settings())
        starting.start(home.records)
        starting.migrate()
        place.choose(home)
        clients = {}
        for each in PEOPLE:
            signed = Signed(f"add:{each.name}", "root", now())
            staffing.add(home.ledger, each, signed, confirming=())
            person = Person.objects.get(name=each.name)
            TOTP.activate(person, generate_totp_secret())
            clients[each.name] = sign_in(Client(), person)
        indexing.catch_up(home.ledger)
        seconds = fill(rows)
        print(f"filled {3 * rows:,} rows in {seconds:.0f} s", flush=True)
        middle = {"middle": SINCE_US + STEP_US * rows // 2, "entry": 1_000_000 + rows // 2}
        with connection.cursor() as cursor:
            cursor.execute("SELECT md5('777')")
            (customer,) = cursor.fetchone() or ("",)
        found = {}
        for name, (who, path) in PAGES.items():
            found[name] = asked(clients[who], path.format(**middle, customer=customer))
            print(name, found[name], flush=True)
        connections.close_all()
    return found


def main(told: list[str]) -> None:
    """Measure, print, and keep the figures."""
    rows = int(told[told.index("--rows") + 1]) if "--rows" in told else 1_000_000
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "rows": rows,
               "python": sys.version.split()[0]}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="seawall-lists-") as folder:
        kept = {"bars": BARS, "machine": machine, "figures": run(Path(folder), rows)}
    (RESULTS / "lists.json").write_text(json.dumps(kept, indent=1) + "\n")
    (RESULTS / "lists.md").write_text(_page(kept))


def _page(kept: dict[str, Any]) -> str:
    machine, figures = kept["machine"], kept["figures"]
    names = list(next(iter(figures.values())))
    lines = [
        "# Lists", "", f"Bar: {kept['bars']}.", "",
        (f"{machine['rows']:,} decisions, entries and cases each; {TIMES} times each page, through all of Django; "
         f"{machine['cores']} cores, Python {machine['python']}, load {machine['load']} at the start."), "",
        f"| | {' | '.join(name.replace('_', ' ') for name in names)} |",
        f"|---|{'---:|' * len(names)}",
        *(f"| {name} | {' | '.join(f'{row[each]:,}' for each in names)} |" for name, row in figures.items()), "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
