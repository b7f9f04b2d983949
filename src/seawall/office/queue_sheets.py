"""A queue of cases as a list to take away: what every case has, and of one kind all that its declaration names."""

import json
from collections.abc import Iterator
from datetime import date, datetime

from seawall.cases.case import Actor, Value
from seawall.cases.kind import Field, Kind
from seawall.core.measure import Column
from seawall.core.text import Text, together, verbatim
from seawall.office import queues
from seawall.office.cases import Counter
from seawall.office.queues import Asked, Shown
from seawall.records import case_register as register
from seawall.reports.sheet import Sheet

_TOGETHER = 400
_COMMON = (
    Column("case", "label", Text(en="case", zh="案件")),
    Column("kind", "label", Text(en="kind", zh="类别")),
    Column("title", "label", Text(en="title", zh="标题")),
    Column("state", "label", Text(en="state", zh="状态")),
    Column("assignee", "label", Text(en="in the hands of", zh="经办人")),
    Column("unit", "label", Text(en="unit", zh="机构单元")),
    Column("opened", "date", Text(en="opened (UTC)", zh="创建时间（UTC）")),
    Column("changed", "date", Text(en="changed (UTC)", zh="变更时间（UTC）")),
    Column("due", "date", Text(en="due (UTC)", zh="到期时间（UTC）")),
    Column("late", "label", Text(en="late", zh="是否超时")),
)
_TITLE = Text(en="Cases", zh="案件")


def sheet(counter: Counter, asks: Asked, actor: Actor) -> Sheet:
    """A queue as a list, page after page to its end, of what somebody may see."""
    kind = counter.desk.kinds.in_force.get(asks.kind)
    fields = dict(kind.fields) if kind else {}
    more = tuple(_column(name, field) for name, field in fields.items())
    told = verbatim(", ".join(f"{name} = {value}" for name, value in asks.told.items()))
    title = together((_TITLE, kind.title), ": ") if kind else _TITLE
    return Sheet(title, (*_COMMON, *more), _rows(counter, asks, actor, kind), told)


def _column(name: str, field: Field) -> Column:
    unit = {"date": "date", "time": "date", "integer": "count"}.get(field.type, "label")
    labels = dict(field.among or {})
    return Column(f"field_{name}", unit, field.title, labels)  # type: ignore[arg-type]


def _rows(
    counter: Counter, asks: Asked, actor: Actor, kind: Kind | None
) -> Iterator[tuple[object, ...]]:
    after = None
    while True:
        page = queues.page(counter, asks, actor, after, _TOGETHER)
        known = register.standing_all([each.line.case_id for each in page.cases]) if kind else {}
        for each in page.cases:
            yield (*_common(each), *_own(known, each, kind))
        after = page.after
        if after is None:
            return


def _common(case: Shown) -> tuple[object, ...]:
    line = case.line
    return (line.case_id, case.kind.title, case.title, case.state, line.assignee, line.unit,
            case.opened_at, case.changed_at, case.due_at, case.late)  # fmt: skip


def _own(known: dict[str, register.CaseRow], case: Shown, kind: Kind | None) -> Iterator[object]:
    row = known.get(case.line.case_id)
    fields = json.loads(row.content)["fields"] if row else {}
    for name, field in kind.fields.items() if kind else ():
        yield _plain(fields.get(name), field)


def _plain(value: Value, field: Field) -> object:
    if not isinstance(value, str):
        return value
    if field.type == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field.type == "time" else value
