"""The web server is killed under load: no acknowledged decision is lost, none is made twice."""

import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from seawall.office.settings import Settings
from tests import postgresql
from tests.console.served import Lender, Machine, Server, served, start
from tests.office.places import cluster

KILLS = int(os.environ.get("SEAWALL_WEB_KILLS", "2"))
CALLERS = 12
PEOPLE, DEVICES = 40, 5


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=postgresql.MARKS)])
def settings(request: pytest.FixtureRequest) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield Settings()
        return
    with cluster() as made:
        yield made.settings()


def application(n: int) -> dict[str, object]:
    return {
        "application_id": f"k{n}", "applied_at": f"2026-11-26T12:{n // 60 % 60:02}:{n % 60:02}", "amount": 20,
        "phone": f"1380013{n % PEOPLE:04d}", "name": "李雷", "device_id": f"device-{n % DEVICES}",
    }  # fmt: skip


@dataclass
class Callers:
    """Machines that ask without end, and remember what they were told."""

    secret: str
    told: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rush(self, server: Server, *, kill_after: float) -> None:
        """Ask until the server is gone, some time after it began to answer; a third asks again what was asked before."""
        with ThreadPoolExecutor(CALLERS + 1) as threads:
            before = len(self.told)
            rushing = [threads.submit(self._ask, server, n) for n in range(CALLERS)]
            until = time.monotonic() + 60
            while len(self.told) == before and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(kill_after)
            server.kill()
            for each in rushing:
                each.result(60)

    def _ask(self, server: Server, seed: int) -> None:
        chance, machine = random.Random(f"{seed} {self.asked}"), Machine(server.port, self.secret)  # noqa: S311
        try:
            while True:
                with self._lock:
                    n = self.asked
                    self.asked += 1
                if n and chance.random() < 1 / 3:
                    n = chance.randrange(n)
                self.remember(*machine.decide(application(n)))
        except OSError:
            machine.close()

    def remember(self, status: int, answer: dict[str, Any]) -> None:
        """What was acknowledged once is so for ever; on a machine that is too slow nothing is."""
        if status == 503:
            return
        assert status == 200, answer
        told = (answer["entry"], answer["outcome"], str(answer["reasons"]), str(answer["offer"]))
        with self._lock:
            assert self.told.setdefault(answer["id"], told) == told

    def again(self, server: Server) -> None:
        """Ask for everything that was ever asked for, until it is answered."""
        again = set[str]()

        def ask(n: int) -> None:
            with closing(Machine(server.port, self.secret)) as machine:
                while f"k{n}" not in again:
                    status, answer = machine.decide(application(n))
                    self.remember(status, answer)
                    again.update([answer["id"]] if status == 200 else [])

        with ThreadPoolExecutor(CALLERS) as threads:
            list(threads.map(ask, range(self.asked)))


def test_killed_under_load_it_loses_and_doubles_nothing(tmp_path: Path, settings: Settings) -> None:
    lender = Lender(tmp_path, settings=settings)
    lender.publish()
    callers, chance = Callers(lender.token()), random.Random(KILLS)  # noqa: S311 - it only says when to kill
    lender.close()
    for _ in range(KILLS):
        callers.rush(start(tmp_path / "home"), kill_after=chance.uniform(0, 0.6))
    acknowledged = dict(callers.told)
    with served(tmp_path / "home") as server:
        callers.again(server)
    assert acknowledged.items() <= callers.told.items()
    assert len(acknowledged) >= KILLS, "it did not live long enough to decide anything"
    assert_whole(tmp_path, callers, settings)


def assert_whole(tmp_path: Path, callers: Callers, settings: Settings) -> None:
    """Every store says the same: one decision, one event an application; one token a person and a device."""
    lender = Lender(tmp_path, settings=settings)
    lender.holds()
    every = {f"k{n}" for n in range(callers.asked)}
    entries = {
        e.told["subject"].partition(":")[2]: e.number
        for e in lender.ledger.entries()
        if e.told["kind"] == "decision"
    }
    assert entries == {id_: told[0] for id_, told in callers.told.items()}
    assert set(entries) == every == {each.id for each in lender.events.facts("application")}
    people = min(len(every), PEOPLE) + min(len(every), DEVICES)
    assert lender.vault.status().states == {"active": people}
    lender.close()


def test_two_processes_at_one_home_decide_an_application_once(
    tmp_path: Path, settings: Settings
) -> None:
    lender = Lender(tmp_path, settings=settings)
    lender.publish()
    secret = lender.token()
    lender.close()
    with served(tmp_path / "home") as one, served(tmp_path / "home") as two:
        ports = [one.port, two.port]

        def ask(n: int) -> tuple[int, int, dict[str, Any]]:
            with closing(Machine(ports[(n + n // 2) % 2], secret)) as machine:
                while (told := machine.decide(application(n // 2)))[0] == 503:
                    time.sleep(0.1)
                return n // 2, *told

        with ThreadPoolExecutor(CALLERS) as threads:
            told = list(threads.map(ask, range(160)))
    assert {status for _, status, _ in told} == {200}
    assert all(
        one[2]["entry"] == two[2]["entry"] for one, two in zip(told[::2], told[1::2], strict=True)
    )
    assert sum(answer["new"] for _, _, answer in told) == 80
    callers = Callers(secret, asked=80)
    for _, status, answer in told:
        callers.remember(status, answer)
    assert_whole(tmp_path, callers, settings)


def test_stopped_under_load_it_answers_whoever_it_took(tmp_path: Path) -> None:
    lender = Lender(tmp_path)
    lender.publish()
    secret = lender.token()
    lender.close()
    server, statuses = start(tmp_path / "home"), list[int]()

    def ask(seed: int) -> None:
        machine, n = Machine(server.port, secret), seed * 10_000
        try:
            while True:
                statuses.append(machine.decide(application(n))[0])
                n += 1
        except ConnectionError:
            return  # an idle connection was closed, between two requests
        finally:
            machine.close()

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, n) for n in range(4)]
        time.sleep(1)
        server.stop()
        for each in asking:
            each.result(60)
    assert set(statuses) <= {200, 503}
    after = Lender(tmp_path)
    after.holds()
    assert after.kinds.count("decision") >= statuses.count(200) > 0
    after.close()
