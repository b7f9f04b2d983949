"""Which activity directly follows which, how long between them, where cases begin and end."""

from seawall.cases.process import log
from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text

_FROM = Column("activity", "label", Text(en="from", zh="前一活动"))
_TO = Column("next_activity", "label", Text(en="to", zh="后一活动"))
_TIMES = Column("times", "count", Text(en="times", zh="次数"))
_CASES = Column("cases", "count", log.CASES)
_MEDIAN = Column("median_hours", "hours", Text(en="median hours", zh="间隔中位数（小时）"))


def edges() -> Measure:
    """The measure `graph`."""
    return Measure(
        name="graph",
        title=Text(en="Directly-follows graph", zh="直接跟随图"),
        meaning=Text(
            en="Two activities next to each other in a case: how often, in how many cases, and the "
            "time between their rows (median, mean, nine tenths by nearest rank).",
            zh="同一案件中前后相邻的两个活动：次数、案件数，以及两行之间的间隔"
            "（中位数、均值、最近秩九成分位）。",
        ),
        columns=(
            _FROM, _TO, _TIMES, _CASES, _MEDIAN,
            Column("mean_hours", "hours", Text(en="mean hours", zh="间隔均值（小时）")),
            Column("p90_hours", "hours", Text(en="90 % within hours", zh="九成不超过（小时）")),
        ),
        steps=_edges,
        source="van der Aalst (2016), Process Mining, 2nd ed., ch. 6: the directly-follows relation",
    )  # fmt: skip


def ends() -> Measure:
    """The measure `ends`."""
    return Measure(
        name="ends",
        title=Text(en="Where cases begin and end", zh="案件的起点与终点"),
        meaning=Text(
            en="How many cases have an activity as their first row, and as their last so far; of a "
            "case that is still open, the last row is no end.",
            zh="以某活动为首行、以及截至分析日为末行的案件数；未结案件的末行并非终点。",
        ),
        columns=(
            Column("activity", "label", log.ACTIVITY),
            Column("started", "count", Text(en="begin", zh="起始案件")),
            Column("started_share", "share", Text(en="share", zh="起始占比")),
            Column("ended", "count", Text(en="last so far", zh="末行案件")),
            Column("ended_share", "share", Text(en="share", zh="末行占比")),
        ),
        steps=_ends,
        source="van der Aalst (2016), Process Mining, 2nd ed., ch. 6",
    )


def bottlenecks() -> Measure:
    """The measure `bottlenecks`."""
    return Measure(
        name="bottlenecks",
        title=Text(en="Bottlenecks", zh="瓶颈"),
        meaning=Text(
            en="Steps from one activity to the next by the time that all cases spent between them: "
            "the sum in hours, its share of all time, and the sum of shares so far. The shares of "
            "all steps sum to one.",
            zh="按所有案件在相邻两活动之间耗用的总时间排列：合计小时、占全部时间比例及累计占比。"
            "各步占比之和为1。",
        ),
        columns=(
            _FROM, _TO, _TIMES, _MEDIAN,
            Column("total_hours", "hours", Text(en="hours in all", zh="合计小时")),
            Column("share", "share", Text(en="share of all time", zh="占全部时间")),
            Column("share_so_far", "share", Text(en="so far", zh="累计占比")),
        ),
        steps=_bottlenecks,
        source="Market practice",
    )  # fmt: skip


def handovers() -> Measure:
    """The measure `handovers`."""
    return Measure(
        name="handovers",
        title=Text(en="Handovers", zh="交接"),
        meaning=Text(
            en="Two rows next to each other in a case by two known and different actors: how often, "
            "in how many cases, and the time between them. A row without an actor hands nothing over.",
            zh="同一案件相邻两行由两名已知且不同的经办人完成：次数、案件数与间隔。无经办人的行不计。",
        ),
        columns=(
            Column("actor", "label", Text(en="from", zh="交出人")),
            Column("next_actor", "label", Text(en="to", zh="接手人")),
            _TIMES, _CASES, _MEDIAN,
        ),
        steps=_handovers,
        source="van der Aalst & Song (2004), BPM: handover of work",
    )  # fmt: skip


