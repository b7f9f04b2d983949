"""Collections contacts against the rules: at what hour, how often, how soon after a conversation."""

from seawall.conduct.rules import Rules
from seawall.core.by_period import Facts, counted, inside, share_of
from seawall.core.measure import Period, Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text

EVERY_PERIOD: tuple[Period, ...] = ("day", "week", "month")
SEGMENTS = ("product", "channel", "partner", "region", "agency", "medium")

_VOICE = "medium IN ('call', 'ai_call')"
_SPOKEN = "outcome IN ('reached', 'promise', 'refused')"
_SEGMENTS_SQL = {name: f"l.{name}" for name in SEGMENTS[:4]} | {
    name: f"c.{name}" for name in SEGMENTS[4:]
}
_LOAN = "JOIN loan l ON l.loan_id = c.loan_id"


def trends(rules: Rules) -> tuple[Trend, ...]:
    """The trends of contacts that break a rule."""
    return (_hours(rules), _conversations(rules), _calls(rules), _quiet(rules))


def _at(rules: Rules) -> str:
    """The local time of a contact; its periods are local, as the rules are."""
    return f"(c.contacted_at + INTERVAL {rules.utc_offset_hours} HOUR)"


def _day(rules: Rules) -> str:
    return f"CAST({_at(rules)} AS DATE)"


def _hours(rules: Rules) -> Trend:
    limits = rules.hours
    hour = f"EXTRACT(HOUR FROM {_at(rules)})"
    outside = f"{hour} < {limits.from_} OR {hour} >= {limits.until}"
    facts = Facts("contact c", _day(rules), _SEGMENTS_SQL, _LOAN)
    return Trend(
        name="contact_hours_breach",
        title=Text(en="Contacts at night", zh="禁止时段催收占比"),
        meaning=Text(
            en=f"Of the period's collections contacts (letters aside), the share made before "
            f"{limits.from_}:00 or from {limits.until}:00 on, local time.",
            zh=f"当期催收联系（信函除外）中，当地时间{limits.from_}:00前或{limits.until}:00（含）后的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: counted(
            facts, span, "share", sums=share_of(outside), where="c.medium <> 'letter'"
        ),
        source=limits.cite,
    )  # fmt: skip


def _conversations(rules: Rules) -> Trend:
    limits = rules.conversations
    return Trend(
        name="contact_daily_breach",
        title=Text(en="Too many conversations in a day", zh="单日通话超次占比"),
        meaning=Text(
            en=f"Of the period's conversations by voice (machines included) with debtors, the share "
            f"beyond {limits.most} with one customer on one local day.",
            zh=f"当期与债务人的有效语音通话（含机器人）中，同一客户当地同日第{limits.most}次之后的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: _beyond(span, rules),
        source=limits.cite,
    )  # fmt: skip


def _beyond(span: Span, rules: Rules) -> Steps:
    day, limits = _day(rules), rules.conversations
    turn = (
        f"ROW_NUMBER() OVER (PARTITION BY l.customer_token, {day} "
        "ORDER BY c.contacted_at, c.contact_id)"
    )
    inner = ", ".join(f"{sql} AS {name}" for name, sql in _SEGMENTS_SQL.items())
    rows = f"""(
  SELECT {inner}, {day} AS day, {turn} AS turn
  FROM contact c {_LOAN}
  WHERE c.{_VOICE} AND c.{_SPOKEN} AND {inside(day, span)}
) AS c"""
    facts = Facts(rows, "c.day", {name: f"c.{name}" for name in SEGMENTS})
    return counted(facts, span, "share", sums=share_of(f"c.turn > {limits.most}"))


def _calls(rules: Rules) -> Trend:
    limits = rules.calls
    return Trend(
        name="contact_weekly_breach",
        title=Text(en="Too many calls in some days", zh="多日呼叫超次占比"),
        meaning=Text(
            en=f"Of the period's calls, the share that were at least the {limits.most + 1}th about one "
            f"loan within {limits.days} consecutive local days.",
            zh=f"当期呼叫中，在连续{limits.days}个当地自然日内对同一贷款的第{limits.most + 1}次及以后的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: _seventh(span, rules),
        source=limits.cite,
    )  # fmt: skip


def _seventh(span: Span, rules: Rules) -> Steps:
    limits = rules.calls
    earlier = f"LAG(day, {limits.most}) OVER (PARTITION BY loan_id ORDER BY called_at, contact_id)"
    facts = _calling(span, rules, earlier, days=limits.days)
    within = f"c.before > CAST(c.day - INTERVAL {limits.days} DAY AS DATE)"
    return counted(facts, span, "share", sums=share_of(within))


def _quiet(rules: Rules) -> Trend:
    limits = rules.quiet
    return Trend(
        name="contact_after_talk",
        title=Text(en="Calls soon after a conversation", zh="通话后短期再呼占比"),
        meaning=Text(
            en=f"Of the period's calls, the share made within {limits.days} local days of a telephone "
            "conversation about the loan, whose day is the first of them.",
            zh=f"当期呼叫中，在与该贷款的上次电话交谈起{limits.days}个当地自然日内（交谈当日为第1日）再次呼叫的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: _talked(span, rules),
        source=limits.cite,
    )  # fmt: skip


def _talked(span: Span, rules: Rules) -> Steps:
    limits = rules.quiet
    last = (
        f"MAX(CASE WHEN {_SPOKEN} THEN day END) OVER (PARTITION BY loan_id "
        "ORDER BY called_at, contact_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    )
    facts = _calling(span, rules, last, days=limits.days)
    within = f"c.before > CAST(c.day - INTERVAL {limits.days} DAY AS DATE)"
    return counted(facts, span, "share", sums=share_of(within))


def _calling(span: Span, rules: Rules, before: str, *, days: int) -> Facts:
    """Calls, each with the day of an earlier one, as a window tells."""
    rows = f"""(
  SELECT *, {before} AS before
  FROM (
    SELECT c.contact_id, c.loan_id, c.agency, c.medium, c.outcome, c.contacted_at AS called_at,
      {_day(rules)} AS day
    FROM contact c WHERE c.{_VOICE} AND {inside(_day(rules), span, earlier_days=days)}
  ) AS calls
) AS c"""
    return Facts(rows, "c.day", _SEGMENTS_SQL, _LOAN)
