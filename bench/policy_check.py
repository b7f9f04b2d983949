"""How long the check of a policy takes: a large table, an adversarial one, a policy of 30 rules.

python bench/policy_check.py   # some seconds; prints, and writes bench/results/policy_check.json
"""

import json
import platform
import random
import time
from functools import partial
from pathlib import Path

from seawall.core import pack
from seawall.policy import check, reading
from seawall.policy.declaration import Sheet
from seawall.policy.finding import Finding
from seawall.policy.program import Program

RESULTS = Path(__file__).parent / "results" / "policy_check.json"
SEED = 7
HEAD = (
    "id: bench\ntitle: {en: b, zh: 测}\nabout: {en: b, zh: 测}\nsince: 2026-01-01\ncite: internal\n"
)
TITLE = "title: {en: x, zh: 项}"
REPEATED, RANGE, SIDE, LIST = 0.05, 0.3, 0.5, 0.6
"""How often a row repeats another; up to which dice a cell is a range, one-sided, a list; else free."""
RULE = "  - {id: r, when: c0 < 0, then: decline, reason: {en: R., zh: 理由。}, cite: internal}\n"


def table_of(rows: list[dict[str, str]], columns: int, hit: str) -> Program:
    """A policy with one table over whole-number inputs."""
    names = [f"c{number}" for number in range(columns)]
    inputs = "".join(
        f"  {name}: {{type: integer, {TITLE}, least: 0, most: 1000}}\n" for name in names
    )
    cells = "".join(
        "      - {when: {"
        + ", ".join(f'{k}: "{v}"' for k, v in row.items())
        + "}, give: {limit: 1}}\n"
        for row in rows
    )
    text = (
        f"{HEAD}inputs:\n{inputs}tables:\n  t:\n    {TITLE}\n    hit: {hit}\n"
        f"    columns: {{{', '.join(f'{name}: {name}' for name in names)}}}\n"
        f"    gives: {{limit: {{type: number, {TITLE}}}}}\n    rows:\n{cells}rules:\n{RULE}"
        "offer: [limit]\n"
    )
    return reading.program([pack.parse_placed(text, "bench.yaml", Sheet)])


def mixed(rows: int, columns: int, chance: random.Random) -> list[dict[str, str]]:
    """Rows as people write them: some columns bounded, some free; one in twenty repeats another."""
    made: list[dict[str, str]] = []
    for _ in range(rows):
        if made and chance.random() < REPEATED:
            made.append(dict(chance.choice(made)))
            continue
        row = {}
        for name in (f"c{number}" for number in range(columns)):
            dice, low = chance.random(), chance.randrange(0, 900, 10)
            if dice < RANGE:
                row[name] = f"BETWEEN {low} AND {low + chance.randrange(20, 400, 10)}"
            elif dice < SIDE:
                row[name] = f"{chance.choice(('<', '>='))} {low + 50}"
            elif dice < LIST:
                row[name] = f"IN ({low}, {low + 1}, {low + 2})"
        made.append(row or {"c0": "< 0"})
    return made


def grid(columns: int, chance: random.Random) -> list[dict[str, str]]:
    """A full split of the space, as a scoring tree makes it: no gap, no overlap."""
    bands = [{f"c{number}": cell} for number in range(columns) for cell in ("< 500", ">= 500")]
    rows: list[dict[str, str]] = [{}]
    for number in range(9):
        low, high = bands[2 * number], bands[2 * number + 1]
        rows = [{**row, **each} for row in rows for each in (low, high)][:500]
    chance.shuffle(rows)
    return rows


def hard(rows: int, columns: int, chance: random.Random) -> list[dict[str, str]]:
    """A random formula of three literals a clause, near where such formulas are hardest."""
    made = []
    for _ in range(rows):
        names = chance.sample(range(columns), 3)
        made.append({f"c{number}": chance.choice(("< 500", ">= 500")) for number in names})
    return made


