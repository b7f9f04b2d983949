"""The vault: seals and opens a second, alone and through the store; look-ups among millions.

    python bench/vault.py [ROWS] [ciphers] [store] [look-up]     default: all, 10000000 rows

Simulated people in a temporary folder (about 200 bytes a row of the index); SQLite, synchronous=FULL. Rates
are per second of processor time, medians of several runs, so that a busy machine does not count; wall time
stands beside. Figures go to `bench/results/vault.md`.
"""

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import apsw
import numpy as np

from seawall.core import pack
from seawall.office import packs
from seawall.vault import ring
from seawall.vault.algorithms import SUITES, Suite
from seawall.vault.database import KEYS, PEOPLE
from seawall.vault.declaration import Given, Rate, Rules
from seawall.vault.envelope import Place, seal, unseal
from seawall.vault.forms import check_character, luhn
from seawall.vault.keys import Keys
from seawall.vault.opening import Ask
from seawall.vault.plain import Plain
from seawall.vault.sqlite import SqliteDatabase
from seawall.vault.store import Vault

RESULTS = Path(__file__).parent / "results"
BARS = (
    "field seals and opens >= 20,000/s in one process; "
    "blind-index look-up <= 1 ms at 10 million rows"
)
NOW = datetime(2026, 11, 26, tzinfo=UTC)
PEOPLE_TOGETHER = 1_000
RUNS = 5


