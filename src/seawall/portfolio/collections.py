"""How well collecting works: cash against what was owed, contacts, and promises kept."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, months, named, ordered, ratio


def measure(conventions: Conventions) -> Measure:
    """The measure `collections`."""
    del conventions
    return Measure(
        name="collections",
        title=Text(en="Collections effectiveness", zh="催收成效"),
        meaning=Text(
            en="By month, of loans open at its beginning: what was owed (opening arrears and what fell "
            "due, as far as not paid ahead before), how much of it was met, loan by loan, and cash "
            "beyond it (paid ahead, or over); the share met, also of loans that opened the month "
            "past due. Contacts and the share that reached the customer. Promises to pay made in "
            "the month; of those whose day has come, the share kept by that day (cash of at least "
            "the amount promised; any cash where no amount was), and the share of the money "
            "promised.",
            zh="按月，统计月初未结清贷款：应收（月初拖欠加当月到期，扣除此前已提前支付部分）、逐笔计算的应收实还、"
            "超出应收的回款（提前或多还）；应收回款率，及月初逾期贷款的同一比例。催收联系次数与有效联系占比。"
            "当月承诺还款数；其中承诺日已到者的履约率（承诺日前回款达到承诺金额；无金额者有回款即可）"
            "及承诺金额的履约占比。",
        ),
        columns=(
            Column("month_end", "date", Text(en="month", zh="月份")),
            Column("owed", "money", Text(en="owed in the month", zh="当月应收")),
            Column("met", "money", Text(en="of that met", zh="应收实还")),
            Column("ahead", "money", Text(en="cash beyond", zh="超出应收")),
            Column("met_share", "share", Text(en="share met", zh="应收回款率")),
            Column("late_owed", "money", Text(en="owed by past-due loans", zh="逾期贷款应收")),
            Column("late_met_share", "share", Text(en="met by past-due loans", zh="逾期回款率")),
            Column("contacts", "count", Text(en="contacts", zh="联系次数")),
            Column("reached_share", "share", Text(en="reached", zh="有效联系占比")),
            Column("promises", "count", Text(en="promises", zh="承诺还款数")),
            Column("promises_due", "count", Text(en="promises due", zh="承诺已到期数")),
            Column("kept_share", "share", Text(en="promises kept", zh="履约率")),
            Column("kept_amount_share", "share", Text(en="money kept", zh="金额履约率")),
        ),
        steps=_steps,
        source="Market practice: collection efficiency, right-party contact, promise-to-pay kept",
    )


_OWED = "m.opening_arrears + m.scheduled"
MET = f"LEAST(m.cash, {_OWED})"
# What an open loan has not paid is its arrears. One that was charged off, or closed with something
# waived, left unpaid whatever it did not meet.
SHORT = f"""CASE WHEN m.status = 'open' THEN m.arrears
    WHEN m.status = 'repaid' AND m.waived <= 0 THEN 0 ELSE {_OWED} - {MET} END"""
_CASH = ("owed", "met", "ahead", "late_owed", "late_met")
_CONTACTS = (
    "contacts", "reached", "promises", "promises_due", "kept", "promised_money", "kept_money",
)  # fmt: skip


def _steps(question: Question) -> Steps:
    cash = ", ".join(f"SUM({name}) AS {name}" for name in _CASH)
    touch = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in _CONTACTS[1:5])
    no_cash = ", ".join(f"CAST(0 AS DECIMAL(18,2)) AS {name}" for name in _CASH)
    counts, money = _CONTACTS[:5], _CONTACTS[5:]
    no_touch = ", ".join((
        *(f"CAST(0 AS BIGINT) AS {name}" for name in counts),
        *(f"CAST(0 AS DECIMAL(18,2)) AS {name}" for name in money),
    ))  # fmt: skip
    sums = ", ".join(f"SUM({name}) AS {name}" for name in (*_CASH, *_CONTACTS))
    columns = ", ".join((*_CASH, *_CONTACTS))
    return (
        Steps()
        .then("dues", _dues(question))
        .then("cash_moves", f"""
