"""What is done: how often, how long it waits to begin, how long it takes, how often it comes again."""

from seawall.cases.process import log
from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text

_ACTIVITY = Column("activity", "label", log.ACTIVITY)
_CASES = Column("cases", "count", log.CASES)


def measure() -> Measure:
    """The measure `activities`."""
    return Measure(
        name="activities",
        title=Text(en="Activities", zh="活动"),
        meaning=Text(
            en="By activity: rows, rows that complete it, cases. Waiting: from the last completion "
            "of anything in the case to the beginning; work: from start to complete. The beginning "
            "is the start row that stands last before the completion with no other completion of "
            "the activity in between, and the completion itself where there is none; a start never "
            "completed is no work, and two at once in one case are not told apart.",
            zh="按活动：行数、完成次数、案件数。等待：案件上一次任意完成到本次开始；作业：开始到完成。"
            "开始取完成之前最近的开始行（其间无同活动的其他完成）；没有开始行的，以完成时刻为开始。"
            "未完成的开始不计作业；同一案件同一活动并行两次不作区分。",
        ),
        columns=(
            _ACTIVITY,
            Column("events", "count", Text(en="rows", zh="行数")),
            Column("completed", "count", Text(en="completed", zh="完成次数")),
            _CASES,
            Column("waiting_median_hours", "hours", Text(en="waiting, median h", zh="等待中位数（时）")),
            Column("waiting_mean_hours", "hours", Text(en="waiting, mean h", zh="等待均值（时）")),
            Column("timed", "count", Text(en="with a start", zh="有开始时刻")),
            Column("working_median_hours", "hours", Text(en="work, median h", zh="作业中位数（时）")),
            Column("working_mean_hours", "hours", Text(en="work, mean h", zh="作业均值（时）")),
        ),
        steps=_activities,
        source="IEEE 1849-2023 (XES), lifecycle extension: schedule, start, complete",
    )  # fmt: skip


def rework() -> Measure:
    """The measure `rework`."""
    return Measure(
        name="rework",
        title=Text(en="Rework", zh="返工"),
        meaning=Text(
            en="Completions of an activity beyond the first of its case: how many cases have them, "
            "how many directly follow a completion of the same activity (loops), how many come back "
            "after another activity (returns). Repeats are loops plus returns.",
            zh="同一案件中某活动首次完成之后的再次完成：涉及案件数；紧接自身的为自循环，"
            "隔有其他活动的为返回。重复 = 自循环 + 返回。",
        ),
        columns=(
            _ACTIVITY,
            _CASES,
            Column("cases_repeating", "count", Text(en="cases that repeat", zh="重复案件数")),
            Column("share", "share", Text(en="their share", zh="重复占比")),
            Column("repeats", "count", Text(en="repeats", zh="重复次数")),
            Column("loops", "count", Text(en="loops", zh="自循环")),
            Column("returns", "count", Text(en="returns", zh="返回")),
            Column("times_most", "count", Text(en="most in one case", zh="单案最多次数")),
        ),
        steps=_rework,
        source="Market practice",
    )


def _activities(question: Question) -> Steps:
    in_case = "OVER (PARTITION BY case_id ORDER BY position"
    same = "OVER (PARTITION BY case_id, activity ORDER BY position)"
    began = "CASE WHEN before_lifecycle = 'start' THEN {0} ELSE {1} END"
    return (
        log.events(question)
        .then("awaited", f"""
SELECT {question.keys()}case_id, activity, position, lifecycle, happened_us,
  happened_us - MAX(CASE WHEN lifecycle = 'complete' THEN happened_us END)
    {in_case} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS waited_us
FROM events""")
        .then("worked", f"""
SELECT *, LAG(lifecycle) {same} AS before_lifecycle, LAG(waited_us) {same} AS before_waited_us,
  happened_us - LAG(happened_us) {same} AS since_us
FROM awaited WHERE lifecycle IN ('start', 'complete')""")
        .then("done", f"""
SELECT {question.keys()}activity, {began.format("before_waited_us", "waited_us")} AS waited_us,
  CASE WHEN before_lifecycle = 'start' THEN since_us END AS worked_us
FROM worked WHERE lifecycle = 'complete'""")
        .then("timed", f"""
SELECT {question.keys()}activity, {log.median_hours("waited_us")} AS waiting_median_hours,
  {log.hours("SUM(waited_us)")} / NULLIF(COUNT(waited_us), 0) AS waiting_mean_hours,
  COUNT(worked_us) AS timed, {log.median_hours("worked_us")} AS working_median_hours,
  {log.hours("SUM(worked_us)")} / NULLIF(COUNT(worked_us), 0) AS working_mean_hours
FROM done {log.grouped(question, "activity")}""")
        .then("counted", f"""
SELECT {question.keys()}activity, COUNT(*) AS events, COUNT(DISTINCT case_id) AS cases,
  COUNT(CASE WHEN lifecycle = 'complete' THEN 1 END) AS completed
FROM events {log.grouped(question, "activity")}""")
        .then("activities", f"""
SELECT {question.keys("c")}c.activity, c.events, c.completed, c.cases, t.waiting_median_hours,
  t.waiting_mean_hours, COALESCE(t.timed, 0) AS timed, t.working_median_hours, t.working_mean_hours
FROM counted c LEFT JOIN timed t ON t.activity = c.activity
  {"".join(f" AND t.{n} IS NOT DISTINCT FROM c.{n}" for n in question.by)}
ORDER BY {"".join(f"c.{name} NULLS LAST, " for name in question.by)}c.events DESC, c.activity""")
    )  # fmt: skip


def _rework(question: Question) -> Steps:
    before = "LAG(activity) OVER (PARTITION BY case_id ORDER BY position)"
    return (
        log.events(question)
        .then("done", f"""
SELECT {question.keys()}case_id, activity,
  CASE WHEN activity = {before} THEN 1 ELSE 0 END AS looped
FROM events WHERE lifecycle = 'complete'""")
        .then("per_case", f"""
SELECT {question.keys()}case_id, activity, COUNT(*) AS times, SUM(looped) AS loops
FROM done {log.grouped(question, "case_id", "activity")}""")
        .then("summed", f"""
SELECT {question.keys()}activity, COUNT(*) AS cases,
  COUNT(CASE WHEN times > 1 THEN 1 END) AS cases_repeating, SUM(times - 1) AS repeats,
  SUM(loops) AS loops, SUM(times - 1 - loops) AS returns, MAX(times) AS times_most
FROM per_case {log.grouped(question, "activity")}""")
        .then("rework", f"""
SELECT {question.keys()}activity, cases, cases_repeating,
  {log.ratio("cases_repeating", "cases")} AS share, repeats, loops, returns, times_most
FROM summed
{log.ordered(question, "repeats DESC", "activity")}""")
    )  # fmt: skip
