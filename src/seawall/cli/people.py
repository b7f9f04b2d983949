"""The commands about people's access, for whoever runs the server: what waits for a second person, and to be that person.

They are for the day on which nobody is left who could confirm on a page: whoever reads the home's keys could do more.
"""

from typing import Annotated

import typer
from rich.table import Table

from seawall.acts import staffing
from seawall.acts.signing import Signed, fresh, now
from seawall.cli.options import ActorOption, HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import homes
from seawall.records import people_register as register
from seawall.records import starting

app = typer.Typer(
    help="People's access: what waits for a second person.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command()
def waiting(home: HomeOption = None, lang: LangOption = None) -> None:
    """Name the people for whom roles are asked that nobody confirmed yet."""
    screen = Screen(language(lang))
    starting.start(homes.home(home).records)
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for title in _COLUMNS:
        table.add_column(title.in_(screen.language), overflow="fold")
    for row in register.waiting():
        if row.asked is not None:
            table.add_row(row.name, ", ".join(row.asked.roles), row.asked.unit, row.asked.by)
    screen.show(table)
    if not table.row_count:
        screen.say(_NONE)


@app.command()
def confirm(
    name: Annotated[str, typer.Argument(help="The person's, as `waiting` tells it.")],
    actor: ActorOption,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Let count what another asked for a person; ask him first whether it is he who signs in."""
    screen, at = Screen(language(lang), quiet=quiet), homes.home(home)
    starting.start(at.records)
    asked = register.person_of(name).asked
    signed = Signed(fresh("person.confirm"), actor, now())
    staffing.confirm(at.ledger, name, signed, seen_us=asked.at_us if asked else 0)
    screen.say(_CONFIRMED, name=name, roles=", ".join(asked.roles) if asked else "")


_COLUMNS = (
    Text(en="person", zh="人员"), Text(en="roles asked", zh="申请角色"), Text(en="unit", zh="部门"),
    Text(en="asked by", zh="申请人"),
)  # fmt: skip
_NONE = Text(en="Nothing waits for a second person.", zh="没有待第二人确认的事项。")
_CONFIRMED = Text(
    en="{name} has these roles from now on: {roles}.", zh="{name} 自现在起具有角色：{roles}。"
)
