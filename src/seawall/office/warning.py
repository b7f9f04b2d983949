"""Indicators over a home's book: read, checked, judged, and told."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from seawall.core import pack
from seawall.core.measure import Trend
from seawall.core.problem import Problem, Unable
from seawall.core.text import Text, together, verbatim
from seawall.office import packs, tables
from seawall.warning import checking, explaining, routing, waiting
from seawall.warning.checking import Known
from seawall.warning.holding import AMBER, RED
from seawall.warning.indicator import IMPORTANCES, Indicator, Risk

Sheet = pack.Placed[Indicator]


def trends() -> dict[str, Trend]:
    """Every trend, by name."""
    return {each.name: each for each in tables.trends(packs.conventions())}


def known() -> Known:
    """What indicators may name."""
    return Known(trends(), packs.roles().names, frozenset(packs.playbooks()))


def sheets(folder: Path | None = None) -> list[Sheet]:
    """The indicators of a folder, or those shipped, by risk and id."""
    found = packs.indicators(folder)
    return sorted(
        found, key=lambda sheet: (list(RISKS).index(sheet.declared.risk), sheet.declared.id)
    )


def findings(among: Sequence[Sheet]) -> list[Problem]:
    """Everything that is wrong with indicators, and with who is told of their alerts."""
    exists, routes = known(), packs.routing()
    return [*checking.findings(among, exists), *routing.findings(*routes, exists.roles)]


def failing(among: Sequence[Sheet]) -> list[Problem]:
    """The cases in which another level comes out than is expected."""
    exists = known()
    return [problem for sheet in among for problem in checking.failing(sheet, exists)]


def indicator(name: str, folder: Path | None = None) -> Indicator:
    """An indicator by its id.

    Raises:
        UnableToFindIndicator: there is none of this id.
    """
    by_id = {sheet.declared.id: sheet.declared for sheet in sheets(folder)}
    if name not in by_id:
        raise UnableToFindIndicator(name, sorted(by_id))
    return by_id[name]


def told(name: str, folder: Path | None = None) -> Iterator[tuple[Text, Text]]:
    """An indicator in plain sentences, each under its heading."""
    return described(indicator(name, folder))


def described(declared: Indicator) -> Iterator[tuple[Text, Text]]:
    """The same of an indicator that is at hand."""
    watched = trends()[declared.measure]
    yield _TITLE, declared.title
    yield _MEANING, declared.meaning
    yield _WATCHES, watched.meaning
    yield _BY, _listed([explaining.columns(each) for each in declared.by])
    if (limits := declared.thresholds) is not None:
        amber, red = (explaining.said(each, watched.unit) for each in (limits.amber, limits.red))
        why = limits.rationale or Text(en=limits.citation or "", zh=limits.citation or "")
        yield _LIMITS, _THRESHOLDS.filled(amber=amber, red=red, since=declared.since, why=why)
    yield _HELD, _HYSTERESIS.filled(up=declared.raise_after, down=declared.clear_after,
                                    least=declared.sample_least)  # fmt: skip
    yield from _people(declared)


def _people(declared: Indicator) -> Iterator[tuple[Text, Text]]:
    routes, _ = packs.routing()
    titles = packs.roles().titles
    for importance in IMPORTANCES:
        levels = [
            waiting.LEVELS[level]
            for name, level in (("amber", AMBER), ("red", RED))
            if getattr(declared.severity, name) == importance
        ]
        if levels:
            alert = routing.Told(importance=importance, risk=declared.risk, team=declared.team)
            stages = [
                _STAGE.filled(role=titles[each.to], way=_WAYS[each.by], minutes=each.after_minutes)
                for each in routing.route(routes.declared, alert).stages
            ]
            yield _TOLD.filled(level=_listed(levels)), together(stages, " → ")
    yield _OWNER, _OWNED.filled(owner=titles[declared.owner], team=declared.team)
    yield _DO, declared.advice or verbatim(declared.playbook or "–")
    if declared.explained_by:
        yield _PARENTS, _listed([verbatim(each) for each in declared.explained_by])


def _listed(texts: Sequence[Text]) -> Text:
    return Text(en="; ".join(each.en for each in texts), zh="；".join(each.zh for each in texts))


RISKS: dict[Risk, Text] = {
    "credit": Text(en="Credit", zh="信用风险"),
    "fraud": Text(en="Fraud", zh="欺诈风险"),
    "operational": Text(en="Operational", zh="操作风险"),
    "security": Text(en="Security", zh="信息安全"),
    "conduct": Text(en="Conduct", zh="行为风险"),
    "legal": Text(en="Legal", zh="法律合规风险"),
    "market": Text(en="Market", zh="市场风险"),
    "liquidity": Text(en="Liquidity", zh="流动性风险"),
}
"""What risks are called, in the order in which they are told."""

_TITLE = Text(en="Indicator", zh="指标")
_MEANING = Text(en="Meaning", zh="含义")
_WATCHES = Text(en="Measured as", zh="计量方法")
_BY = Text(en="Watched by", zh="监测维度")
_LIMITS = Text(en="Thresholds", zh="阈值")
_THRESHOLDS = Text(
    en="amber from {amber}, red from {red}, since {since}. {why}",
    zh="黄色 {amber}，红色 {red}，自 {since} 起。{why}",
)
_HELD = Text(en="Raised and ended", zh="触发与解除")
_HYSTERESIS = Text(
    en="after {up} verdicts on end at a level; after {down} below it; no verdict below {least} observations",
    zh="连续 {up} 次达到某级别即触发；连续 {down} 次低于该级别即解除；样本量低于 {least} 不作判定",
)
_TOLD = Text(en="Told when {level}", zh="{level}时通知")
_STAGE = Text(en="{role} ({way}, {minutes} min)", zh="{role}（{way}，{minutes} 分钟）")
_WAYS: dict[routing.Way, Text] = {
    "page": Text(en="page", zh="呼叫"),
    "message": Text(en="message", zh="消息"),
    "mail": Text(en="mail", zh="邮件"),
    "list": Text(en="list", zh="列表"),
}
_OWNED = Text(en="{owner}; {team}", zh="{owner}；{team}")
_OWNER = Text(en="Owner; team", zh="负责人；团队")
_DO = Text(en="What to do", zh="处置")
_PARENTS = Text(en="Explained by", zh="可由下列指标解释")


_NONE = Text(en="none", zh="无")


class UnableToFindIndicator(Unable, LookupError):
    """No indicator has this id."""

    def __init__(self, name: str, among: Sequence[str]) -> None:
        super().__init__(
            Text(en="there is no indicator {name!r}; there are: {among}", zh="没有指标 {name!r}；现有：{among}"),
            name=name, among=verbatim(", ".join(among)) if among else _NONE,
        )  # fmt: skip
