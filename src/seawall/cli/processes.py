"""The command about processes: how cases of any event log went, in measures."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from seawall.cases.process import conformance, problems, tables
from seawall.cases.process.outside import Columns
from seawall.cli import export
from seawall.cli.answers import answer
from seawall.cli.options import LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.problem import Place, Problem
from seawall.core.text import Text
from seawall.office import processing
from seawall.office.processing import LogFile
from seawall.portfolio.delimited import Dialect

PROBLEMS_SHOWN = 20


def process(
    file: Annotated[Path, typer.Argument(help="Events, one a row, with a header; also .gz.")],
    case: Annotated[str, typer.Option("--case", help="The column whose rows are one case.")],
    activity: Annotated[str, typer.Option("--activity", help="The column of what was done.")],
    at: Annotated[str, typer.Option("--at", help="The column of the time; without a zone, UTC.")],
    lifecycle: Annotated[
        str | None, typer.Option("--lifecycle", help="The column of schedule, start, complete.")
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="The column of who did it.")] = None,
    show: Annotated[
        str, typer.Option("--show", help="Which measure; `list` names them all.")
    ] = "summary",
    by: Annotated[
        str, typer.Option("--by", help="Break down by columns of the file, comma-separated.")
    ] = "",
    completed: Annotated[
        bool, typer.Option("--completed", help="Only rows whose lifecycle is complete, or empty.")
    ] = False,
    machine: Annotated[
        Path | None, typer.Option("--machine", help="What is allowed (YAML), for `conformance`.")
    ] = None,
    time_format: Annotated[
        str | None, typer.Option("--time-format", help="A strptime format.  [default: ISO 8601]")
    ] = None,
    delimiter: Annotated[str, typer.Option("--delimiter", help="Between fields.")] = ",",
    encoding: Annotated[str, typer.Option("--encoding", help="Such as gb18030.")] = "utf-8",
    steps: Annotated[bool, typer.Option("--steps", help="Show the SQL steps instead.")] = False,
    form: Annotated[
        Literal["table", "json", "csv", "parquet"], typer.Option("--format", help="How to print.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Measure how the cases of an event log went: variants, waiting, rework, conformance."""
    screen = Screen(language(lang), quiet=quiet)
    known = {each.name: each for each in (*tables.measures(), conformance.measure())}
    if show == "list":
        for each in known.values():
            screen.result(f"{each.name:14} {each.title.in_(screen.language)}")
        return
    on_screen = form == "table" and output is None
    segments = tuple(filter(None, (name.strip() for name in by.split(","))))
    _refuse_misfits(show, tuple(known), machine, segments)
    columns = Columns(case, activity, at, lifecycle, actor, segments, time_format, completed)
    written = "" if on_screen else export.form_of(form, output)
    read = processing.read(file, columns, Dialect(_mark(delimiter), encoding))
    if steps:
        screen.result(known[show].steps(read.question(segments)).sql())
        return
    _tell(screen, file, read)
    rows = read.deviations(machine) if machine else read.answer(known[show], segments)
    if on_screen:
        answer(screen, known[show], segments, rows)
        counts = {"kept": read.log.num_rows, "rejected": len(read.rejects)}
        screen.say(_ROWS, rows=read.rows, passed=read.passed_over, **counts)
    else:
        export.write(rows, written, output)


def _refuse_misfits(
    show: str, known: tuple[str, ...], machine: Path | None, by: tuple[str, ...]
) -> None:
    if show not in known:
        msg = f"there is no measure {show!r}; there is: {', '.join(known)}"
        raise typer.BadParameter(msg, param_hint="--show")
    if (show == "conformance") != (machine is not None):
        msg = "`--show conformance` and `--machine FILE` need each other"
        raise typer.BadParameter(msg, param_hint="--machine")
    if machine is not None and by:
        msg = "conformance is not broken down"
        raise typer.BadParameter(msg, param_hint="--by")


def _mark(delimiter: str) -> str:
    """What separates fields: one character, or the word for one that no shell passes on."""
    mark = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter)
    if len(mark) != 1:
        msg = f"{delimiter!r} is no single character"
        raise typer.BadParameter(msg, param_hint="--delimiter")
    return mark


def _tell(screen: Screen, file: Path, read: LogFile) -> None:
    """Where rows were rejected: the first reasons, and how many there are."""
    shown = read.rejects[:PROBLEMS_SHOWN]
    for problem in shown:
        screen.problem(problem)
    if shown:
        counts = {"rejected": len(read.rejects), "rows": read.rows, "shown": len(shown)}
        screen.problem(Problem(problems.LOG_ROWS_LEFT_OUT, Place(str(file)), {**counts}))


_ROWS = Text(
    en="{rows:,} rows = {kept:,} kept + {rejected:,} rejected + {passed:,} not asked for",
    zh="{rows:,} 行 = 保留 {kept:,} + 拒收 {rejected:,} + 未要求 {passed:,}",
)
