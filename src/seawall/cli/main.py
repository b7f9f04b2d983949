"""The commands of `seawall`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping as Shares
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from seawall import __version__
from seawall.cli import ledgers, policies, replays, usage, vaults
from seawall.cli.later import later
from seawall.cli.options import AsOfOption, ByOption, HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.problem import UnableToUseInput
from seawall.core.text import LANGUAGES, Language, Text

if TYPE_CHECKING:
    import duckdb

    from seawall import office
    from seawall.acts import importing, simulating
    from seawall.cli import doctor as machine
    from seawall.cli import export
    from seawall.portfolio import segments
    from seawall.portfolio.mapping import Mapping
    from seawall.portfolio.outcome import Fate
    from seawall.simulator import truth
else:
    duckdb, office, importing, simulating, machine, export, segments, truth = later(
        "duckdb", "seawall.office", "seawall.acts.importing", "seawall.acts.simulating",
        "seawall.cli.doctor", "seawall.cli.export", "seawall.portfolio.segments",
        "seawall.simulator.truth",
    )  # fmt: skip

app = typer.Typer(
    name="seawall",
    help="Seawall (防线): the open-source line of defence of online consumer lenders.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command("import")
def import_(
    mapping: Annotated[str, typer.Argument(help="A shipped mapping's id, or a YAML file.")],
    files: Annotated[list[Path], typer.Argument(help="Delimited text, also .gz.")],
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Bring a loan tape into the book."""
    screen = Screen(language(lang), quiet=quiet)
    at = office.home(home)
    declared = office.mapping(mapping)
    with screen.progress() as progress:
        report = importing.bring_in(at.desk(), declared, tuple(files), progress=progress)
    _say_import(screen, declared, report)


def _say_import(screen: Screen, mapping: Mapping, report: importing.ImportReport) -> None:
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
    return " + ".join(_FATES[fate].filled(n=share).in_(screen.language)
                      for fate, share in told.items())  # fmt: skip


def _listed(rows: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in rows.items())


@app.command()
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
    at, plan = office.home(home), truth.Plan(loans, seed, months, until.date())
    with screen.progress() as progress:
        made = simulating.make_lender(at.desk(), plan, office.lender(), progress=progress)
    screen.say(_MADE, loans=made.rows["loan"], payments=made.rows["payment"], home=at.folder)
    for trouble in made.troubles:
        screen.say(_PLANTED, title=trouble.title.in_(screen.language),
                   first=trouble.starts_on, last=trouble.ends_on)  # fmt: skip


@app.command()
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
        for each in office.measures(office.conventions()):
            screen.result(f"{each.name:14} {each.title.in_(screen.language)}")
        return
    asked = _segments(by)
    _known(measure, tuple(each.name for each in office.measures(office.conventions())), "measure")
    on_screen = form == "table" and output is None
    written = "" if on_screen else _form(form, output)
    reading = office.read(office.home(home), as_of.date() if as_of else None)
    chosen = reading.measure(measure)
    if steps:
        screen.result(office.steps_text(reading, chosen, asked))
        return
    rows = reading.answer(chosen, asked)
    if on_screen:
        screen.answer(chosen, asked, rows)
    else:
        export.write(rows, written, output)


def _form(form: str, output: Path | None) -> str:
    """What to write: as asked, else as the file's name says, else CSV."""
    named = output.suffix.removeprefix(".") if output else ""
    if form == "table":
        return named if named in ("json", "csv", "parquet") else "csv"
    if named in ("json", "csv", "parquet") and named != form:
        msg = f"--format {form} and a file named .{named} contradict each other"
        raise typer.BadParameter(msg, param_hint="--format")
    return form


@app.command()
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
    _write_report(screen, office.home(home), as_of.date() if as_of else None, output, pdf=pdf)


def _write_report(
    screen: Screen, at: office.Home, as_of: date | None, output: Path | None, *, pdf: bool
) -> None:
    reading = office.read(at, as_of)
    target = output or at.folder / "reports" / f"risk-{reading.as_of}.html"
    with screen.progress() as progress:
        written = office.write_report(reading, target, progress)
        screen.result(str(written.resolve()))
        if pdf:
            named = target.with_suffix(f".{screen.language}.pdf")
            screen.result(str(office.write_pdf(reading, named, screen.language).resolve()))


