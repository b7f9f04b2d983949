"""The commands of background work: do it, and see what became of it."""

import signal
import threading
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from seawall.cli.beside import BesideOption, follow
from seawall.cli.options import HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import homes
from seawall.office.work import jobs, results, schedule, tasks
from seawall.office.work.jobs import Job
from seawall.office.work.worker import Worker
from seawall.records import starting

GRACE_S = 25.0
"""Less than the half minute that most supervisors wait between SIGTERM and SIGKILL."""


def work(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due and what waits now, and end: for a cron of your own.")
    ] = False,
    beside: BesideOption = 0,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Do background work, by the schedule and as people ask, until SIGTERM; any number may run."""
    screen, at = Screen(language(lang), quiet=quiet), homes.home(home)
    told = schedule.shipped()
    worker = Worker(at, told, lambda job: _say(screen, job))
    if once:
        screen.say(_ONCE, n=worker.once())
        return
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    follow(beside, stop.set)
    screen.say(_WORKING, home=at.folder, n=len(told.entries), zone=told.zone)
    worker.run(stop, grace_s=GRACE_S)
    screen.say(_ENDED)


def _say(screen: Screen, job: Job) -> None:
    """A line for what failed, and for what somebody waits for; the rest is in `seawall jobs`."""
    facts = {"n": job.number, "title": job.title, "task": job.task}
    if job.state == "failed":
        screen.failure(_FAILED.filled(**facts, why=job.problem).in_(screen.language))
    elif tasks.task(job.task).lane == "long":
        screen.say(_DONE, **facts, s=(job.ended_at - job.started_at).total_seconds()
                   if job.ended_at and job.started_at else 0.0)  # fmt: skip


def list_jobs(
    most: Annotated[int, typer.Option("--most", min=1, max=1_000, help="How many.")] = 30,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Only say which entries of the schedule are late; exit with 1 where one is.",
        ),
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """List background work, the newest first: when it ran, what came of it."""
    screen = Screen(language(lang))
    starting.start(homes.home(home).records)
    if check:
        told = schedule.shipped()
        late = jobs.late(told, datetime.now(UTC), jobs.last_runs(told))
        screen.say(_LATE if late else _IN_TIME, names=", ".join(late))
        raise typer.Exit(1 if late else 0)
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for title in _HEADS:
        table.add_column(title.in_(screen.language), overflow="fold")
    for job in jobs.listed(most):
        came = (
            job.problem.in_(screen.language)
            if job.problem
            else results.told(job.result).in_(screen.language)
        )
        table.add_row(str(job.number), job.title.in_(screen.language), job.asked_by, f"{job.asked_at:%Y-%m-%d %H:%M}",
                      "" if job.started_at is None else f"{job.started_at:%H:%M:%S}",
                      "" if job.ended_at is None else f"{job.ended_at:%H:%M:%S}",
                      STATES[job.state].in_(screen.language), came)  # fmt: skip
    screen.show(table)


_LATE = Text(
    en="Late, so no worker works, or one is stuck: {names}",
    zh="已逾期，后台进程未运行或已卡住：{names}",
)
_IN_TIME = Text(en="The schedule is kept.", zh="定时任务按时执行。")
_WORKING = Text(
    en="Working for {home}: {n} entries of the schedule ({zone}), and what people ask for. Ctrl-C ends it.",
    zh="正在为 {home} 执行后台任务：{n} 项定时任务（{zone}）及人工提交的任务。按 Ctrl-C 结束。",
)
_ENDED = Text(en="Stopped; nothing is lost.", zh="已停止，未丢失任何任务。")
_ONCE = Text(en="{n} pieces of work done.", zh="已完成 {n} 项任务。")
_DONE = Text(en="{n} {title}: done in {s:.1f} s", zh="{n} {title}：用时 {s:.1f} 秒")
_FAILED = Text(en="{n} {title} ({task}) failed: {why}", zh="{n} {title}（{task}）失败：{why}")
STATES = {
    "waiting": Text(en="waits", zh="等待"), "running": Text(en="runs", zh="进行中"),
    "done": Text(en="done", zh="完成"), "failed": Text(en="failed", zh="失败"),
}  # fmt: skip
_HEADS = (
    Text(en="no.", zh="编号"), Text(en="what", zh="任务"), Text(en="asked by", zh="提交者"),
    Text(en="asked (UTC)", zh="提交（UTC）"), Text(en="began", zh="开始"), Text(en="ended", zh="结束"),
    Text(en="state", zh="状态"), Text(en="what came of it", zh="结果"),
)  # fmt: skip
