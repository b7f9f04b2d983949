"""Compile a policy to SQL steps: the same answers over a relation of applications, by the million.

Text is DuckDB's and transpiles to Spark. Each step adds columns to the one before, as many values
at once as do not need each other.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor

from seawall.core.expression.dialect import KINDS, number
from seawall.core.expression.language import Expression
from seawall.core.expression.sql import sql_input, sql_text
from seawall.core.expression.types import NUMBER_MOST, Type
from seawall.core.steps import Steps, quoted
from seawall.policy import demand
from seawall.policy.declaration import Input
from seawall.policy.program import (
    OUTCOMES,
    Define,
    Lookup,
    LookupRow,
    Program,
    Step,
)


def decisions(
    program: Program,
    *,
    source: str = "application",
    columns: Sequence[str],
    keep: Sequence[str] = (),
) -> Steps:
    """Decide every row of a relation.

    Args:
        program: the policy.
        source: the relation's name.
        columns: the columns it has; an input among them of any SQL type of its kind, any other
            input is missing in every row.
        keep: columns to carry along.

    Returns:
        Steps giving, per row, the kept columns, `outcome`, `reasons` (ids joined by spaces, as
        `Decision.reasons`), and `offer.NAME` per offered value.
    """
    steps = asking(program, source=source, columns=columns, keep=keep)
    keys = [key for severity in demand.SEVERE for key in demand.keys(program, severity)]
    both = " AND ".join(f"d.{key} = r.{key}" for key in keys)
    offer = [f'd."offer.{name}"' for name in program.offer]
    kept = [f'd."{name}"' for name in keep]
    told = [*keys, f"{demand.outcome(program)} AS outcome", f"{demand.reasons(program)} AS reasons"]
    return (
        steps.then("patterns", f"SELECT DISTINCT {', '.join(keys)} FROM asking")
        .then("told", f"SELECT {', '.join(told)} FROM patterns")
        .then("decisions", f"""
SELECT {", ".join([*kept, "r.outcome", "r.reasons", *offer])}
FROM asking d JOIN told r ON {both}""")
    )  # fmt: skip


def outcomes(
    program: Program,
    *,
    source: str = "application",
    columns: Sequence[str],
    keep: Sequence[str] = (),
) -> Steps:
    """Decide every row of a relation without saying why; arguments as for `decisions`."""
    steps = values(program, source=source, columns=columns, keep=keep)
    whens = [
        f"WHEN {test} THEN {quoted(OUTCOMES[severity])}"
        for severity in demand.SEVERE
        for test in demand.conditions(program, severity)
    ]
    calm = quoted(OUTCOMES[0])
    outcome = f"CASE {' '.join(whens)} ELSE {calm} END" if whens else calm
    kept = [f'"{name}"' for name in keep]
    return steps.then(
        "outcomes", f"SELECT {', '.join([*kept, f'{outcome} AS outcome'])} FROM {LAST}"
    )


def asking(
    program: Program, *, source: str, columns: Sequence[str], keep: Sequence[str] = ()
) -> Steps:
    """What the checks ask of every row, as bits, and its offers; see `decisions`.

    Less severe demands count only where there is none more severe: they are not reasons then, and
    most rows need not be asked.
    """
    steps = values(program, source=source, columns=columns, keep=keep)
    worst, less = demand.SEVERE
    bits = demand.bits(program, worst)
    steps = steps.then("worst", f"SELECT *, {', '.join(bits)} FROM {LAST}", kept=False)
    asked = " OR ".join(f"{key} <> 0" for key in demand.keys(program, worst))
    chosen = [f'"{name}"' for name in keep] + demand.keys(program, worst)
    chosen += demand.bits(program, less, unless=asked)
    chosen += [f'"{name}" AS "offer.{name}"' for name in program.offer]
    return steps.then("asking", f"SELECT {', '.join(chosen)} FROM worst", kept=True)


LAST = "truths"
"""The step that has every value of the policy by its name, and costly checks as `check.ID`."""


def values(
    program: Program, *, source: str, columns: Sequence[str], keep: Sequence[str] = ()
) -> Steps:
    """Every value of the policy by its name, and the truth of every costly check; see `decisions`."""
    has = set(columns)
    kept = [f'"{name}"' for name in keep if name not in program.asked]
    asked = [f'{_asked(program, name, has)} AS "{name}"' for name in program.asked]
    steps = Steps().then("asked", f"SELECT {', '.join([*kept, *asked])} FROM {source}", kept=False)
    last = "asked"
    for place, level in enumerate(_levels(program.steps)):
        made = [text for step in level for text in _columns(step)]
        steps = steps.then(
            f"values_{place}", f"SELECT *, {', '.join(made)} FROM {last}", kept=False
        )
        last = f"values_{place}"
    costly = [check for check in program.checks if demand.is_costly(check)]
    checks = [f'{_text(check.expression)} AS "check.{check.id}"' for check in costly]
    return steps.then(LAST, f"SELECT {', '.join(['*', *checks])} FROM {last}", kept=False)


def _text(expression: Expression) -> str:
    return sql_text(expression, clean=True)


def _asked(program: Program, name: str, has: set[str]) -> str:
    """An input as the policy reads it: of its kind, and missing outside the declared limits."""
    kind = program.types[name]
    if name not in has:
        return f"CAST(NULL AS {_SQL_KINDS[kind.kind]})"
    read, limits = sql_input(name, kind), _limits(name, program.inputs.get(name), kind)
    return f"CASE WHEN {limits} THEN {read} END" if limits else read


_SQL_KINDS = KINDS["duckdb"]


def _limits(name: str, asked: Input | None, kind: Type) -> str:
    """Tests of a column, TRUE within the declared limits; infinities and NaN are never within."""
    if asked is None or (asked.least, asked.most, asked.among) == (None, None, None):
        return ""
    value, least, most = f'CAST("{name}" AS {_SQL_KINDS[kind.kind]})', asked.least, asked.most
    tests = []
    if kind.kind == "number":
        tests += [f"{value} >= {number(-NUMBER_MOST if least is None else least)}"]
        tests += [f"{value} <= {number(NUMBER_MOST if most is None else most)}"]
    else:
        tests += [f"{value} >= {ceil(least)}"] if least is not None else []
        tests += [f"{value} <= {floor(most)}"] if most is not None else []
    if asked.among is not None:
        tests.append(f"{value} IN ({', '.join(map(quoted, asked.among))})")
    return " AND ".join(tests)


def _levels(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Steps in batches, each of which needs only what batches before it gave."""
    level: dict[str, int] = {}
    batches: dict[int, list[Step]] = {}
    for step in steps:
        own = 1 + max((level.get(name, -1) for name in step.needs), default=-1)
        batches.setdefault(own, []).append(step)
        level |= dict.fromkeys(step.gives, own)
    yield from (batches[number] for number in sorted(batches))


