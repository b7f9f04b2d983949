"""The demonstration: a lender simulated up to yesterday, worked on by simulated persons, then served."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from seawall.cli import books, showing
from seawall.cli.answers import answer
from seawall.cli.calling import called
from seawall.cli.options import HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text, verbatim
from seawall.office import demonstrating, homes, listening, measuring
from seawall.office.demonstrating import Demonstrated
from seawall.office.homes import Home
from seawall.policy.program import OUTCOMES


def demo(
    loans: Annotated[int, typer.Option(min=100, help="How many loans to simulate.")] = 20_000,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The last day that is known.  [default: yesterday]"
        ),
    ] = None,
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve", help="Serve the console at the end.  [default: on a terminal]"
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Where, on this machine only.")
    ] = 8080,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """The main job: simulate a lender where the home is empty, measure it, decide, prove, report, serve it."""
    screen = Screen(language(lang), quiet=quiet)
    shown = showing.interactive() if serve is None else serve
    if shown:
        listening.refuse_taken("127.0.0.1", port)
    at = homes.home(home)
    if not at.folder.exists():
        homes.make(at.folder, demonstrating.ORIGIN)
    if not at.book.snapshot().tables:
        last = until or datetime.combine(
            demonstrating.last_day(datetime.now(UTC)), datetime.min.time()
        )
        books.simulate(loans=loans, until=last, home=home, quiet=quiet, lang=lang)
    reading = measuring.read(at)
    for name in ("summary", "delinquency"):
        measure = reading.measure(name)
        answer(screen, measure, (), reading.answer(measure), books.about(reading))
    done = _demonstrate(screen, at)
    screen.say(_REPORT)
    books.write(screen, at, None, None, pdf=False)
    if not done.sound:
        raise typer.Exit(1)
    screen.say(_NEXT)
    for line in _next(done, at, served=shown):
        screen.say(verbatim(line))
    showing.go_on(screen, at, port=port, shown=shown)


def _demonstrate(screen: Screen, at: Home) -> Demonstrated:
    """Have simulated persons do their work, and tell what came of it."""
    with screen.progress(narrated=True) as progress:
        done = demonstrating.demonstrate(at, progress)
    persons = {"maker": demonstrating.MAKER, "checker": demonstrating.CHECKER}
    for policy in done.published:
        screen.say(_PUBLISHED, policy=policy, **persons)
    for problem in (*done.refused, *done.audit.problems):
        screen.problem(problem)
    counts = {outcome: done.outcomes.get(outcome, 0) for outcome in OUTCOMES}
    screen.say(
        _DECIDED, n=sum(counts.values()), new=done.new, days=demonstrating.DECIDED_DAYS, **counts
    )
    again, wrong = done.again.get("agrees", 0), len(done.audit.problems)
    screen.say(
        _WATCHED, months=done.months, raised=done.raised, open=done.open, waiting=done.waiting
    )
    score = done.rehearsed.score
    screen.say(_REHEARSED, incident=done.rehearsed.incident, drill=done.rehearsed.drill,
               met=score.met, checks=len(score.lines))  # fmt: skip
    screen.say(_VERIFIED, entries=done.audit.entries, again=again, wrong=wrong)
    return done


def _next(done: Demonstrated, at: Home, *, served: bool) -> Iterator[str]:
    """Commands that can be called as they are from where this one was, for what it has just told of."""
    if not served:
        yield called("demo", "--serve", home=at.folder)
    yield called("warn", "alerts", home=at.folder)
    yield called("case", "show", done.rehearsed.incident, home=at.folder)
    yield called("portfolio", "vintage", "--by", "channel", home=at.folder)


_PUBLISHED = Text(
    en="Policy {policy}: proposed by {maker}, approved by {checker}, in force.",
    zh="策略 {policy}：{maker} 提案，{checker} 批准，已生效。",
)
_DECIDED = Text(
    en="{n:,} applications of the last {days} days decided for good ({new:,} now): {approve:,} approved, "
    "{refer:,} referred, {decline:,} declined.",
    zh="最近 {days} 天的 {n:,} 笔申请已正式决策（本次 {new:,} 笔）：通过 {approve:,}，转人工 {refer:,}，拒绝 {decline:,}。",
)
_WATCHED = Text(
    en="Watched {months} month-ends and every day between: {raised:,} alerts, {open:,} of them open, "
    "{waiting:,} of these wait for somebody.",
    zh="已监测 {months} 个月末及其间每一天：预警 {raised:,} 条，未结 {open:,} 条，其中 {waiting:,} 条待认领。",
)
_REHEARSED = Text(
    en="Handled: {incident}; drill {drill}: {met} of {checks} checks hold.",
    zh="已处置：{incident}；演练 {drill}：{checks} 项检查中 {met} 项达标。",
)
_VERIFIED = Text(
    en="Ledger verified: {entries:,} entries, {wrong:,} problems; {again:,} decisions come out the same again.",
    zh="账本核验：{entries:,} 条记录，{wrong:,} 个问题；{again:,} 个决策重算一致。",
)
_REPORT = Text(en="Risk report:", zh="风险报告：")
_NEXT = Text(
    en="Next, from another terminal in this folder:", zh="下一步（在此文件夹的另一终端中）："
)
