"""Deciding: microseconds a decision, millions a second in SQL, milliseconds to load.

    python bench/policy.py [ROWS]          default: 4000000 rows in SQL

The policy is `bench/policies/thirty.yaml`: 30 rules over 25 inputs and 6 derived values, all rules
evaluated, with reasons. Beside it in the same run, on the same applications: zen-engine, a rules
engine in Rust, as its users call it (a decision of an expression node and a decision table), and by
its fastest door (one compiled expression that gives the reasons). Install it with
`pip install zen-engine`; without it the comparison is left out. Figures go to `bench/results`.
"""

import importlib
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.office import packs
from seawall.policy import history, reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.program import Define, Program

ROOT = Path(__file__).parent
RESULTS = ROOT / "results"
THIRTY = ROOT / "policies" / "thirty.yaml"
BARS = (
    "one decision <= 3 µs median, <= 10 µs p99; in DuckDB on 2 cores >= 2,000,000 decisions/s with all "
    "reasons, >= 4,000,000 for the outcome alone; a policy of 500 rules loads in <= 50 ms"
)
POOL = 2_000
ROUNDS = 15
Application = dict[str, Any]


def applications(n: int, missing: float, seed: int = 1) -> list[Application]:
    """Random applications, of which a share of all values is missing."""
    chance = random.Random(seed)  # noqa: S311 - repeatable data, no secrets
    made = [_application(chance) for _ in range(n)]
    for each in made:
        for name in each:
            if chance.random() < missing:
                each[name] = None
    return made


def _application(chance: random.Random) -> Application:
    return {
        "age": chance.randint(17, 75),
        "income_monthly": round(chance.lognormvariate(8.3, 0.6), 2),
        "debt_monthly": round(chance.lognormvariate(6, 1), 2),
        "amount": float(chance.randint(400, 60_000)),
        "term_months": chance.choice([1, 6, 12, 24, 36, 60]),
        "annual_rate": chance.choice([0.1, 0.18, 0.2, 0.3]),
        "score": float(chance.randint(450, 720)),
        "inquiries_3m": chance.randint(0, 8),
        "inquiries_12m": chance.randint(0, 18),
        "lenders": chance.randint(0, 10),
        "limits": float(chance.randint(1, 30_000)),
        "used": float(chance.randint(0, 30_000)),
        "worst_arrears": chance.choice([0, 0, 0, 10, 40, 70]),
        "months_known": chance.randint(0, 200),
        "months_job": chance.randint(0, 100),
        "dependants": chance.randint(0, 4),
        "device_customers": chance.choice([1, 1, 1, 2, 4]),
        "applications_30d": chance.choice([0, 0, 1, 5]),
        "identity": chance.choice(["passed"] * 8 + ["failed", "pending"]),
        "employment": chance.choice(["employed", "self", "none"]),
        "purpose": chance.choice(["travel", "health", "gambling", "home"]),
        "channel": chance.choice(["app", "partner"]),
        "region": chance.choice(["x", "n", "e", "w"]),
        "phone_matches": chance.random() < 0.9,  # noqa: PLR2004 - a share
        "insolvent": chance.random() < 0.02,  # noqa: PLR2004 - a share
    }


