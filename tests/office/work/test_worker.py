"""Work is done once, by one worker at a time; what a killed worker did is done by the next, or told as failed."""

import logging
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from seawall.acts.signing import Signed, UnableToSignAs, now
from seawall.core.period import microseconds
from seawall.core.text import Language
from seawall.ledger.verifier import read_note, vouched
from seawall.office.homes import Home
from seawall.office.work import jobs, schedule, worker
from seawall.office.work.jobs import Job, UnableToAskFor, UnableToFindJob
from seawall.office.work.tasks import UnableToFindTask
from seawall.records import counting
from seawall.records import work_register as register
from tests.office.work.conftest import NO_PLAN, TELEPHONE, Place

# Newer Pythons warn of forks beside threads; the children here use nothing that their parent began.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

FORK = multiprocessing.get_context("fork")
KILLS = int(os.environ.get("SEAWALL_KILLS", "5"))


def forked(act: Callable[[], object]) -> multiprocessing.process.BaseProcess:
    """A child that begins with no connection of its parent's."""
    connections.close_all()
    child = FORK.Process(target=act, daemon=True)
    child.start()
    return child


def until(held: Callable[[], object], within_s: float = 20) -> None:
    end = time.monotonic() + within_s
    while not held():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def later(span: timedelta) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + span


def said(number: int, language: Language = "en") -> str:
    """Why a piece of work failed."""
    problem = jobs.job(number).problem
    assert problem is not None
    return problem.in_(language)


def test_what_is_asked_for_is_done_and_told(place: Place) -> None:
    number = place.ask("a")
    assert (jobs.job(number).state, jobs.job(number).asked_by) == ("waiting", "bob")
    assert place.worker().once() == 1
    job = jobs.job(number)
    assert (job.state, job.result, job.tried, place.lines) == ("done", {"noted": "a"}, 1, ["a"])
    assert job.started_at is not None
    assert job.ended_at is not None
    assert job.asked_at <= job.started_at <= job.ended_at
    assert place.told == [job]
    assert place.worker().once() == 0


def test_the_same_act_asks_once_and_what_no_task_takes_is_refused(place: Place) -> None:
    assert place.ask("a") == place.ask("a")
    with pytest.raises(UnableToFindTask, match="no task 'paint'"):
        jobs.ask("paint", {}, Signed("x", "bob", now()))
    with pytest.raises(UnableToAskFor, match="Field required"):
        jobs.ask("note", {}, Signed("x", "bob", now()))
    with pytest.raises(UnableToSignAs):
        jobs.ask("note", {"text": "b"}, Signed("x", "Bob!", now()))
    with pytest.raises(UnableToFindJob, match="number 4711"):
        jobs.job(4711)
    assert [job.task for job in jobs.listed(10)] == ["note"]
    assert jobs.listed(10, asked_by="alice") == []


