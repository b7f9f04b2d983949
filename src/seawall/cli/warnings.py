"""The commands about early warning: indicators, their verdicts, and what alerts were worth."""

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
from rich.markup import escape

from seawall.acts.signing import now
from seawall.cli import export, grids, watches
from seawall.cli.answers import answer
from seawall.cli.options import AsOfOption, HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import (
    accounting,
    alerts,
    backtesting,
    homes,
    measuring,
    pages,
    real_series,
    warning,
)
from seawall.reports import warning as page
from seawall.reports.leaf import Leaf
from seawall.warning import explaining
from seawall.warning.cause import segment
from seawall.warning.settings import SeriesTrial

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


@app.command("test")
def run_cases(
    indicator: Annotated[str | None, typer.Argument(help="Only this one.")] = None,
    folder: FolderOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Run the cases that stand in the indicators' files."""
    screen = Screen(language(lang), quiet=quiet)
    asked = [each for each in warning.sheets(folder) if indicator in (None, each.declared.id)]
    failed = warning.failing(asked)
    for problem in failed:
        screen.problem(problem)
    cases = sum(len(sheet.declared.cases) for sheet in asked)
    screen.say(_TESTED, passed=cases - len(failed), failed=len(failed))
    if failed:
        raise typer.Exit(1)


@app.command("show")
def show(
    indicator: IndicatorArgument,
    by: Annotated[str, typer.Option("--by", help="One of its segmentations.")] = "",
    form: Annotated[
        Literal["table", "json", "csv", "parquet"], typer.Option("--format", help="How to print.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
    folder: FolderOption = None,
    as_of: AsOfOption = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Print an indicator's series with its limits and levels, from the book as it is now."""
    screen = Screen(language(lang), quiet=quiet)
    declared = warning.indicator(indicator, folder)
    reading = measuring.read(homes.home(home), as_of.date() if as_of else None)
    asked = tuple(filter(None, by.split(",")))
    measure, rows = accounting.shown(reading, declared, asked)
    if form == "table":
        answer(screen, measure, asked, rows)
    else:
        export.write(rows, form, output)


@app.command("why")
def why(
    indicator: IndicatorArgument,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help="A segment, such as channel=app; repeat for several columns."),
    ] = None,
    folder: FolderOption = None,
    as_of: AsOfOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Explain where an indicator stands: number, normal range, since when, what drives it."""
    screen = Screen(language(lang))
    declared, at = warning.indicator(indicator, folder), homes.home(home)
    reading = measuring.read(at, as_of.date() if as_of else None)
    inside = segment(**dict(_pair(each) for each in where or []))
    past = alerts.became(at, indicator)
    for sentence in explaining.sentences(accounting.account(reading, declared, inside, past)):
        screen.result(sentence.in_(screen.language))


def _pair(told: str) -> tuple[str, str]:
    column, equals, value = told.partition("=")
    if not equals:
        msg = f"{told!r} is no segment: write COLUMN=VALUE / 请写作 列=值"
        raise typer.BadParameter(msg, param_hint="--where")
    return column, value


@app.command("backtest")
def backtest_(
    real: Annotated[
        Path | None,
        typer.Option(
            "--real", help="A folder of real series, instead of the home's simulated book."
        ),
    ] = None,
    chosen_on: Annotated[
        Path | None,
        typer.Option(
            "--chosen-on", help="A home with another simulated book: settings are chosen on it."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report, an HTML file.")
    ] = None,
    folder: FolderOption = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Say what the indicators' alerts are worth, against troubles that are known."""
    screen = Screen(language(lang), quiet=quiet)
    declared = [sheet.declared for sheet in warning.sheets(folder)]
    other = None if chosen_on is None else homes.home(chosen_on)
    if real is None:
        at = homes.home(home)
        told = backtesting.run(at, declared, other)[1]
        backtesting.keep(at, told, now())
        leaf = page.leaf(told)
        _say_backtest(screen, leaf)
    else:
        _say_series(screen, *real_series.card_delinquencies(real))
        with TemporaryDirectory() as scratch:
            at = real_series.superlender(real, Path(scratch) / "superlender")
            leaf = page.leaf(backtesting.run(at, declared, other)[1])
        _say_backtest(screen, leaf)
    if output is not None:
        screen.result(str(pages.write(leaf, output).resolve()))


def _say_backtest(screen: Screen, leaf: Leaf) -> None:
    screen.show(f"[bold]{escape(leaf.about.in_(screen.language))}[/]")
    for section in leaf.sections[:2]:
        for grid in section.grids:
            grids.show(screen, grid)


def _say_series(screen: Screen, trial: SeriesTrial, told: tuple[real_series.Told, ...]) -> None:
    screen.show(f"[bold]{escape(trial.title.in_(screen.language))}[/]")
    for each in told:
        screen.say(_CHOSEN[each.of], name=each.chosen, until=trial.chosen_until)
        for which, score in (("first", each.first), ("second", each.second)):
            facts = {
                "caught": len(score.caught),
                "troubles": len(score.caught) + len(score.missed),
                "false": len(score.false),
                "leads": ", ".join(str(caught.lead_days) for caught in score.caught) or "–",
            }
            screen.result(_STRETCHES[which].filled(**facts).in_(screen.language))


_CHOSEN = {
    "surges": Text(en="Surges of the series; settings `{name}`, chosen up to {until}:",
                   zh="序列骤升；采用截至 {until} 选定的设置 `{name}`："),
    "recessions": Text(en="Recessions; settings `{name}`, chosen up to {until}:",
                       zh="经济衰退；采用截至 {until} 选定的设置 `{name}`："),
}  # fmt: skip
_STRETCHES = {
    "first": Text(en="  where chosen: {caught} of {troubles} caught, {false} false alarms, lead {leads} days",
                  zh="  选定区间：{troubles} 次中发现 {caught} 次，误报 {false} 次，提前 {leads} 天"),
    "second": Text(en="  afterwards:   {caught} of {troubles} caught, {false} false alarms, lead {leads} days",
                   zh="  其后区间：{troubles} 次中发现 {caught} 次，误报 {false} 次，提前 {leads} 天"),
}  # fmt: skip
_TESTED = Text(
    en="Of the cases, {passed} pass and {failed} fail.", zh="用例：通过 {passed}，失败 {failed}。"
)
_CHECKED = Text(
    en="{indicators} indicators, {problems} problems.",
    zh="预警指标 {indicators} 个，问题 {problems} 个。",
)


app.command("watch")(watches.watch)
app.command("alerts")(watches.list_alerts)
app.command("silence")(watches.silence)
