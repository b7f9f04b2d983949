"""What the checks of a policy ask for, as SQL: conditions, and the bits that reasons are read from.

A check asks for an outcome by being TRUE, or by being unknown. Conditions stand in the text
wherever they are asked for, and not in columns of truths: DuckDB then looks no further once an
outcome is decided, and at no row that another condition has decided.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seawall.core.expression.sql import REPEATED_MOST, sql_text
from seawall.core.expression.tree import null_by_names
from seawall.core.steps import quoted
from seawall.policy.program import OUTCOMES, SEVERITY, Check, Program

BITS = 63
"""So many demands stand as bits in one 64-bit integer, leaving its sign alone."""

SEVERE = (2, 1)
"""The severities that can be asked for, the worst first."""


@dataclass(frozen=True)
class Demand:
    """One answer of a check from which an outcome follows.

    Attributes:
        reason: how the decision names it.
        met: SQL that is TRUE where the check answers so, else FALSE or NULL.
        unknown: whether the answer is that it cannot be told.
    """

    reason: str
    met: str
    unknown: bool = False


def is_costly(check: Check) -> bool:
    """Whether a check's condition is so long that its truth is a column after all, `check.ID`."""
    return len(sql_text(check.expression, clean=True)) > REPEATED_MOST


def _truth(check: Check) -> str:
    text = sql_text(check.expression, clean=True)
    return f'"check.{check.id}"' if is_costly(check) else f"({text})"


def _demands(program: Program, severity: int) -> list[Demand]:
    """Every way in which a check asks for an outcome, in the order of the checks."""
    found = []
    for check in program.checks:
        if SEVERITY[check.then] == severity:
            found.append(Demand(check.id, _truth(check)))
        if SEVERITY[check.unknown] == severity and check.expression.type.nullable:
            found.append(Demand(f"unknown:{check.id}", f"{_truth(check)} IS NULL", unknown=True))
    return found


def conditions(program: Program, severity: int) -> Iterator[str]:
    """Whether an outcome is asked for, in the order in which it is soonest known."""
    demands = _demands(program, severity)
    known = [demand.met for demand in demands if not demand.unknown]
    if known:
        yield " OR ".join(known)
    unknown = [demand.met for demand in demands if demand.unknown]
    if unknown:
        yield f"NOT ({_whole(program, severity)}) AND ({' OR '.join(unknown)})"


def _whole(program: Program, severity: int) -> str:
    """SQL that is TRUE where no check that could ask for an outcome by being unknown is unknown.

    In most rows all that those checks read is there, which is sooner seen than that each of them
    has an answer; only a check that can be unknown by itself (a division by zero) is looked at.
    """
    open_ = [
        check
        for check in program.checks
        if SEVERITY[check.unknown] == severity and check.expression.type.nullable
    ]
    read = dict.fromkeys(name for check in open_ for name in check.expression.names)
    alone = [_truth(check) for check in open_ if not null_by_names(check.expression.node)]
    return " AND ".join(f"{each} IS NOT NULL" for each in [*(f'"{n}"' for n in read), *alone])


def _batches(program: Program, severity: int) -> list[tuple[str, list[Demand]]]:
    """The demands of a severity, as many together as one integer holds, and the integer's name."""
    demands, name = _demands(program, severity), OUTCOMES[severity]
    starts = range(0, max(len(demands), 1), BITS)
    return [(f'"{name}.{n // BITS}"', demands[n : n + BITS]) for n in starts]


def keys(program: Program, severity: int) -> list[str]:
    """The columns of a severity's bits."""
    return [key for key, _ in _batches(program, severity)]


def bits(program: Program, severity: int, *, unless: str = "") -> list[str]:
    """A bit for each demand that is met; none where something worse is asked."""
    made = []
    for key, batch in _batches(program, severity):
        known: list[str] = []
        unknown: list[str] = []
        for n, demand in enumerate(batch):
            bit = f"CASE WHEN {demand.met} THEN CAST({1 << n} AS BIGINT) ELSE {_NO_BITS} END"
            (unknown if demand.unknown else known).append(bit)
        if unknown:
            whole = _whole(program, severity)
            known.append(f"CASE WHEN {whole} THEN {_NO_BITS} ELSE {' | '.join(unknown)} END")
        text = " | ".join(known) or _NO_BITS
        text = f"CASE WHEN {unless} THEN {_NO_BITS} ELSE {text} END" if unless else text
        made.append(f"{text} AS {key}")
    return made


_NO_BITS = "CAST(0 AS BIGINT)"


def outcome(program: Program) -> str:
    """The most severe that is asked for, read back from the bits."""
    whens = [
        f"WHEN {' OR '.join(f'{key} <> 0' for key in keys(program, severity))} "
        f"THEN {quoted(OUTCOMES[severity])}"
        for severity in SEVERE
    ]
    return f"CASE {' '.join(whens)} ELSE {quoted(OUTCOMES[0])} END"


def reasons(program: Program) -> str:
    """What is asked for, read back from the bits."""
    parts = [
        f"CASE WHEN ({key} & CAST({1 << n} AS BIGINT)) <> 0 THEN {quoted(demand.reason)} END"
        for severity in SEVERE
        for key, batch in _batches(program, severity)
        for n, demand in enumerate(batch)
    ]
    return f"CONCAT_WS(' ', {', '.join(parts)})" if parts else "''"