def each_call(
    call: Callable[[Application], object], given: Sequence[Application]
) -> dict[str, Any]:
    """Microseconds a call, timed one by one: the median and the 99th percentile of the best round."""
    clock, best = time.perf_counter_ns, None
    for each in given:
        call(each)
    for _ in range(ROUNDS):
        taken = []
        for each in given:
            start = clock()
            call(each)
            taken.append(clock() - start)
        taken.sort()
        found = (taken[len(taken) // 2] / 1000, taken[len(taken) * 99 // 100] / 1000)
        best = found if best is None else min(best, found)
    assert best is not None  # noqa: S101 - there are rounds
    return {"median_us": round(best[0], 2), "p99_us": round(best[1], 2)}


def zen_doors(program: Program) -> dict[str, Callable[[Application], object]]:
    """The same policy for zen-engine: a function from an application to reasons, by door."""
    zen = importlib.import_module("zen")
    derived = {s.name: _zen(s.expression.text) for s in program.steps if isinstance(s, Define)}
    rules = {check.id: _zen(check.expression.text) for check in program.checks}
    table = {
        "hitPolicy": "collect", "inputs": [{"id": "when", "name": "when", "type": "expression"}],
        "outputs": [{"id": "reason", "field": "reason", "name": "reason", "type": "expression"}],
        "rules": [{"_id": id_, "when": when, "reason": f"'{id_}'"} for id_, when in rules.items()],
    }  # fmt: skip
    nodes = [
        ("in", "inputNode", {}),
        ("values", "expressionNode", {
            "expressions": [{"id": n, "key": n, "value": _put(text, {o: f"$.{o}" for o in derived})}
                            for n, text in derived.items()],
            "passThrough": True}),
        ("rules", "decisionTableNode", table),
        ("out", "outputNode", {}),
    ]  # fmt: skip
    content = {
        "nodes": [{"id": id_, "name": id_, "type": type_, "content": content,
                   "position": {"x": 0, "y": 0}} for id_, type_, content in nodes],
        "edges": [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b}
                  for (a, _, _), (b, _, _) in pairwise(nodes)],
    }  # fmt: skip
    decision = zen.ZenEngine().create_decision(json.dumps(content))
    inlined = dict(derived)
    for name in derived:  # in order: later ones may use earlier ones
        for other in derived:
            if other != name:
                inlined[name] = re.sub(rf"\b{other}\b", f"({inlined[other]})", inlined[name])
    whole = ", ".join(f"({_put(when, inlined)}) ? '{id_}' : null" for id_, when in rules.items())
    compiled = zen.compile_expression(f"[{whole}]")

    def as_users(given: Application) -> object:
        return [row["reason"] for row in decision.evaluate(given)["result"] or []]

    def fastest(given: Application) -> object:
        return [reason for reason in compiled.evaluate(given) if reason is not None]

    return {"zen-engine, a decision": as_users, "zen-engine, one expression": fastest}


def _zen(text: str) -> str:
    """A condition of the thirty rules in zen's own words."""
    text = re.sub(r"(\w+) NOT BETWEEN (\S+) AND (\S+)", r"(\1 < \2 or \1 > \3)", text)
    text = re.sub(r"(\w+) IN \(([^)]*)\)", r"(\1 in [\2])", text)
    for ours, theirs in (("AND", "and"), ("OR", "or"), ("NOT", "not"), (" = ", " == ")):
        text = re.sub(rf"\b{ours}\b" if ours.isalpha() else ours, theirs, text)
    return text


def _put(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = re.sub(rf"\b{name}\b", f"({value})", text)
    return text


def one_by_one(program: Program) -> dict[str, Any]:
    """Ours and zen-engine's, on complete applications; ours also where values are missing."""
    decider = Decider(program)
    whole, holed = applications(POOL, 0.0), applications(POOL, 0.01)
    told: dict[str, Any] = {
        "seawall": each_call(decider.decide, whole),
        "seawall, 1 % of values missing": each_call(decider.decide, holed),
    }
    try:
        doors = zen_doors(program)
    except ImportError:
        return told
    severe = {check.id: check.then for check in program.checks}
    for name, door in doors.items():
        for each in whole:
            reasons = door(each)
            assert isinstance(reasons, list)  # noqa: S101 - a comparison of equals only
            ours = decider.decide(each)
            hits = {
                check.id for check, truth in zip(program.checks, ours.truths, strict=True) if truth
            }
            if set(reasons) != hits or not set(ours.reasons) <= severe.keys():
                raise SystemExit(f"{name} answers {reasons}, ours {hits}, for {each}")
        told[name] = each_call(door, whole)
    return told


def in_sql(program: Program, rows: int) -> dict[str, Any]:
    """Decisions a second over Parquet, on two threads: counted, and written as Parquet."""
    base = pa.Table.from_pylist(applications(100_000, 0.01, seed=2))
    many = pa.concat_tables([base] * (rows // base.num_rows))
    many = many.append_column("id", pa.array(range(many.num_rows)))
    columns = tuple(many.column_names)
    told: dict[str, Any] = {"rows": many.num_rows}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "applications.parquet"
        pq.write_table(many, file)
        engine = DuckEngine(Path(folder), threads=2)
        engine.show("application", (file,))
        both = history.decisions(program, columns=columns, keep=("id",))
        outcome = history.outcomes(program, columns=columns, keep=("id",))
        counted = both.then(
            "n", "SELECT outcome, reasons, COUNT(*) AS n FROM decisions GROUP BY 1, 2"
        )
        alone = outcome.then("n", "SELECT outcome, COUNT(*) AS n FROM outcomes GROUP BY 1")
        told["all reasons, counted"] = _rate(lambda: engine.table(counted), many.num_rows)
        told["outcome alone, counted"] = _rate(lambda: engine.table(alone), many.num_rows)
        target = Path(folder) / "decided.parquet"
        told["all reasons, written"] = _rate(lambda: engine.write(both, target), many.num_rows)
        told["outcome alone, written"] = _rate(lambda: engine.write(outcome, target), many.num_rows)
        engine.close()
    return told


def _rate(run: Callable[[], object], rows: int) -> dict[str, Any]:
    taken = []
    for _ in range(4):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    best = min(taken[1:])
    return {"seconds": round(best, 3), "per_second": round(rows / best)}


def loading(rules: int) -> dict[str, Any]:
    """Milliseconds from a text to a decision, for a policy of many rules: half simple, half larger.

    The lines for missing values are compiled when the first such application comes: told apart.
    """
    head, _, _ = THIRTY.read_text(encoding="utf-8").partition("rules:\n")
    whens = (
        "age < {n}", "score > {n} AND amount > 10 * income_monthly OR burden > 0.{n} AND lenders > 3",
    )  # fmt: skip
    lines = [
        f"  - {{id: r{n}, when: {whens[n % 2].format(n=n)!r}, then: decline, "
        "reason: {en: See the rule., zh: 见规则。}, cite: B}\n"
        for n in range(rules)
    ]
    text = head + "rules:\n" + "".join(lines)
    taken: dict[str, list[float]] = {"yaml": [], "reading": [], "compiling": [], "missing": []}
    (usual,) = applications(1, 0.0)
    for _ in range(15):
        start = time.perf_counter()
        placed = pack.parse_placed(text, "many.yaml", Sheet)
        parsed = time.perf_counter()
        program = reading.program([placed])
        read = time.perf_counter()
        decider = Decider(program)
        decider.decide(usual)
        done = time.perf_counter()
        decider.decide({})
        last = time.perf_counter()
        steps = (parsed - start, read - parsed, done - read, last - done)
        for name, value in zip(taken, steps, strict=True):
            taken[name].append(value * 1000)
    parts = {name: round(statistics.median(each), 1) for name, each in taken.items()}
    wholes = [sum(each[:3]) for each in zip(*taken.values(), strict=True)]
    whole = {"whole_ms": statistics.median(wholes), "best_ms": min(wholes)}
    return {"rules": rules, **parts, **{name: round(value, 1) for name, value in whole.items()}}


def main() -> None:
    """Measure, print, and keep the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    program = packs.policy(str(THIRTY))
    told = {
        "bars": BARS, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
        "python": sys.version.split()[0], "pool": POOL,
        "one": one_by_one(program), "loading": loading(500), "sql": in_sql(program, rows),
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "policy.json").write_text(json.dumps(told, indent=1) + "\n")
    page = _page(told)
    (RESULTS / "policy.md").write_text(page)
    print(page)


def _page(told: Mapping[str, Any]) -> str:
    one, sql, load = told["one"], told["sql"], told["loading"]
    ours = one["seawall"]["median_us"]
    columns = ("yaml", "reading", "compiling", "whole_ms", "best_ms", "missing")
    lines = [
        "# Deciding", "", f"Bars: {told['bars']}.", "",
        f"{told['cores']} cores, Python {told['python']}, load {told['load']} at the start.", "",
        f"## One decision, 30 rules with reasons ({told['pool']:,} applications in turn)", "",
        "| engine | median µs | p99 µs | against ours |", "|---|---:|---:|---:|",
        *(f"| {name} | {each['median_us']:.2f} | {each['p99_us']:.2f} | "
          f"{each['median_us'] / ours:.1f} |" for name, each in one.items()),
        "", f"## In DuckDB, {sql['rows']:,} applications from Parquet, 2 threads", "",
        "| | seconds | decisions/s |", "|---|---:|---:|",
        *(f"| {name} | {each['seconds']:.2f} | {each['per_second']:,} |"
          for name, each in sql.items() if isinstance(each, dict)),
        "", f"## From text to decision, {load['rules']} rules", "",
        "| YAML ms | reading ms | compiling ms | whole ms | best ms | lines for missing values ms |",
        "|---:|---:|---:|---:|---:|---:|",
        "| " + " | ".join(str(load[name]) for name in columns) + " |", "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main()
