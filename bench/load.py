"""Decisions over HTTP under load: how long each waits, what the processor spends, what happens at three times the load.

    python -m bench.load [sqlite] [postgresql] [--seconds N] [--rate N]      default: both, 60 s, 500 a second

The server is the product's own, in a process of its own; `bench.open_loop` sends simulated applications from another one,
when each is due, and measures from then. The shipped instalment loan decides; every application brings name, telephone and
device, which are sealed. Then three times the load for a quarter of the time, and the load of before at once after it: how
long until nobody is refused or waits longer than the bar. At the end everything acknowledged is looked for in the ledger,
and the ledger audited. Figures go to `bench/results/load.json` and `.md`. Home folders lie in TMPDIR: on a disk.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

from bench.ledger import syncs_per_second
from tests.postgresql import durable

from seawall.acts import decision_entries, granting, publishing
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.signing import Signed, now
from seawall.console import configuring
from seawall.ledger.audit import audit
from seawall.office import homes
from seawall.office.homes import Home
from seawall.office.publishing import texts
from seawall.office.settings import Settings, without_secrets
from seawall.records import starting

RESULTS = Path(__file__).parent / "results"
BARS = (
    "500 decisions/s for 60 s with p99 <= 100 ms and nothing but 200; at 3 x: accepted <= 1 s p99, the others 503 "
    "with Retry-After, and the first bar again within 5 s"
)
POLICY = "instalment_loan"
BAR_S, RECOVERY_S = 0.1, 5
OVERLOAD = 3
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Place:
    """Where a home lies, and the environment of who serves it."""

    home: Home
    environment: dict[str, str]


@contextmanager
def sqlite() -> Iterator[Place]:
    """A home whose stores are files, gone afterwards."""
    with _folder() as folder:
        yield Place(homes.make(folder / "home", "lender.example/ledger", settings=Settings()), {})


@contextmanager
def postgresql() -> Iterator[Place]:
    """A home whose stores lie in a server of our own, fsync on."""
    with _folder() as folder, durable() as server:
        told = Settings(database=without_secrets(server.address))
        password = server.address.partition("bob:")[2].partition("@")[0]
        os.environ["PGPASSWORD"] = password
        yield Place(
            homes.make(folder / "home", "lender.example/ledger", settings=told),
            {"PGPASSWORD": password},
        )
        starting.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="seawall-load-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


PLACES = {"sqlite": sqlite, "postgresql": postgresql}


def prepare(place: Place) -> str:
    """Put the policy in force, by two people; a machine's token."""
    configuring.prepare({"SECRET_KEY": "signs nothing here"})
    starting.start(place.home.records)
    starting.migrate()
    ledger, at = place.home.ledger, now()
    number = publishing.propose(ledger, texts(POLICY), Signed("propose", "alice", at))
    evidence = publishing.proposal(number).evidence_digest
    publishing.approve(ledger, number, evidence, Signed("approve", "bob", at))
    publishing.publish(ledger, number, Signed("publish", "bob", at), at)
    scopes = frozenset({"decisions.decide", "decisions.read"})
    wanted = Wanted("origination-1", scopes, "house", at + timedelta(days=1))
    granted = granting.grant(
        ledger, wanted, Grantable(scopes, ["house"]), Signed("grant", "ivan", at)
    )
    ledger.store.close()
    starting.stop()
    return granted.secret


@contextmanager
def served(place: Place, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The product's own server, ended afterwards as an operator ends it."""
    from seawall.console import serving  # noqa: PLC0415 - Django is told first

    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port), "--http", "1", "--log-level", "warning"),
        *("--blocking-threads", str(serving.THREADS), "--backpressure", str(serving.BACKPRESSURE)),
        "seawall.console.serving:application",
    ]
    told = {**os.environ, **place.environment, homes.HOME_VARIABLE: str(place.home.folder)}
    server = subprocess.Popen(command, env=told)  # noqa: S603 - the product
    try:
        _await(server, f"http://127.0.0.1:{port}/api/v1/health")
        yield server
    finally:
        server.terminate()
        server.wait(60)