def test_a_failure_is_told_without_what_it_said_of_a_person(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    failing, refused, good = place.ask("a", "fails"), place.ask("b", "refuses"), place.ask("c")
    with caplog.at_level(logging.ERROR, "seawall.work"):
        place.worker().once()
    assert [jobs.job(n).state for n in (failing, refused, good)] == ["failed", "failed", "done"]
    assert said(failing) == "ZeroDivisionError: see the worker's log"
    assert (said(refused), said(refused, "zh")) == ("there is no ink", "没有墨水")
    assert "in note" in caplog.text
    assert TELEPHONE not in caplog.text


def test_workers_together_do_each_piece_once(place: Place) -> None:
    for n in range(40):
        place.ask(str(n), task=("note", "write")[n % 2])
    children = [forked(lambda: place.worker().once()) for _ in range(4)]
    for child in children:
        child.join()
    assert sorted(place.lines, key=int) == [str(n) for n in range(40)]
    assert {job.state for job in jobs.listed(100)} == {"done"}
    assert {job.tried for job in jobs.listed(100)} == {1}


@pytest.mark.usefixtures("place")
def test_workers_together_plan_each_due_time_once() -> None:
    told = schedule.shipped()
    at = datetime(2026, 3, 1, 21, 0, 30, tzinfo=UTC)
    children = [
        forked(lambda: jobs.plan(told, at - timedelta(minutes=1), at)) for _ in range(6)
    ]  # fmt: skip
    for child in children:
        child.join()
    assert {child.exitcode for child in children} == {0}
    due = [each.id for each in told.entries if told.last_due(each, at) >= at - timedelta(minutes=1)]
    assert len(due) >= 4, "what is due each minute, and more"
    assert sorted(job.plan for job in jobs.listed(100)) == sorted(due)


def test_what_was_due_while_nobody_worked_is_done_once(place: Place) -> None:
    told = schedule.shipped()
    first = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    due = [each for each in told.entries if told.last_due(each, first) == first]
    assert 4 <= len(due) < len(told.entries), "each minute and ten; the rest was never due since"
    assert jobs.plan(told, first, first) == len(due)
    assert jobs.plan(told, first, first + timedelta(minutes=1)) == 0, "the last run is not over"
    place.worker().once()
    assert jobs.plan(told, first, first + timedelta(days=3)) == len(told.entries)
    last = jobs.last_runs(told)["watch"]
    assert last is not None
    assert last.asked_at == datetime(2026, 3, 3, 17, 30)  # noqa: DTZ001 - the house's times are UTC


def test_a_killed_workers_piece_is_taken_up_again_once_it_is_no_longer_held(place: Place) -> None:
    number = place.ask("a", "waits")
    child = forked(lambda: place.worker().run(threading.Event(), grace_s=0))
    until(lambda: place.lines)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    (place.folder / "go").touch()
    assert jobs.job(number).state == "running"
    assert place.worker().once() == 0, "it is still held"
    next_one = place.worker()
    next_one.clock = later(worker.HOLD)
    assert next_one.once() == 1
    job = jobs.job(number)
    assert (job.state, job.tried, place.lines) == ("done", 2, ["a", "a"])


def test_what_kills_its_workers_is_told_as_failed(place: Place) -> None:
    number = place.ask("a")
    for n in range(worker.TRIES):
        at = now() + n * worker.HOLD
        row = register.take(("quick",), f"w{n}", now_us=microseconds(at), hold_us=1)
        assert row is not None, "taken, and never heard of again"
    last = place.worker()
    last.clock = later(worker.TRIES * worker.HOLD)
    last.once()
    job = jobs.job(number)
    assert (job.state, place.lines) == ("failed", [])
    assert said(number).startswith("3 workers were killed")


def test_who_comes_back_too_late_says_nothing(place: Place) -> None:
    number = place.ask("a")
    at = microseconds(now())
    early = register.take(("quick",), "early", now_us=at, hold_us=1)
    late = register.take(("quick",), "late", now_us=at + 1, hold_us=1)
    assert early is not None
    assert late is not None
    assert not register.hold(early, at + 100)
    assert not register.finish(early, "failed", at_us=at + 2, problem="?")
    assert not register.give_back(early, at)
    assert register.finish(late, "done", at_us=at + 3)
    assert not register.finish(late, "failed", at_us=at + 4)
    assert jobs.job(number).state == "done"


def test_work_that_takes_long_stays_held(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "HOLD", timedelta(seconds=1))
    monkeypatch.setattr(worker, "RENEW", timedelta(seconds=0.2))
    number, stop = place.ask("a", "waits"), threading.Event()
    runs = threading.Thread(target=lambda: place.worker().run(stop, grace_s=20))
    runs.start()
    until(lambda: place.lines)
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        assert place.worker().once() == 0
        time.sleep(0.1)
    (place.folder / "go").touch()
    until(lambda: jobs.job(number).over)
    stop.set()
    runs.join()
    assert (jobs.job(number).tried, place.lines) == (1, ["a"])


def test_what_is_quick_does_not_wait_for_what_is_long(place: Place) -> None:
    stop = threading.Event()
    slow = place.ask("slow", "waits", task="write")
    runs = threading.Thread(target=lambda: place.worker().run(stop, grace_s=20))
    runs.start()
    until(lambda: "slow" in place.lines)
    quick = place.ask("quick")
    until(lambda: jobs.job(quick).over)
    assert jobs.job(slow).state == "running"
    (place.folder / "go").touch()
    stop.set()
    runs.join()
    assert jobs.job(slow).state == "done", "what was begun is finished before it stops"


def test_a_worker_that_stops_gives_back_what_takes_too_long(place: Place) -> None:
    number, stop = place.ask("a", "waits"), threading.Event()
    runs = threading.Thread(target=lambda: place.worker().run(stop, grace_s=0.1))
    runs.start()
    until(lambda: place.lines)
    stop.set()
    runs.join()
    job = jobs.job(number)
    assert (job.state, job.tried) == ("waiting", 0)
    (place.folder / "go").touch()
    assert place.worker().once() == 1


def test_killed_at_random_points_workers_lose_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "HOLD", timedelta(seconds=0.3))
    monkeypatch.setattr(worker, "TRIES", 10 * KILLS)
    chance = random.Random(5)  # noqa: S311 - it only says when to kill
    for n in range(30 * KILLS):
        place.ask(str(n), task=("note", "write")[n % 2])
    for _ in range(KILLS):
        before = len(place.lines)
        children = [
            forked(lambda: place.worker().run(threading.Event(), grace_s=0)) for _ in range(2)
        ]
        until(lambda before=before: len(place.lines) > before or not counting.waiting_work())  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.2))
        for child in children:
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.join()
    time.sleep(0.3)
    while counting.waiting_work():
        place.worker().once()
    every = jobs.listed(1000)
    assert {job.state for job in every} == {"done"}
    done = Tally(place.lines)
    assert set(done) == {str(n) for n in range(30 * KILLS)}
    again = {job.result["noted"] for job in every if job.tried > 1}
    assert {text for text, times in done.items() if times > 1} <= again


