"""The commands about policies: check, explain and test one; decide applications with it."""

from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.tree import Tree

from seawall.acts.judging import Judge, Judged, judge_file
from seawall.acts.remembering import remember
from seawall.cli import decisions, publications
from seawall.cli.options import HomeOption, LangOption, PolicyArgument, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.expression.explain import Part
from seawall.core.expression.types import Value
from seawall.core.expression.writing import constant
from seawall.core.problem import Place
from seawall.core.text import Text
from seawall.office import homes, packs
from seawall.policy import cases, explain, record
from seawall.policy.decider import Decider
from seawall.policy.finding import Finding
from seawall.policy.program import Program

app = typer.Typer(
    help="Read, check, explain and test a policy.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

app.command("propose")(publications.propose)
app.command("review")(publications.review)
app.command("approve")(publications.approve)
app.command("publish")(publications.publish)
app.command("rollback")(publications.roll_back)
app.command("history")(publications.history)
app.command("verify")(publications.verify)


@app.command("list")
def list_(lang: LangOption = None) -> None:
    """Name the shipped policies."""
    screen = Screen(language(lang))
    for name in packs.policies():
        screen.result(f"{name}  {packs.policy(name).title.in_(screen.language)}")


@app.command("explain")
def explain_(
    policy: PolicyArgument,
    given: Annotated[
        Path | None,
        typer.Option("--input", "-i", help="An application: every rule's truth, and why."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Say a policy in plain sentences; or take one decision apart."""
    screen = Screen(language(lang))
    program = packs.policy(policy)
    if given is not None:
        for decided in judge_file(Judge(Decider(program)), given):
            _take_apart(screen, decided)
        return
    screen.result(program.title.in_(screen.language))
    for heading, lines in groupby(explain.sentences(program), key=lambda each: each.under):
        screen.result(f"\n{heading.in_(screen.language)}")
        for line in lines:
            screen.result(f"  {line.text.in_(screen.language)}")


def _take_apart(screen: Screen, decided: Judged) -> None:
    decisions.say(screen, decisions.judged(decided, {}))
    for answer in explain.answered(decided.decider, decided.known):
        tree = Tree(
            f"[bold]{escape(answer.check.id)}[/] {_TRUTHS[answer.truth].in_(screen.language)}"
        )
        _grow(tree, answer.part)
        screen.show(tree)


def _grow(tree: Tree, part: Part) -> None:
    shown = "?" if part.value is None else constant(part.value)
    branch = tree.add(escape(f"{part.text}  =  {shown}"))
    for each in part.parts:
        _grow(branch, each)


@app.command("check")
def check_(
    policy: PolicyArgument,
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print.")
    ] = "text",
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="When to stop; the rest is told as undecided.  [default: 20]"),
    ] = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Find what a policy cannot mean: unreachable rules and rows, gaps, overlaps, unknowns."""
    from seawall.policy import check  # noqa: PLC0415 - the solver takes half a second to load

    screen = Screen(language(lang), quiet=quiet)
    program = packs.policy(policy)
    beside = packs.policy_cases(policy)
    examples = beside.declared.applications if beside else ()
    found = check.findings(program, examples=examples, seconds=seconds or check.SECONDS)
    if form == "json":
        screen.result(record.canonical([_finding(each) for each in found]))
    for each in found if form == "text" else ():
        if not (quiet and each.grade == "information"):
            _say_finding(screen, program, each)
    grades = [each.grade for each in found]
    counts = {grade: grades.count(grade) for grade in ("error", "warning", "information")}
    if form == "text":
        screen.say(_CHECKED, policy=program.id, **counts)
    if counts["error"]:
        raise typer.Exit(1)


def _say_finding(screen: Screen, program: Program, finding: Finding) -> None:
    spoken = screen.language
    place = finding.place or Place(program.files[-1])
    proof = _PROOFS[finding.proof].in_(spoken)
    grade = _GRADES[finding.grade].in_(spoken)
    screen.finding(finding.grade, f"{place}: {grade}: {finding.message.in_(spoken)} [{proof}]")
    screen.result(f"  {finding.remedy.in_(spoken)}")
    if finding.example is not None:
        told = ", ".join(f"{name}: {_value(value)}" for name, value in finding.example.items())
        screen.result(f"  {_EXAMPLE.filled(told=told or '{}').in_(spoken)}")


def _value(value: Value) -> str:
    return record.canonical(record.plain(value))


def _finding(finding: Finding) -> dict[str, object]:
    example = finding.example
    return {
        "code": finding.kind.code,
        "grade": finding.grade,
        "proof": finding.proof,
        "about": list(finding.about),
        "place": str(finding.place) if finding.place else None,
        "message": finding.message.model_dump(),
        "remedy": finding.remedy.model_dump(),
        "example": example and {name: record.plain(value) for name, value in example.items()},
    }


@app.command("remember")
def remember_(
    policy: PolicyArgument,
    stream: Annotated[str, typer.Argument(help="One of the policy's streams.")],
    file: Annotated[Path, typer.Argument(help="Events: .json, .jsonl, .csv or .parquet.")],
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Store events in the home, so that decisions can look back on them."""
    screen = Screen(language(lang), quiet=quiet)
    events = homes.home(home).open_events()
    told = remember(events, packs.policy(policy), stream, file)
    for problem in told.problems:
        screen.problem(problem)
    screen.say(_REMEMBERED, new=told.new, known=told.known, stream=stream)


@app.command("schema")
def schema(
    of: Annotated[Literal["policy", "cases"], typer.Argument(help="Of which file.")] = "policy",
) -> None:
    """Print the JSON Schema of policy files, or of their cases, for editors."""
    Screen("en").result(packs.policy_schema(of))


@app.command("test")
def run_cases(
    policy: PolicyArgument,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Run the cases that stand beside a policy."""
    screen = Screen(language(lang), quiet=quiet)
    decider = Decider(packs.policy(policy))
    sheet = packs.policy_cases(policy)
    if sheet is None:
        screen.failure(_NO_CASES.filled(policy=policy).in_(screen.language))
        raise typer.Exit(1)
    verdicts = list(cases.verdicts(decider, sheet))
    for verdict in verdicts:
        if verdict.wrong:
            screen.failure(f"{verdict.place}: {verdict.name}")
        for what, expected, found in verdict.wrong:
            facts = {"what": what, "expected": expected, "found": found}
            screen.failure("  " + _DIFFERS.filled(**facts).in_(screen.language))
    failed = sum(bool(verdict.wrong) for verdict in verdicts)
    screen.say(_TESTED, passed=len(verdicts) - failed, failed=failed)
    if failed:
        raise typer.Exit(1)


_REMEMBERED = Text(
    en="{stream}: {new:,} events stored, {known:,} known before.",
    zh="{stream}：新存储 {new:,} 个事件，{known:,} 个此前已存在。",
)
_GRADES = {
    "error": Text(en="error", zh="错误"),
    "warning": Text(en="warning", zh="警告"),
    "information": Text(en="note", zh="提示"),
}
_PROOFS = {
    "example": Text(en="shown by an application", zh="有实例为证"),
    "proved": Text(en="proved", zh="已证明"),
    "undecided": Text(en="undecided", zh="未能判定"),
}
_EXAMPLE = Text(en="for example {told}", zh="例如 {told}")
_CHECKED = Text(
    en="{policy}: errors {error}, warnings {warning}, notes {information}.",
    zh="{policy}：错误 {error}，警告 {warning}，提示 {information}。",
)
_TRUTHS: dict[bool | None, Text] = {
    True: Text(en="holds", zh="成立"),
    False: Text(en="does not hold", zh="不成立"),
    None: Text(en="is unknown", zh="无法判断"),
}
_NO_CASES = Text(
    en="{policy} has no cases: write them into the file POLICY.cases.yaml beside it.",
    zh="{policy} 没有测试用例：请在其旁编写 POLICY.cases.yaml。",
)
_DIFFERS = Text(
    en="{what}: expected {expected}, came out {found}", zh="{what}：应为 {expected}，实为 {found}"
)
_TESTED = Text(
    en="Of the cases, {passed} pass and {failed} fail.", zh="用例：通过 {passed}，失败 {failed}。"
)