def _await(server: "subprocess.Popen[bytes]", address: str) -> None:
    for _ in range(600):
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 - on this machine
        except (URLError, ConnectionError):
            if server.poll() is not None:
                raise SystemExit("the server ended") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def request(secret: str, id_: str, chance: random.Random) -> bytes:
    """A simulated application: 20,000 people come again and again, some share a device."""
    who, device = chance.randrange(20_000), chance.randrange(15_000)
    applied = (now() - timedelta(hours=1, seconds=-chance.random())).isoformat()
    body = json.dumps({"policy": POLICY, "application": {
        "application_id": id_, "applied_at": applied, "currency": "CNY", "amount": round(chance.uniform(1_000, 50_000), 2),
        "term_days": 365, "purpose": "travel", "birth_year": chance.randrange(1950, 2005), "home": "rent",
        "income_annual": chance.randrange(30_000, 300_000), "debt_monthly": chance.randrange(5_000),
        "bureau_score": chance.randrange(450, 800), "inquiries_6m": chance.randrange(8),
        "open_lenders": chance.randrange(6), "name": "李雷", "phone": f"+86138{who:08d}", "device_id": f"device-{device}",
    }}).encode()  # fmt: skip
    head = (
        f"POST /api/v1/decisions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True)
class Sent:
    """What became of requests: due, seconds, late, status, come again; and the generator's processor seconds."""

    answers: list[list[Any]]
    generator_s: float
    server_s: float

    def waited(self, *statuses: int) -> list[float]:
        """What those with a status waited, ascending."""
        return sorted(each[1] for each in self.answers if each[3] in statuses)


def send(port: int, server: int, plan: Sequence[tuple[float, bytes]]) -> Sent:
    """Send a plan from a process of its own."""
    lines = "".join(json.dumps([due, each.decode("latin-1")]) + "\n" for due, each in plan)
    before = tree_s(server)
    command = [sys.executable, "-m", "bench.open_loop", "127.0.0.1", str(port)]
    told = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)  # noqa: S603
    *answers, used = map(json.loads, told.stdout.splitlines())
    return Sent(answers, used["processor_s"], tree_s(server) - before)


def tree_s(root: int) -> float:
    """Processor seconds of a process and of its children, from Linux's own account."""
    parents, spent = dict[int, int](), dict[int, float]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        parents[int(stat.parent.name)] = int(fields[1])
        spent[int(stat.parent.name)] = sum(map(int, fields[11:15])) / TICK
    family = {root}
    while more := {each for each, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(spent.get(each, 0.0) for each in family)


def steady(rate: float, seconds: float, start: float = 0.0) -> list[float]:
    """Times of arrival: one by one, at equal distances."""
    return [start + n / rate for n in range(round(rate * seconds))]


def figures(sent: Sent) -> dict[str, Any]:
    """What one run says."""
    ok, count = sent.waited(200), len(sent.answers)
    late = sorted(each[2] for each in sent.answers)
    return {
        "sent": count,
        "statuses": dict(sorted(Counter(each[3] for each in sent.answers).items())),
        "p50_ms": _ms(ok, 0.5), "p90_ms": _ms(ok, 0.9), "p99_ms": _ms(ok, 0.99), "p999_ms": _ms(ok, 0.999),
        "worst_ms": _ms(ok, 1.0),
        "server_us_each": round(sent.server_s / count * 1e6),
        "generator_us_each": round(sent.generator_s / count * 1e6),
        "generator_late_p99_ms": _ms(late, 0.99),
    }  # fmt: skip


def _ms(ascending: Sequence[float], share: float) -> float | None:
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(len(ascending) * share))] * 1e3, 1)


