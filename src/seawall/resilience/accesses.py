"""Who tries to get in, period by period: failed sign-ins and permissions denied."""

from seawall.core.by_period import Facts, counted, ends_on, grouped, inside, told
from seawall.core.measure import Period, Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.resilience.settings import Settings

EVERY_PERIOD: tuple[Period, ...] = ("day", "week", "month")
_EVENTS = Facts("event e", "CAST(e.happened_at AS DATE)", {"subject": "e.subject"})


def trends(settings: Settings) -> tuple[Trend, ...]:
    """The trends of accesses."""
    app = settings.customer_app
    staff = f"e.kind = 'sign_in_failed' AND e.subject <> '{app}'"
    return (
        _times("sign_in_failed_customers", f"e.kind = 'sign_in_failed' AND e.subject = '{app}'",
               Text(en="Failed sign-ins of customers", zh="客户登录失败次数"),
               Text(en="Sign-ins of customers that failed in the period.", zh="当期客户登录失败次数。")),
        _times("sign_in_failed_staff", staff,
               Text(en="Failed sign-ins of staff", zh="员工登录失败次数"),
               Text(en="Sign-ins of staff that failed in the period.", zh="当期员工登录失败次数。")),
        _times("permission_denied", "e.kind = 'permission_denied'",
               Text(en="Permissions denied", zh="越权被拒次数"),
               Text(en="Acts of staff in the period that their permissions did not allow.",
                    zh="当期员工因权限不足被拒绝的操作次数。")),
        _most("sign_in_failed_most", staff,
              Text(en="Most failed sign-ins of one user", zh="单一员工登录失败最多次数"),
              Text(en="The most sign-ins of one member of staff that failed on one day (UTC) of the "
                   "period.", zh="当期内同一员工单日（UTC）登录失败的最多次数。")),
        _most("permission_denied_most", "e.kind = 'permission_denied'",
              Text(en="Most permissions denied to one user", zh="单一员工越权被拒最多次数"),
              Text(en="The most acts of one member of staff denied on one day (UTC) of the period.",
                   zh="当期内同一员工单日（UTC）被拒操作的最多次数。")),
    )  # fmt: skip


def _times(name: str, where: str, title: Text, meaning: Text) -> Trend:
    return Trend(
        name=name, title=title, meaning=meaning, unit="count", arithmetic="count",
        periods=EVERY_PERIOD, segments=(), reads=("event",),
        steps=lambda span: counted(_EVENTS, span, "count", sums=("COUNT(*)", "NULL"), where=where),
        source="Events of the book; MITRE ATT&CK T1110 (brute force) for why it is watched",
    )  # fmt: skip


def _most(name: str, where: str, title: Text, meaning: Text) -> Trend:
    return Trend(
        name=name, title=title, meaning=meaning, unit="count", arithmetic="count",
        periods=EVERY_PERIOD, segments=(), reads=("event",),
        steps=lambda span: _busiest(span, where),
        source="Events of the book; MITRE ATT&CK T1110 (brute force) for why it is watched",
    )  # fmt: skip


def _busiest(span: Span, where: str) -> Steps:
    end = ends_on("day", span.period)
    steps = (
        Steps()
        .then("days", f"""
SELECT {_EVENTS.day} AS day, e.subject, COUNT(*) AS n
FROM event e WHERE {where} AND {inside(_EVENTS.day, span)}
GROUP BY {_EVENTS.day}, e.subject""")
        .then("most", f"""
SELECT {end} AS ends_on, MAX(n) AS part, NULL AS whole FROM days {grouped(span, end)}""")
    )  # fmt: skip
    return told(steps, span, "count")
