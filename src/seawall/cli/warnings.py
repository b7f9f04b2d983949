"""The commands about early warning: indicators, their verdicts, and what alerts were worth."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.options import LangOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import warning

app = typer.Typer(
    help="Watch the book: indicators, their verdicts, and what alerts were worth.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

IndicatorArgument = Annotated[
    str, typer.Argument(help="An indicator's id; `warn list` names them.")
]
FolderOption = Annotated[
    Path | None,
    typer.Option("--indicators", help="A folder of indicator files.  [default: those shipped]"),
]


@app.command("list")
def list_(folder: FolderOption = None, lang: LangOption = None) -> None:
    """Name the indicators, by risk."""
    screen = Screen(language(lang))
    declared = [sheet.declared for sheet in warning.sheets(folder)]
    for risk, same in groupby(declared, key=lambda each: each.risk):
        screen.result(f"\n{warning.RISKS[risk].in_(screen.language)}")
        for each in same:
            screen.result(f"  {each.id:32} {each.period:6} {each.title.in_(screen.language)}")


@app.command("explain")
def explain_(indicator: IndicatorArgument, folder: FolderOption = None, lang: LangOption = None) -> None:  # fmt: skip
    """Say an indicator in plain sentences: what it watches, its limits, who is told, what to do."""
    screen = Screen(language(lang))
    for heading, line in warning.told(indicator, folder):
        screen.result(f"{heading.in_(screen.language)}: {line.in_(screen.language)}")


@app.command("check")
def check_(folder: FolderOption = None, lang: LangOption = None) -> None:
    """Find everything that is wrong with the indicators, their cases included."""
    screen = Screen(language(lang))
    sheets = warning.sheets(folder)
    found = warning.findings(sheets)
    for problem in found:
        screen.problem(problem)
    screen.say(_CHECKED, indicators=len(sheets), problems=len(found))
    if found:
        raise typer.Exit(1)


_CHECKED = Text(
    en="{indicators} indicators, {problems} problems.",
    zh="预警指标 {indicators} 个，问题 {problems} 个。",
)
