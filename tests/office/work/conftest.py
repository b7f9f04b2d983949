"""Homes on both kinds of database, and a task that writes down that it was done."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from pydantic import BaseModel

from seawall.acts.signing import Signed, now
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import homes
from seawall.office.homes import Home
from seawall.office.settings import Settings
from seawall.office.work import jobs, schedule, tasks, worker
from seawall.office.work.jobs import Job
from seawall.office.work.tasks import Came, Lane, Task, Workplace
from seawall.office.work.worker import Worker
from seawall.records import starting
from tests import postgresql
from tests.office.places import Cluster, cluster

TELEPHONE = "13800138000"
NO_PLAN = schedule.shipped().model_copy(update={"entries": ()})


class Line(BaseModel):
    """What to write down, and how: `waits` for the file `go`, or `fails`."""

    text: str
    how: str = ""


@dataclass
class Place:
    folder: Path
    home: Home
    told: list[Job]

    def worker(self, plan: schedule.Schedule = NO_PLAN) -> Worker:
        return Worker(self.home, plan, self.told.append)

    def ask(self, text: str, how: str = "", task: str = "note") -> int:
        return jobs.ask(
            task, {"text": text, "how": how}, Signed(f"ask:{text}", "bob", now())
        ).number

    @property
    def lines(self) -> list[str]:
        file = self.folder / "lines"
        return file.read_text().split() if file.exists() else []


class UnableToNote(Unable):
    """A refusal with a sentence."""

    def __init__(self) -> None:
        super().__init__(Text(en="there is no ink", zh="没有墨水"))


def note(at: Workplace, line: Line) -> Came:
    folder = at.home.folder.parent
    out = os.open(folder / "lines", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.write(out, f"{line.text}\n".encode())
    os.close(out)
    if line.how == "waits":
        while not (folder / "go").exists():
            threading.Event().wait(0.01)
    if line.how == "fails":
        raise ZeroDivisionError(TELEPHONE)
    if line.how == "refuses":
        raise UnableToNote
    return Came({"noted": line.text})


_LANES: dict[str, Lane] = {"note": "quick", "write": "long"}
TASKS = {
    name: Task(name, Text(en="Note", zh="记录"), lane, note, Line) for name, lane in _LANES.items()
}


@pytest.fixture(scope="session")
def made() -> Iterator[Cluster]:
    with cluster() as made:
        yield made
        connections.close_all()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=postgresql.MARKS)])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    chosen = request.getfixturevalue("made").settings() if request.param == "postgresql" else None
    home = homes.make(tmp_path / "home", "lender.example/ledger", settings=chosen or Settings())
    monkeypatch.setattr(tasks, "_BY_NAME", {**tasks._BY_NAME, **TASKS})  # noqa: SLF001 - one table more
    monkeypatch.setattr(worker, "LOOK_S", 0.02)
    starting.start(home.records)
    yield Place(tmp_path, home, [])
    starting.stop()
