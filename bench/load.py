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
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.ledger import syncs_per_second
from tests.console.served import Server, served
from tests.postgresql import durable

from seawall.acts import decision_entries, granting, publishing
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.signing import Signed, now
from seawall.console import configuring
from seawall.ledger.audit import audit
from seawall.office import homes
from seawall.office.addresses import VARIABLE
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
WORKERS = 2
"""Processes of the server, as `workers` under `[console]`: one for each core."""
OK, NO_ROOM = 200, 503
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Place:
    """A home, and the process of the database server in which its stores lie, if not in files."""

    home: Home
    database: int | None = None


@contextmanager
def sqlite() -> Iterator[Place]:
    """A home whose stores are files, gone afterwards."""
    with _folder() as folder:
        yield Place(homes.make(folder / "home", "lender.example/ledger", settings=Settings()))


@contextmanager
def postgresql() -> Iterator[Place]:
    """A home whose stores lie in a server of our own, fsync on."""
    with _folder() as folder, durable() as server:
        told = Settings(database=without_secrets(server.address))
        os.environ["PGPASSWORD"] = urlsplit(server.address).password or ""
        home = homes.make(folder / "home", "lender.example/ledger", settings=told)
        yield Place(home, server.pid)
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
    """What became of requests: due, seconds, late, status, come again; and what the processor spent, in seconds."""

    answers: list[list[Any]]
    generator_s: float
    server_s: float
    database_s: float

    def waited(self, status: int) -> list[float]:
        """What those with a status waited, ascending."""
        return sorted(each[1] for each in self.answers if each[3] == status)

    def statuses(self) -> dict[str, int]:
        """How many had which."""
        return {str(n): count for n, count in sorted(Counter(a[3] for a in self.answers).items())}


class Rig:
    """A served home under load; remembers what it acknowledged."""

    def __init__(self, place: Place, server: Server, secret: str) -> None:
        self._place = place
        self._server = server
        self._secret = secret
        self._chance = random.Random(6)  # noqa: S311 - simulated people
        self._asked = 0
        self.acknowledged: list[str] = []

    def send(self, times: Sequence[float]) -> Sent:
        """Send an application at each time, from a process of its own."""
        ids = [f"load-{self._asked + n}" for n in range(len(times))]
        self._asked += len(times)
        requests = [request(self._secret, id_, self._chance).decode("latin-1") for id_ in ids]
        lines = "".join(json.dumps(each) + "\n" for each in zip(times, requests, strict=True))
        before = self._spent()
        command = [sys.executable, "-m", "bench.open_loop", "127.0.0.1", str(self._server.port)]
        told = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)  # noqa: S603
        *answers, used = map(json.loads, told.stdout.splitlines())
        self.acknowledged += [id_ for id_, each in zip(ids, answers, strict=True) if each[3] == OK]
        server_s, database_s = (
            after - each for after, each in zip(self._spent(), before, strict=True)
        )
        return Sent(answers, used["processor_s"], server_s, database_s)

    def _spent(self) -> tuple[float, float]:
        database = self._place.database
        return tree_s(self._server.process.pid), 0.0 if database is None else tree_s(database)


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


def arrivals(rate: float, seconds: float, start: float = 0.0) -> list[float]:
    """When people come who know nothing of each other: at exponential distances (a Poisson process)."""
    chance, at, times = random.Random(rate), start, list[float]()  # noqa: S311 - simulated people
    while (at := at + chance.expovariate(rate)) < start + seconds:
        times.append(at)
    return times


def load(rig: Rig, rate: float, seconds: float) -> dict[str, Any]:
    """What a steady load says."""
    sent = rig.send(arrivals(rate, seconds))
    ok, count = sent.waited(OK), len(sent.answers)
    return {
        "rate": rate, "seconds": seconds, "sent": count, "statuses": sent.statuses(),
        "p50_ms": _ms(ok, 0.5), "p90_ms": _ms(ok, 0.9), "p99_ms": _ms(ok, 0.99), "p999_ms": _ms(ok, 0.999),
        "worst_ms": _ms(ok, 1.0), "server_us_each": round(sent.server_s / count * 1e6),
        "database_us_each": round(sent.database_s / count * 1e6),
        "generator_us_each": round(sent.generator_s / count * 1e6),
        "generator_late_p99_ms": _ms(sorted(each[2] for each in sent.answers), 0.99),
    }  # fmt: skip