def moves(question: Question) -> Steps:
    """The step `moves`: each row of a case with the row before it, and the time between them."""
    before = "OVER (PARTITION BY case_id ORDER BY position)"
    return (
        log.events(question)
        .then("paired", f"""
SELECT {question.keys()}case_id, position, LAG(activity) {before} AS activity,
  activity AS next_activity, LAG(actor) {before} AS actor, actor AS next_actor,
  happened_us - LAG(happened_us) {before} AS waited_us
FROM events""")
        .then("moves", "SELECT * FROM paired WHERE position > 1")
    )  # fmt: skip


def _edges(question: Question) -> Steps:
    pair = ("activity", "next_activity")
    return (
        moves(question)
        .then("placed", f"SELECT *, {log.ranked(question, *pair, by='waited_us')} FROM moves")
        .then("graph", f"""
SELECT {question.keys()}activity, next_activity, COUNT(*) AS times,
  COUNT(DISTINCT case_id) AS cases, {log.median_hours("waited_us")} AS median_hours,
  {log.hours("SUM(waited_us)")} / COUNT(*) AS mean_hours,
  {log.hours(log.nearest_rank("waited_us"))} AS p90_hours
FROM placed {log.grouped(question, *pair)}
{log.ordered(question, "times DESC", *pair)}""")
    )  # fmt: skip


def _bottlenecks(question: Question) -> Steps:
    order = "waited_us DESC, activity, next_activity"
    whole = f"SUM(waited_us) {log.over(question)}"
    return (
        moves(question)
        .then("summed", f"""
SELECT {question.keys()}activity, next_activity, COUNT(*) AS times,
  {log.median_hours("waited_us")} AS median_hours, SUM(waited_us) AS waited_us
FROM moves {log.grouped(question, "activity", "next_activity")}""")
        .then("shared", f"""
SELECT {question.keys()}activity, next_activity, times, median_hours, waited_us,
  {log.hours("waited_us")} AS total_hours, {log.ratio("waited_us", whole)} AS share,
  {log.ratio(f"SUM(waited_us) {log.over(question, order=order)}", whole)} AS share_so_far
FROM summed""")
        .then("bottlenecks", f"""
SELECT {question.keys()}activity, next_activity, times, median_hours, total_hours, share, share_so_far
FROM shared
{log.ordered(question, order)}""")
    )  # fmt: skip


def _ends(question: Question) -> Steps:
    return (
        log.events(question)
        .then("outermost", f"""
SELECT {question.keys()}activity, CASE WHEN position = 1 THEN 1 ELSE 0 END AS first_row,
  CASE WHEN position = COUNT(*) OVER (PARTITION BY case_id) THEN 1 ELSE 0 END AS last_row
FROM events""")
        .then("counted", f"""
SELECT {question.keys()}activity, SUM(first_row) AS started, SUM(last_row) AS ended
FROM outermost {log.grouped(question, "activity")}""")
        .then("ends", f"""
SELECT {question.keys()}activity, started, {log.ratio("started", f"SUM(started) {log.over(question)}")}
  AS started_share, ended, {log.ratio("ended", f"SUM(ended) {log.over(question)}")} AS ended_share
FROM counted WHERE started + ended > 0
{log.ordered(question, "started DESC", "ended DESC", "activity")}""")
    )  # fmt: skip


def _handovers(question: Question) -> Steps:
    return moves(question).then("handovers", f"""
SELECT {question.keys()}actor, next_actor, COUNT(*) AS times, COUNT(DISTINCT case_id) AS cases,
  {log.median_hours("waited_us")} AS median_hours
FROM moves WHERE actor <> next_actor
{log.grouped(question, "actor", "next_actor")}
{log.ordered(question, "times DESC", "actor", "next_actor")}""")  # fmt: skip
