"""A policy over history: what it would have decided, against what, and how that turned out.

The measures read the relation `replayed`, one row per application: `applied_on`, segments,
`outcome` and `reasons` (of the policy), `other` (the outcome it is compared with, NULL for none),
`lent` (whether it became a loan), `bad` (how it turned out; NULL where it was not lent, or is too
young to say).
"""

from collections.abc import Mapping

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.policy.explain import THEN
from seawall.policy.program import Program

SWAPS: Mapping[str, Text] = {
    "in": Text(en="swapped in", zh="换入"),
    "out": Text(en="swapped out", zh="换出"),
    "same": Text(en="neither", zh="未换"),
}
RELATION = "replayed"
SOURCE = "Siddiqi (2017), Intelligent Credit Scoring, ch. 12: swap sets; reject inference, ch. 9"

_APPLICATIONS = Column("applications", "count", Text(en="applications", zh="申请数"))
_SHARE = Column("share", "share", Text(en="share", zh="占比"))
_KNOWN = Column("known", "count", Text(en="outcome known", zh="表现已知"))
_BAD = Column("bad_share", "share", Text(en="bad, of known", zh="已知中坏账率"))
RATES = (
    _APPLICATIONS,
    Column("approved_share", "share", Text(en="approved", zh="通过率")),
    Column("referred_share", "share", Text(en="referred", zh="转人工率")),
    Column("declined_share", "share", Text(en="declined", zh="拒绝率")),
    Column("known", "count", Text(en="approved, outcome known", zh="通过且表现已知")),
    Column("bad_share", "share", Text(en="bad, of these", zh="其中坏账率")),
)


def measures(program: Program, times_as_bad: tuple[float, ...]) -> tuple[Measure, ...]:
    """What a replay tells, in order.

    Args:
        program: the policy that was replayed; its rules are told in its order.
        times_as_bad: how many times as bad those might be that were approved but never lent.
    """
    return (
        _RATES_TOLD,
        _MONTHS_TOLD,
        _rules_told(program),
        _SWAPS_TOLD,
        _inference_told(times_as_bad),
    )


def _rules_told(program: Program) -> Measure:
    return Measure(
        "replay_rules",
        Text(en="By rule", zh="按规则"),
        Text(
            en="For how many each rule is a reason, for how many the only one, and how those "
            "turned out that were lent all the same.",
            zh="每条规则成为理由的申请数、其中仅因该规则者，以及仍被放款者的实际表现。",
        ),
        (
            Column("rule", "label", Text(en="rule", zh="规则")),
            Column("outcome", "label", Text(en="asks for", zh="要求"), THEN),
            _APPLICATIONS,
            _SHARE,
            Column("alone", "count", Text(en="only reason", zh="唯一理由")),
            _KNOWN,
            _BAD,
        ),
        lambda question: _rules(question, program),
        SOURCE,
    )


def _inference_told(times_as_bad: tuple[float, ...]) -> Measure:
    return Measure(
        "replay_inference",
        Text(en="If the unknown were worse", zh="若未知者更差"),
        Text(
            en="Those approved here but never lent have no outcome, and were usually refused "
            "for a reason. The bad rate of all that the policy approves, should they be so "
            "many times as bad as those that were lent.",
            zh="本策略通过但从未放款者没有表现，且通常事出有因。若其坏账率为已放款者的若干倍，则全部通过者的坏账率如下。",
        ),
        (
            Column("times_as_bad", "index", Text(en="times as bad", zh="坏账倍数")),
            Column("approved", "count", Text(en="approved", zh="通过数")),
            Column("unlent", "count", Text(en="of these never lent", zh="其中从未放款")),
            Column("bad_share", "share", Text(en="bad, of all approved", zh="全部通过者坏账率")),
        ),
        lambda question: _inference(question, times_as_bad),
        SOURCE,
    )


def _share(condition: str, whole: str = "COUNT(*)") -> str:
    return (
        f"CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS DOUBLE) "
        f"/ NULLIF(CAST({whole} AS DOUBLE), 0)"
    )


def _count(condition: str) -> str:
    return f"CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)"


def _rates(question: Question, column: str = "", name: str = "") -> Steps:
    keys = ", ".join([*question.by, *([name] if name else [])])
    chosen = ", ".join([*question.by, *([column] if column else [])])
    approved = "outcome = 'approve'"
    return (
        Steps()
        .then("asked", f"SELECT {chosen + ', ' if chosen else ''}outcome, bad FROM {RELATION}")
        .then("rates", f"""
SELECT {keys + ", " if keys else ""}COUNT(*) AS applications,
  {_share(approved)} AS approved_share,
  {_share("outcome = 'refer'")} AS referred_share,
  {_share("outcome = 'decline'")} AS declined_share,
  {_count(f"{approved} AND bad IS NOT NULL")} AS known,
  {_share(f"{approved} AND bad", f"SUM(CASE WHEN {approved} AND bad IS NOT NULL THEN 1 ELSE 0 END)")}
    AS bad_share
FROM asked {f"GROUP BY {keys} ORDER BY {keys}" if keys else ""}""")
    )  # fmt: skip


