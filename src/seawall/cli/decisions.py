"""The commands about decisions: try a policy, decide for good, look at decisions, verify them all."""

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from seawall.acts.deciding import Order
from seawall.acts.decision_entries import SHADOWS
from seawall.acts.judging import Judge, Judged, judge_file, reference
from seawall.acts.signing import now
from seawall.cli.options import HomeOption, LangOption, PolicyArgument, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.problem import Problem
from seawall.core.text import Text
from seawall.office import deciding, homes, judging, packs
from seawall.office.deciding import Counter
from seawall.policy import explain, record
from seawall.policy.program import OUTCOMES, Program

app = typer.Typer(
    help="Look at decisions that count, and verify them all.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

InputOption = Annotated[
    Path, typer.Option("--input", "-i", help="Applications: .json, .jsonl, .csv or .parquet.")
]


class Told(NamedTuple):
    """A decision as it is printed: its record, the policy that made it; what was wrong."""

    content: Mapping[str, Any]
    program: Program | None
    problems: tuple[Problem, ...] = ()


def decide(
    policy: PolicyArgument,
    given: InputOption,
    *,
    recorded: Annotated[
        bool, typer.Option("--record", help="For good: by the version in force, into the ledger.")
    ] = False,
    actor: Annotated[
        str | None,
        typer.Option(
            "--as",
            envvar="SEAWALL_ACTOR",
            show_envvar=False,
            help="With --record: which machine decides.  [env: SEAWALL_ACTOR]",
        ),
    ] = None,
    country: Annotated[
        str, typer.Option("--country", help="With --record: whose identity numbers and telephones.")
    ] = "CN",
    trial: Annotated[
        Path | None,
        typer.Option("--trial", help="A trial: challengers and shadows beside the policy."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write every decision's whole record, as JSON lines."),
    ] = None,
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print.")
    ] = "text",
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Decide applications by a policy: as a try, or, with --record, for good."""
    screen, at = Screen(language(lang), quiet=quiet), homes.home(home)
    if recorded:
        if actor is None:
            raise typer.BadParameter(_WHO.in_(screen.language), param_hint="--as")
        declared = None if trial is None else deciding.trial(trial)
        order = Order(policy, actor, now(), country, declared)
        told = _decided(deciding.counter(at), order, given)
    else:
        told = _tried(judging.judge(at, packs.policy(policy), trial), given)
    decided, refused = _print(screen, told, output, as_json=form == "json")
    if not recorded:
        screen.say(_TRIED)
    elif decided:
        screen.say(_RECORDED, n=decided)
    if refused:
        screen.say(_REFUSED, n=refused)
        raise typer.Exit(1)


def _tried(judge: Judge, given: Path) -> Iterator[Told]:
    for each in judge_file(judge, given):
        trial = {"trial": judge.arms.trial.id, "role": each.role} if judge.arms else {}
        yield judged(each, trial)


def judged(each: Judged, trial: Mapping[str, str]) -> Told:
    """What a policy would decide, to be printed."""
    known_by = {**each.reference, **trial}
    content = record.content(each.decider, each.known, reference=known_by)
    return Told(content, each.decider.program, each.problems)


def _decided(counter: Counter, order: Order, given: Path) -> Iterator[Told]:
    for each in counter.decide_file(order, given):
        if isinstance(each, Problem):
            yield Told({}, None, (each,))
        elif each.entry is None:
            yield Told({}, None, each.problems)
        else:
            shadows = each.content.get(SHADOWS, [])
            main = {name: part for name, part in each.content.items() if name != SHADOWS}
            yield Told(main, counter.program(main), each.problems)
            yield from (Told(shadow, counter.program(shadow)) for shadow in shadows)


def _print(
    screen: Screen, told: Iterator[Told], output: Path | None, *, as_json: bool
) -> tuple[int, int]:
    """Print decisions and what was wrong, or write them; how many were decided, how many refused."""
    lines, tally, refused = [], dict[tuple[str, str], Tally[str]](), 0
    for each in told:
        for problem in each.problems:
            screen.problem(problem)
        if each.program is None:
            refused += 1
            continue
        lines.append(record.canonical(each.content))
        if each.content["reference"].get("role") == "shadow":
            continue
        counts = tally.setdefault((each.program.id, each.program.digest[:12]), Tally())
        counts[each.content["outcome"]] += 1
        if output is None and not as_json:
            say(screen, each)
    if output is not None:
        output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        screen.say(_WRITTEN, n=len(lines), path=output)
    elif as_json:
        for line in lines:
            screen.result(line)
    for (policy, digest), counts in tally.items():
        each_outcome = {outcome: counts[outcome] for outcome in OUTCOMES}
        screen.say(_COUNTED, **each_outcome, digest=digest, policy=policy)
    return sum(counts.total() for counts in tally.values()), refused


def say(screen: Screen, told: Told) -> None:
    """A decision: whose it is, what came out, why, and what is offered."""
    spoken, content, program = screen.language, told.content, told.program
    assert program is not None  # noqa: S101 - a refused application has no decision to say
    by = content["reference"].get("role") == "challenger"
    challenger = f" ({_BY.filled(policy=program.id).in_(spoken)})" * by
    known_by = " ".join(reference(content["reference"]))
    screen.result(f"{known_by}: {explain.THEN[content['outcome']].in_(spoken)}{challenger}")
    for reason in content["reasons"]:
        screen.result(f"  {reason['code']}: {reason[spoken]}")
    if content["outcome"] == "approve":
        for name in program.offer:
            value = _told(content["offer"][name])
            screen.result(f"  {program.titles[name].in_(spoken)}: {value}")


def _told(value: float | str | None) -> str:
    """An offered value for people: thousands separated, no more decimals than it has."""
    if type(value) not in (int, float):
        return str(value)
    whole, _, decimals = f"{value:,.10f}".partition(".")
    return f"{whole}.{decimals.rstrip('0')}".rstrip(".")


@app.command()
def show(
    application: Annotated[str, typer.Argument(help="The application's id.")],
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print.")
    ] = "text",
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Show the decision about an application, as it stands in the ledger."""
    screen, counter = Screen(language(lang)), deciding.counter(homes.home(home))
    found = counter.decision(application)
    if not found.content:
        screen.say(_ERASED, entry=found.entry)
    elif form == "json":
        screen.result(record.canonical(found.content))
    else:
        say(screen, Told(found.content, counter.program(found.content)))
        policy = found.content["policy"]
        screen.say(_ENTRY, entry=found.entry, policy=policy["id"], digest=policy["digest"][:12])


@app.command()
def verify(home: HomeOption = None, lang: LangOption = None) -> None:
    """Decide everything again from its own record: the same must come out. Exits with 1 if not.

    What lists and searches read, the index, must say what the ledger says, too.
    """
    screen, counter = Screen(language(lang)), deciding.counter(homes.home(home))
    tally: Tally[str] = Tally()
    for each in counter.verify():
        tally[each.agreement] += 1
        if each.why:
            told = _WRONG.filled(entry=each.entry, subject=each.subject, why=each.why)
            screen.failure(told.in_(screen.language))
    wrong = tally["differs"] + tally["unreadable"]
    screen.say(
        _VERIFIED, n=tally.total(), agree=tally["agrees"], erased=tally["erased"], wrong=wrong
    )
    for problem in counter.index_wrong():
        screen.problem(problem)
        wrong += 1
    if wrong:
        raise typer.Exit(1)


@app.command("index")
def index_(
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Throw the index away first, and make it again.")
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Bring what lists and searches read, the index, up to date with the ledger."""
    screen, counter = Screen(language(lang)), deciding.counter(homes.home(home))
    screen.say(_INDEXED, n=counter.index(again=again).added)


_INDEXED = Text(en="Entries read into the index: {n:,}.", zh="已读入索引：{n:,} 条记录。")
_WHO = Text(
    en="say which machine decides: --record --as NAME",
    zh="请说明由哪台机器决策：--record --as 名称",
)
_TRIED = Text(
    en="A try: nothing is recorded (--record decides for good).",
    zh="仅为试算，未作记录（--record 为正式决策）。",
)
_RECORDED = Text(en="In the ledger: {n:,}.", zh="账本中已有记录：{n:,} 笔。")
_REFUSED = Text(
    en="Refused, as told above: {n:,}; nothing is recorded of them.",
    zh="拒绝受理：{n:,} 笔，未作记录，原因见上。",
)
_WRITTEN = Text(en="{n:,} decision records: {path}", zh="{n:,} 条决策记录：{path}")
_BY = Text(en="by the challenger {policy}", zh="由挑战者 {policy} 决定")
_COUNTED = Text(
    en="{approve:,} approved, {refer:,} referred, {decline:,} declined by {policy} {digest}.",
    zh="策略 {policy} {digest}：通过 {approve:,}，转人工 {refer:,}，拒绝 {decline:,}。",
)
_ENTRY = Text(
    en="Entry {entry} of the ledger, by {policy} {digest}.",
    zh="账本第 {entry} 条，策略 {policy} {digest}。",
)
_ERASED = Text(
    en="It was decided (entry {entry}), and the content has been erased.",
    zh="已作决定（第 {entry} 条），内容已删除。",
)
_WRONG = Text(en="entry {entry}, {subject}: {why}", zh="第 {entry} 条，{subject}：{why}")
_VERIFIED = Text(
    en="Of {n:,} decisions {agree:,} come out the same again; erased {erased:,}, wrong {wrong:,}.",
    zh="共 {n:,} 个决策，重算一致 {agree:,}，已删除 {erased:,}，有误 {wrong:,}。",
)