def _columns(step: Step) -> Iterator[str]:
    if isinstance(step, Define):
        yield f'{_text(step.expression)} AS "{step.name}"'
        return
    for place, output in enumerate(step.outputs):
        if output.collect:
            yield f'{_collected(step)} AS "{output.name}"'
            continue
        otherwise = _text(output.otherwise) if output.otherwise else "NULL"
        gives = [f"({_text(row.gives[place])})" for row in step.rows]
        text = (_first if step.hit == "first" else _unique)(step.rows, gives, f"({otherwise})")
        yield f'CAST({text} AS {_SQL_KINDS[output.type.kind]}) AS "{output.name}"'


def _condition(row: LookupRow) -> str:
    return f"({_text(row.condition)})" if row.condition else "TRUE"


def _first(rows: Sequence[LookupRow], gives: Sequence[str], otherwise: str) -> str:
    """The first row that is true; a row before it that may be true leaves the answer open."""
    whens = []
    for row, give in zip(rows, gives, strict=True):
        truth = _condition(row)
        if row.condition is None:
            whens.append(f"WHEN TRUE THEN {give}")
            break
        if row.condition.type.nullable:
            whens.append(f"WHEN COALESCE({truth}, TRUE) THEN CASE WHEN {truth} THEN {give} END")
        else:
            whens.append(f"WHEN {truth} THEN {give}")
    return f"CASE {' '.join(whens)} ELSE {otherwise} END"


def _unique(rows: Sequence[LookupRow], gives: Sequence[str], otherwise: str) -> str:
    """The only row that is true, where no other may be."""
    matched = [f"CASE WHEN COALESCE({_condition(row)}, TRUE) THEN 1 ELSE 0 END" for row in rows]
    count_ = " + ".join(matched)
    whens = [f"WHEN {_condition(row)} THEN {give}" for row, give in zip(rows, gives, strict=True)]
    one = f"CASE {' '.join(whens)} END"
    return f"CASE {count_} WHEN 0 THEN {otherwise} WHEN 1 THEN {one} END"


def _collected(step: Lookup) -> str:
    """All rows that are true, their values joined; NULL where one may be true or has no value."""
    output = step.outputs[0]
    conditions = [_condition(row) for row in step.rows]
    values = [f"({_text(row.gives[0])})" for row in step.rows]
    pairs = list(zip(conditions, values, strict=True))
    open_ = " OR ".join(f"{c} IS NULL OR ({c} AND {v} IS NULL)" for c, v in pairs)
    some = " OR ".join(conditions)
    if output.collect == "sum":
        joined = " + ".join(f"CASE WHEN {c} THEN {v} ELSE 0E0 END" for c, v in pairs)
        joined = f"CASE WHEN ABS({joined}) <= 1.7976931348623157E308 THEN {joined} END"
    else:
        name = "LEAST" if output.collect == "min" else "GREATEST"
        each = [f"CASE WHEN {c} THEN {v} END" for c, v in pairs]
        joined = f"{name}({', '.join(each)})" if len(each) > 1 else each[0]
    otherwise = _text(output.otherwise) if output.otherwise else "NULL"
    text = f"CASE WHEN {open_} THEN NULL WHEN {some} THEN {joined} ELSE {otherwise} END"
    return f"CAST({text} AS {_SQL_KINDS[output.type.kind]})"