def _rules(question: Question, program: Program) -> Steps:
    del question
    codes = [
        (code, outcome)
        for check in program.checks
        for code, outcome in ((check.id, check.then), (f"unknown:{check.id}", check.unknown))
        if outcome in ("refer", "decline")
    ]
    parts = "\nUNION ALL\n".join(
        f"SELECT {turn} AS turn, '{code}' AS rule, '{outcome}' AS outcome, "
        f"reasons = '{code}' AS alone, n, known, bad FROM patterns "
        f"WHERE outcome = '{outcome}' AND STRPOS(CONCAT(' ', reasons, ' '), ' {code} ') > 0"
        for turn, (code, outcome) in enumerate(codes)
    )
    return (
        Steps()
        .then("patterns", f"""
SELECT outcome, reasons, COUNT(*) AS n, COUNT(bad) AS known,
  SUM(CASE WHEN bad THEN 1 ELSE 0 END) AS bad
FROM {RELATION} GROUP BY outcome, reasons""")
        .then("whole", "SELECT SUM(n) AS n FROM patterns")
        .then("hits", parts)
        .then("rules", """
SELECT h.rule, h.outcome, CAST(SUM(h.n) AS BIGINT) AS applications,
  CAST(SUM(h.n) AS DOUBLE) / CAST(MAX(w.n) AS DOUBLE) AS share,
  CAST(SUM(CASE WHEN h.alone THEN h.n ELSE 0 END) AS BIGINT) AS alone,
  CAST(SUM(h.known) AS BIGINT) AS known,
  CAST(SUM(h.bad) AS DOUBLE) / NULLIF(CAST(SUM(h.known) AS DOUBLE), 0) AS bad_share
FROM hits h CROSS JOIN whole w
GROUP BY h.turn, h.rule, h.outcome ORDER BY h.turn""")
    )  # fmt: skip


def _swaps(question: Question) -> Steps:
    del question
    return Steps().then("swaps", f"""
SELECT CASE WHEN outcome = 'approve' AND other <> 'approve' THEN 'in'
    WHEN outcome <> 'approve' AND other = 'approve' THEN 'out' ELSE 'same' END AS swap,
  other, outcome, COUNT(*) AS applications,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS share,
  COUNT(bad) AS known, {_share("bad", "COUNT(bad)")} AS bad_share
FROM {RELATION} WHERE other IS NOT NULL
GROUP BY other, outcome ORDER BY swap, other, outcome""")  # fmt: skip


def _inference(question: Question, times_as_bad: tuple[float, ...]) -> Steps:
    del question
    rows = " UNION ALL ".join(
        f"SELECT CAST({times} AS DOUBLE) AS times_as_bad" for times in times_as_bad
    )
    return (
        Steps()
        .then("approved", f"""
SELECT COUNT(*) AS approved, {_count("NOT lent")} AS unlent,
  {_share("bad", "COUNT(bad)")} AS bad_share
FROM {RELATION} WHERE outcome = 'approve'""")
        .then("times", rows)
        .then("inference", """
SELECT t.times_as_bad, a.approved, a.unlent,
  (a.bad_share * (a.approved - a.unlent)
    + LEAST(1, a.bad_share * t.times_as_bad) * a.unlent) / NULLIF(a.approved, 0) AS bad_share
FROM approved a CROSS JOIN times t ORDER BY t.times_as_bad""")
    )  # fmt: skip


_RATES_TOLD = Measure(
    "replay_rates",
    Text(en="Approval, referral, decline", zh="通过、转人工与拒绝"),
    Text(
        en="What the policy would have decided, and how those it approves turned out "
        "where a loan was made and is old enough to say.",
        zh="策略在历史申请上的决定，以及其通过的申请中已放款且表现期足够者的实际表现。",
    ),
    RATES,
    _rates,
    SOURCE,
)
_MONTHS_TOLD = Measure(
    "replay_months",
    Text(en="By month of application", zh="按申请月份"),
    Text(en="The same by month.", zh="同上，按月。"),
    (Column("month_end", "date", Text(en="month", zh="月份")), *RATES),
    lambda question: _rates(question, "LAST_DAY(applied_on) AS month_end", "month_end"),
    SOURCE,
)
_SWAPS_TOLD = Measure(
    "replay_swaps",
    Text(en="Swap sets", zh="换入换出"),
    Text(
        en="Where the two differ: swapped in are those only this policy approves, swapped "
        "out those only the other approves. Outcomes are known only where a loan was made, "
        "so that swapped-in applications are mostly without.",
        zh="两者的差异：换入为仅本策略通过者，换出为仅对照方通过者。仅放款者有表现，因此换入者大多无表现。",
    ),
    (
        Column("swap", "label", Text(en="set", zh="集合"), SWAPS),
        Column("other", "label", Text(en="the other", zh="对照"), THEN),
        Column("outcome", "label", Text(en="this policy", zh="本策略"), THEN),
        _APPLICATIONS,
        _SHARE,
        _KNOWN,
        _BAD,
    ),
    _swaps,
    SOURCE,
)
