"""Variants: the sequences of activities that cases went through."""

from seawall.cases.process import log
from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text

_HOURS = Text(en="median hours", zh="历时中位数（小时）")


def measure() -> Measure:
    """The measure `variants`."""
    return Measure(
        name="variants",
        title=Text(en="Variants", zh="流程变体"),
        meaning=Text(
            en="Cases with one sequence of activities, every row of the log counting as a step "
            "(schedule, start and complete alike): how many, their share, and the median time from "
            "first to last event. The most frequent first.",
            zh="活动序列完全相同的案件（日志每一行都计为一步，含排程、开始、完成）：案件数、占比、"
            "首末事件间隔中位数。按频次从高到低排列。",
        ),
        columns=(
            Column("variant", "label", Text(en="no.", zh="变体")),
            Column("cases", "count", log.CASES),
            Column("share", "share", Text(en="share of cases", zh="案件占比")),
            Column("share_so_far", "share", Text(en="so far", zh="累计占比")),
            Column("events", "count", Text(en="steps", zh="步数")),
            Column("median_hours", "hours", _HOURS),
            Column("path", "label", Text(en="sequence", zh="活动序列")),
        ),
        steps=_variants,
        source="van der Aalst (2016), Process Mining, 2nd ed., ch. 5: traces and variants",
    )


def traces(question: Question) -> Steps:
    """The step `traces`: one row per case, with its sequence and its time from first to last event.

    A sequence is compared by numbers of activities, `trace`, which no name can imitate; `path` is
    the same in words.
    """
    return (
        log.events(question)
        .then("named", "SELECT DISTINCT activity FROM events")
        .then("numbered", """
SELECT activity, CAST(ROW_NUMBER() OVER (ORDER BY activity) AS VARCHAR) AS number
FROM named""", kept=True)
        .then("traces", f"""
SELECT {question.keys("e")}e.case_id, COUNT(*) AS events,
  STRING_AGG(n.number, ' ' ORDER BY e.position) AS trace,
  STRING_AGG(e.activity, ' → ' ORDER BY e.position) AS path,
  MIN(e.happened_us) AS began_us, MAX(e.happened_us) AS ended_us
FROM events e JOIN numbered n ON n.activity = e.activity
GROUP BY {question.keys("e")}e.case_id""", kept=True)
    )  # fmt: skip


def sequences(question: Question) -> Steps:
    """Every variant's activities, one row each: `variant`, `cases`, `position`, `activity`.

    `variant` is one of its cases. Cases that went alike are looked at once: in the log of the BPI
    Challenge 2012, 4,366 sequences of 182,467 rows stand for 13,087 cases of 262,200.
    """
    return (
        traces(question)
        .then("every", "SELECT MIN(case_id) AS variant, COUNT(*) AS cases FROM traces GROUP BY trace")
        .then("sequences", """
SELECT v.variant, v.cases, e.position, e.activity
FROM every v JOIN events e ON e.case_id = v.variant
ORDER BY v.cases DESC, v.variant, e.position""")
    )  # fmt: skip


def _variants(question: Question) -> Steps:
    order = "cases DESC, path, trace"
    return (
        traces(question)
        .then("every", f"""
SELECT {question.keys()}trace, MIN(path) AS path, MIN(events) AS events, COUNT(*) AS cases,
  {log.median_hours("ended_us - began_us")} AS median_hours
FROM traces {log.grouped(question, "trace")}""")
        .then("variants", f"""
SELECT {question.keys()}ROW_NUMBER() {log.over(question, order=order)} AS variant, cases,
  {log.ratio("cases", f"SUM(cases) {log.over(question)}")} AS share,
  {log.ratio(f"SUM(cases) {log.over(question, order=order)}", f"SUM(cases) {log.over(question)}")}
    AS share_so_far,
  events, median_hours, path
FROM every
{log.ordered(question, "variant")}""")
    )  # fmt: skip
