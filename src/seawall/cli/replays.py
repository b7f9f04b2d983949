"""The command that replays a policy over history."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from seawall.cli import export
from seawall.cli.answers import answer
from seawall.cli.options import AsOfOption, HomeOption, LangOption, PolicyArgument, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import homes, judging, packs

OVER_BOOK = "book"


def replay(
    policy: PolicyArgument,
    on: Annotated[
        str, typer.Option("--on", help="`book`, or a file: .json, .jsonl, .csv or .parquet.")
    ] = OVER_BOOK,
    against: Annotated[
        str | None,
        typer.Option("--against", help="Another policy.  [default: what was decided then]"),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option("--where", help="Only applications for which this holds."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The HTML report to write.")
    ] = None,
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print the figures.")
    ] = "text",
    as_of: AsOfOption = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Decide past applications again: rates, rules, swap sets, outcomes; writes a report."""
    screen = Screen(language(lang), quiet=quiet)
    at = homes.home(home)
    program = packs.policy(policy)
    asked = judging.Asked(
        on=None if on == OVER_BOOK else Path(on),
        where=where,
        as_of=as_of.date() if as_of else None,
    )
    told = judging.replayed(at, program, asked, packs.policy(against) if against else None)
    target = output or at.folder / "reports" / f"replay-{program.id}.html"
    written = judging.write_replay(told, target).resolve()
    if form == "json":
        answers = (f'"{name}": {export.text(told.answers[name], form)}' for name in told.measures)
        screen.result("{" + ",\n".join(answers) + "}")
        return
    for name, measure in told.measures.items():
        answer(screen, measure, (), told.answers[name])
        screen.result("")
    if told.absent:
        screen.say(_ABSENT, names=", ".join(told.absent))
    screen.result(str(written))


_ABSENT = Text(
    en="Missing throughout, because the past does not hold it: {names}.",
    zh="历史数据中没有、因此全部缺失：{names}。",
)
