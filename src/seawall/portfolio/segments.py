"""Segments: how a measure's answer is broken down by what a loan is, or by when it was made."""

from seawall.core.measure import Question
from seawall.portfolio import selecting, tape

VINTAGES = {
    "vintage_year": "CAST(EXTRACT(YEAR FROM l.disbursed_on) AS VARCHAR)",
    "vintage_quarter": "CAST(EXTRACT(YEAR FROM l.disbursed_on) AS VARCHAR) || '-Q' || "
    "CAST(CAST(FLOOR((EXTRACT(MONTH FROM l.disbursed_on) + 2) / 3) AS INTEGER) AS VARCHAR)",
}
"""Segments by the time of disbursement."""

NAMES: tuple[str, ...] = (*tape.SEGMENTS, *VINTAGES)
"""Everything that `by` may name."""


def named(question: Question, table: str = "l") -> str:
    """The question's segments as columns over the loan table, each with its comma."""
    columns = (f"{VINTAGES.get(name, f'{table}.{name}')} AS {name}, " for name in question.by)
    return "".join(columns)


def months(question: Question, columns: str, condition: str = "TRUE") -> str:
    """Rows of `month_end` up to the analysis date, with the question's segments in front.

    The loan table is joined only where a segment asks for it: most of a measure's time is this
    scan, and the join would double it.
    """
    join = "JOIN loan l ON l.loan_id = m.loan_id" if question.by else ""
    return f"""
SELECT {named(question)}{columns}
FROM month_end m {join}
WHERE m.month_end <= {question.day} AND {condition}
"""


def loans(question: Question, columns: str, condition: str = "TRUE") -> str:
    """Rows of `loan` disbursed up to the analysis date, with the question's segments in front."""
    return f"""
SELECT {named(question)}{columns}
FROM loan l
WHERE l.disbursed_on <= {question.day} AND {condition}
"""


def calendar(question: Question) -> str:
    """The relation that has every month-end of the book, whichever loans are asked about."""
    return f"{selecting.WHOLE}month_end" if question.only else "month_end"


def latest(question: Question) -> str:
    """The last month-end on or before the analysis date, as a scalar subquery."""
    return f"(SELECT MAX(month_end) FROM {calendar(question)} WHERE month_end <= {question.day})"


def same(question: Question, left: str, right: str) -> str:
    """A join condition on the segments, in which an unknown segment equals itself."""
    return "".join(f" AND {left}.{n} IS NOT DISTINCT FROM {right}.{n}" for n in question.by)


def ratio(part: str, whole: str) -> str:
    """A share as SQL: floating, NULL where there is no whole."""
    return f"CAST({part} AS DOUBLE) / NULLIF(CAST({whole} AS DOUBLE), 0)"


def grouped(question: Question, *more: str) -> str:
    """A GROUP BY clause over the segments and more columns; empty where there is none."""
    names = (*question.by, *more)
    return f"GROUP BY {', '.join(names)}" if names else ""


def ordered(question: Question, *more: str) -> str:
    """An ORDER BY clause over the segments and more columns; empty where there is none."""
    names = (*(f"{name} NULLS LAST" for name in question.by), *more)
    return f"ORDER BY {', '.join(names)}" if names else ""


def over(question: Question, *more: str, order: str = "") -> str:
    """A window over the rows of one segment (and of more columns), in an order where one is given.

    With an order the window runs from the first row to the current one.
    """
    names = (*question.by, *more)
    partition = f"PARTITION BY {', '.join(names)}" if names else ""
    running = f" ORDER BY {order} ROWS UNBOUNDED PRECEDING" if order else ""
    return f"OVER ({partition}{running})"
