"""A list of alerts to take away: all of it, page by page, as it is asked for on screen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from seawall.acts.alert_cases import shown
from seawall.core.measure import Column
from seawall.core.text import Text
from seawall.office import alert_lists
from seawall.office.alert_lists import Asked, Listed
from seawall.office.alerts import Watchman
from seawall.reports.sheet import Sheet


def sheet(man: Watchman, asked: Asked, at: datetime) -> Sheet:
    """The list that a page shows the beginning of; its rows are read while they are written."""
    return Sheet(_OVER if asked.ended else _OPEN, _COLUMNS, _rows(man, asked, at))


def _rows(man: Watchman, asked: Asked, at: datetime) -> Iterator[tuple[object, ...]]:
    while True:
        page = alert_lists.page(man, asked, at)
        yield from map(_row, page.rows)
        if not page.next:
            return
        asked = replace(asked, after=page.next)


def _row(alert: Listed) -> tuple[object, ...]:
    title = alert.indicator.title if alert.indicator else alert.cause.indicator
    return (
        alert.case_id, alert.level, title, shown(alert.cause.segment), alert.since, alert.state,
        alert.raised_at, alert.changed_at, alert.explained_title,
    )  # fmt: skip


_OPEN = Text(en="Open alerts", zh="未结预警")
_OVER = Text(en="Alerts that are over", zh="已结束的预警")
_LEVELS = {"amber": Text(en="amber", zh="黄色"), "red": Text(en="red", zh="红色")}
_COLUMNS = (
    Column("case_id", "label", Text(en="case", zh="案件")),
    Column("level", "label", Text(en="level", zh="级别"), _LEVELS),
    Column("indicator", "label", Text(en="indicator", zh="指标")),
    Column("segment", "label", Text(en="segment", zh="分组")),
    Column("since", "date", Text(en="since", zh="起始")),
    Column("state", "label", Text(en="state", zh="状态")),
    Column("raised_at", "date", Text(en="raised at", zh="触发时间")),
    Column("changed_at", "date", Text(en="last changed at", zh="最近变动时间")),
    Column("explained_by", "label", Text(en="explained by", zh="可由其解释")),
)
