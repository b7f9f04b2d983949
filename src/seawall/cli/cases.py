"""The commands about cases: open one, look at it, do something with it, let clocks tick, prove them all."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

import typer
from rich.table import Table

from seawall.acts import handling
from seawall.acts.handling import Handled
from seawall.acts.proving import prove
from seawall.cases.case import Actor, Command, Event, Value
from seawall.cases.kind import Field, Kind
from seawall.cases.vetoes import ways
from seawall.cli.options import ActorOption, HomeOption, LangOption
from seawall.cli.screen import Screen, language
from seawall.core.period import moment_at
from seawall.core.text import Text
from seawall.office import alert_words, cases, homes, kinds
from seawall.office.cases import Counter, Seen
from seawall.records import case_register as register

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Handle what needs a person: alerts, incidents, complaints, findings, reviews.",
)

RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", envvar="SEAWALL_ROLES", help="What he acts as; several times."),
]
ForOption = Annotated[str | None, typer.Option("--for", help="On whose behalf.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="A field, as NAME=VALUE; several times.")
]
LinkOption = Annotated[
    list[str] | None, typer.Option("--link", help="A link, as NAME=CASE; several times.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key", help="Told again under the same key, it is done once.  [default: a fresh one]"
    ),
]
CaseArgument = Annotated[str, typer.Argument(help="The case's id.")]


@app.command("kinds")
def kinds_(
    kind: Annotated[
        str | None, typer.Argument(help="Show one: its verbs, who may, its clocks.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Name the kinds of case, or show one."""
    screen = Screen(language(lang))
    if kind is None:
        for name in kinds.kinds():
            declared = kinds.kind(name)
            screen.result(
                f"{name}: {declared.title.in_(screen.language)} — {declared.meaning.in_(screen.language)}"
            )
        return
    _show_kind(screen, kinds.kind(kind))


def _show_kind(screen: Screen, kind: Kind) -> None:
    spoken = screen.language
    screen.result(f"{kind.id}: {kind.title.in_(spoken)} — {kind.meaning.in_(spoken)}")
    screen.result(kind.source)
    table = _table(screen, *_VERBS)
    for name, verb in kind.verbs.items():
        needs = ", ".join(each for each in kind.fields if each in kind.needed(verb))
        others = f"{verb.approval.people} × {'/'.join(verb.approval.by)}" if verb.approval else ""
        table.add_row(name, verb.title.in_(spoken), ", ".join(verb.from_) or "–", verb.to or "=",
                      ", ".join(verb.roles), needs, others)  # fmt: skip
    screen.show(table)
    for name, clock in kind.clocks.items():
        screen.result(f"{_CLOCK.in_(spoken)} {name}: {clock.title.in_(spoken)} — {clock.citation}")


