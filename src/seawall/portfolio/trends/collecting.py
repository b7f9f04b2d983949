"""How collecting goes, period by period: contacts, whom they reach, promises kept."""

from seawall.core.by_period import Facts, counted, inside
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.trends.facts import CONTACTS, EVERY_PERIOD, LOAN_SEGMENTS, TOUCHED

_SEGMENTS = (*LOAN_SEGMENTS, "agency", "medium")
_REACHED = "came_of_it IN ('reached', 'promise', 'refused')"


def trends() -> tuple[Trend, ...]:
    """The trends of collections."""
    return (_contacts(), _reached(), _promised(), _kept())


def _contacts() -> Trend:
    return Trend(
        name="contacts",
        title=Text(en="Collections contacts", zh="催收联系次数"),
        meaning=Text(en="Contacts made in the period.", zh="当期催收联系次数。"),
        unit="count", arithmetic="count", periods=EVERY_PERIOD, segments=_SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: TOUCHED.trend(span, "count", part="SUM(contacts)"),
        source="Market practice",
    )  # fmt: skip


def _reached() -> Trend:
    return Trend(
        name="contact_reach",
        title=Text(en="Contacts that reached the customer", zh="有效联系占比"),
        meaning=Text(
            en="Of the contacts made in the period, the share that reached the customer himself.",
            zh="当期催收联系中联系到客户本人的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=_SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: _touched(span, _REACHED, "TRUE"),
        source="Market practice: right-party contact",
    )  # fmt: skip


def _promised() -> Trend:
    return Trend(
        name="promise_rate",
        title=Text(en="Promises of those reached", zh="承诺还款率"),
        meaning=Text(
            en="Of the period's contacts that reached the customer, the share that ended in a promise to "
            "pay.",
            zh="当期联系到本人的催收中取得还款承诺的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=_SEGMENTS,
        reads=("contact", "loan"),
        steps=lambda span: _touched(span, "came_of_it = 'promise'", _REACHED),
        source="Market practice: promise-to-pay rate",
    )  # fmt: skip


def _touched(span: Span, part: str, whole: str) -> Steps:
    part, whole = (f"SUM(CASE WHEN {each} THEN contacts ELSE 0 END)" for each in (part, whole))
    return TOUCHED.trend(span, "share", part=part, whole=whole)


def _kept() -> Trend:
    return Trend(
        name="promises_kept",
        title=Text(en="Promises kept", zh="承诺履约率"),
        meaning=Text(
            en="Of the promises to pay whose day came in the period, the share for which cash of at "
            "least the amount promised (any cash where none was) came from the promise's day to that "
            "day.",
            zh="承诺日落在当期的还款承诺中，自承诺当日至承诺日回款达到承诺金额（无金额者有回款即可）的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=_SEGMENTS,
        reads=("contact", "loan", "payment"),
        steps=_kept_steps,
        source="Market practice: promise-to-pay kept",
    )  # fmt: skip


def _kept_steps(span: Span) -> Steps:
    """A promise counts on its day, where payments up to it are known."""
    due = inside("q.promised_on", span)
    rows = f"""contact c JOIN loan l ON l.loan_id = c.loan_id
LEFT JOIN (
  SELECT q.contact_id, SUM(p.amount) AS paid
  FROM contact q JOIN payment p ON p.loan_id = q.loan_id
  WHERE q.outcome = 'promise' AND {due}
    AND p.paid_on BETWEEN CAST(q.contacted_at AS DATE) AND q.promised_on
  GROUP BY q.contact_id
) AS a ON a.contact_id = c.contact_id"""
    facts = Facts(rows, "c.promised_on", CONTACTS.segments)
    kept = "SUM(CASE WHEN a.paid >= COALESCE(c.promised_amount, 0.01) THEN 1 ELSE 0 END)"
    known = (
        "c.outcome = 'promise' AND c.promised_on <= l.observed_on "
        "AND CAST(c.contacted_at AS DATE) <= c.promised_on"
    )
    return counted(facts, span, "share", sums=(kept, "COUNT(*)"), where=known)
