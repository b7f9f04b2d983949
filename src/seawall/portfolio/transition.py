"""How loans move between month-ends: the transition matrix, roll rates, cure rates."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, latest, months, ordered, over, ratio
from seawall.portfolio.settlement import month_sql

_MONTH = Column("month_end", "date", Text(en="month", zh="月份"))
_LOANS = Column("loans", "count", Text(en="loans at the month's opening", zh="月初笔数"))
_BALANCE = Column("balance", "money", Text(en="opening balance", zh="月初余额"))


def matrix(conventions: Conventions) -> Measure:
    """The measure `transition`."""
    return Measure(
        name="transition",
        title=Text(en="Transition matrix", zh="迁徙矩阵"),
        meaning=Text(
            en="Open loans by their state at one month-end and at the next, over the last "
            f"{conventions.window_months} months; shares of each row sum to one. Repayment and "
            "charge-off are states; a loan last observed at the first of the two is in no row.",
            zh=f"未结清贷款从一个月末到下一个月末的状态变化，统计最近{conventions.window_months}个月；"
            "每行占比之和为1。结清与核销均为状态；在前一月末观察已终止的贷款不计入。",
        ),
        columns=(
            Column("state", "label", Text(en="from", zh="月初状态"), conventions.titles()),
            Column("next_state", "label", Text(en="to", zh="月末状态"), conventions.titles()),
            _LOANS,
            _BALANCE,
            Column("share", "share", Text(en="share of loans", zh="笔数占比")),
            Column("balance_share", "share", Text(en="share of balance", zh="余额占比")),
        ),
        steps=lambda question: _matrix(question, conventions),
        source="Cyert, Davidson & Thompson (1962), Management Science 8(3): the Markov view",
    )


def roll(conventions: Conventions) -> Measure:
    """The measure `roll_rate`."""
    return _monthly(
        conventions,
        name="roll_rate",
        title=Text(en="Roll rates", zh="滚动率"),
        meaning=Text(
            en="By month and opening state: the share of open loans that ended the month in a "
            "worse state (a charge-off counts).",
            zh="按月份和月初状态：月末变差的未结清贷款占比（核销计入）。",
        ),
        moved="worse",
    )


def cure(conventions: Conventions) -> Measure:
    """The measure `cure_rate`."""
    return _monthly(
        conventions,
        name="cure_rate",
        title=Text(en="Cure rates", zh="治愈率"),
        meaning=Text(
            en="By month and opening state: the share of past-due loans that ended the month "
            "current or repaid, without anything waived.",
            zh="按月份和月初状态：月末恢复正常或结清（且无减免）的逾期贷款占比。",
        ),
        moved="cured",
    )


def _monthly(
    conventions: Conventions, *, name: str, title: Text, meaning: Text, moved: str
) -> Measure:
    return Measure(
        name=name,
        title=title,
        meaning=meaning,
        columns=(
            _MONTH,
            Column("state", "label", Text(en="from", zh="月初状态"), conventions.titles()),
            _LOANS,
            _BALANCE,
            Column("share", "share", Text(en="share of loans", zh="笔数占比")),
            Column("balance_share", "share", Text(en="share of balance", zh="余额占比")),
        ),
        steps=lambda question: _moved(question, conventions, moved),
        source="Market practice; FRB/OCC roll-rate method of loss estimation",
    )


def _moves(question: Question, columns: str, condition: str = "TRUE") -> str:
    """Months of loans that were open at the month's opening."""
    was_open = "m.opening_bucket IS NOT NULL AND m.opening_bucket NOT IN ('repaid', 'charged_off')"
    return months(question, columns, f"{was_open} AND {condition}")


def _matrix(question: Question, conventions: Conventions) -> Steps:
    since = month_sql(latest(question)) + f" - {conventions.window_months}"
    row = over(question, "state")
    order = (conventions.order_sql("state"), conventions.order_sql("next_state"))
    return (
        Steps()
        .then("moves", _moves(
            question,
            "m.opening_bucket AS state, m.bucket AS next_state, m.opening_balance AS balance",
            f"{month_sql('m.month_end')} > {since}"))
        .then("counted", f"""
SELECT {question.keys()}state, next_state, COUNT(*) AS loans, SUM(balance) AS balance
FROM moves {grouped(question, "state", "next_state")}""")
        .then("matrix", f"""
SELECT {question.keys()}state, next_state, loans, balance,
  {ratio("loans", f"SUM(loans) {row}")} AS share,
  {ratio("balance", f"SUM(balance) {row}")} AS balance_share
FROM counted
{ordered(question, *order)}""")
    )  # fmt: skip


def _moved(question: Question, conventions: Conventions, moved: str) -> Steps:
    now, before = (conventions.order_sql(f"m.{name}") for name in ("bucket", "opening_bucket"))
    condition, which = {
        "worse": (f"{now} > {before}", "TRUE"),
        # What was waived was not paid: no cure.
        "cured": (
            "m.bucket IN ('current', 'repaid') AND m.waived = 0",
            "m.opening_bucket <> 'current'",
        ),
    }[moved]
    return (
        Steps()
        .then("moves", _moves(
            question,
            "m.month_end, m.opening_bucket AS state, m.opening_balance AS balance, "
            f"CASE WHEN {condition} THEN 1 ELSE 0 END AS moved, "
            f"CASE WHEN {condition} THEN m.opening_balance ELSE 0 END AS moved_balance", which))
        .then("rates", f"""
SELECT {question.keys()}month_end, state, COUNT(*) AS loans, SUM(balance) AS balance,
  {ratio("SUM(moved)", "COUNT(*)")} AS share,
  {ratio("SUM(moved_balance)", "SUM(balance)")} AS balance_share
FROM moves {grouped(question, "month_end", "state")}
{ordered(question, "month_end", conventions.order_sql("state"))}""")
    )  # fmt: skip