def rush(rig: Rig, rate: float, seconds: float) -> dict[str, Any]:
    """What three times the load says, and how long it takes until those after it fare as before it."""
    after = arrivals(rate, max(2.0 * RECOVERY_S, seconds), seconds)
    sent = rig.send([*arrivals(rate * OVERLOAD, seconds), *after])
    own = replace(sent, answers=[each for each in sent.answers if each[0] < seconds])
    ok = own.waited(OK)
    shed = [each for each in own.answers if each[3] == NO_ROOM]
    return {
        "rate": rate * OVERLOAD, "seconds": seconds, "statuses": own.statuses(),
        "accepted_per_second": round(len(ok) / seconds), "accepted_p99_ms": _ms(ok, 0.99),
        "refused_p50_ms": _ms(own.waited(NO_ROOM), 0.5),
        "refused_without_retry_after": sum(not each[4] for each in shed),
        "recovered_s": recovered([each for each in sent.answers if each[0] >= seconds], seconds),
    }  # fmt: skip


def _ms(ascending: Sequence[float], share: float) -> float | None:
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(len(ascending) * share))] * 1e3, 1)


def recovered(answers: Sequence[Sequence[Any]], since: float) -> float | None:
    """Seconds until every later second keeps the bar; None where the last one does not."""
    seconds: dict[int, list[Sequence[Any]]] = {}
    for each in answers:
        seconds.setdefault(int(each[0] - since), []).append(each)
    worst = max((n for n, some in seconds.items() if not _keeps(some)), default=-1)
    return None if worst == max(seconds) else worst + 1.0


def _keeps(answers: Sequence[Sequence[Any]]) -> bool:
    waited = sorted(each[1] for each in answers)
    return all(each[3] == OK for each in answers) and waited[int(len(waited) * 0.99)] <= BAR_S


def run(place: Place, rate: float, seconds: float) -> dict[str, Any]:
    """Load, then a rush; then what was acknowledged is looked for."""
    secret = prepare(place)
    os.environ.setdefault(f"{VARIABLE}WORKERS", str(WORKERS))
    with served(place.home.folder) as server:
        rig = Rig(place, server, secret)
        rig.send(arrivals(rate / 5, 4))  # compiles, and warms what is cached
        told = {"load": load(rig, rate, seconds), "rush": rush(rig, rate, seconds / 4)}
    check(place.home, rig.acknowledged)
    return {**told, "acknowledged": len(rig.acknowledged)}


def check(home: Home, ids: Sequence[str]) -> None:
    """Every acknowledged decision is in the ledger, once, and the ledger is whole."""
    ledger, kind = home.ledger, decision_entries.KIND
    found = audit(ledger)
    there = Counter(each.told["act"] for each in ledger.entries() if each.told["kind"] == kind)
    lost = [id_ for id_ in ids if there[decision_entries.act(id_)] != 1]
    ledger.store.close()
    if found.problems or lost:
        raise SystemExit(f"{found.problems} {lost[:5]}")


def main() -> None:
    """Measure, print, and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("parts", nargs="*", default=list(PLACES))
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--rate", type=float, default=500)
    options = asked.parse_args()
    kept = RESULTS / "load.json"
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told["bars"] = BARS
    for part in options.parts:
        machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
                   "python": sys.version.split()[0], "syncs_per_second": syncs_per_second()}  # fmt: skip
        with PLACES[part]() as place:
            told[part] = {"machine": machine, **run(place, options.rate, options.seconds)}
        print(part, json.dumps(told[part]), flush=True)
    kept.write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / "load.md").write_text(_page(told))


def _page(told: dict[str, Any]) -> str:
    lines = ["# Decisions over HTTP under load", "", f"Bars: {BARS}.", ""]
    for part in (each for each in PLACES if each in told):
        machine = told[part]["machine"]
        lines += [
            f"## {part}", "",
            (f"{machine['cores']} cores, Python {machine['python']}, load {machine['load']} at the start, "
            f"{machine['syncs_per_second']:,} syncs/s of 4 kB; {told[part]['acknowledged']:,} acknowledged decisions, "
            "each found in the ledger once."), "",
        ]  # fmt: skip
        for name in ("load", "rush"):
            lines += [f"| {name} | |", "|---|---:|"]
            lines += [
                f"| {key.replace('_', ' ')} | {_cell(value)} |"
                for key, value in told[part][name].items()
            ]
            lines.append("")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {count:,}" for name, count in value.items())
    return f"{value:,}" if isinstance(value, int | float) else "–"


if __name__ == "__main__":
    main()
