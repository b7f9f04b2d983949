"""A worker: asks for what is due, takes up what waits, and says what came of it.

Any number of workers may run, on one machine or many, on one home. Each holds what it does for two minutes, and
renews that as long as it lives; what a killed one held is taken up by the next. Clocks of machines that
share a home may differ by a minute.
"""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from uuid import uuid4

from seawall.core.period import microseconds, span_us
from seawall.core.problem import Unable, UnableToUseInput, sentences
from seawall.core.text import Text
from seawall.office.homes import Home
from seawall.office.work import jobs, tasks
from seawall.office.work.jobs import Job
from seawall.office.work.schedule import Schedule
from seawall.office.work.tasks import LANES, Came, Lane, Workplace
from seawall.records import starting
from seawall.records import work_register as register
from seawall.records.work_register import State, WorkRow

HOLD: Final = timedelta(minutes=2)
"""How long what a killed worker did waits for the next one."""
RENEW: Final = timedelta(seconds=20)
TRIES: Final = 3
"""What workers were killed at so often is told as failed: it may be what kills them."""
LOOK_S: Final = 1.0
AFTER_FAILURE_S: Final = 5.0
_LOG: Final = logging.getLogger("seawall.work")
T = TypeVar("T")
Tell = Callable[[Job], None]
"""Told of each piece of work that is over."""


def _now() -> datetime:
    return datetime.now(UTC)


def _name() -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass
class Worker:
    """A worker of a home.

    Attributes:
        tell: told, in the thread that did it, of each piece of work that is over.
        clock: the time now, aware.
        name: no other worker's.
    """

    home: Home
    schedule: Schedule
    tell: Tell
    clock: Callable[[], datetime] = _now
    name: str = field(default_factory=_name)
    _doing: dict[Lane, WorkRow] = field(default_factory=dict, init=False)

    def run(self, stop: threading.Event, *, grace_s: float) -> None:
        """Work until told to stop.

        Args:
            stop: set when no more is to be begun.
            grace_s: how long what is being done may then still take, in seconds; other workers begin it anew
                afterwards, and this process is expected to end.

        Raises:
            UnableToUseRecords: the office's database cannot be used.
        """
        starting.start(self.home.records)
        lanes = [threading.Thread(target=self._serve, args=(each, stop), name=f"work-{each}", daemon=True)
                 for each in LANES]  # fmt: skip
        for each in lanes:
            each.start()
        since, renewed = self.clock(), time.monotonic()
        while not stop.wait(LOOK_S):
            _safely(lambda: jobs.plan(self.schedule, since, self.clock()))
            renewed = self._renew(renewed)
        until = time.monotonic() + grace_s
        while any(each.is_alive() for each in lanes) and time.monotonic() < until:
            renewed = self._renew(renewed)
            time.sleep(0.05)
        for row in tuple(self._doing.values()):
            register.give_back(row, microseconds(self.clock()))
        register.let_go()

    def once(self) -> int:
        """Do what is due and what waits now, in this thread, one after the other; how much that was."""
        starting.start(self.home.records)
        jobs.plan(self.schedule, datetime.min.replace(tzinfo=UTC), self.clock())
        return sum(1 for _ in self._all())

    def _all(self) -> Iterator[WorkRow]:
        workplace = Workplace(self.home)
        while (row := self._take(LANES)) is not None:
            self._do(row, workplace)
            yield row

    def _serve(self, lane: Lane, stop: threading.Event) -> None:
        """Do what waits in one lane, in a thread of its own."""
        workplace = Workplace(self.home)
        while not stop.is_set():
            row = _safely(lambda: self._take((lane,)))
            if row is None:
                stop.wait(LOOK_S)
                continue
            self._doing[lane] = row
            if not _safely(lambda row=row, at=workplace: self._do(row, at)):  # type: ignore[misc]
                workplace = Workplace(self.home)  # a store that failed is opened anew
            del self._doing[lane]
        register.let_go()

    def _take(self, lanes: tuple[Lane, ...]) -> WorkRow | None:
        now_us = microseconds(self.clock())
        return register.take(lanes, self.name, now_us=now_us, hold_us=span_us(HOLD))

    def _do(self, row: WorkRow, workplace: Workplace) -> bool:
        """Do one piece of work, and say what came of it; whether it went well."""
        came = _killers(row) if row.tried > TRIES else _done(row, workplace)
        state: State = "failed" if came.wrong else "done"
        told = jobs.result_text(came.result)
        at_us = microseconds(self.clock())
        problem = came.wrong.model_dump_json() if came.wrong else ""
        if register.finish(row, state, at_us=at_us, result=told, problem=problem):
            self.tell(jobs.job(row.number))
        return came.wrong is None

    def _renew(self, renewed: float) -> float:
        """Go on holding what is being done, now and then; when that was last done, as `time.monotonic` says."""
        if time.monotonic() - renewed < RENEW.total_seconds():
            return renewed
        until_us = microseconds(self.clock() + HOLD)
        for row in tuple(self._doing.values()):
            _safely(lambda row=row: register.hold(row, until_us))  # type: ignore[misc]
        return time.monotonic()


def _done(row: WorkRow, workplace: Workplace) -> Came:
    """What came of a task; a failure is something that came of it, too."""
    try:
        task = tasks.task(row.task)
        return task.run(workplace, task.arguments.model_validate_json(row.arguments))
    except Unable as error:
        return Came(wrong=error.said)
    except UnableToUseInput as error:
        return Came(wrong=sentences(error.problems))
    except Exception as error:  # noqa: BLE001 - whatever it is: the worker goes on, and the row says it
        _log(error)
        return Came(wrong=_UNFORESEEN.filled(name=type(error).__name__))


def _killers(row: WorkRow) -> Came:
    return Came(wrong=_KILLERS.filled(n=row.tried - 1))


def _safely(act: Callable[[], T]) -> T | None:
    """Do something that needs the database; None, after a while, where it failed."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - a database that is away comes back
        _log(error)
        register.refresh()
        time.sleep(AFTER_FAILURE_S)
        return None


def _log(error: Exception) -> None:
    """Where it failed, without what it said: a driver's words may quote a row."""
    said = str(error) if isinstance(error, Unable) else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("%s %s\n%s", type(error).__name__, said, frames)


_UNFORESEEN = Text(en="{name}: see the worker's log", zh="{name}：详见后台进程日志")
_KILLERS = Text(
    en="{n} workers were killed while they did it: see their logs, and ask again",
    zh="{n} 个后台进程在执行中被终止：请查看其日志后重新提交",
)