INPUTS = {
    "income": "{type: number, least: 0, T}",
    "debt": "{type: number, least: 0, T}",
    "amount": "{type: number, least: 0, T}",
    "age": "{type: integer, least: 0, most: 130, required: true, T}",
    "term": "{type: integer, least: 1, most: 60, T}",
    "score": "{type: integer, least: 300, most: 900, T}",
    "enquiries": "{type: integer, least: 0, T}",
    "city": "{type: text, among: [A, B, C, D, E], T}",
    "employed": "{type: boolean, T}",
    "born_on": "{type: date, T}",
    "applied_on": "{type: date, T}",
}
RULES = (
    "age < {0} + 17",
    "age > 90 - {0}",
    "income < 3000 + {0}",
    "dti > 0.9 - {0} / 1000",
    "amount > income * (13 - {0} / 100)",
    "city = 'A' AND score < 560 + {0}",
    "score < 540 + {0}",
    "score IS NULL AND amount > 1000 * {0}",
    "enquiries >= 30 - {0} / 50",
    "employed IS NOT TRUE AND income < 5000 + {0}",
    "term NOT IN (3, 6, 9, 12, 24, {0})",
    "amount BETWEEN 100 AND 500 + {0} AND term > 6",
    "instalment > income * (0.4 + {0} / 1000)",
    "COALESCE(enquiries, 0) > 50 + {0}",
    "WHOLE_YEARS(born_on, applied_on) < 17 + {0}",
)


def rules(count: int) -> Program:
    """A policy of many rules, two derived values, nine required or optional inputs."""
    inputs = "".join(f"  {k}: {v.replace('T}', TITLE + '}')}\n" for k, v in INPUTS.items())
    lines = "".join(
        f'  - {{id: r{number}, when: "{RULES[number % len(RULES)].format(number // len(RULES))}", '
        f"then: {('decline', 'refer')[number % 2]}, reason: {{en: R., zh: 理由。}}, cite: internal}}\n"
        for number in range(count)
    )
    derived = (
        f"derived:\n  dti: {{{TITLE}, is: debt / income}}\n"
        f"  instalment: {{{TITLE}, is: amount / term * 1.1}}\n"
    )
    text = f"{HEAD}inputs:\n{inputs}{derived}rules:\n{lines}"
    return reading.program([pack.parse_placed(text, "bench.yaml", Sheet)])


def whole(count: int) -> tuple[float, list[Finding]]:
    """The whole check of a policy of many rules, once."""
    program = rules(count)
    began = time.perf_counter()
    found = list(check.findings(program, seconds=60))
    return time.perf_counter() - began, found


def timed(program: Program) -> tuple[float, list[Finding]]:
    """The best of three, and what was found."""
    best, found = float("inf"), list[Finding]()
    for _ in range(3):
        began = time.perf_counter()
        found = list(check.tables(program))
        best = min(best, time.perf_counter() - began)
    return best, found


def main() -> None:
    """Print and store all figures."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable samples, no secrets
    cases = {
        "500 x 10, first, mixed": table_of(mixed(500, 10, chance), 10, "first"),
        "500 x 10, unique, mixed": table_of(mixed(500, 10, chance), 10, "unique"),
        "500 x 10, unique, grid": table_of(grid(10, chance), 10, "unique"),
        "500 x 10, first, grid": table_of(grid(10, chance), 10, "first"),
        "150 x 35, first, hard": table_of(hard(150, 35, chance), 35, "first"),
        "500 x 60, first, hard": table_of(hard(260, 60, chance), 60, "first"),
    }
    figures = {}
    runs = {name: partial(timed, program) for name, program in cases.items()}
    runs |= {f"{count} rules, whole check": partial(whole, count) for count in (30, 100)}
    for name, run in runs.items():
        took, found = run()
        kinds = {code: sum(each.kind.code == code for each in found)
                 for code in sorted({each.kind.code for each in found})}  # fmt: skip
        figures[name] = {"seconds": round(took, 3), "found": kinds}
        print(f"{name}: {took:.3f} s, {kinds}")
    machine = {
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
    }
    RESULTS.write_text(json.dumps({**machine, "cases": figures}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
