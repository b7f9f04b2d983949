"""How long cases take from their first event to their last, and how many come and go."""

from seawall.cases.process import log, variants
from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text

_EVENTS = Column("events", "count", Text(en="events", zh="事件数"))


def summary() -> Measure:
    """The measure `summary`."""
    return Measure(
        name="summary",
        title=Text(en="The log in one row", zh="日志概览"),
        meaning=Text(
            en="Cases, events, variants, activities, actors; hours from each case's first event to "
            "its last so far: least, median, mean, nine tenths by nearest rank, most.",
            zh="案件、事件、变体、活动与经办人数量；各案件首末事件间隔（小时）："
            "最短、中位数、均值、最近秩九成分位、最长。",
        ),
        columns=(
            Column("cases", "count", log.CASES),
            _EVENTS,
            Column("variants", "count", Text(en="variants", zh="变体数")),
            Column("activities", "count", Text(en="activities", zh="活动种类")),
            Column("actors", "count", Text(en="actors", zh="经办人数")),
            Column("first_on", "date", Text(en="first event", zh="首个事件")),
            Column("last_on", "date", Text(en="last event", zh="末个事件")),
            Column("least_hours", "hours", Text(en="shortest, hours", zh="最短（小时）")),
            Column("median_hours", "hours", Text(en="median, hours", zh="中位数（小时）")),
            Column("mean_hours", "hours", Text(en="mean, hours", zh="均值（小时）")),
            Column("p90_hours", "hours", Text(en="90 % within, hours", zh="九成不超过（小时）")),
            Column("most_hours", "hours", Text(en="longest, hours", zh="最长（小时）")),
        ),
        steps=_summary,
        source="Market practice",
    )


def by_case() -> Measure:
    """The measure `durations`."""
    return Measure(
        name="durations",
        title=Text(en="Durations by case", zh="各案件历时"),
        meaning=Text(
            en="By case: events, days (UTC) of the first and the last, hours between them; the "
            "longest first.",
            zh="按案件：事件数、首末事件日期（UTC）与间隔小时；历时最长者在前。",
        ),
        columns=(
            Column("case_id", "label", Text(en="case", zh="案件")),
            _EVENTS,
            Column("began_on", "date", Text(en="first event", zh="首个事件")),
            Column("ended_on", "date", Text(en="last event", zh="末个事件")),
            Column("hours", "hours", Text(en="hours", zh="小时")),
        ),
        steps=_by_case,
        source="Market practice",
    )


def throughput() -> Measure:
    """The measure `throughput`."""
    return Measure(
        name="throughput",
        title=Text(en="Throughput by week", zh="每周处理量"),
        meaning=Text(
            en="By week from Monday (UTC): events, cases that began, cases whose last event it holds, "
            "and those between first and last event at its end. In the last weeks of a log open "
            "cases look ended. A week without an event has no row.",
            zh="按周（周一起，UTC）：事件数、新开案件、末事件落在该周的案件、周末处于首末事件之间的案件。"
            "日志末尾几周，未结案件看似已结。没有事件的周不列。",
        ),
        columns=(
            Column("week", "date", Text(en="week from", zh="周（起始）")),
            _EVENTS,
            Column("began", "count", Text(en="cases begun", zh="新开案件")),
            Column("ended", "count", Text(en="cases ended", zh="末事件案件")),
            Column("running", "count", Text(en="running at its end", zh="周末在途")),
        ),
        steps=_throughput,
        source="Market practice; Little (1961), Operations Research 9(3)",
    )


def _summary(question: Question) -> Steps:
    return (
        variants.traces(question)
        .then("placed", f"""
SELECT *, ended_us - began_us AS took_us, {log.ranked(question, by="ended_us - began_us")}
FROM traces""")
        .then("lasted", f"""
SELECT {question.keys()}COUNT(*) AS cases, SUM(events) AS events, COUNT(DISTINCT trace) AS variants,
  {log.day("MIN(began_us)")} AS first_on, {log.day("MAX(ended_us)")} AS last_on,
  {log.hours("MIN(took_us)")} AS least_hours, {log.median_hours("took_us")} AS median_hours,
  {log.hours("SUM(took_us)")} / COUNT(*) AS mean_hours,
  {log.hours(log.nearest_rank("took_us"))} AS p90_hours, {log.hours("MAX(took_us)")} AS most_hours
FROM placed {log.grouped(question)}""")
        .then("kinds", f"""
SELECT {question.keys()}COUNT(DISTINCT activity) AS activities, COUNT(DISTINCT actor) AS actors
FROM events {log.grouped(question)}""")
        .then("summary", f"""
SELECT {question.keys("l")}l.cases, l.events, l.variants, k.activities, k.actors, l.first_on, l.last_on,
  l.least_hours, l.median_hours, l.mean_hours, l.p90_hours, l.most_hours
FROM lasted l JOIN kinds k ON TRUE
  {"".join(f" AND l.{n} IS NOT DISTINCT FROM k.{n}" for n in question.by)}
WHERE l.cases > 0
{"ORDER BY " + ", ".join(f"l.{n} NULLS LAST" for n in question.by) if question.by else ""}""")
    )  # fmt: skip


def _lives(question: Question) -> Steps:
    return log.events(question).then("lives", f"""
SELECT {question.keys()}case_id, COUNT(*) AS events, MIN(happened_us) AS began_us,
  MAX(happened_us) AS ended_us
FROM events {log.grouped(question, "case_id")}""")  # fmt: skip


def _by_case(question: Question) -> Steps:
    return _lives(question).then("durations", f"""
SELECT {question.keys()}case_id, events, {log.day("began_us")} AS began_on,
  {log.day("ended_us")} AS ended_on, {log.hours("ended_us - began_us")} AS hours
FROM lives
{log.ordered(question, "hours DESC", "case_id")}""")  # fmt: skip


def _throughput(question: Question) -> Steps:
    so_far = log.over(question, order="week")
    return (
        _lives(question)
        .then("moved", f"""
SELECT {question.keys()}{log.monday("happened_us")} AS week, 1 AS events, 0 AS began, 0 AS ended
FROM events
UNION ALL SELECT {question.keys()}{log.monday("began_us")}, 0, 1, 0 FROM lives
UNION ALL SELECT {question.keys()}{log.monday("ended_us")}, 0, 0, 1 FROM lives""")
        .then("weekly", f"""
SELECT {question.keys()}week, SUM(events) AS events, SUM(began) AS began, SUM(ended) AS ended
FROM moved {log.grouped(question, "week")}""")
        .then("throughput", f"""
SELECT {question.keys()}week, events, began, ended,
  SUM(began) {so_far} - SUM(ended) {so_far} AS running
FROM weekly
{log.ordered(question, "week")}""")
    )  # fmt: skip
