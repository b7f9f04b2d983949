"""Compile a policy to SQL steps: the same answers over a relation of applications, by the million.

Text is DuckDB's and transpiles to Spark. Each step adds columns to the one before, as many values
at once as do not need each other.
"""

from collections.abc import Iterator, Sequence

from seawall.core.expression.dialect import KINDS
from seawall.core.expression.language import Expression
from seawall.core.expression.sql import sql_input, sql_text
from seawall.core.expression.types import Type
from seawall.core.steps import Steps, quoted
from seawall.policy.declaration import Input
from seawall.policy.program import (
    OUTCOMES,
    SEVERITY,
    Check,
    Define,
    Lookup,
    LookupRow,
    Program,
    Step,
)

PATTERN_CHECKS = 39
"""Truths of so many checks stand as digits of base three in one 64-bit integer."""


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
    steps = answers(program, source=source, columns=columns, keep=keep)
    patterns = [f'"pattern.{n}"' for n in range(len(_batches(program)))]
    both = " AND ".join(f"d.{p} = r.{p}" for p in patterns)
    offer = [f'd."offer.{name}"' for name in program.offer]
    kept = [f'd."{name}"' for name in keep]
    return (
        steps.then("patterns", f"SELECT DISTINCT {', '.join(patterns)}, severity FROM answers")
        .then("told", f"SELECT {', '.join(patterns)}, {_reasons(program)} AS reasons FROM patterns")
        .then("decisions", f"""
SELECT {", ".join([*kept, _outcome("d.severity"), "r.reasons", *offer])}
FROM answers d JOIN told r ON {both}""")
    )  # fmt: skip


def outcomes(
    program: Program,
    *,
    source: str = "application",
    columns: Sequence[str],
    keep: Sequence[str] = (),
) -> Steps:
    """Decide every row of a relation without saying why; arguments as for `decisions`."""
    steps = truths(program, source=source, columns=columns, keep=keep)
    kept = [f'"{name}"' for name in keep]
    severity = _severity(program)
    return steps.then(
        "outcomes",
        f"""
SELECT {", ".join([*kept, _outcome("severity")])}
FROM (SELECT {", ".join([*kept, severity])} AS severity FROM truths) AS answered""",
    )


def answers(
    program: Program, *, source: str, columns: Sequence[str], keep: Sequence[str] = ()
) -> Steps:
    """Severity, patterns of truths and offers of every row; see `decisions`."""
    steps = truths(program, source=source, columns=columns, keep=keep)
    kept = [f'"{name}"' for name in keep]
    offer = [f'"{name}" AS "offer.{name}"' for name in program.offer]
    patterns = [f'{_pattern(batch)} AS "pattern.{n}"' for n, batch in enumerate(_batches(program))]
    chosen = [*kept, f"{_severity(program)} AS severity", *patterns, *offer]
    return steps.then("answers", f"SELECT {', '.join(chosen)} FROM truths", kept=True)


def truths(
    program: Program, *, source: str, columns: Sequence[str], keep: Sequence[str] = ()
) -> Steps:
    """Every value of the policy by its name, and every check's truth as `check.ID`."""
    has = set(columns)
    kept = [f'"{name}"' for name in keep if name not in program.asked]
    asked = [f'{_asked(program, name, has)} AS "{name}"' for name in program.asked]
    steps = Steps().then("asked", f"SELECT {', '.join([*kept, *asked])} FROM {source}", kept=False)
    last = "asked"
    for number, level in enumerate(_levels(program.steps)):
        made = [text for step in level for text in _columns(step)]
        steps = steps.then(
            f"values_{number}", f"SELECT *, {', '.join(made)} FROM {last}", kept=False
        )
        last = f"values_{number}"
    checks = [f'{_text(check.expression)} AS "check.{check.id}"' for check in program.checks]
    return steps.then("truths", f"SELECT *, {', '.join(checks)} FROM {last}", kept=False)


def _text(expression: Expression) -> str:
    return sql_text(expression, clean=True)


def _asked(program: Program, name: str, has: set[str]) -> str:
    """An input as the policy reads it: of its kind, and missing outside the declared limits."""
    kind = program.types[name]
    if name not in has:
        return f"CAST(NULL AS {_SQL_KINDS[kind.kind]})"
    read = sql_input(name, kind)
    limits = _limits(f"({read})", program.inputs.get(name), kind)
    return f"CASE WHEN {limits} THEN {read} END" if limits else read


_SQL_KINDS = KINDS["duckdb"]


def _limits(value: str, asked: Input | None, kind: Type) -> str:
    if asked is None:
        return ""
    number = "BIGINT" if kind.kind == "integer" else "DOUBLE"
    tests = []
    if asked.least is not None:
        tests.append(f"{value} >= CAST({asked.least!r} AS {number})")
    if asked.most is not None:
        tests.append(f"{value} <= CAST({asked.most!r} AS {number})")
    if asked.among is not None:
        listed = ", ".join(map(quoted, asked.among))
        tests.append(f"{value} IN ({listed})")
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


def _outcome(severity: str) -> str:
    whens = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(OUTCOMES))
    return f"CASE {severity} {whens} END AS outcome"


def _severity(program: Program) -> str:
    """The most severe that any check asks for, as SQL over the columns of `truths`."""
    whens = []
    for severity in (2, 1):
        tests = [test for check in program.checks if (test := _asks_for(check, severity))]
        if tests:
            whens.append(f"WHEN {' OR '.join(tests)} THEN {severity}")
    return f"CASE {' '.join(whens)} ELSE 0 END" if whens else "0"


def _asks_for(check: Check, severity: int) -> str | None:
    """Whether a check asks for an outcome: never NULL, None where it cannot."""
    column = f'"check.{check.id}"'
    holds, open_ = SEVERITY[check.then] == severity, SEVERITY[check.unknown] == severity
    if not check.expression.type.nullable:
        return column if holds else None
    if holds:
        return f"COALESCE({column}, {'TRUE' if open_ else 'FALSE'})"
    return f"{column} IS NULL" if open_ else None


def _batches(program: Program) -> list[tuple[Check, ...]]:
    checks = program.checks
    return [checks[n : n + PATTERN_CHECKS] for n in range(0, len(checks), PATTERN_CHECKS)]


def _pattern(batch: Sequence[Check]) -> str:
    """The truths as digits of base three: false 0, true 1, unknown 2."""
    digits = []
    for place, check in enumerate(batch):
        column = f'"check.{check.id}"'
        digit = f"CASE WHEN {column} THEN {3**place} ELSE 0 END"
        if check.expression.type.nullable:
            digit = f"CASE WHEN {column} THEN {3**place} WHEN {column} IS NULL THEN {2 * 3**place} ELSE 0 END"
        digits.append(f"CAST({digit} AS BIGINT)")
    return " + ".join(digits)


def _reasons(program: Program) -> str:
    """The ids of the checks that ask for the outcome, read back from the patterns."""
    parts = []
    for number, batch in enumerate(_batches(program)):
        for place, check in enumerate(batch):
            digit = f'("pattern.{number}" // {3**place}) % 3'
            for value, follows, name in (
                (1, SEVERITY[check.then], check.id),
                (2, SEVERITY[check.unknown], f"unknown:{check.id}"),
            ):
                if follows:
                    parts.append(
                        f"CASE WHEN {digit} = {value} AND severity = {follows} THEN '{name}' END"
                    )
    return f"CONCAT_WS(' ', {', '.join(parts)})" if parts else "''"