@app.command("list")
def list_(
    kind: Annotated[str, typer.Option("--kind", help="Of one kind only.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Ended ones, too.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """List open cases, those changed last first."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    found = register.listed(register.Listed(kind, None if every else True, most=most))
    table = _table(screen, *_LIST)
    for row in found:
        declared = counter.desk.kinds.of(row.kind_digest)
        state = declared.states[row.state].title.in_(screen.language)
        then = "" if row.next_us is None else _time(moment_at(row.next_us))
        table.add_row(row.case_id, declared.title.in_(screen.language), state,
                      _time(moment_at(row.changed_us)), then)  # fmt: skip
    screen.show(table)
    if not found:
        screen.say(_NONE)


@app.command()
def show(case: CaseArgument, home: HomeOption = None, lang: LangOption = None) -> None:
    """Show a case: what is known, what is due, what waits for approval, what was done by whom."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    _show(screen, counter.seen(case))


def _show(screen: Screen, seen: Seen) -> None:
    spoken, kind, case = screen.language, seen.kind, seen.case
    screen.result(
        f"{case.id}: {kind.title.in_(spoken)}, {kind.states[case.state].title.in_(spoken)} ({case.state})"
    )
    words = alert_words.words(kind.id, case.fields)
    for name, value in case.fields.items():
        declared = kind.fields[name]
        said = words[name](value).in_(spoken) if name in words else _said(value, declared, screen)
        screen.result(f"  {declared.title.in_(spoken)} ({name}): {said}")
    for name, to in case.links:
        screen.result(f"  {kind.links[name].title.in_(spoken)}: {to}")
    for due in seen.dues:
        when = "–" if due.at is None else _time(due.at)
        sure = _PROVISIONAL.in_(spoken) * due.provisional
        screen.result(f"  {_CLOCK.in_(spoken)} {kind.clocks[due.clock].title.in_(spoken)}: {when}{sure}, "
                      f"{_STATES[due.state].in_(spoken)}, {due.owner}")  # fmt: skip
    for request in case.asked.values():
        verb = kind.verbs[request.verb].title.in_(spoken)
        yes = ", ".join(name for name, _ in request.approvals) or "–"
        screen.result(f"  {_WAITS.in_(spoken)} {verb} ({request.verb}), {request.asked_by}: {request.digest}; "
                      f"{_APPROVED_BY.in_(spoken)} {yes}")  # fmt: skip
    for event in seen.events:
        screen.result("  " + " · ".join(_line(event, kind, screen)))
    for name in ways(kind, case):
        way = kind.verbs[name]
        roles = ", ".join(way.roles)
        screen.result(f"  {_NEXT.in_(spoken)} {name} ({way.title.in_(spoken)}): {roles}")


def _line(event: Event, kind: Kind, screen: Screen) -> Iterator[str]:
    yield f"{event.number}"
    yield _time(event.at)
    yield f"{event.actor}" + (
        f" ({_FOR.in_(screen.language)} {event.on_behalf_of})" if event.on_behalf_of else ""
    )
    yield (
        kind.verbs[event.verb].title.in_(screen.language)
        if event.verb in kind.verbs
        else event.verb
    )
    if event.verb == "ask":
        yield str(event.fields["verb"])
    yield event.state
    if event.reason:
        yield event.reason


def _said(value: Value, declared: Field, screen: Screen) -> str:
    if declared.among is not None and isinstance(value, str):
        return declared.among[value].in_(screen.language)
    return f"{value} {declared.unit}" if declared.unit else str(value)


@app.command("open")
def open_(
    kind: Annotated[str, typer.Argument(help="Of which kind; `seawall case kinds` names them.")],
    actor: ActorOption,
    verb: Annotated[
        str | None, typer.Option("--verb", help="By which verb, where several open one.")
    ] = None,
    fields: SetOption = None,
    links: LinkOption = None,
    reason: ReasonOption = "",
    role: RoleOption = None,
    on_behalf_of: ForOption = None,
    unit: Annotated[
        str, typer.Option("--unit", help="The part of the institution it belongs to.")
    ] = "",
    key: KeyOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Open a case."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    declared = counter.desk.kinds.opening(kind)
    opening = verb or next(name for name, each in declared.verbs.items() if each.opens)
    who = Actor(actor, frozenset(role or ()), unit, on_behalf_of)
    command = _command(declared, opening, who, (fields, links, reason, key))
    _tell(screen, counter, handling.open_case(counter.desk, kind, command))


@app.command()
def do(
    case: CaseArgument,
    verb: Annotated[str, typer.Argument(help="What to do; `show` and `kinds` name it.")],
    actor: ActorOption,
    fields: SetOption = None,
    links: LinkOption = None,
    reason: ReasonOption = "",
    role: RoleOption = None,
    on_behalf_of: ForOption = None,
    unit: Annotated[
        str, typer.Option("--unit", help="The part of the institution he works for.")
    ] = "",
    key: KeyOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Do something with a case; what needs others' approval is asked for first."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    kind = counter.seen(case).kind
    who = Actor(actor, frozenset(role or ()), unit, on_behalf_of)
    command = _command(kind, verb, who, (fields, links, reason, key))
    _tell(screen, counter, handling.handle(counter.desk, case, command))


@app.command()
def approve(
    case: CaseArgument,
    verb: Annotated[str, typer.Argument(help="What was asked for.")],
    digest: Annotated[
        str, typer.Argument(help="Of exactly what was asked for, as `show` shows it.")
    ],
    actor: ActorOption,
    role: RoleOption = None,
    on_behalf_of: ForOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Approve exactly what somebody else asked for; never one's own change."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    who = Actor(actor, frozenset(role or ()), counter.seen(case).case.unit, on_behalf_of)
    told = {"verb": verb, "digest": digest}
    command = Command("approve", who, datetime.now(UTC), f"approve:{digest}:{actor}", told)
    _tell(screen, counter, handling.handle(counter.desk, case, command))


def _command(
    kind: Kind,
    verb: str,
    who: Actor,
    told: tuple[list[str] | None, list[str] | None, str, str | None],
) -> Command:
    fields, links, reason, key = told
    given = {name: _given(text, kind.fields.get(name)) for name, text in _pairs(fields or [])}
    return Command(
        verb, who, datetime.now(UTC), key or uuid4().hex, given, reason, tuple(_pairs(links or []))
    )


def _pairs(texts: list[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name:
            raise typer.BadParameter(f"{text!r}: NAME=VALUE")
        yield name.strip(), value.strip()


def _given(text: str, declared: Field | None) -> Any:  # noqa: ANN401 - whatever the field's type is
    """A field's value as its type wants it; what does not read stays a text, and is refused as one."""
    reads = _READS.get(declared.type) if declared else None
    try:
        return reads(text) if reads else text
    except (ValueError, KeyError):
        return text


_READS: dict[str, Any] = {
    "integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__,
}  # fmt: skip


def _tell(screen: Screen, counter: Counter, came: Handled) -> None:
    for problem in came.problems:
        screen.problem(problem)
    if came.event is None or came.case is None:
        raise typer.Exit(1)
    _show(screen, counter.seen(came.case.id))
    if not came.new:
        screen.say(_BEFORE)
    if came.untold:
        screen.say(_UNTOLD, why=came.untold)
    if came.event.verb == "ask":
        request = came.case.asked[str(came.event.fields["verb"])]
        screen.say(_HOW, case=came.case.id, verb=request.verb, digest=request.digest)


@app.command()
def tick(home: HomeOption = None, lang: LangOption = None) -> None:
    """Warn of what is due soon, note what is late, open the cases that follow, and send the notices that wait."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    told, sent = counter.tick()
    screen.say(_TICKED, n=told, **asdict(sent))
    for task in ("open", "send"):
        for errand, why in register.errands(task, "dead"):
            screen.failure(f"{errand.key}: {why}")


@app.command()
def recount(home: HomeOption = None, lang: LangOption = None) -> None:
    """Count the clocks of every open case again, as after a calendar was published anew."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    screen.say(_RECOUNTED, n=counter.recount())


@app.command()
def verify(home: HomeOption = None, lang: LangOption = None) -> None:
    """Fold every case from its events again, against its row and the ledger. Exits with 1 if something is wrong."""
    screen, counter = Screen(language(lang)), cases.counter(homes.home(home))
    proved = prove(counter.desk)
    for problem in proved.problems:
        screen.problem(problem)
    screen.say(
        _PROVED,
        cases=proved.cases,
        events=proved.events,
        wrong=len(proved.problems),
        untold=proved.untold,
    )
    if proved.problems:
        raise typer.Exit(1)


def _table(screen: Screen, *titles: Text) -> Table:
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title.in_(screen.language), overflow="fold")
    return table


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


_LIST = (
    Text(en="case", zh="案件"), Text(en="kind", zh="类别"), Text(en="state", zh="状态"),
    Text(en="changed", zh="变更时间"), Text(en="clock", zh="时钟"),
)  # fmt: skip
_VERBS = (
    Text(en="verb", zh="动作"), Text(en="what", zh="含义"), Text(en="from", zh="从"), Text(en="to", zh="到"),
    Text(en="roles", zh="角色"), Text(en="needs", zh="必填"), Text(en="approved by", zh="审批"),
)  # fmt: skip
_STATES: dict[Literal["running", "paused", "warned", "breached", "stopped"], Text] = {
    "running": Text(en="running", zh="计时中"), "paused": Text(en="paused", zh="已暂停"),
    "warned": Text(en="due soon", zh="即将到期"), "breached": Text(en="late", zh="已超时"),
    "stopped": Text(en="done", zh="已停止"),
}  # fmt: skip
_CLOCK = Text(en="clock", zh="时钟")
_PROVISIONAL = Text(en=" (provisional)", zh="（暂定）")
_WAITS = Text(en="waits for approval:", zh="待审批：")
_APPROVED_BY = Text(en="approved by", zh="已批准：")
_FOR = Text(en="for", zh="代")
_NEXT = Text(en="can be done:", zh="可执行：")
_NONE = Text(en="No case is open.", zh="没有未结案件。")
_BEFORE = Text(en="It was done before; nothing changed.", zh="此前已完成，未作变更。")
_UNTOLD = Text(
    en="It is done; the ledger will be told by `seawall case tick` ({why}).",
    zh="已完成；账本将由 `seawall case tick` 补记（{why}）。",
)
_HOW = Text(
    en="Others must approve: seawall case approve {case} {verb} {digest} --as NAME --role ROLE; then do it again.",
    zh="需他人批准：seawall case approve {case} {verb} {digest} --as 姓名 --role 角色；之后再次执行。",
)
_TICKED = Text(
    en="{n:,} warnings and notes of lateness; notices: {sent:,} sent, {put_off:,} to be tried again, "
    "{dead:,} given up, {dropped:,} no longer wanted or without a channel.",
    zh="预警与超时登记 {n:,} 条；通知：已发送 {sent:,}，待重试 {put_off:,}，已放弃 {dead:,}，已失效或无渠道 {dropped:,}。",
)
_RECOUNTED = Text(en="{n:,} cases have another deadline.", zh="{n:,} 个案件的期限已更新。")
_PROVED = Text(
    en="{cases:,} cases with {events:,} events folded again: {wrong:,} problems, {untold:,} not told to the ledger yet.",
    zh="已重算 {cases:,} 个案件、{events:,} 个事件：问题 {wrong:,} 项，尚未记入账本 {untold:,} 个。",
)