def recovered(answers: Sequence[Sequence[Any]], since: float) -> float | None:
    """Seconds after the overload until every later second keeps the bar; None where none does."""
    seconds: dict[int, list[Sequence[Any]]] = {}
    for each in answers:
        if each[0] >= since:
            seconds.setdefault(int(each[0] - since), []).append(each)
    bad = [n for n, some in seconds.items() if not _keeps(some)]
    worst = max(bad, default=-1) + 1
    return None if worst > max(seconds) else float(worst)


def _keeps(answers: Sequence[Sequence[Any]]) -> bool:
    waited = sorted(each[1] for each in answers)
    return all(each[3] == 200 for each in answers) and waited[int(len(waited) * 0.99)] <= BAR_S  # noqa: PLR2004 - OK


def run(place: Place, rate: float, seconds: float) -> dict[str, Any]:
    """Load, overload, load again; then what was acknowledged is looked for."""
    secret, chance, run_ = prepare(place), random.Random(6), uuid4().hex[:8]  # noqa: S311 - simulated people
    ids, told = list[str](), dict[str, Any]()

    def plan(times: Sequence[float]) -> list[tuple[float, bytes]]:
        new = [f"{run_}-{len(ids) + n}" for n in range(len(times))]
        ids.extend(new)
        return [(at, request(secret, id_, chance)) for at, id_ in zip(times, new, strict=True)]

    with served(place, 18_473) as server:
        send(18_473, server.pid, plan(steady(100, 3)))  # compiles, and warms what is cached
        load = send(18_473, server.pid, plan(steady(rate, seconds)))
        told["load"] = {"rate": rate, "seconds": seconds, **figures(load)}
        over = seconds / 4
        after = steady(rate, max(10.0, over), over)
        rush = send(18_473, server.pid, plan([*steady(rate * OVERLOAD, over), *after]))
        told["overload"] = overload(rush, rate * OVERLOAD, over)
    decided = [
        ids[300 + n]
        for n, each in enumerate([*load.answers, *rush.answers])
        if each[3] == 200  # noqa: PLR2004
    ]
    told["acknowledged"] = len(decided)
    check(place.home, decided)
    return told


def overload(rush: Sent, rate: float, seconds: float) -> dict[str, Any]:
    """What a rush says: of its own requests, and how long until those after it fare as before."""
    own = Sent(
        [each for each in rush.answers if each[0] < seconds], rush.generator_s, rush.server_s
    )
    shed = [each for each in own.answers if each[3] == 503]  # noqa: PLR2004 - no room
    ok, found = own.waited(200), Counter(each[3] for each in own.answers)
    return {
        "rate": rate, "seconds": seconds, "statuses": dict(sorted(found.items())),
        "accepted_per_second": round(len(ok) / seconds),
        "accepted_p99_ms": _ms(ok, 0.99), "shed_p50_ms": _ms(own.waited(503), 0.5),
        "shed_without_retry_after": sum(not each[4] for each in shed),
        "recovered_s": recovered(rush.answers, seconds),
    }  # fmt: skip


def check(home: Home, ids: Sequence[str]) -> None:
    """Every acknowledged decision is in the ledger, once, and the ledger is whole."""
    ledger = home.ledger
    found = audit(ledger)
    there = Counter(
        e.told["act"] for e in ledger.entries() if e.told["kind"] == decision_entries.KIND
    )
    lost = [id_ for id_ in ids if there[decision_entries.act(id_)] != 1]
    ledger.store.close()
    if found.problems or lost:
        raise SystemExit(f"{found.problems} {lost[:5]}")


def main() -> None:
    """Measure, print, and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("parts", nargs="*", choices=[*PLACES, []], default=list(PLACES))
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--rate", type=float, default=500)
    options = asked.parse_args()
    kept = RESULTS / "load.json"
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told["bars"] = BARS
    for part in options.parts or PLACES:
        machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
                   "python": sys.version.split()[0], "syncs_per_second": syncs_per_second()}  # fmt: skip
        with PLACES[part]() as place:
            told[part] = {"machine": machine, **run(place, options.rate, options.seconds)}
        print(part, json.dumps(told[part]), flush=True)
    kept.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
