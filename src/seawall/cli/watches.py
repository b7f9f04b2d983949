"""The commands that watch: look at every indicator, list the alerts that are open, silence some."""

from datetime import date, timedelta
from typing import Annotated

import typer
from rich.table import Table

from seawall.acts.alert_cases import fields_of, open_alerts, shown
from seawall.acts.signing import Signed, fresh, now
from seawall.acts.silencing import silence as silenced
from seawall.acts.watching import Watched
from seawall.cli.options import ActorOption, AsOfOption, HomeOption, LangOption
from seawall.cli.screen import Screen, language
from seawall.core.period import month_ends
from seawall.core.text import Text
from seawall.office import alerts, cases, homes, measuring, standings, warning
from seawall.warning import waiting
from seawall.warning.alert import Silence
from seawall.warning.cause import segment
from seawall.warning.holding import UNKNOWN


def watch(
    as_of: AsOfOption = None,
    through: Annotated[
        bool,
        typer.Option(
            "--month-by-month",
            help="As if each month-end of the book were watched on the day after.",
        ),
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Look at every indicator, raise, update and end alerts, and queue what people must be told."""
    screen, at = Screen(language(lang)), homes.home(home)
    man = alerts.watchman(at)
    day = as_of.date() if as_of else None
    if not through:
        say_watched(screen, man.watch(day), None)
        return
    reading = measuring.read(at, day)
    first = reading.first
    for each, came in man.watch_through(list(month_ends(first, reading.as_of))):
        say_watched(screen, came, each)


def say_watched(screen: Screen, came: Watched, day: object) -> None:
    """What came of a watch, in a line; and each value that a late fact corrected."""
    counts = {
        name: len(getattr(came, name)) for name in ("raised", "updated", "cleared", "corrected")
    }
    screen.say(
        _WATCHED, day=f"{day}: " if day else "", told=came.told, kept=came.looked_at, **counts
    )
    for each in came.corrected:
        screen.say(_CORRECTED, cause=each.cause, day=each.ends_on, before=each.before, now=each.now)


def list_alerts(home: HomeOption = None, lang: LangOption = None) -> None:
    """List the alerts that are open, the worst first."""
    screen = Screen(language(lang))
    cases.counter(homes.home(home))
    titles = {each.declared.id: each.declared.title for each in warning.sheets()}
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for title in _HEADS:
        table.add_column(title.in_(screen.language), overflow="fold")
    every = sorted(open_alerts().values(), key=lambda pair: (-pair[0].level, pair[0].since))
    verdicts = standings.verdicts(
        {alert.cause: date.fromisoformat(fields_of(row)["as_of"]) for alert, row in every}
    )
    for alert, row in every:
        cause = alert.cause
        level = waiting.told(alert.level, verdicts.get(cause, UNKNOWN))
        known = titles.get(cause.indicator)
        name = cause.indicator if known is None else known.in_(screen.language)
        explained = "" if alert.explained_by is None else str(alert.explained_by)
        table.add_row(level.in_(screen.language), name, shown(cause.segment),
                      str(alert.since), _STATES.get(row.state, _OPEN).in_(screen.language), explained,
                      row.case_id)  # fmt: skip
    screen.show(table)
    if not every:
        screen.say(_NONE)


def silence(
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    actor: ActorOption,
    indicator: Annotated[
        str | None, typer.Option("--indicator", help="Alerts of one indicator.")
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Alerts of one team.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help="Alerts within a segment, such as channel=app."),
    ] = None,
    hours: Annotated[
        float, typer.Option("--hours", min=0.1, max=24 * 90, help="For how long.")
    ] = 24,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Let nobody be told of some alerts for some time; they stay in the list."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    if indicator is not None:
        warning.indicator(indicator)
    inside = segment(**dict(each.partition("=")[::2] for each in where or []))
    begins = now()
    asked = Silence(
        "", reason, actor, begins, begins + timedelta(hours=hours), indicator, team, inside
    )
    silenced(counter.desk.ledger, asked, Signed(fresh("warning.silence"), actor, begins))
    screen.say(_SILENCED, until=f"{asked.until:%Y-%m-%d %H:%M}Z")


_WATCHED = Text(
    en="{day}{raised:,} alerts raised, {updated:,} changed, {cleared:,} ended; {told:,} notices; {kept:,} values new, "
    "{corrected:,} corrected",
    zh="{day}触发 {raised:,}，变更 {updated:,}，解除 {cleared:,}；通知 {told:,}；新增数值 {kept:,}，更正 {corrected:,}",
)
_CORRECTED = Text(
    en="  corrected by a late fact: {cause} at {day} was {before}, is {now}",
    zh="  因迟到事实更正：{cause} {day} 原为 {before}，现为 {now}",
)
_HEADS = (
    Text(en="level", zh="级别"), Text(en="indicator", zh="指标"), Text(en="segment", zh="分组"),
    Text(en="since", zh="起始"), Text(en="state", zh="状态"), Text(en="explained by", zh="可由其解释"),
    Text(en="case", zh="案件"),
)  # fmt: skip
_STATES = {
    "raised": Text(en="nobody took it", zh="无人处理"), "acknowledged": Text(en="acknowledged", zh="已确认"),
    "investigating": Text(en="being looked into", zh="调查中"), "acted": Text(en="acted upon", zh="已处置"),
}  # fmt: skip
_OPEN = Text(en="open", zh="未结")
_NONE = Text(en="No alert is open.", zh="没有未结预警。")
_SILENCED = Text(en="Silenced until {until}.", zh="静默至 {until}。")