@app.command()
def demo(
    loans: Annotated[int, typer.Option(min=100, help="How many loans to simulate.")] = 20_000,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """The main job: simulate a lender where the home is empty, measure it, write the report."""
    screen = Screen(language(lang), quiet=quiet)
    at = office.home(home)
    if not at.book.snapshot().tables:
        simulate(loans=loans, home=home, quiet=quiet, lang=lang)
    reading = office.read(at)
    for name in ("summary", "delinquency"):
        measure = reading.measure(name)
        screen.answer(measure, (), reading.answer(measure))
    screen.say(_REPORT)
    _write_report(screen, at, None, None, pdf=False)
    screen.say(_NEXT, seawall=_called(), home=at.folder)


def _called() -> str:
    """How this command is called from the shell it was called from."""
    if shutil.which("seawall"):
        return "seawall"
    script = Path(sys.argv[0])
    return str(script) if script.stem == "seawall" else f"{sys.executable} -m seawall"


@app.command()
def check(home: HomeOption = None, lang: LangOption = None) -> None:
    """Prove that the book's invariants hold: cash, balances, matrices, denominators."""
    screen = Screen(language(lang))
    broken = 0
    for law, violations in office.check(office.read(office.home(home))):
        broken += violations > 0
        mark = "✓" if violations == 0 else "✗"
        screen.result(
            f"{mark} {law.in_(screen.language)}" + (f": {violations:,}" * (violations > 0))
        )
    raise typer.Exit(1 if broken else 0)


app.add_typer(policies.app, name="policy")
app.add_typer(ledgers.app, name="ledger")
app.add_typer(vaults.app, name="vault")
app.command("decide")(policies.decide)
app.command("replay")(replays.replay)


@app.command()
def doctor(home: HomeOption = None, lang: LangOption = None) -> None:
    """Say what is missing on this machine, and how to get it."""
    screen = Screen(language(lang))
    lacking = False
    for finding in machine.examine(office.home(home).folder):
        mark = "✓" if finding.found else ("✗" if finding.needed else "–")
        purpose = finding.purpose.in_(screen.language)
        screen.result(f"{mark} {finding.name}  ({purpose})")
        if not finding.found:
            screen.result(f"    {finding.remedy.in_(screen.language)}")
        lacking = lacking or (finding.needed and not finding.found)
    raise typer.Exit(1 if lacking else 0)


@app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(f"{__version__}\n")


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


def _spoken(arguments: list[str]) -> Language | None:
    """The language an option asks for, where the arguments cannot be read as a whole."""
    said = " ".join(arguments).replace("--lang=", "--lang ").split()
    asked = said[said.index("--lang") + 1 :] if "--lang" in said else []
    return next((each for each in LANGUAGES if asked[:1] == [each]), None)


def run() -> None:
    """The entry point: problems and failures become sentences and an exit code of 1."""
    screen = Screen(language(_spoken(sys.argv)))
    try:
        sys.exit(app(standalone_mode=False))
    except usage.WRONG as error:
        usage.tell(screen, error)
        sys.exit(2)
    except UnableToUseInput as error:
        for problem in error.problems:
            screen.problem(problem)
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Exception as error:
        # Looked at only here: naming these classes in a clause would load everything for `--help`.
        if not isinstance(error, (*office.EXPECTED, OSError, duckdb.Error)):
            raise
        named = "" if isinstance(error, office.EXPECTED) else f"{type(error).__name__}: "
        screen.failure(f"{named}{error}")
        sys.exit(1)


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
_REPORT = Text(en="Risk report:", zh="风险报告：")
_NEXT = Text(
    en="Next: {seawall} portfolio list; {seawall} portfolio vintage --by channel --home {home}",
    zh="下一步：{seawall} portfolio list；{seawall} portfolio vintage --by channel --home {home}",
)
