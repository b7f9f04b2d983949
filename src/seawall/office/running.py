"""Work of minutes that a page starts and comes back to: a replay, a proposal, a whole check.

Each run is a small file in the home, written anew at every step: whichever process is asked can tell
how far it is. The work itself is a thread of the process that was asked to begin; where that process
ends before the work does, the run is told as stopped, and is begun again by whoever needs it.
"""

import json
import logging
import os
import secrets
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import Any, Literal

from seawall.core.problem import Unable, UnableToUseInput
from seawall.core.text import Text
from seawall.records import starting

_LOG = logging.getLogger(__name__)
State = Literal["running", "done", "failed"]
Say = Callable[[Text], None]
"""Tells what the work is at."""
Work = Callable[[Say], Mapping[str, object]]
"""What is done, in a thread of its own; gives what there is to tell, in JSON's values."""

AT_ONCE = 2
"""Replays that run at a time in one process; each may take all its cores."""
WAITING_MOST = 20
KEPT_MOST = 200
_turns = BoundedSemaphore(AT_ONCE)
WAITING = Text(en="waiting for its turn", zh="等待中")


@dataclass(frozen=True)
class Run:
    """A piece of work.

    Attributes:
        kind: what it is, such as `replay`.
        about: of which policy.
        by: who began it, and when (UTC, ISO 8601); `ended` is empty while it runs.
        step: what it is at.
        why: in both languages, where it failed.
    """

    id: str
    kind: str
    about: str
    by: str
    began: str
    pid: int
    state: State = "running"
    step: Text = WAITING
    ended: str = ""
    why: Text | None = None

    @property
    def began_at(self) -> datetime:
        """When it was begun (UTC)."""
        return datetime.fromisoformat(self.began)


class Runs:
    """The runs of a home.

    Args:
        folder: where they are kept; nothing else may be in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, work: Work, *, kind: str, about: str, by: str) -> Run:
        """Begin some work, and return at once.

        Raises:
            UnableToBegin: too much is under way already.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._tidy()
        run = Run(secrets.token_hex(8), kind, about, by, _now(), os.getpid())
        self._write(run)
        Thread(target=self._do, args=(run, work), name=f"{kind} {about}", daemon=True).start()
        return run

    def run(self, id_: str) -> Run | None:
        """A run, as far as it is; None where there is none of this id."""
        if not _is_id(id_) or (told := _read(self._folder / f"{id_}.json")) is None:
            return None
        for name in ("step", "why"):
            told[name] = None if told[name] is None else Text(**told[name])
        run = Run(**told)
        stopped = run.state == "running" and not _alive(run.pid)
        return replace(run, state="failed", why=_STOPPED) if stopped else run

    def result(self, id_: str) -> dict[str, Any] | None:
        """What a run that is done gave."""
        return _read(self._folder / f"{id_}.result.json") if _is_id(id_) else None

    def latest(self, kind: str, about: str, most: int = 10) -> tuple[Run, ...]:
        """The latest runs of a kind about something, the latest first."""
        runs = [self.run(each.stem) for each in self._files()]
        chosen = [run for run in runs if run and (run.kind, run.about) == (kind, about)]
        return tuple(sorted(chosen, key=lambda run: run.began, reverse=True)[:most])

    def _do(self, run: Run, work: Work) -> None:
        now = run

        def say(step: Text) -> None:
            nonlocal now
            now = replace(now, step=step)
            self._write(now)

        try:
            with _turns:
                result = work(say)
            _write(self._folder / f"{run.id}.result.json", result)
            self._write(replace(now, state="done", ended=_now()))
        except BaseException as error:  # noqa: BLE001 - whatever it was, whoever waits is told
            _log(run, error)
            self._write(replace(now, state="failed", ended=_now(), why=_why(error)))
        finally:
            starting.stop()  # this thread's connections

    def _write(self, run: Run) -> None:
        told = asdict(run) | {"step": run.step.model_dump()}
        told["why"] = run.why and run.why.model_dump()
        _write(self._folder / f"{run.id}.json", told)

    def _files(self) -> list[Path]:
        each = self._folder.glob("*.json") if self._folder.is_dir() else ()
        return [file for file in each if _is_id(file.stem)]

    def _tidy(self) -> None:
        """Refuse more than can be done, and forget the oldest."""
        files = sorted(self._files(), key=lambda file: file.stat().st_mtime)
        running = [run for file in files if (run := self.run(file.stem)) and run.state == "running"]
        if len(running) >= WAITING_MOST:
            raise UnableToBegin
        for file in files[: max(0, len(files) - KEPT_MOST)]:
            for part in (file, file.with_name(f"{file.stem}.result.json")):
                part.unlink(missing_ok=True)


def _is_id(told: str) -> bool:
    return len(told) == _LETTERS and all(letter in "0123456789abcdef" for letter in told)


_LETTERS = 16


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _write(file: Path, told: Mapping[str, object]) -> None:
    """All or nothing: a reader never sees half a file."""
    aside = file.with_suffix(".new")
    aside.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    aside.replace(file)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat()


def _log(run: Run, error: BaseException) -> None:
    """Where it failed, and not its words, which may hold what was in the data."""
    if not isinstance(error, Unable | UnableToUseInput):
        frames = "".join(traceback.format_tb(error.__traceback__))
        _LOG.error("%s of %s: %s\n%s", run.kind, run.about, type(error).__name__, frames)


def _why(error: BaseException) -> Text:
    if isinstance(error, UnableToUseInput):
        said = [(each.sentence("en"), each.sentence("zh")) for each in error.problems]
        return Text(en="\n".join(en for en, _ in said), zh="\n".join(zh for _, zh in said))
    if isinstance(error, Unable):
        return Text(en=str(error), zh=str(error))
    return _FAILED.filled(what=type(error).__name__)


_FAILED = Text(
    en="It failed ({what}); whoever runs the machine finds more in its log.",
    zh="执行失败（{what}）；详情见系统日志。",
)
_STOPPED = Text(
    en="The program that did it was stopped: begin it again.", zh="执行程序已停止：请重新开始。"
)


class UnableToBegin(Unable, RuntimeError):
    """Too much is under way."""

    def __init__(self) -> None:
        super().__init__(f"{WAITING_MOST} pieces of work are under way or waiting: try again later")
