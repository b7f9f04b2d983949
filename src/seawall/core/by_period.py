"""What the SQL of every trend is made of: periods, the facts that fall into them, the full grid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from seawall.core.measure import Arithmetic, Period, Span, period_start
from seawall.core.steps import Steps


@dataclass(frozen=True)
class Facts:
    """Rows that trends count, and when each is known.

    Attributes:
        rows: the FROM clause.
        day: SQL of the day on which a row happened and was known; a date.
        segments: SQL of each segment, by its name.
        joined: more of the FROM clause, for segments that need it; left out where none is asked.
    """

    rows: str
    day: str
    segments: Mapping[str, str] = field(default_factory=dict)
    joined: str = ""

    def source(self, span: Span) -> str:
        """The FROM clause that a span needs."""
        return f"{self.rows} {self.joined}" if span.by else self.rows

    def keys(self, span: Span) -> str:
        """The span's segments as named columns, each with its comma."""
        return "".join(f"{self.segments[name]} AS {name}, " for name in span.by)


def ends_on(day: str, period: Period) -> str:
    """The last day of a day's period, as SQL."""
    if period == "month":
        return f"LAST_DAY({day})"
    if period == "week":
        return f"CAST(DATE_TRUNC('week', {day}) + INTERVAL 6 DAY AS DATE)"
    return day


def inside(day: str, span: Span, *, earlier_days: int = 0) -> str:
    """Whether a day falls into the span's periods, or so many days before them, as SQL."""
    ends = span.ends()
    since = period_start(ends[0], span.period) - timedelta(days=earlier_days)
    return f"{day} BETWEEN DATE '{since}' AND DATE '{ends[-1]}'"


def periods(span: Span) -> str:
    """Every period's last day, as a SELECT of `ends_on`."""
    rows = ", ".join(f"(DATE '{end}')" for end in span.ends())
    return f"SELECT day AS ends_on FROM (VALUES {rows}) AS listed(day)"


def grouped(span: Span, *more: str) -> str:
    """A GROUP BY clause over the segments and more columns."""
    return f"GROUP BY {', '.join((*span.by, *more))}"


def same(span: Span, left: str, right: str) -> str:
    """A join condition on the segments, in which an unknown segment equals itself."""
    return "".join(f" AND {left}.{n} IS NOT DISTINCT FROM {right}.{n}" for n in span.by)


@dataclass(frozen=True)
class Summary:
    """One pass over facts that many trends are read from: sums by period, segments and more keys.

    Its step is the first one of each such trend and has the same words in all of them, so that
    `sharing.answers` need run it only once.

    Attributes:
        name: the step's.
        facts: the rows.
        sums: aggregates over rows, as SQL, by the column that holds them.
        keys: more columns to sum by, as SQL, by name.
        where: which rows.
    """

    name: str
    facts: Facts
    sums: Mapping[str, str]
    keys: Mapping[str, str] = field(default_factory=dict)
    where: str = "TRUE"

    def steps(self, span: Span, *, earlier_days: int = 0) -> Steps:
        """The pass; with some days before the span, for trends that look back."""
        end = ends_on(self.facts.day, span.period)
        segments = {name: self.facts.segments[name] for name in span.by}
        columns = [*segments.items(), ("ends_on", end), *self.keys.items(), *self.sums.items()]
        listed = ", ".join(f"{sql} AS {name}" for name, sql in columns)
        happened = inside(self.facts.day, span, earlier_days=earlier_days)
        return Steps().then(self.name, f"""
SELECT {listed}
FROM {self.facts.source(span)}
WHERE {happened} AND {self.where}
GROUP BY {", ".join((*segments.values(), end, *self.keys.values()))}""")  # fmt: skip

    def trend(self, span: Span, arithmetic: Arithmetic, *, part: str, whole: str = "NULL") -> Steps:
        """A trend that is read from the pass.

        Args:
            span: what is asked.
            arithmetic: how its value comes of its row.
            part: an aggregate over the pass's rows, as SQL.
            whole: the same, of what the value is told against.
        """
        steps = self.steps(span).then("read", f"""
SELECT {span.keys()}ends_on, {part} AS part, {whole} AS whole
FROM {self.name} {grouped(span, "ends_on")}""")  # fmt: skip
        return told(steps, span, arithmetic)


