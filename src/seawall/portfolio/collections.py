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
            en="By month: cash received over what was owed in it (opening arrears and what fell "
            "due); the same for loans that opened the month past due; contacts, the share that "
            "reached the customer, promises to pay and the share kept (any payment up to the day "
            "promised).",
            zh="按月：实收 ÷ 当月应收（月初拖欠加当月到期）；月初逾期贷款的同一比例；催收联系次数、有效联系占比、"
            "承诺还款数及履约率（承诺日前有任何还款）。",
        ),
        columns=(
            Column("month_end", "date", Text(en="month", zh="月份")),
            Column("owed", "money", Text(en="owed in the month", zh="当月应收")),
            Column("cash", "money", Text(en="cash received", zh="实收")),
            Column("collected_share", "share", Text(en="collected", zh="回款率")),
            Column("late_owed", "money", Text(en="owed by past-due loans", zh="逾期贷款应收")),
            Column("late_share", "share", Text(en="collected of that", zh="逾期回款率")),
            Column("contacts", "count", Text(en="contacts", zh="联系次数")),
            Column("reached_share", "share", Text(en="reached", zh="有效联系占比")),
            Column("promises", "count", Text(en="promises", zh="承诺还款数")),
            Column("kept_share", "share", Text(en="kept", zh="履约率")),
        ),
        steps=_steps,
        source="Market practice: collection efficiency, right-party contact, promise-to-pay kept",
    )


def _steps(question: Question) -> Steps:
    late = "m.opening_bucket NOT IN ('current', 'repaid', 'charged_off')"
    owed = "m.opening_arrears + m.scheduled"
    sums = ", ".join(
        f"SUM({name}) AS {name}"
        for name in ("owed", "cash", "late_owed", "late_cash", "contacts", "reached", "promises",
                     "kept")
    )  # fmt: skip
    return (
        Steps()
        .then("cash_moves", f"""
SELECT {question.keys()}month_end, SUM(owed) AS owed, SUM(cash) AS cash,
  SUM(late_owed) AS late_owed, SUM(late_cash) AS late_cash,
  0 AS contacts, 0 AS reached, 0 AS promises, 0 AS kept
FROM ({months(question, f'''m.month_end, {owed} AS owed, m.cash,
  CASE WHEN {late} THEN {owed} ELSE 0 END AS late_owed,
  CASE WHEN {late} THEN m.cash ELSE 0 END AS late_cash''')}) AS flows
{grouped(question, "month_end")}""")
        .then("kept_promises", f"""
SELECT DISTINCT c.contact_id
FROM contact c JOIN payment p ON p.loan_id = c.loan_id
WHERE c.outcome = 'promise' AND p.paid_on >= CAST(c.contacted_at AS DATE)
  AND p.paid_on <= c.promised_on AND p.paid_on <= {question.day}""")
        .then("contact_moves", f"""
SELECT {question.keys()}month_end, CAST(0 AS DECIMAL(18,2)) AS owed,
  CAST(0 AS DECIMAL(18,2)) AS cash, CAST(0 AS DECIMAL(18,2)) AS late_owed,
  CAST(0 AS DECIMAL(18,2)) AS late_cash, COUNT(*) AS contacts, SUM(reached) AS reached,
  SUM(promised) AS promises, SUM(kept) AS kept
FROM (
  SELECT {named(question)}LAST_DAY(CAST(c.contacted_at AS DATE)) AS month_end,
    CASE WHEN c.outcome IN ('reached', 'promise', 'refused') THEN 1 ELSE 0 END AS reached,
    CASE WHEN c.outcome = 'promise' THEN 1 ELSE 0 END AS promised,
    CASE WHEN k.contact_id IS NULL THEN 0 ELSE 1 END AS kept
  FROM contact c JOIN loan l ON l.loan_id = c.loan_id
  LEFT JOIN kept_promises k ON k.contact_id = c.contact_id
) AS touched
WHERE month_end <= {question.day}
{grouped(question, "month_end")}""")
        .then("moves", "SELECT * FROM cash_moves UNION ALL SELECT * FROM contact_moves")
        .then("monthly", f"""
SELECT {question.keys()}month_end, {sums} FROM moves {grouped(question, "month_end")}""")
        .then("collections", f"""
SELECT {question.keys()}month_end, owed, cash, {ratio("cash", "owed")} AS collected_share,
  late_owed, {ratio("late_cash", "late_owed")} AS late_share, CAST(contacts AS BIGINT) AS contacts,
  {ratio("reached", "contacts")} AS reached_share, CAST(promises AS BIGINT) AS promises,
  {ratio("kept", "promises")} AS kept_share
FROM monthly
{ordered(question, "month_end")}""")
    )  # fmt: skip
