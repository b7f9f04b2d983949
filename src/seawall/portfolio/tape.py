"""The contract for the book's tables: what every source is brought into, and what may be relied on.

Money is `DECIMAL(18,2)` in the loan's currency; rates are annual decimal fractions (0.24 is 24 %);
`_on` columns are business dates of the lender's calendar, `_at` columns are UTC times; people,
devices and addresses appear only as tokens. Facts are append-only; a fact is known by its key, and
what a loan's later `observed_on` says of it takes the place of what was said before, which stays in
the book's files.
"""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from seawall.core.text import Text

Type = Literal["text", "date", "time", "money", "rate", "count", "number", "flag"]

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "time": "TIMESTAMP",
    "money": "DECIMAL(18,2)",
    "rate": "DOUBLE",
    "count": "INTEGER",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
}

ARROW_TYPES: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "time": pa.timestamp("us"),
    "money": pa.decimal128(18, 2),
    "rate": pa.float64(),
    "count": pa.int32(),
    "number": pa.float64(),
    "flag": pa.bool_(),
}

WATERFALLS = (
    "fee-interest-principal",
    "fee-principal-interest",
    "interest-fee-principal",
    "interest-principal-fee",
    "principal-fee-interest",
    "principal-interest-fee",
)


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    Attributes:
        required: a row without a value is rejected.
        least, most: inclusive limits of a sane value; outside them the row is rejected.
        among: the only values allowed, where given.
        segment: measures may be broken down by it (`--by`).
        later: it comes to be known after the rest of the row: the row told again may fill it, once.
    """

    name: str
    type: Type
    meaning: Text
    required: bool = False
    least: float | None = None
    most: float | None = None
    among: tuple[str, ...] = ()
    segment: bool = False
    later: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the contract; no two of its rows have the same key.

    Attributes:
        order: pairs of dates of which the first never comes after the second.
    """

    name: str
    meaning: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    order: tuple[tuple[str, str], ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema."""
        return pa.schema([pa.field(c.name, ARROW_TYPES[c.type]) for c in self.columns])

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


# No consumer loan, and no cash flow of one, is larger in any currency lenders lend in (the
# smallest unit in use, the Indonesian rupiah, included); more is a slip of the decimal point.
MONEY_MOST = 1e13
# Flat-fee loans of a few days exceed 1,000 % a year; more than 100,000 % is a unit error.
RATE_MOST = 1000.0
TERM_DAYS_MOST = 366 * 40


def _text(name: str, en: str, zh: str, *, required: bool = False, segment: bool = False) -> Column:
    return Column(name, "text", Text(en=en, zh=zh), required=required, segment=segment)


def _money(name: str, en: str, zh: str, *, required: bool = False, least: float = 0) -> Column:
    meaning = Text(en=en, zh=zh)
    return Column(name, "money", meaning, required=required, least=least, most=MONEY_MOST)


APPLICATION = Table(
    "application",
    Text(en="A request for a loan", zh="贷款申请"),
    ("application_id",),
    (
        _text("application_id", "the application's id", "申请编号", required=True),
        _text("customer_token", "who asks", "客户令牌", required=True),
        Column("applied_at", "time", Text(en="when", zh="申请时间"), required=True),
        _text("product", "product", "产品", segment=True),
        _text("channel", "acquisition channel", "获客渠道", segment=True),
        _text("partner", "partner that brought the customer", "合作机构", segment=True),
        _text("region", "region of residence", "地区", segment=True),
        _text("purpose", "stated purpose", "用途", segment=True),
        _text("currency", "ISO 4217 code", "币种", required=True),
        Column(
            "amount",
            "money",
            Text(en="amount asked for", zh="申请金额"),
            required=True,
            least=0.01,
            most=MONEY_MOST,
        ),
        Column(
            "term_days",
            "count",
            Text(en="term asked for, days", zh="申请期限（天）"),
            least=1,
            most=TERM_DAYS_MOST,
        ),
        Column(
            "birth_year", "count", Text(en="year of birth", zh="出生年份"), least=1880, most=2100
        ),
        _text("employment", "employment status", "就业状况"),
        _text("education", "level of education", "教育程度"),
        _text("home", "home ownership", "住房情况"),
        _money("income_annual", "stated yearly income", "申报年收入"),
        _money("debt_monthly", "monthly payments on other debts", "其他债务月供"),
        Column(
            "bureau_score",
            "number",
            Text(en="credit bureau score", zh="征信评分"),
            least=0,
            most=10_000,
        ),
        Column(
            "inquiries_6m",
            "count",
            Text(en="credit inquiries in six months", zh="近六个月查询次数"),
            least=0,
            most=10_000,
        ),
        Column(
            "open_lenders",
            "count",
            Text(en="other lenders with an open loan", zh="未结清的其他放贷机构数"),
            least=0,
            most=10_000,
        ),
        _text("device_token", "device", "设备令牌"),
        _text("address_token", "address", "地址令牌"),
        _text("contact_token", "phone of the contact person", "联系人令牌"),
    ),
)

DECISION = Table(
    "decision",
    Text(en="The answer to an application", zh="审批决定"),
    ("decision_id",),
    (
        _text("decision_id", "the decision's id", "决定编号", required=True),
        _text("application_id", "the application", "申请编号", required=True),
        Column("decided_at", "time", Text(en="when", zh="决定时间"), required=True),
        Column(
            "outcome",
            "text",
            Text(en="the answer", zh="结果"),
            required=True,
            among=("approve", "refer", "decline"),
        ),
        _text("reason", "main reason code", "主要原因代码"),
        _money("limit_amount", "amount approved", "批准金额"),
        Column(
            "annual_rate",
            "rate",
            Text(en="annual rate offered", zh="批准年利率"),
            least=0,
            most=RATE_MOST,
        ),
        Column("score", "number", Text(en="score, higher is safer", zh="评分（越高越安全）")),
        _text("policy", "policy that decided", "策略"),
    ),
)

LOAN = Table(
    "loan",
    Text(en="Money lent", zh="贷款"),
    ("loan_id",),
    (
        _text("loan_id", "the loan's id", "贷款编号", required=True),
        _text("application_id", "the application it came from", "申请编号"),
        _text("customer_token", "who owes", "客户令牌", required=True, segment=True),
        _text("product", "product", "产品", required=True, segment=True),
        _text("channel", "acquisition channel", "获客渠道", segment=True),
        _text("partner", "partner that brought the customer", "合作机构", segment=True),
        _text("region", "region of residence", "地区", segment=True),
        _text("grade", "risk grade at origination", "风险等级", segment=True),
        _text("purpose", "purpose", "用途", segment=True),
        Column(
            "currency", "text", Text(en="ISO 4217 code", zh="币种"), required=True, segment=True
        ),
        Column(
            "principal",
            "money",
            Text(en="amount lent", zh="本金"),
            required=True,
            least=0.01,
            most=MONEY_MOST,
        ),
        Column(
            "annual_rate",
            "rate",
            Text(
                en="contract rate per year; none for flat fees", zh="合同年利率（固定费用贷款为空）"
            ),
            least=0,
            most=RATE_MOST,
        ),
        Column(
            "term_days",
            "count",
            Text(en="contract term, days", zh="合同期限（天）"),
            required=True,
            least=1,
            most=TERM_DAYS_MOST,
        ),
        Column(
            "disbursed_on",
            "date",
            Text(en="day the money was paid out", zh="放款日"),
            required=True,
        ),
        Column("charged_off_on", "date", Text(en="day the loan was charged off", zh="核销日")),
        Column(
            "closed_on",
            "date",
            Text(
                en="day the lender closed the account; derived from payments where the source is "
                "silent",
                zh="结清日；来源未提供时由还款推导",
            ),
        ),
        Column(
            "observed_on",
            "date",
            Text(en="last day up to which the payments are known", zh="还款信息截止日"),
            required=True,
        ),
        Column(
            "waterfall",
            "text",
            Text(en="order in which cash pays an instalment's parts", zh="还款冲抵顺序"),
            required=True,
            among=WATERFALLS,
        ),
        Column(
            "paid_share",
            "rate",
            Text(
                en="share of an instalment (but the last) that counts as paid; 1 where empty; "
                "where the servicer gives no allocation, principal bears the shortfall",
                zh="视为已还的分期金额比例（末期除外），空为1；服务机构未给出冲抵时，不足部分计入本金",
            ),
            least=0.5,
            most=1,
        ),
        Column(
            "outcome",
            "text",
            Text(en="the source's own verdict, where it gives one", zh="来源给出的好坏标签"),
            among=("good", "bad"),
        ),
    ),
    (
        ("disbursed_on", "charged_off_on"),
        ("disbursed_on", "closed_on"),
        ("disbursed_on", "observed_on"),
    ),
)

INSTALMENT = Table(
    "instalment",
    Text(en="The contractual schedule", zh="还款计划"),
    ("loan_id", "number"),
    (
        _text("loan_id", "the loan", "贷款编号", required=True),
        Column(
            "number",
            "count",
            Text(en="1, 2, 3 …", zh="期数"),
            required=True,
            least=1,
            most=TERM_DAYS_MOST,
        ),
        Column("due_on", "date", Text(en="due date", zh="到期日"), required=True),
        _money("principal", "principal due", "应还本金", required=True),
        _money("interest", "interest due", "应还利息", required=True),
        _money("fee", "fee due", "应还费用", required=True),
    ),
)

PAYMENT = Table(
    "payment",
    Text(en="Cash from the customer, or for his debt", zh="还款"),
    ("payment_id",),
    (
        _text("payment_id", "the payment's id", "还款编号", required=True),
        _text("loan_id", "the loan", "贷款编号", required=True),
        Column("paid_on", "date", Text(en="day the cash came in", zh="还款日"), required=True),
        Column(
            "amount",
            "money",
            Text(en="cash received, late fees included", zh="实收金额（含滞纳金）"),
            required=True,
            least=0.01,
            most=MONEY_MOST,
        ),
        _money(
            "late_fee",
            "part that pays late fees, outside the schedule",
            "其中滞纳金",
            required=True,
        ),
        _money(
            "collection_cost",
            "cost of collecting it, borne by the lender",
            "催收成本",
            required=True,
        ),
        _money(
            "principal",
            "part the servicer applied to principal; used where he parts all payments of a loan "
            "up to its charge-off, else the waterfall parts them",
            "其中本金；服务机构对该贷款核销前的每笔还款均给出划分时采用，否则按冲抵顺序划分",
        ),
        _money("interest", "part the servicer applied to interest", "其中利息"),
        _money("fee", "part the servicer applied to scheduled fees", "其中费用"),
    ),
)

CONTACT = Table(
    "contact",
    Text(en="A collections contact", zh="催收联系"),
    ("contact_id",),
    (
        _text("contact_id", "the contact's id", "联系编号", required=True),
        _text("loan_id", "the loan", "贷款编号", required=True),
        Column("contacted_at", "time", Text(en="when (UTC)", zh="联系时间（UTC）"), required=True),
        Column(
            "medium",
            "text",
            Text(en="by what", zh="方式"),
            required=True,
            among=("call", "ai_call", "message", "letter", "visit"),
        ),
        Column(
            "outcome",
            "text",
            Text(en="what came of it", zh="结果"),
            required=True,
            among=("no_answer", "wrong_party", "reached", "promise", "refused"),
        ),
        _text("agent_token", "who made it", "催收员令牌"),
        _text("agency", "outside agency, where one did", "委外机构"),
        Column("promised_on", "date", Text(en="day payment was promised for", zh="承诺还款日")),
        _money("promised_amount", "amount promised", "承诺金额"),
    ),
)

EVENT = Table(
    "event",
    Text(en="Something else that happened: behaviour, operations, security", zh="事件"),
    ("event_id",),
    (
        _text("event_id", "the event's id", "事件编号", required=True),
        Column("happened_at", "time", Text(en="when (UTC)", zh="时间（UTC）"), required=True),
        _text(
            "kind",
            "kind of event, for example complaint, sign_in_failed, outage",
            "类型",
            required=True,
        ),
        _text("subject", "what it is about: a customer token, a system, a partner", "对象"),
        _text("product", "product", "产品", segment=True),
        _text("channel", "channel", "渠道", segment=True),
        _text("region", "region", "地区", segment=True),
        _text("detail", "detail code, never free text", "细节代码"),
        Column("value", "number", Text(en="size: seconds, count, amount", zh="数值")),
        Column(
            "closed_at",
            "time",
            Text(en="when it was settled (UTC)", zh="办结时间（UTC）"),
            later=True,
        ),
    ),
)

SERIES = Table(
    "series",
    Text(en="A value of a market, macro or operations series", zh="时间序列"),
    ("series_id", "observed_on"),
    (
        _text("series_id", "the series", "序列编号", required=True),
        Column("observed_on", "date", Text(en="date of the value", zh="日期"), required=True),
        Column("value", "number", Text(en="the value", zh="数值"), required=True),
        _text("unit", "its unit", "单位", required=True),
        _text("source", "where it comes from", "来源", required=True),
    ),
)

TABLES: tuple[Table, ...] = (
    APPLICATION,
    DECISION,
    LOAN,
    INSTALMENT,
    PAYMENT,
    CONTACT,
    EVENT,
    SERIES,
)
"""The tables facts come in; `month_end` and `settlement` are derived from them."""

SEGMENTS: tuple[str, ...] = tuple(column.name for column in LOAN.columns if column.segment)
"""The columns of a loan that measures can be broken down by."""


def table(name: str) -> Table:
    """The table of this name.

    Raises:
        KeyError: the contract has no such table.
    """
    return {each.name: each for each in TABLES}[name]