SELECT {question.keys()}month_end, {cash}, {no_touch}
FROM dues {grouped(question, "month_end")}""")
        .then("answers", f"""
SELECT c.contact_id, SUM(p.amount) AS paid
FROM contact c JOIN payment p ON p.loan_id = c.loan_id
WHERE c.outcome = 'promise' AND p.paid_on >= CAST(c.contacted_at AS DATE)
  AND p.paid_on <= c.promised_on AND p.paid_on <= {question.day}
GROUP BY c.contact_id""")
        .then("touched", _touched(question))
        .then("contact_moves", f"""
SELECT {question.keys()}month_end, {no_cash}, COUNT(*) AS contacts, {touch},
  SUM(promised_money) AS promised_money, SUM(kept_money) AS kept_money
FROM touched WHERE month_end <= {question.day}
{grouped(question, "month_end")}""")
        .then("moves", f"SELECT {question.keys()}month_end, {columns} FROM cash_moves "
                       f"UNION ALL SELECT {question.keys()}month_end, {columns} FROM contact_moves")
        .then("monthly", f"""
SELECT {question.keys()}month_end, {sums} FROM moves {grouped(question, "month_end")}""")
        .then("collections", f"""
SELECT {question.keys()}month_end, owed, met, ahead, {ratio("met", "owed")} AS met_share,
  late_owed, {ratio("late_met", "late_owed")} AS late_met_share,
  CAST(contacts AS BIGINT) AS contacts, {ratio("reached", "contacts")} AS reached_share,
  CAST(promises AS BIGINT) AS promises, CAST(promises_due AS BIGINT) AS promises_due,
  {ratio("kept", "promises_due")} AS kept_share,
  {ratio("kept_money", "promised_money")} AS kept_amount_share
FROM monthly
{ordered(question, "month_end")}""")
    )  # fmt: skip


def _dues(question: Question) -> str:
    """Loan by loan, what the month asked for and what it got; a surplus of one helps no other."""
    opened = "COALESCE(m.opening_bucket, '') NOT IN ('repaid', 'charged_off')"
    late = "m.opening_bucket <> 'current'"
    owed = f"{MET} + {SHORT}"
    columns = f"""m.month_end, {owed} AS owed, {MET} AS met, m.cash - {MET} AS ahead,
  CASE WHEN {late} THEN {owed} ELSE 0 END AS late_owed,
  CASE WHEN {late} THEN {MET} ELSE 0 END AS late_met"""
    return months(question, columns, opened)


def _touched(question: Question) -> str:
    """Contacts; a promise is due once its day has come and payments up to it are known."""
    return f"""
SELECT *, CASE WHEN due = 1 AND paid >= COALESCE(amount, 0.01) THEN 1 ELSE 0 END AS kept,
  CASE WHEN due = 1 THEN COALESCE(amount, 0) ELSE 0 END AS promised_money,
  CASE WHEN due = 1 AND amount IS NOT NULL THEN LEAST(amount, paid) ELSE 0 END AS kept_money,
  due AS promises_due
FROM (
  SELECT {named(question)}LAST_DAY(CAST(c.contacted_at AS DATE)) AS month_end,
    CASE WHEN c.outcome IN ('reached', 'promise', 'refused') THEN 1 ELSE 0 END AS reached,
    CASE WHEN c.outcome = 'promise' THEN 1 ELSE 0 END AS promises,
    CASE WHEN c.outcome = 'promise' AND c.promised_on <= {question.day}
      AND c.promised_on <= l.observed_on THEN 1 ELSE 0 END AS due,
    c.promised_amount AS amount, COALESCE(a.paid, 0) AS paid
  FROM contact c JOIN loan l ON l.loan_id = c.loan_id
  LEFT JOIN answers a ON a.contact_id = c.contact_id
) AS each_contact"""
