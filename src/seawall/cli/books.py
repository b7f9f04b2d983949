"""The commands about the book: bring it in or simulate it, measure it, report it, check it."""

from collections.abc import Mapping as Shares
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import typer

from seawall.acts.import_report import ImportReport
from seawall.acts.importing import bring_in
from seawall.acts.simulating import make_lender
from seawall.cli import export
from seawall.cli.answers import answer
from seawall.cli.options import AsOfOption, ByOption, HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import alerts, homes, measuring, packs, tables
from seawall.office.homes import Home
from seawall.portfolio import segments
from seawall.portfolio.mapping import Mapping
from seawall.portfolio.outcome import Fate
from seawall.simulator.truth import Plan


def import_(
    mapping: Annotated[str, typer.Argument(help="A shipped mapping's id, or a YAML file.")],
    files: Annotated[list[Path], typer.Argument(help="Delimited text, also .gz.")],
    actor: Annotated[
        str | None,
        typer.Option("--as", envvar="SEAWALL_ACTOR", help="Who does it; a home with a ledger asks.",
                     show_envvar=False),
    ] = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Bring a loan tape into the book."""
    screen = Screen(language(lang), quiet=quiet)
    at = homes.home(home)
    declared = packs.mapping(mapping)
    with screen.progress() as progress:
        report = bring_in(
            at.desk(), declared, tuple(files), progress=progress, teller=at.teller(actor)
        )
    _say_import(screen, declared, report)


def _say_import(screen: Screen, mapping: Mapping, report: ImportReport) -> None:
    for notice in report.notices:
        screen.problem(notice)
    for file in report.files:
        rows = {fate: share.rows for fate, share in file.fates.items()}
        screen.say(_FILE, name=file.name, rows=file.rows, parts=_parts(screen, rows))
        if mapping.sources[file.source].amount is not None:
            amounts = {fate: share.amount for fate, share in file.fates.items() if rows[fate]}
            screen.say(
                _AMOUNT, name=file.name, amount=file.amount_in, parts=_parts(screen, amounts)
            )
    if report.added:
        screen.say(_ADDED, rows=_listed(report.added))
    if report.replaced:
        screen.say(_REPLACED, rows=_listed(report.replaced))
    if report.files and not (report.added or report.replaced):
        screen.say(_SAME)
    if report.rejects is not None:
        screen.say(_REJECTS, reasons=_listed(report.reasons), path=report.rejects)


def _parts(screen: Screen, shares: Shares[Fate, int | Decimal]) -> str:
    """The sum of what became of rows, or of their amount; rejects are told also where none are."""
    told = {fate: share for fate, share in shares.items() if share or fate == "rejected"}
    return " + ".join(
        _FATES[fate].filled(n=share).in_(screen.language) for fate, share in told.items()
    )


def _listed(rows: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in rows.items())


def simulate(
    loans: Annotated[int, typer.Option(min=1, help="How many loans are disbursed.")] = 20_000,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="The same seed gives the same lender.")
    ] = 1,
    months: Annotated[int, typer.Option(min=6, max=240, help="Months simulated.")] = 36,
    until: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day that is known.")
    ] = datetime(2025, 12, 31),  # noqa: DTZ001 - a calendar day, and an immutable default
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Make a synthetic lender, with planted troubles, in an empty home."""
    screen = Screen(language(lang), quiet=quiet)
    at, plan = homes.home(home), Plan(loans, seed, months, until.date())
    with screen.progress() as progress:
        made = make_lender(at.desk(), plan, packs.lender(), progress=progress)
    screen.say(_MADE, loans=made.rows["loan"], payments=made.rows["payment"], home=at.folder)
    for trouble in made.troubles:
        screen.say(_PLANTED, title=trouble.title.in_(screen.language),
                   first=trouble.starts_on, last=trouble.ends_on)  # fmt: skip


def portfolio(
    measure: Annotated[str, typer.Argument(help="A measure's name; `list` names them all.")],
    by: ByOption = "",
    as_of: AsOfOption = None,
    form: Annotated[
        Literal["table", "json", "csv", "parquet"], typer.Option("--format", help="How to print.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
    steps: Annotated[bool, typer.Option("--steps", help="Show the SQL steps instead.")] = False,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Compute a measure of the portfolio, and print or export it."""
    screen = Screen(language(lang), quiet=quiet)
    if measure == "list":
        for each in tables.measures(packs.conventions()):
            screen.result(f"{each.name:14} {each.title.in_(screen.language)}")
        return
    asked = _segments(by)
    _known(measure, tuple(each.name for each in tables.measures(packs.conventions())), "measure")
    on_screen = form == "table" and output is None
    written = "" if on_screen else export.form_of(form, output)
    reading = measuring.read(homes.home(home), as_of.date() if as_of else None)
    chosen = reading.measure(measure)
    if steps:
        screen.result(reading.steps(chosen, asked).sql())
        return
    rows = reading.answer(chosen, asked)
    if on_screen:
        answer(screen, chosen, asked, rows, about(reading))
    else:
        export.write(rows, written, output)


def about(reading: measuring.Reading) -> Text:
    """Of when an answer is, and in what: balances are those of the last month-end up to then."""
    told = _AS_OF if reading.as_of == reading.month_end else _AS_OF_LATER
    return told.filled(day=reading.as_of, last=reading.month_end, currency=reading.currency)


def report(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The HTML file to write.")
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also as PDF, in the chosen language.")
    ] = False,
    as_of: AsOfOption = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Write the portfolio's risk report: one HTML file, English and Chinese, no network needed."""
    screen = Screen(language(lang), quiet=quiet)
    write(screen, homes.home(home), as_of.date() if as_of else None, output, pdf=pdf)


def write(screen: Screen, at: Home, as_of: date | None, output: Path | None, *, pdf: bool) -> None:
    """Write the report into a file, and say where it is."""
    reading = measuring.read(at, as_of)
    target = output or at.folder / "reports" / f"risk-{reading.as_of}.html"
    with screen.progress() as progress:
        told = measuring.told(reading, progress, alerts.caught(at, reading))
    screen.result(str(measuring.write_report(told, target).resolve()))
    if pdf:
        named = target.with_suffix(f".{screen.language}.pdf")
        screen.result(str(measuring.write_pdf(told, named, screen.language).resolve()))


def check(home: HomeOption = None, lang: LangOption = None) -> None:
    """Prove that the book's invariants hold: cash, balances, matrices, denominators."""
    screen = Screen(language(lang))
    broken = 0
    for law, violations in measuring.check(measuring.read(homes.home(home))):
        broken += violations > 0
        mark = "✓" if violations == 0 else "✗"
        screen.result(
            f"{mark} {law.in_(screen.language)}" + (f": {violations:,}" * (violations > 0))
        )
    raise typer.Exit(1 if broken else 0)


def _segments(by: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in by.split(",") if name.strip())
    for name in names:
        _known(name, segments.NAMES, "segment")
    if len(set(names)) != len(names):
        raise typer.BadParameter("a segment is named twice", param_hint="--by")
    return names


def _known(name: str, names: tuple[str, ...], what: str) -> None:
    if name not in names:
        raise typer.BadParameter(f"no {what} {name!r}; there are: {', '.join(names)}")


_FILE = Text(en="{name}: {rows:,} rows = {parts}", zh="{name}：{rows:,} 行 = {parts}")
_AMOUNT = Text(en="{name}: amount {amount:,} = {parts}", zh="{name}：金额 {amount:,} = {parts}")
_FATES: dict[Fate, Text] = {
    "new": Text(en="{n:,} new", zh="新增 {n:,}"),
    "updated": Text(en="{n:,} updated", zh="更新 {n:,}"),
    "unchanged": Text(en="{n:,} unchanged", zh="未变 {n:,}"),
    "no_fact": Text(en="{n:,} looked up", zh="备查 {n:,}"),
    "rejected": Text(en="{n:,} rejected", zh="拒收 {n:,}"),
}
_ADDED = Text(en="Added to the book: {rows}.", zh="已入账：{rows}。")
_REPLACED = Text(en="Replaced by later observations: {rows}.", zh="被更晚的观察更替：{rows}。")
_SAME = Text(
    en="The book already holds what was kept; nothing was changed.",
    zh="保留的数据账册均已有，未作任何更改。",
)
_REJECTS = Text(
    en="Rejected: {reasons}; the rows, with reasons and remedies, are in {path}",
    zh="拒收：{reasons}；各行及原因、处理办法见 {path}",
)
_MADE = Text(
    en="Simulated {loans:,} loans and {payments:,} payments into {home}. Planted troubles:",
    zh="已在 {home} 模拟 {loans:,} 笔贷款、{payments:,} 笔还款。植入的问题：",
)
_PLANTED = Text(en="  {first} … {last}  {title}", zh="  {first} … {last}  {title}")
_AS_OF = Text(en="as of {day}, in {currency}", zh="截至 {day}，单位 {currency}")
_AS_OF_LATER = Text(
    en="as of {day}, balances of {last}, in {currency}",
    zh="截至 {day}，余额为 {last} 月末，单位 {currency}",
)
