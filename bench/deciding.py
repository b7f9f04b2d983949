"""Durable, audited decisions a second through `acts.decide`, in 2 processes, and how long each one waits.

    python -m bench.deciding [sqlite] [postgresql]      default: both; from the project's folder

The shipped instalment loan (its rules and four windows) decides simulated applications: every one is
sealed, remembered, decided by the version in force and kept in the ledger, and all of it is durable before
it counts. `sealed` brings name, telephone and device id, `tokens` brings tokens. What one waits is what its
batch takes. SQLite lies in a temporary folder (TMPDIR), which must be on a disk; PostgreSQL is a server of
the benchmark's own, fsync on. Figures go to `bench/results/deciding.json` and `.md`.
"""

import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench.ledger import processor_s, syncs_per_second
from tests.postgresql import durable

from seawall.acts import deciding, publishing, verifying
from seawall.acts.admitting import Application, received
from seawall.acts.deciding import Desk, Order
from seawall.acts.in_force import Policies
from seawall.acts.signing import Signed
from seawall.core import pack
from seawall.core.problem import Place
from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.note import Signer
from seawall.ledger.postgresql import PostgresStore
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import Store
from seawall.office.packs import PACKS
from seawall.office.publishing import texts
from seawall.policy.window_online import observer
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from seawall.vault import ring
from seawall.vault.algorithms import AES
from seawall.vault.database import KEYS, PEOPLE, Database
from seawall.vault.declaration import Rules
from seawall.vault.keys import Keys
from seawall.vault.postgresql import PostgresDatabase
from seawall.vault.sqlite import SqliteDatabase
from seawall.vault.store import Vault

RESULTS = Path(__file__).parent / "results"
BARS = ">= 1,000 durable, audited decisions/s in 2 processes, on SQLite and on PostgreSQL"
PROCESSES = 2
EACH = 2_000
BATCHES = (250, 50)
NOW = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - the house's times are UTC, without an offset
POLICY = "instalment_loan"
ORDER = Order(POLICY, "origination-1", NOW, "CN")
SPAWN = multiprocessing.get_context("spawn")


class Where(NamedTuple):
    """Where the stores lie: a folder, with the key ring; and a server, if not in the folder."""

    folder: Path
    address: str | None

    def desk(self) -> Desk:
        """Open everything."""
        starting.start(self.address or self.folder / "office.sqlite")
        events, held = RecordsEventStore(observer), ring.from_file(self.folder / "ring.json")
        keys = Keys(self._database("keys", KEYS), held, held.suite)
        rules = pack.read(PACKS / "vault" / "fields.yaml", Rules)
        vault = Vault(self._database("people", PEOPLE), keys, rules)
        signer = Signer("lender.example/ledger", seed=bytes(32))
        store: Store = (
            PostgresStore(self.address) if self.address else SqliteStore(self.folder / "ledger")
        )
        ledger = log.start(store, signer)
        return Desk(ledger, vault, events, Policies(events, rules.fields, ledger))

    def _database(self, name: str, schema: tuple[str, ...]) -> Database:
        if self.address:
            return PostgresDatabase(self.address, schema)
        return SqliteDatabase(self.folder / name, schema)