def counted(
    facts: Facts, span: Span, arithmetic: Arithmetic, *, sums: tuple[str, str], where: str = "TRUE"
) -> Steps:
    """A trend that has a pass over its facts to itself.

    Args:
        facts: the rows.
        span: what is asked.
        arithmetic: how its value comes of its row.
        sums: aggregates over a period's rows, as SQL: the part, and the whole.
        where: which rows.
    """
    part, whole = sums
    own = Summary("happened", facts, {"part": part, "whole": whole}, where=where)
    return told(own.steps(span), span, arithmetic)


def standing(facts: Facts, span: Span, *, ended: str, where: str = "TRUE") -> Steps:
    """A level: how many things that had begun by a period's end had not ended by then.

    Args:
        facts: one row a thing; its day is the one it begins to count on.
        span: what is asked.
        ended: SQL of the day it ended; NULL where it has not.
        where: which things.
    """
    first, last = span.ends()[0], span.ends()[-1]
    moves = " UNION ALL ".join(
        f"SELECT {facts.keys(span)}{day} AS day, {size} AS n FROM {facts.source(span)} "
        f"WHERE {day} <= DATE '{last}' AND {facts.day} <= DATE '{last}' AND {where}"
        for day, size in ((facts.day, 1), (ended, -1))
    )
    end = ends_on(f"GREATEST(day, DATE '{first}')", span.period)
    met = f"CROSS JOIN (SELECT DISTINCT {', '.join(span.by)} FROM moves) AS met"
    over = f"PARTITION BY {', '.join(span.by)} " if span.by else ""
    steps = (
        Steps()
        .then("moves", moves)
        .then("sums", f"""
SELECT {span.keys()}ends_on, SUM(n) AS n FROM (
  SELECT {span.keys()}{end} AS ends_on, n FROM moves
  UNION ALL SELECT {span.keys()}ends_on, 0 AS n FROM ({periods(span)}) AS ends {met if span.by else ""}
) AS together {grouped(span, "ends_on")}""")
        .then("stood", f"""
SELECT {span.keys()}ends_on, SUM(n) OVER ({over}ORDER BY ends_on ROWS UNBOUNDED PRECEDING) AS part,
  NULL AS whole
FROM sums""")
    )  # fmt: skip
    return told(steps, span, "level")


def share_of(condition: str) -> tuple[str, str]:
    """The aggregates of a share: the rows that meet a condition, and all rows."""
    return f"{times(condition)}", "COUNT(*)"


def times(condition: str) -> str:
    """How many rows meet a condition, as SQL."""
    return f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def told(steps: Steps, span: Span, arithmetic: Arithmetic) -> Steps:
    """The last steps of every trend: a row for each period and each segment met.

    Args:
        steps: the last of them gives the segments, `ends_on`, `part` and `whole` where something
            is known.
        span: what is asked.
        arithmetic: a level that is not known stays NULL; all else is zero where nothing happened.
    """
    known = steps.queue[-1].name
    gap = "NULL" if arithmetic == "level" else "0"
    part = f"COALESCE(CAST(k.part AS DOUBLE), {gap})" if gap == "0" else "CAST(k.part AS DOUBLE)"
    sampled = arithmetic in ("share", "mean")
    whole = "COALESCE(CAST(k.whole AS DOUBLE), 0)" if sampled else "CAST(NULL AS DOUBLE)"
    columns = "".join(f"CAST(g.{name} AS VARCHAR) AS {name}, " for name in span.by)
    steps = steps.then("periods", periods(span))
    if span.by:
        steps = steps.then("met", f"SELECT DISTINCT {', '.join(span.by)} FROM {known}").then(
            "grid", f"SELECT {span.keys('m')}p.ends_on FROM periods p CROSS JOIN met m"
        )
    order = "".join(f"{name} NULLS LAST, " for name in span.by)
    return steps.then("trend", f"""
SELECT {columns}g.ends_on, {part} AS part, {whole} AS whole
FROM {"grid" if span.by else "periods"} g
LEFT JOIN {known} k ON k.ends_on = g.ends_on{same(span, "k", "g")}
ORDER BY {order}ends_on""")  # fmt: skip
