"""The commands about playbooks: name them, show one, run its cases, name the drills."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from seawall.cases import playbook_cases
from seawall.cases.drill import SUBJECTS, VERDICTS
from seawall.cases.playbook import PHASES, Playbook, Step, Unit, Within
from seawall.cli.options import LangOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text, verbatim
from seawall.office import packs

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
PlaybookArgument = Annotated[str, typer.Argument(help="A shipped playbook's id, or a YAML file.")]


@app.callback()
def playbook() -> None:
    """Read and test playbooks, and the drills that exercise them."""


@app.command("list")
def list_(lang: LangOption = None) -> None:
    """Name the shipped playbooks."""
    screen = Screen(language(lang))
    for name in packs.playbooks():
        screen.result(f"{name:24} {packs.playbook(name).sheet.title.in_(screen.language)}")


@app.command()
def show(name: PlaybookArgument, lang: LangOption = None) -> None:
    """Say a playbook step by step: who, by when, with what evidence, whom to tell, what follows."""
    screen = Screen(language(lang))
    plan = packs.playbook(name)
    said = screen.language
    screen.result(f"{plan.sheet.title.in_(said)}\n{plan.sheet.about.in_(said)}\n")
    for number, step in enumerate(plan.steps.values(), start=1):
        _say_step(screen, plan, number, step)
    screen.result(_EXITS.in_(said))
    for each in plan.sheet.exits:
        screen.result(f"  · {each.title.in_(said)}: {each.when}")
    screen.result(_CITED.filled(cite="; ".join(plan.sheet.cite)).in_(said))


def _say_step(screen: Screen, plan: Playbook, number: int, step: Step) -> None:
    said = screen.language
    about = [packs.roles().titles[step.owner], PHASES[step.phase], *_limit(step.within)]
    head = ", ".join(each.in_(said) for each in about)
    screen.result(f"{number}. {step.title.in_(said)}  [{step.id}]  ({head})")
    for line in _lines(plan, step):
        screen.result(f"   {line.in_(said)}")
    if step.next:
        screen.result(f"   → {', '.join(step.next)}")


def _lines(plan: Playbook, step: Step) -> Iterator[Text]:
    """What a step does, leaves, tells and decides."""
    yield step.do
    for each in step.evidence:
        yield _EVIDENCE.filled(what=each.title)
    for tell in step.tell:
        whom = {**packs.roles().titles, **plan.sheet.parties}[tell.whom]
        for limit in _limit(tell.within) or (_AT_ONCE,):
            yield _TELL.filled(whom=whom, what=tell.what, limit=limit)
    for branch in step.decide:
        when = verbatim(branch.when) if branch.when else _ELSE
        yield _BRANCH.filled(when=when, to=branch.to, because=branch.because)


def _limit(within: Within | None) -> tuple[Text, ...]:
    """A limit in words; none where there is none."""
    return () if within is None else (_LIMITS[within.unit].filled(count=within.count),)


@app.command("test")
def run_cases(name: PlaybookArgument, lang: LangOption = None) -> None:
    """Run the cases beside a playbook; exits with 1 where one does not come out."""
    screen = Screen(language(lang))
    plan = packs.playbook(name)
    beside = packs.playbook_cases_beside(packs.playbooks().get(name, Path(name)))
    verdicts = tuple(playbook_cases.verdicts(plan, beside))
    for each in verdicts:
        screen.result(f"{'✗' if each.wrong else '✓'} {each.name}")
        for what, wanted, found in each.wrong:
            told = _DIFFERS.filled(what=what, wanted=wanted, found=found)
            screen.result(f"  {each.place}: {told.in_(screen.language)}")
    if any(each.wrong for each in verdicts):
        raise typer.Exit(1)


@app.command()
def drills(lang: LangOption = None) -> None:
    """Name the shipped drills, with what each exercises and expects."""
    screen = Screen(language(lang))
    for name in packs.drills():
        sheet = packs.drill(name).sheet
        expected = ", ".join(
            f"{PHASES[phase].in_(screen.language)} {minute}'"
            for phase, minute in sheet.expect.items()
        )
        screen.result(
            f"{name:28} {sheet.playbook:18} {sheet.title.in_(screen.language)} ({expected})"
        )


@app.command()
def score(
    record: Annotated[Path, typer.Argument(help="The record of an exercise (YAML).")],
    lang: LangOption = None,
) -> None:
    """Score an exercise: every check with its minutes, and what to follow up."""
    screen = Screen(language(lang))
    scored = packs.exercise(record)
    for line in scored.lines:
        mark = "✓" if line.verdict == "met" else "✗"
        minutes = f"{_minute(line.actual)} / {_minute(line.planned)}"
        about = f"{SUBJECTS[line.subject].in_(screen.language):10} {minutes:>15}"
        told = f"{line.what.in_(screen.language)}: {VERDICTS[line.verdict].in_(screen.language)}"
        screen.result(f"{mark} {about}  {told}")
    screen.result(
        _SCORE.filled(met=scored.met, n=len(scored.lines), share=scored.share).in_(screen.language)
    )
    for lesson in scored.lessons:
        screen.result(f"  · {lesson.in_(screen.language)}")


def _minute(minute: float | None) -> str:
    return "–" if minute is None else f"{minute:g}"


_SCORE = Text(
    en="{met} of {n} checks as planned ({share:.0%}); minutes are actual / planned. To follow up:",
    zh="{n} 项中 {met} 项达标（{share:.0%}）；分钟为实际／计划。改进事项：",
)
_LIMITS: dict[Unit, Text] = {
    "minutes": Text(en="within {count} min", zh="{count} 分钟内"),
    "hours": Text(en="within {count} h", zh="{count} 小时内"),
    "days": Text(en="within {count} days", zh="{count} 天内"),
    "working_hours": Text(en="within {count} working hours", zh="{count} 工作小时内"),
    "working_days": Text(en="within {count} working days", zh="{count} 个工作日内"),
}
_AT_ONCE = Text(en="without a limit", zh="未定时限")
_EVIDENCE = Text(en="leaves: {what}", zh="留痕：{what}")
_TELL = Text(en="tells {whom} ({limit}): {what}", zh="告知{whom}（{limit}）：{what}")
_BRANCH = Text(en="{when} → {to}: {because}", zh="{when} → {to}：{because}")
_ELSE = Text(en="otherwise", zh="否则")
_EXITS = Text(en="Closed when all of this is known to hold:", zh="以下各项均确知成立后方可关闭：")
_CITED = Text(en="By: {cite}", zh="依据：{cite}")
_DIFFERS = Text(
    en="{what}: expected {wanted}, got {found}", zh="{what}：应为 {wanted}，实为 {found}"
)
