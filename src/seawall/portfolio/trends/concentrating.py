"""How much of the book hangs on a few, and how many customers borrow more than once at a time."""

from seawall.core.by_period import Facts, Summary, ends_on, grouped, inside, told
from seawall.core.measure import Arithmetic, Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.trends.facts import LOAN_SEGMENTS, MONTHLY, MONTHS
from seawall.portfolio.watching import Watching

_TITLES = {
    "product": Text(en="product", zh="产品"),
    "channel": Text(en="channel", zh="渠道"),
    "partner": Text(en="partner", zh="合作机构"),
    "region": Text(en="region", zh="地区"),
}

# Here the loan is needed however the answer is broken down.
_JOINED = Facts("month_end m JOIN loan l ON l.loan_id = m.loan_id", "m.month_end", MONTHS.segments)


def trends(watching: Watching) -> tuple[Trend, ...]:
    """The trends of concentration and multi-borrowing."""
    return (
        *(_largest(name) for name in _TITLES),
        *(_hhi(name) for name in _TITLES),
        _partners(),
        _top_customer(),
        _many_loans(watching.many_loans),
    )


def _segments(name: str) -> tuple[str, ...]:
    return tuple(each for each in LOAN_SEGMENTS if each != name)


def _largest(name: str) -> Trend:
    title = _TITLES[name]
    return Trend(
        name=f"largest_{name}_share",
        title=Text(en=f"Largest {title.en}", zh=f"最大{title.zh}占比"),
        meaning=Text(
            en=f"Of the principal owed at the month's end, the share of the largest {title.en}; what has "
            f"no {title.en} is in the whole only. The sample is money.",
            zh=f"月末贷款余额中最大单一{title.zh}的占比；无{title.zh}者仅计入分母。样本为金额。",
        ),
        unit="share", arithmetic="share", periods=MONTHLY, segments=_segments(name),
        reads=("month_end", "loan"),
        steps=lambda span: _read(
            span, name, "share",
            (f"MAX(CASE WHEN {name}_value IS NOT NULL THEN owed ELSE 0 END)", "SUM(owed)"),
        ),
        source="Market practice; BCBS, Studies on credit risk concentration (2006)",
    )  # fmt: skip


def _hhi(name: str) -> Trend:
    title = _TITLES[name]
    return Trend(
        name=f"{name}_hhi",
        title=Text(en=f"Concentration by {title.en} (HHI)", zh=f"{title.zh}集中度（HHI）"),
        meaning=Text(
            en=f"The sum of squared shares of each {title.en} in the principal owed at the month's end, "
            f"of loans that have one.",
            zh=f"月末贷款余额按{title.zh}占比的平方和（仅含有{title.zh}的贷款）。",
        ),
        unit="index", arithmetic="level", periods=MONTHLY, segments=_segments(name),
        reads=("month_end", "loan"),
        steps=lambda span: _read(span, name, "level", (_HHI.format(value=f"{name}_value"), "NULL")),
        source="Hirschman (1964), AER 54(5)",
    )  # fmt: skip


_HHI = (
    "SUM(CASE WHEN {value} IS NOT NULL THEN owed * owed END)"
    " / NULLIF(POWER(SUM(CASE WHEN {value} IS NOT NULL THEN owed END), 2), 0)"
)


def _members(name: str) -> Summary:
    """The pass over months by each value of a segment."""
    return Summary(
        f"by_{name}", _JOINED, {"owed": "SUM(CAST(m.balance AS DOUBLE))"},
        {f"{name}_value": f"l.{name}"}, where="m.balance > 0",
    )  # fmt: skip


def _read(span: Span, name: str, arithmetic: Arithmetic, sums: tuple[str, str]) -> Steps:
    return _members(name).trend(span, arithmetic, part=sums[0], whole=sums[1])


def _partners() -> Trend:
    return Trend(
        name="partner_share",
        title=Text(en="Loans through partners", zh="合作机构贷款占比"),
        meaning=Text(
            en="Of the principal owed at the month's end, the share of loans that a partner brought. "
            "The sample is money.",
            zh="月末贷款余额中由合作机构导入的贷款占比。样本为金额。",
        ),
        unit="share", arithmetic="share", periods=MONTHLY, segments=_segments("partner"),
        reads=("month_end", "loan"),
        steps=lambda span: _read(
            span, "partner", "share",
            ("SUM(CASE WHEN partner_value IS NOT NULL THEN owed ELSE 0 END)", "SUM(owed)"),
        ),
        source="Market practice; 银保监办发〔2021〕24号",
    )  # fmt: skip


def _owing(span: Span) -> Steps:
    """The pass over open loans by customer, summed up by how many a customer has."""
    facts, end = _JOINED, ends_on(_JOINED.day, span.period)
    by = "".join(f"{facts.segments[name]}, " for name in span.by)
    return Steps().then("owing", f"""
SELECT {span.keys()}ends_on, loans, COUNT(*) AS customers, MAX(owed) AS most, SUM(owed) AS owed
FROM (
  SELECT {facts.keys(span)}{end} AS ends_on, COUNT(*) AS loans, SUM(CAST(m.balance AS DOUBLE)) AS owed
  FROM {facts.rows}
  WHERE m.status = 'open' AND {inside(facts.day, span)}
  GROUP BY {by}{end}, l.customer_token
) AS each_customer
{grouped(span, "ends_on", "loans")}""")  # fmt: skip


def _of_customers(span: Span, part: str, whole: str) -> Steps:
    steps = _owing(span).then("read", f"""
SELECT {span.keys()}ends_on, {part} AS part, {whole} AS whole
FROM owing {grouped(span, "ends_on")}""")  # fmt: skip
    return told(steps, span, "share")


def _top_customer() -> Trend:
    return Trend(
        name="top_customer_share",
        title=Text(en="Largest customer", zh="最大单一客户占比"),
        meaning=Text(
            en="Of the principal owed at the month's end, the share of the customer who owes most. The "
            "sample is money.",
            zh="月末贷款余额中欠款最多的单一客户占比。样本为金额。",
        ),
        unit="share", arithmetic="share", periods=MONTHLY, segments=LOAN_SEGMENTS,
        reads=("month_end", "loan"),
        steps=lambda span: _of_customers(span, "MAX(most)", "SUM(owed)"),
        source="Market practice; BCBS LEX: large exposures",
    )  # fmt: skip


def _many_loans(loans: int) -> Trend:
    return Trend(
        name="multi_loan_share",
        title=Text(en="Customers with several open loans", zh="多笔在贷客户占比"),
        meaning=Text(
            en=f"Of the customers with an open loan at the month's end, the share with {loans} or more; "
            "by segment, with as many in it.",
            zh=f"月末有未结清贷款的客户中，未结清贷款不少于{loans}笔的占比；按维度细分时仅计该细分内的贷款。",
        ),
        unit="share", arithmetic="share", periods=MONTHLY, segments=LOAN_SEGMENTS,
        reads=("month_end", "loan"),
        steps=lambda span: _of_customers(
            span, f"SUM(CASE WHEN loans >= {loans} THEN customers ELSE 0 END)", "SUM(customers)"
        ),
        source="Market practice: multi-borrowing",
    )  # fmt: skip
