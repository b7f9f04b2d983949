"""Decisions and the ledger's entries as lists to take away, by what the index knows of them."""

from collections.abc import Iterator

from seawall.core.measure import Column
from seawall.core.period import moment_at
from seawall.core.text import Text, verbatim
from seawall.office import decisions, ledgers
from seawall.policy.explain import THEN
from seawall.records.entry_index import Browsed, Sought
from seawall.reports.sheet import Sheet

_ENTRY = Column("entry", "count", Text(en="entry", zh="账本记录"))
_AT = Column("at", "date", Text(en="when (UTC)", zh="时间（UTC）"))
_ACTOR = Column("actor", "label", Text(en="by", zh="操作人"))
_DECISIONS = (
    Column("application_id", "label", Text(en="application", zh="申请编号")),
    Column("outcome", "label", Text(en="outcome", zh="结果"), dict(THEN)),
    Column("reason", "label", Text(en="first reason", zh="首要理由")),
    Column("policy", "label", Text(en="policy", zh="策略")),
    Column("digest", "label", Text(en="version", zh="版本")),
    Column("customer_token", "label", Text(en="customer token", zh="客户标识")),
    Column("unit", "label", Text(en="unit", zh="机构单元")),
    _ACTOR, _AT, _ENTRY,
)  # fmt: skip
_ENTRIES = (
    _ENTRY,
    Column("kind", "label", Text(en="kind", zh="类型")),
    Column("subject", "label", Text(en="subject", zh="对象")),
    _ACTOR,
    Column("on_behalf_of", "label", Text(en="for", zh="代表")),
    _AT,
)


def of_decisions(sought: Sought) -> Sheet:
    """Decisions that fit a search, the latest first."""
    title = Text(en="Decisions", zh="决策")
    return Sheet(title, _DECISIONS, _decisions(sought), _told(sought._asdict()))


def of_entries(which: Browsed) -> Sheet:
    """Entries, the latest first."""
    title = Text(en="Ledger", zh="账本")
    return Sheet(title, _ENTRIES, _entries(which), _told(which._asdict()))


def _decisions(sought: Sought) -> Iterator[tuple[object, ...]]:
    for row in decisions.every(sought):
        yield (row.application_id, row.outcome, row.reason, row.policy, row.digest, row.customer_token,
               row.unit, row.actor, moment_at(row.at_us), row.entry)  # fmt: skip


def _entries(which: Browsed) -> Iterator[tuple[object, ...]]:
    for row in ledgers.every(which):
        yield row.number, row.kind, row.subject, row.actor, row.on_behalf_of, moment_at(row.at_us)


def _told(asked: dict[str, object]) -> Text:
    """What was searched for."""
    named = {name: value for name, value in asked.items() if name not in ("most", "after", "before") and value}  # fmt: skip
    return verbatim(", ".join(f"{name} = {_one(value)}" for name, value in named.items()))


def _one(value: object) -> str:
    if isinstance(value, int):  # all numbers among them are times
        return f"{moment_at(value):%Y-%m-%d %H:%M}Z"
    return "/".join(value) if isinstance(value, tuple) else str(value)
