"""The list of all policies as a list to take away: what is in force since when, by whom, and what waits."""

from collections.abc import Iterable

from seawall.core.measure import Column
from seawall.core.period import moment_at
from seawall.core.text import Text
from seawall.office.policies import Shelved
from seawall.records.policy_shelf import Standing
from seawall.reports.sheet import Sheet

_COLUMNS = (
    Column("policy", "label", Text(en="policy", zh="策略编号")),
    Column("title", "label", Text(en="title", zh="名称")),
    Column("in_force", "label", Text(en="version in force", zh="生效版本")),
    Column("since", "date", Text(en="in force since (UTC)", zh="生效时间（UTC）")),
    Column("published_by", "label", Text(en="published by", zh="发布人")),
    Column("rolled_back", "label", Text(en="by a rollback", zh="是否回退")),
    Column(
        "next", "date", Text(en="next version in force from (UTC)", zh="下一版本生效时间（UTC）")
    ),
    Column("waiting", "count", Text(en="proposals that wait", zh="待处理提案数")),
)


def sheet(shelf: Iterable[Shelved]) -> Sheet:
    """Every policy; of what is shipped and nobody proposed, its name alone."""
    return Sheet(Text(en="Policies", zh="策略"), _COLUMNS, map(_row, shelf))


def _row(each: Shelved) -> tuple[object, ...]:
    standing = each.standing
    if standing is None:
        return each.policy, each.title, None, None, None, None, None, 0
    then = moment_at(standing.coming[0].effective_us) if standing.coming else None
    return each.policy, each.title, *_in_force(standing), then, len(standing.waiting)


def _in_force(standing: Standing) -> tuple[object, ...]:
    now = standing.in_force
    if now is None:
        return (None,) * 4
    return now.digest, moment_at(now.effective_us), now.published_by, now.proposal is None