@contextmanager
def sqlite() -> Iterator[Where]:
    """Files in a temporary folder, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="seawall-deciding-"))
    ring.write_file(folder / "ring.json", ring.new(AES))
    try:
        yield Where(folder, None)
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgresql() -> Iterator[Where]:
    """A server of our own, and the key ring beside it."""
    with sqlite() as place, durable() as made:
        yield Where(place.folder, made.address)


def publish(desk: Desk) -> None:
    """Put the policy in force, by two people."""
    number = publishing.propose(desk.ledger, texts(POLICY), Signed("propose", "alice", NOW))
    evidence = publishing.proposal(number).evidence_digest
    publishing.approve(desk.ledger, number, evidence, Signed("approve", "bob", NOW))
    publishing.publish(desk.ledger, number, Signed("publish", "bob", NOW), NOW)


def application(desk: Desk, name: str, n: int, *, sealed: bool) -> Application:
    """A simulated one: 20,000 people come again and again, some share a device."""
    chance = random.Random(f"{name} {n}")  # noqa: S311 - simulated people
    who, device = chance.randrange(20_000), chance.randrange(15_000)
    personal = {"name": "李雷", "phone": f"+86138{who:08d}", "device_id": f"device-{device}"}
    tokens = {"customer_token": f"c{who}", "device_token": f"d{device}"}
    told = received({
        "application_id": f"{name}-{n}", "applied_at": (NOW + timedelta(seconds=n)).isoformat(),
        "currency": "CNY", "amount": round(chance.uniform(1_000, 50_000), 2), "term_days": 365,
        "purpose": "travel", "birth_year": chance.randrange(1950, 2005), "home": "rent",
        "income_annual": chance.randrange(30_000, 300_000),
        "debt_monthly": chance.randrange(5_000), "bureau_score": chance.randrange(450, 800),
        "inquiries_6m": chance.randrange(8), "open_lenders": chance.randrange(6),
        **(personal if sealed else tokens),
    }, Place(name, row=n), desk.vault.rules)  # fmt: skip
    if not isinstance(told, Application):
        raise SystemExit(told.sentence())
    return told


def work(place: Where, name: str, batch: int, ready: Any, out: Any) -> None:  # noqa: ANN401 - of multiprocessing
    """Decide in a process of its own; what each waited, and the processor's seconds."""
    desk = place.desk()
    sealed = name.startswith("sealed")
    waiting = [application(desk, name, n, sealed=sealed) for n in range(EACH + batch)]
    deciding.decide_all(desk, waiting[:batch], ORDER)  # compiles, and warms what is cached
    ready.wait()
    start, spent, took = time.perf_counter(), processor_s(), list[float]()
    for first in range(batch, batch + EACH, batch):
        since = time.perf_counter()
        told = deciding.decide_all(desk, waiting[first : first + batch], ORDER)
        took += [time.perf_counter() - since] * len(told)
        if not all(each.new and not each.problems for each in told):
            raise SystemExit("an application was refused")
    out.put((start, time.perf_counter(), processor_s() - spent, took))


def figures(place: Where, kind: str, batch: int) -> dict[str, Any]:
    """Two processes at once, from the first one's start to the last one's end."""
    ready, out = SPAWN.Barrier(PROCESSES), SPAWN.Queue()
    workers = [
        SPAWN.Process(target=work, args=(place, f"{kind}-{batch}-{n}", batch, ready, out))
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    told = [out.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    wall = max(end for _, end, _, _ in told) - min(start for start, _, _, _ in told)
    waited = sorted(each for _, _, _, took in told for each in took)
    spent = sum(used for _, _, used, _ in told)
    return {
        "batch": batch,
        "decisions": len(waited),
        "per_second": round(len(waited) / wall),
        "processor_ms_each": round(spent / len(waited) * 1e3, 3),
        "p50_ms": round(waited[len(waited) // 2] * 1e3),
        "p99_ms": round(waited[len(waited) * 99 // 100] * 1e3),
    }


def run(place: Where) -> dict[str, Any]:
    """Every load on one kind of store; then everything is audited, and decided again."""
    desk = place.desk()
    publish(desk)
    told = {
        f"{kind}, {batch} at once": figures(place, kind, batch)
        for kind in ("sealed", "tokens")
        for batch in BATCHES
    }
    found = audit(desk.ledger)
    again = {each.agreement for each in verifying.verify(desk.ledger, desk.policies)}
    if found.problems or again != {"agrees"}:
        raise SystemExit(f"{found.problems} {again}")
    desk.ledger.store.close()
    return told


PARTS: dict[str, Callable[[], Any]] = {"sqlite": sqlite, "postgresql": postgresql}


def main(chosen: list[str]) -> None:
    """Measure, print, and keep the figures."""
    kept = RESULTS / "deciding.json"
    told = json.loads(kept.read_text()) if kept.exists() else {}
    told["bars"] = BARS
    for part in chosen:
        machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
                   "python": sys.version.split()[0], "syncs_per_second": syncs_per_second()}  # fmt: skip
        with PARTS[part]() as place:
            told[part] = {"machine": machine, "figures": run(place)}
        print(part, json.dumps(told[part]), flush=True)
    kept.write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / "deciding.md").write_text(_page(told))


def _page(told: dict[str, Any]) -> str:
    lines = ["# Decisions for good", "", f"Bars: {BARS}.", ""]
    for part in (each for each in PARTS if each in told):
        machine, found = told[part]["machine"], told[part]["figures"]
        names = list(next(iter(found.values())))
        lines += [
            f"## {part}", "",
            (f"{machine['cores']} cores, Python {machine['python']}, load {machine['load']} at the "
            f"start, {machine['syncs_per_second']:,} syncs/s of 4 kB."), "",
            f"| | {' | '.join(name.replace('_', ' ') for name in names)} |",
            f"|---|{'---:|' * len(names)}",
            *(f"| {name} | {' | '.join(f'{row[each]:,}' for each in names)} |"
              for name, row in found.items()), "",
        ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main([each for each in sys.argv[1:] if each in PARTS] or list(PARTS))