def clocks() -> tuple[float, float]:
    """Wall and processor seconds so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def rates(work: Callable[[], int]) -> tuple[float, float]:
    """Done a second of processor time, and of wall time: medians."""
    by_cpu, by_wall = [], []
    for _ in range(RUNS):
        wall, cpu = clocks()
        done = work()
        wall_after, cpu_after = clocks()
        by_cpu.append(done / (cpu_after - cpu))
        by_wall.append(done / (wall_after - wall))
    return statistics.median(by_cpu), statistics.median(by_wall)


def ciphers() -> Iterator[str]:
    """A field sealed and opened, key at hand, no database."""
    yield "| suite | seals/s of processor | wall | opens/s of processor | wall |"
    yield "|---|---:|---:|---:|---:|"
    for name, suite in SUITES.items():
        sealing, opening = rates(lambda s=suite: _seals(s)), rates(lambda s=suite: _opens(s))  # type: ignore[misc]
        yield f"| {name} | " + " | ".join(f"{each:,.0f}" for each in (*sealing, *opening)) + " |"


_TEXT = b"+8613800138000"


def _seals(suite: Suite, times: int = 20_000) -> int:
    key = suite.new_key()
    for number in range(times):
        seal(
            suite, key, Place("person", "phone", "person_aaaaaaaaaaaaaaaaaaaaaaaaaa", number), _TEXT
        )
    return times


def _opens(suite: Suite, times: int = 20_000) -> int:
    key, place = suite.new_key(), Place("person", "phone", "person_aaaaaaaaaaaaaaaaaaaaaaaaaa", 1)
    sealed = seal(suite, key, place, _TEXT)
    for _ in range(times):
        unseal(suite, key, place, sealed)
    return times


def open_vault(folder: Path, suite: Suite) -> Vault:
    """A vault whose limits do not stand in the way."""
    rules = pack.read(packs.PACKS / "vault" / "fields.yaml", Rules)
    unlimited = {
        name: each.model_copy(update={"rates": (Rate(most=10**12, per="minute"),)})
        for name, each in rules.purposes.items()
    }
    held = ring.new(suite)
    keys = Keys(SqliteDatabase(folder / "keys.sqlite", KEYS), held, suite)
    rows = SqliteDatabase(folder / "people.sqlite", PEOPLE)
    return Vault(rows, keys, rules.model_copy(update={"purposes": unlimited}))


def someone(number: int) -> Given:
    """A simulated person with all six fields."""
    first = f"110105{1950 + number % 50}{1 + number % 12:02}{1 + number % 28:02}{number % 1000:03}"
    card = next(c for c in (f"62220000{number:09}{d}" for d in range(10)) if luhn(c))
    values = {
        "name": f"模拟{number}号甲",
        "national_id": first + check_character(first),
        "phone": f"139{number:08}",
        "bank_card": card,
        "address": f"模拟市模拟路{number}号",
        "email": f"person{number}@example.com",
    }
    return Given({name: Plain(text) for name, text in values.items()}, "CN")


def store() -> Iterator[str]:
    """Through the store: checked, normalised, sealed, indexed and durable; counted and recorded."""
    yield f"{PEOPLE_TOGETHER:,} people of six fields in each transaction, durable.\n"
    yield "| suite | field seals/s of processor | wall | field opens/s of processor | wall |"
    yield "|---|---:|---:|---:|---:|"
    for name, suite in SUITES.items():
        with tempfile.TemporaryDirectory() as folder:
            vault = open_vault(Path(folder), suite)
            batches = [
                [someone(n) for n in range(run * PEOPLE_TOGETHER, (run + 1) * PEOPLE_TOGETHER)]
                for run in range(RUNS)
            ]
            tokens: list[str] = []

            def admit(
                vault: Vault = vault,
                batches: list[list[Given]] = batches,
                tokens: list[str] = tokens,
            ) -> int:
                people = batches.pop()
                tokens += vault.admit_all(people, at=NOW)
                return sum(len(each.values) for each in people)

            def open_some(vault: Vault = vault, tokens: list[str] = tokens) -> int:
                fields = vault.rules.of("person")
                wanted = [(token, field) for token in tokens[:PEOPLE_TOGETHER] for field in fields]
                ask = Ask("answer_person", "bench", NOW, "bench")
                return len(vault.open_all(wanted, ask=ask, record=lambda _: None))

            told = (*rates(admit), *rates(open_some))
        yield f"| {name} | " + " | ".join(f"{each:,.0f}" for each in told) + " |"


def look_up(rows: int) -> Iterator[str]:
    """Tokens by telephone, among so many rows of one blind index."""
    with tempfile.TemporaryDirectory() as folder:
        vault = open_vault(Path(folder), SUITES["aes"])
        vault.admit_all([someone(number) for number in range(2_000)], at=NOW)
        clock = time.perf_counter()
        fill(Path(folder) / "people.sqlite", rows)
        took = time.perf_counter() - clock
        size = (Path(folder) / "people.sqlite").stat().st_size / 2**30
        yield f"{rows:,} rows of one index ({size:.1f} GB on disk, filled in {took:.0f} s).\n"
        yield "| look-up | median µs | p99 µs | median µs of processor | p99 µs of processor |"
        yield "|---|---:|---:|---:|---:|"
        yield _asking("a telephone that somebody has", vault, range(2_000), found=1)
        yield _asking("one that nobody has", vault, range(5_000_000, 5_002_000), found=0)
        vault.keys.next_index("phone")
        yield _asking("while the index's key rotates", vault, range(2_000), found=1)


def fill(file: Path, rows: int) -> None:
    """Random digests, which is what keyed ones look like, in the order of the table."""
    raw = apsw.Connection(str(file))
    for name, value in (("synchronous", "OFF"), ("cache_size", -400_000)):
        raw.pragma(name, value)
    raw.execute("DROP INDEX vault_blind_token").fetchall()
    raw.execute(
        """INSERT INTO vault_blind
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
           SELECT 'phone', 1, randomblob(16) AS digest, 'person_' || lower(hex(randomblob(13)))
           FROM n ORDER BY digest""",
        (rows,),
    ).fetchall()
    raw.execute("CREATE INDEX vault_blind_token ON vault_blind (token, field)").fetchall()
    raw.close()


def _asking(name: str, vault: Vault, people: Sequence[int], *, found: int) -> str:
    times = []
    for number in people:
        value = Plain(f"139{number:08}")
        wall, cpu = time.perf_counter(), time.process_time()
        tokens = vault.find("phone", value, country="CN")
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
        assert len(tokens) == found  # noqa: S101 - what is measured is real
    told = np.quantile(np.array(times) * 1e6, (0.5, 0.99), axis=0).T.ravel()
    return f"| {name} | " + " | ".join(f"{each:,.0f}" for each in told) + " |"


def main(rows: int, parts: Sequence[str]) -> None:
    """Print and store figures; those of a part that is not asked for stay as they were."""
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / "vault.json"
    held: dict[str, list[str]] = json.loads(kept.read_text()) if kept.exists() else {}
    run: dict[str, Callable[[], Iterator[str]]] = {
        "ciphers": ciphers, "store": store, "look-up": lambda: look_up(rows),
    }  # fmt: skip
    for part in parts:
        note = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start."
        held[part] = [f"## {TITLES[part]}", "", note, ""]
        for line in run[part]():
            print(line, flush=True)
            held[part].append(line)
    kept.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n")
    lines = ["# Vault", "", f"Bars: {BARS}.", ""]
    lines += [line for part in TITLES for line in (*held.get(part, []), "")]
    (RESULTS / "vault.md").write_text("\n".join(lines))


TITLES = {
    "ciphers": "Ciphers alone",
    "store": "Through the store (SQLite)",
    "look-up": "Blind-index look-up (SQLite)",
}

if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    chosen = [each for each in sys.argv[1:] if each in TITLES]
    main(numbers[0] if numbers else 10_000_000, chosen or list(TITLES))