def test_old_runs_are_forgotten_but_the_last_of_each_entry_stays(place: Place) -> None:
    told = schedule.shipped()
    entries = tuple(each for each in told.entries if each.task != "work.forget")
    told = told.model_copy(update={"entries": entries})
    for day in (1, 2):
        at = datetime(2026, 3, day, 20, 0, tzinfo=UTC)
        jobs.plan(told, at - timedelta(days=1), at)
        old = place.worker()
        old.clock = lambda at=at: at + timedelta(seconds=5)  # type: ignore[misc]
        assert sum(1 for _ in old._all()) == len(told.entries)  # noqa: SLF001 - without planning anew
    place.ask("a", "fails")
    place.worker(NO_PLAN).once()
    kept = microseconds(datetime.now(UTC) - timedelta(days=30))
    assert register.forget(kept, "done") == len(told.entries)
    assert register.forget(kept, "done") == 0
    assert {job.plan: job.asked_at.day for job in jobs.listed(100) if job.plan}.keys() == {
        each.id for each in told.entries
    }
    assert [job.state for job in jobs.listed(100) if not job.plan] == ["failed"]


def test_what_is_late_is_told(place: Place) -> None:
    told = schedule.shipped()
    at = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    assert set(jobs.late(told, at, jobs.last_runs(told))) == {each.id for each in told.entries}, (
        "nobody ever worked"
    )
    jobs.plan(told, at, at)
    place.worker().once()
    assert jobs.late(told, at + timedelta(minutes=5), jobs.last_runs(told)) == ()
    later_on = jobs.late(told, at + timedelta(minutes=7), jobs.last_runs(told))
    assert set(later_on) == {"cases", "changes", "index"}, (
        "those of each minute; nothing else was due"
    )
    assert set(jobs.late(told, at + timedelta(minutes=16), jobs.last_runs(told))) == {
        *later_on,
        "publish",
    }


def test_the_command_works_until_it_is_told_to_stop(place: Place) -> None:
    number = jobs.ask("cases.tick", {}, Signed("ask", "bob", now())).number
    command = [
        sys.executable,
        "-m",
        "seawall",
        "work",
        "--home",
        str(place.home.folder),
        "--lang",
        "zh",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "后台任务" in process.stdout.readline()
        until(lambda: jobs.job(number).over, within_s=90)
        process.send_signal(signal.SIGTERM)
        said = process.stdout.read()
    assert (process.returncode, "已停止" in said) == (0, True)
    listed = subprocess.run(
        [sys.executable, "-m", "seawall", "jobs", "--home", str(place.home.folder)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "Look at every clock" in listed.stdout


def came(place: Place) -> dict[str, Job]:
    return {job.task: job for job in place.told}


def test_everything_that_is_scheduled_is_done_in_a_new_home(place: Place, tmp_path: Path) -> None:
    """What the tasks say is held against what the stores say themselves."""
    published = tmp_path / "www"
    work = place.home.settings.work.model_copy(update={"publish": published})
    home = Home(
        place.home.folder, place.home.conventions,
        place.home.settings.model_copy(update={"work": work}),
    )  # fmt: skip
    told = schedule.shipped()
    assert worker.Worker(home, told, place.told.append).once() == len(told.entries)
    assert {job.state for job in place.told} == {"done"}, [job.problem for job in place.told]
    results = {task: dict(job.result) for task, job in came(place).items()}
    assert results["book.watch"] == {"book": "empty"}
    assert results["book.warm"] == {"book": "empty"}
    assert results["ledger.checkpoint"] == {"witness": "not set"}
    assert results["ledger.verify"] == {"entries": 0, "erased": 0, "problems": 0}
    assert results["cases.prove"] == {"cases": 0, "events": 0, "untold": 0, "problems": 0}
    ledger, size = home.ledger_reader, results["ledger.publish"]["entries"]
    told_so = ledger.entry(0).told
    assert (told_so["kind"], told_so["actor"], ledger.size) == ("ledger.verify", "worker", 1)
    assert vouched(read_note((published / "checkpoint").read_bytes(), ""), ledger.key).size == size
