"""How applications are decided, period by period."""

from seawall.core.by_period import Facts, counted, grouped, inside, share_of, told
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.trends.drift import compared
from seawall.portfolio.trends.facts import (
    APPLICATION_SEGMENTS,
    DECIDED,
    EVERY_PERIOD,
    LOAN_SEGMENTS,
    LOANS,
    MONTHLY,
)
from seawall.portfolio.watching import Watching

_SEGMENTS = (*APPLICATION_SEGMENTS, "policy")
_READS = ("decision", "application")


def trends(watching: Watching) -> tuple[Trend, ...]:
    """The trends of deciding."""
    return (_approved(), _referred(), _mix(), _drift(watching), _override())


def _approved() -> Trend:
    return Trend(
        name="approval_rate",
        title=Text(en="Approval rate", zh="审批通过率"),
        meaning=Text(
            en="Of the decisions made in the period, the share that approve; a referral to a person "
            "is a decision that does not.",
            zh="当期作出的审批决定中通过的占比；转人工计入分母，不计为通过。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=_SEGMENTS, reads=_READS,
        steps=lambda span: _share(span, "answer = 'approve'"),
        source="Market practice",
    )  # fmt: skip


def _referred() -> Trend:
    return Trend(
        name="referral_rate",
        title=Text(en="Referral rate", zh="转人工率"),
        meaning=Text(
            en="Of the decisions made in the period, the share that refer to a person.",
            zh="当期作出的审批决定中转人工的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=_SEGMENTS, reads=_READS,
        steps=lambda span: _share(span, "answer = 'refer'"),
        source="Market practice",
    )  # fmt: skip


def _share(span: Span, condition: str) -> Steps:
    part = f"SUM(CASE WHEN {condition} THEN decisions ELSE 0 END)"
    return DECIDED.trend(span, "share", part=part, whole="SUM(decisions)")


def _mix() -> Trend:
    return Trend(
        name="decision_mix",
        title=Text(en="Mix of decisions", zh="审批结果结构"),
        meaning=Text(
            en="The share that an outcome, or a reason code, has in the period's decisions; broken "
            "down by more, in those of the same product, channel and so on. Not broken down by "
            "either it is one.",
            zh="某一结果或原因代码占当期审批决定的比例；按其他维度细分时，占同一产品、渠道等的决定。"
            "不按结果或原因细分时恒为1。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD,
        segments=("outcome", "reason", *_SEGMENTS), reads=_READS,
        steps=_mixed,
        source="Market practice",
    )  # fmt: skip


def _mixed(span: Span) -> Steps:
    """Every value met, in every period in which its fellows were decided."""
    fellows = tuple(name for name in span.by if name not in ("outcome", "reason"))
    others = "".join(f" AND w.{name} IS NOT DISTINCT FROM c.{name}" for name in fellows)
    keys = ", ".join((*fellows, "ends_on"))
    met = ", ".join(f"c.{name}" for name in span.by)
    cells = f"SELECT DISTINCT {met}, w.ends_on, w.whole FROM counts c JOIN wholes w ON TRUE{others}"
    if not span.by:
        cells = "SELECT ends_on, whole FROM wholes"
    same = "".join(f" AND c.{name} IS NOT DISTINCT FROM e.{name}" for name in span.by)
    steps = (
        DECIDED.steps(span)
        .then("counts", f"SELECT {span.keys()}ends_on, SUM(decisions) AS part FROM decided "
                        f"{grouped(span, 'ends_on')}")
        .then("wholes", f"SELECT {keys}, SUM(part) AS whole FROM counts GROUP BY {keys}")
        .then("cells", cells)
        .then("mixed", f"""
SELECT {span.keys("e")}e.ends_on, COALESCE(c.part, 0) AS part, e.whole
FROM cells e LEFT JOIN counts c ON c.ends_on = e.ends_on{same}""")
    )  # fmt: skip
    return told(steps, span, "share")


def _drift(watching: Watching) -> Trend:
    months = watching.drift_months
    return Trend(
        name="reason_drift",
        title=Text(en="Drift of reason codes", zh="原因代码漂移"),
        meaning=Text(
            en="Population stability index of the month's outcomes and reason codes against the "
            f"{months} months before: the sum of (p - q) ln(p / q) over codes, in which a code's share "
            "counts half a decision more, so that a code that is new or gone counts and is finite. "
            "Unknown until there is a month before.",
            zh=f"当月审批结果与原因代码分布相对此前{months}个月的群体稳定性指数（PSI）：对各代码求和"
            "(p − q) ln(p / q)；各代码笔数加0.5，使新增或消失的代码有限计入。此前无数据时为空。",
        ),
        unit="index", arithmetic="level", periods=MONTHLY, segments=_SEGMENTS, reads=_READS,
        steps=lambda span: _drifted(span, months),
        source="Siddiqi (2006), Credit Risk Scorecards, ch. 9: system stability",
    )  # fmt: skip


def _drifted(span: Span, months: int) -> Steps:
    steps = DECIDED.steps(span, earlier_days=31 * months + 1).then("counts", f"""
SELECT {span.keys()}ends_on, answer || ':' || COALESCE(reason_code, '') AS bin, decisions AS n
FROM decided""")  # fmt: skip
    return compared(steps, span, months)


def _override() -> Trend:
    return Trend(
        name="override_rate",
        title=Text(en="Loans outside their decision", zh="突破审批的放款占比"),
        meaning=Text(
            en="Of the loans paid out in the period, the share that no decision made by then approved, "
            "or that are larger than its limit, or cheaper than the rate it set.",
            zh="当期放款中，放款日前无通过决定、金额超过审批额度或利率低于审批利率的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=LOAN_SEGMENTS,
        reads=("loan", "decision"),
        steps=_overridden,
        source="Siddiqi (2006), Credit Risk Scorecards, ch. 9: override reports",
    )  # fmt: skip


def _overridden(span: Span) -> Steps:
    lent = inside("o.disbursed_on", span)
    rows = f"""loan l LEFT JOIN (
  SELECT DISTINCT o.loan_id FROM loan o JOIN decision d ON d.application_id = o.application_id
  WHERE d.outcome = 'approve' AND {lent} AND CAST(d.decided_at AS DATE) <= o.disbursed_on
    AND o.principal <= COALESCE(d.limit_amount, o.principal)
    AND COALESCE(o.annual_rate >= d.annual_rate, TRUE)
) AS kept ON kept.loan_id = l.loan_id"""
    facts = Facts(rows, LOANS.day, LOANS.segments)
    return counted(facts, span, "share", sums=share_of("kept.loan_id IS NULL"))
