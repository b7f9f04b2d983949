"""The expression language in figures: identity over many cases, compile speed, run speed.

python bench/expression.py            # 10,000,000 cases, some minutes on one core
python bench/expression.py 1000000 7  # so many cases, another seed
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from seawall.core.expression import language, reader, sample, types
from seawall.core.expression.check import Checker
from seawall.core.expression.language import Expression
from seawall.core.expression.python import Body, python_function
from seawall.core.expression.sql import sql_input, sql_text
from seawall.core.problem import UnableToUseInput

RESULT = Path(__file__).parent / "results" / "expression.md"
CASES = 10_000_000
RECORDS = 1_000
BATCH = 50
ROWS = 1_000_000
ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
INPUTS = {
    "income": types.NUMBER,
    "debt": types.NUMBER,
    "amount": types.NUMBER,
    "age": types.INTEGER,
    "term": types.INTEGER,
    "score": types.INTEGER,
    "enquiries": types.INTEGER,
    "city": types.TEXT,
    "employed": types.BOOLEAN,
    "born_on": types.DATE,
    "applied_on": types.DATE,
}
RULES = (
    "age < 18",
    "age > 60",
    "income < 3000",
    "debt / income > 0.5",
    "amount > income * 12",
    "city IN ('A', 'B', 'C')",
    "score < 550",
    "score IS NULL",
    "enquiries >= 6",
    "employed IS NOT TRUE AND income < 5000",
    "term NOT IN (3, 6, 9, 12)",
    "amount BETWEEN 100 AND 500 AND term > 6",
    "amount / term > income * 0.4",
    "city LIKE 'X%'",
    "WHOLE_YEARS(born_on, applied_on) < 18",
)
SMALL = ("age < 18",)
LARGER = ("debt / income > 0.45 AND term IN (12, 24, 36)",)
RECORD = (5000.0, 1000.0, 3000.0, 30, 12, 600, 1, "D", True, date(1990, 1, 1), date(2024, 1, 1))


def expressions(writer: sample.Writer, chance: random.Random) -> Iterator[Expression]:
    """Random expressions without end."""
    while True:
        try:
            yield language.parse(writer.any_expression(chance.randint(1, 4)), inputs=sample.INPUTS)
        except UnableToUseInput:
            continue  # too large


def identity(cases: int, seed: int) -> int:
    """How many answers differ between Python and DuckDB, to the last bit."""
    chance = random.Random(seed)  # noqa: S311 - repeatable samples, no secrets
    stream = expressions(sample.Writer(chance), chance)
    names, found, done = list(sample.INPUTS), 0, 0
    with duckdb.connect(config={"threads": 1}) as connection:
        while done < cases:
            records = list(sample.records(chance, RECORDS))
            columns = {
                name: pa.array([record[index] for record in records], ARROW[type_.kind])
                for index, (name, type_) in enumerate(sample.INPUTS.items())
            }
            connection.register("record", pa.table(columns))
            batch = [next(stream) for _ in range(BATCH)]
            text = ", ".join(f"{sql_text(each)} AS c{i}" for i, each in enumerate(batch))
            rows = connection.execute(f"SELECT {text} FROM record").fetchall()
            for column, each in enumerate(batch):
                function = python_function(each)
                places = [names.index(name) for name in each.names]
                for record, row in zip(records, rows, strict=True):
                    # repr tells True from 1, 1 from 1.0 and 0.0 from -0.0, and numbers exactly.
                    answer = function(*[record[place] for place in places])
                    if repr(answer) != repr(row[column]):
                        found += 1
                        print("DIFFERENT", each.text, record, answer, row[column])
            done += RECORDS * BATCH
    return found


def seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def compiling(rules_of: tuple[str, ...], count: int) -> None:
    """What it costs to load rules."""
    texts = [rules_of[index % len(rules_of)] for index in range(count)]
    forms = [reader.read(text, language.NOWHERE) for text in texts]
    form = seconds(lambda: [reader.read(text, language.NOWHERE) for text in texts])
    check = seconds(
        lambda: [Checker(INPUTS, language.NOWHERE).node(each) for each in forms]  # type: ignore[arg-type]
    )
    read = seconds(lambda: [language.parse(text, inputs=INPUTS) for text in texts])
    rules = [language.parse(text, inputs=INPUTS) for text in texts]
    generate = seconds(lambda: body_of(rules))
    source_body, returns = body_of(rules)
    compile_ = seconds(lambda: source_body.function(returns))
    to_sql = seconds(lambda: [sql_text(rule, clean=True) for rule in rules])
    total = (read + generate + compile_) * 1e3
    first = f"{count} rules such as {texts[0]!r}: read and check {read * 1e3:.1f} ms"
    print(f"{first} ({form / count * 1e6:.1f} + {check / count * 1e6:.1f} µs each),")
    print(f"  generate {generate * 1e3:.1f} ms, compile {compile_ * 1e3:.1f} ms:")
    print(f"  {total:.1f} ms in all; SQL {to_sql * 1e3:.1f} ms")


def body_of(rules: list[Expression]) -> tuple[Body, str]:
    """All rules in one function."""
    body = Body()
    for name, type_ in INPUTS.items():
        body.take(name, type_)
    return body, f"({', '.join([body.bind(rule) for rule in rules])},)"


def running() -> None:
    """What an answer costs, in Python and in DuckDB."""
    simple = python_function(language.parse("age < 18", inputs=INPUTS))
    rules = [language.parse(text, inputs=INPUTS) for text in RULES * 2]
    body, returns = body_of(rules)
    function = body.function(returns)
    runs = range(100_000)
    one = seconds(lambda: [simple(30) for _ in runs]) / len(runs)
    all_ = seconds(lambda: [function(*RECORD) for _ in runs]) / len(runs)
    print(f"one rule {one * 1e9:.0f} ns; {len(rules)} rules of one function {all_ * 1e9:.0f} ns")
    with duckdb.connect(config={"threads": 1}) as connection:
        made = (
            "(i * 7919 % 900000) / 100.0 AS income, (i * 104729 % 500000) / 100.0 AS debt, "
            "(i * 31 % 900000) / 100.0 AS amount, 15 + i % 60 AS age, 1 + i % 24 AS term, "
            "400 + i * 13 % 400 AS score, i % 9 AS enquiries, chr(65 + (i % 26)::INT) AS city, "
            "i % 5 > 0 AS employed, DATE '1960-01-01' + (i % 17000)::INT AS born_on, "
            "DATE '2024-01-01' + (i % 300)::INT AS applied_on"
        )
        connection.execute(
            f"CREATE TABLE given AS SELECT {made} FROM range({ROWS}) t(i)"
        ).fetchall()
        columns = ", ".join(f"{sql_input(name, type_)} AS {name}" for name, type_ in INPUTS.items())
        values = ", ".join(
            f"count_if({sql_text(rule, clean=True)}) AS c{i}" for i, rule in enumerate(rules)
        )
        query = f"WITH clean AS (SELECT {columns} FROM given) SELECT {values} FROM clean"
        took = seconds(lambda: connection.execute(query).fetchall(), 3)
    print(f"DuckDB, 1 thread: {ROWS / took / 1e6:.2f} million records/s through {len(rules)} rules")


def main() -> None:
    """Print all figures."""
    given = [int(word) for word in sys.argv[1:]]
    cases, seed = (*given, *(CASES, 1)[len(given) :])
    for conditions in (RULES, SMALL, LARGER, SMALL + LARGER):
        compiling(conditions, 500)
    running()
    began = time.perf_counter()
    found = identity(cases, seed)
    took = time.perf_counter() - began
    told = (
        f"{cases:,} cases, seed {seed}: {found} differences between Python and DuckDB, {took:.0f} s"
    )
    print(told)
    RESULT.write_text(
        f"# Identity of the expression language\n\n{told}.\n\n"
        f"A case is one random expression (depth 1 to 4) over one random record: NULL, NaN, infinities, "
        f"extremes, texts of any script; answers are compared to the last bit. "
        f"DuckDB {duckdb.__version__}, Python {sys.version.split()[0]}.\n"
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
