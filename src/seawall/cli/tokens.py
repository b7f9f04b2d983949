"""The commands about machines' tokens: grant one, name them, take one back."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from seawall.acts import granting
from seawall.acts.granting import Grantable, Token, Wanted
from seawall.acts.signing import Signed, fresh, now
from seawall.cli.options import ActorOption, HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.institution import HOUSE
from seawall.core.text import Text
from seawall.office import homes
from seawall.office.homes import Home
from seawall.records import starting

app = typer.Typer(
    help="Let machines in: tokens for the API, scoped, ending, shown once.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command()
def grant(
    name: Annotated[str, typer.Argument(help="The machine's, as the ledger will name it.")],
    scope: Annotated[list[str], typer.Option("--scope", help="A permission; several times.")],
    actor: ActorOption,
    unit: Annotated[
        str, typer.Option("--unit", help="The part of the institution that it asks for.")
    ] = HOUSE,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long it counts.")] = 90,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Grant a token; it is printed now, and never again."""
    screen, at = Screen(language(lang), quiet=quiet), _opened(homes.home(home))
    wanted = Wanted(name, frozenset(scope), unit, now() + timedelta(days=days))
    signed = Signed(fresh("token.grant"), actor, now())
    granted = granting.grant(at.ledger, wanted, _grantable(), signed)
    screen.say(_GRANTED, number=granted.number, name=name, day=wanted.expires.date())
    if granted.waits:
        screen.say(_WAITS, number=granted.number)
    screen.result(granted.secret)


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those that ended or were revoked, too.")] = False,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Name the tokens that count, the latest first."""
    screen = Screen(language(lang))
    _opened(homes.home(home))
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for title in _COLUMNS:
        table.add_column(title.in_(screen.language), overflow="fold")
    for number, token in granting.listed().items():
        if every or token.counts(now()):
            table.add_row(str(number), *_row(token, screen))
    screen.show(table)
    if not table.row_count:
        screen.say(_NONE)


@app.command()
def confirm(
    number: Annotated[int, typer.Argument(help="The token's number, as `list --all` tells it.")],
    actor: ActorOption,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Let a token count that another granted, in a house where people review access."""
    screen, at = Screen(language(lang), quiet=quiet), _opened(homes.home(home))
    waited = granting.confirm(at.ledger, number, Signed(fresh("token.confirm"), actor, now()))
    screen.say(_CONFIRMED if waited else _WAITED_NOT, number=number)


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number, as `list` tells it.")],
    actor: ActorOption,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Take a token back: it opens nothing from now on."""
    screen, at = Screen(language(lang), quiet=quiet), _opened(homes.home(home))
    signed = Signed(fresh("token.revoke"), actor, now())
    new = granting.revoke(at.ledger, number, signed)
    screen.say(_REVOKED if new else _REVOKED_BEFORE, number=number)


def _opened(at: Home) -> Home:
    starting.start(at.records)
    return at


def _grantable() -> Grantable:
    # Who may what is declared for people and machines together, and people are Django's.
    from seawall.console import access  # noqa: PLC0415

    return Grantable(access.machine(), access.declared().units, access.confirming())


def _row(token: Token, screen: Screen) -> tuple[str, ...]:
    states = (
        (bool(token.revoked_at), _REVOKED_STATE), (token.waits, _WAITS_STATE),
        (token.counts(now()), _COUNTS), (True, _ENDED),
    )  # fmt: skip
    state = next(state for holds, state in states if holds)
    return (
        token.name, token.unit, ", ".join(sorted(token.scopes)), _day(token.expires_at),
        _day(token.used_at), token.granted_by, state.in_(screen.language),
    )  # fmt: skip


def _day(at: datetime | None) -> str:
    return "–" if at is None else f"{at:%Y-%m-%d}"


_COLUMNS = (
    Text(en="number", zh="编号"), Text(en="machine", zh="系统"), Text(en="unit", zh="部门"),
    Text(en="scopes", zh="权限"), Text(en="until", zh="到期"), Text(en="last used", zh="最近使用"),
    Text(en="granted by", zh="签发人"), Text(en="state", zh="状态"),
)  # fmt: skip
_COUNTS = Text(en="counts", zh="有效")
_WAITS_STATE = Text(en="waits", zh="待确认")
_WAITS = Text(
    en="It opens nothing before another person has confirmed it: `seawall token confirm {number}`, or on the page.",
    zh="须经第二人确认后方可生效：在页面上确认，或运行 `seawall token confirm {number}`。",
)
_CONFIRMED = Text(en="Token {number} counts from now on.", zh="令牌 {number} 自现在起有效。")
_WAITED_NOT = Text(en="Token {number} does not wait for anybody.", zh="令牌 {number} 无需确认。")
_ENDED = Text(en="ended", zh="已到期")
_REVOKED_STATE = Text(en="revoked", zh="已吊销")
_NONE = Text(en="No token counts.", zh="没有有效令牌。")
_GRANTED = Text(
    en="Token {number} for {name}, until {day}. Keep it where the machine keeps its secrets; it is not shown again:",
    zh="已为 {name} 签发令牌 {number}，有效至 {day}。请存入该系统的密钥库；此后不再显示：",
)
_REVOKED = Text(en="Token {number} opens nothing from now on.", zh="令牌 {number} 自现在起失效。")
_REVOKED_BEFORE = Text(en="Token {number} was revoked before.", zh="令牌 {number} 此前已吊销。")
