"""What the book owes and how it moves between being late, worse and well, month by month."""

from itertools import pairwise

from seawall.core.by_period import Summary
from seawall.core.measure import Trend
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.trends.facts import LOAN_SEGMENTS, MONTHLY, OPEN, WAS_OPEN, months


def trends(conventions: Conventions) -> tuple[Trend, ...]:
    """The trends of month-ends."""
    late = (0, *conventions.marks)
    summed = months(late)
    worse = ("current", *(bucket.code for bucket in conventions.buckets))
    return (
        _balance(summed),
        *(_past_due(summed, days) for days in late),
        *(_owed_past_due(summed, days) for days in late),
        *(_roll(summed, conventions, pair) for pair in list(pairwise(worse))[:3]),
        _cure(summed),
        _prepaid(summed),
        _charged_off(summed),
        _met(summed),
        _met_late(summed),
    )


def _trend(summed: Summary, name: str, texts: tuple[Text, Text], sums: tuple[str, str]) -> Trend:
    """A share of what the pass over months sums up."""
    title, meaning = texts
    return Trend(
        name=name, title=title, meaning=meaning, unit="share", arithmetic="share",
        periods=MONTHLY, segments=LOAN_SEGMENTS, reads=("month_end", "loan"),
        steps=lambda span: summed.trend(span, "share", part=sums[0], whole=sums[1]),
        source="Market practice",
    )  # fmt: skip


def _where(condition: str, column: str) -> str:
    return f"SUM(CASE WHEN {condition} THEN {column} ELSE 0 END)"


def _balance(summed: Summary) -> Trend:
    return Trend(
        name="balance",
        title=Text(en="Balance", zh="贷款余额"),
        meaning=Text(en="Principal owed at the month's end.", zh="月末未还本金。"),
        unit="money", arithmetic="level", periods=MONTHLY, segments=LOAN_SEGMENTS,
        reads=("month_end", "loan"),
        steps=lambda span: summed.trend(span, "level", part="SUM(balance)"),
        source="Market practice",
    )  # fmt: skip


def _past_due(summed: Summary, days: int) -> Trend:
    return _trend(
        summed,
        f"past_due_{days or 1}_plus",
        (
            Text(en=f"{_plus(days)} days past due", zh=f"逾期{_plus(days)}天笔数占比"),
            Text(
                en=f"Of the loans open at the month's end, the share more than {days} days past due.",
                zh=f"月末未结清贷款中逾期超过{days}天的笔数占比。",
            ),
        ),
        (_where(OPEN, f"late_{days}"), _where(OPEN, "loans")),
    )


def _owed_past_due(summed: Summary, days: int) -> Trend:
    return _trend(
        summed,
        f"balance_past_due_{days or 1}_plus",
        (
            Text(en=f"Balance {_plus(days)} days past due", zh=f"逾期{_plus(days)}天余额占比"),
            Text(
                en=f"Of the principal owed at the month's end, the share of loans more than {days} days "
                "past due. The sample is an amount of money.",
                zh=f"月末贷款余额中逾期超过{days}天的占比。样本为金额。",
            ),
        ),
        (f"SUM(owed_late_{days})", "SUM(balance)"),
    )


def _plus(days: int) -> str:
    return f"{days or 1}+"


def _roll(summed: Summary, conventions: Conventions, pair: tuple[str, str]) -> Trend:
    """The share that moved from a bucket to a worse one; named by the days the bucket begins after."""
    state, worse = pair
    codes = conventions.states()
    reached = codes[codes.index(worse) :]
    listed = ", ".join(f"'{each}'" for each in reached)
    titles = conventions.titles()
    was = f"opening_bucket = '{state}'"
    return _trend(
        summed,
        f"roll_{_named(state)}_to_{_named(worse)}",
        (
            Text(en=f"Roll rate from {titles[state].en}", zh=f"{titles[state].zh}恶化率"),
            Text(
                en=f"Of the loans that opened the month in “{titles[state].en}”, the share that ended "
                f"it in “{titles[worse].en}” or worse; a charge-off counts.",
                zh=f"月初处于“{titles[state].zh}”的贷款中，月末进入“{titles[worse].zh}”或更差状态的占比；"
                "核销计入。",
            ),
        ),
        (_where(f"{was} AND bucket IN ({listed})", "loans"), _where(was, "loans")),
    )


def _named(code: str) -> str:
    """`1-30` as `1_30`: names of trends are words."""
    return code.replace("-", "_").replace("+", "_plus")


def _cure(summed: Summary) -> Trend:
    late = f"{WAS_OPEN} AND opening_bucket <> 'current'"
    return _trend(
        summed,
        "cure_rate",
        (
            Text(en="Cure rate", zh="治愈率"),
            Text(
                en="Of the loans that opened the month past due, the share that ended it current or "
                "repaid, with nothing waived.",
                zh="月初逾期的贷款中，月末恢复正常或结清且无减免的占比。",
            ),
        ),
        (_where(f"{late} AND bucket IN ('current', 'repaid')", "unwaived"), _where(late, "loans")),
    )


def _prepaid(summed: Summary) -> Trend:
    base = "opening_balance - principal_paid + prepaid"
    return _trend(
        summed,
        "prepayment_rate",
        (
            Text(en="Prepayment (SMM)", zh="提前还款率（SMM）"),
            Text(
                en="Principal paid ahead of schedule in the month over the opening balance less "
                "scheduled principal paid, of loans open at its beginning. The sample is money.",
                zh="月初未结清贷款：当月提前归还本金 ÷（月初余额 − 当月按计划归还的本金）。样本为金额。",
            ),
        ),
        (_where(WAS_OPEN, "prepaid"), _where(WAS_OPEN, base)),
    )


def _charged_off(summed: Summary) -> Trend:
    return _trend(
        summed,
        "charge_off_rate",
        (
            Text(en="Charge-off rate", zh="核销率"),
            Text(
                en="Principal charged off in the month over the principal owed at its beginning; per "
                "month, not per year. The sample is money.",
                zh="当月核销本金 ÷ 月初贷款余额；月度值，未年化。样本为金额。",
            ),
        ),
        ("SUM(charged_off)", "SUM(opening_balance)"),
    )


def _met(summed: Summary) -> Trend:
    alive = "COALESCE(opening_bucket, '') NOT IN ('repaid', 'charged_off')"
    return _trend(
        summed,
        "collected_share",
        (
            Text(en="Collected of what was owed", zh="应收回款率"),
            Text(
                en="Of what the month asked of loans open at its beginning (opening arrears and what "
                "fell due, as far as not paid ahead), the share that was paid. The sample is money.",
                zh="月初未结清贷款当月应收（月初拖欠加当月到期，扣除已提前支付部分）中实还的占比。样本为金额。",
            ),
        ),
        (_where(alive, "met"), _where(alive, "owed")),
    )


def _met_late(summed: Summary) -> Trend:
    late = f"{WAS_OPEN} AND opening_bucket <> 'current'"
    return _trend(
        summed,
        "collected_late_share",
        (
            Text(en="Collected of past-due loans", zh="逾期贷款回款率"),
            Text(
                en="The same share, of loans that opened the month past due. The sample is money.",
                zh="月初逾期贷款的应收回款率。样本为金额。",
            ),
        ),
        (_where(late, "met"), _where(late, "owed")),
    )
