"""What can be done in the background, in one literal table.

A task may be done twice: where a worker was killed before it could say what came of it, the next one begins
anew. Each is such that the second time finds what the first one did.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from seawall.acts import change_telling, granting
from seawall.acts.proving import prove
from seawall.acts.signing import Signed, fresh, now
from seawall.acts.watching import Watched
from seawall.core.period import microseconds
from seawall.core.problem import Problem, Unable, sentences
from seawall.core.text import Text
from seawall.ledger import witness, witness_http
from seawall.ledger.publishing import publish
from seawall.ledger.verifier import key_of
from seawall.office import alerts, cases, ledgers, library
from seawall.office.alerts import Watchman
from seawall.office.answering import Answers
from seawall.office.cases import Counter
from seawall.office.homes import Home
from seawall.office.measuring import UnableToReadEmptyBook
from seawall.office.work import policy_work, schedule
from seawall.office.work.policy_work import Checking, Proposing, Replaying
from seawall.records import session_register
from seawall.records import work_register as register

Lane = Literal["quick", "long"]
LANES: Final[tuple[Lane, ...]] = ("quick", "long")
"""What takes seconds never waits for what takes minutes."""
_SHOWN = 3
WORKER: Final = "worker"
"""Under which name the ledger tells what a worker does by itself."""
INDEXED_MOST: Final = 100_000
"""Entries in one run: some seconds, so that other quick work does not wait for long."""


@dataclass(frozen=True)
class Workplace:
    """What tasks work with: a home, whose counters are opened once."""

    home: Home

    @cached_property
    def counter(self) -> Counter:
        """Where cases are handled."""
        return cases.counter(self.home)

    @cached_property
    def ledger(self) -> ledgers.Counter:
        """Where the ledger is looked at."""
        return ledgers.counter(self.home)

    @cached_property
    def watchman(self) -> Watchman:
        """Who watches the book."""
        return alerts.watchman(self.home)


@dataclass(frozen=True)
class Came:
    """What came of a task.

    Attributes:
        result: figures and names, as JSON's values; nothing about a person.
        wrong: what a person must look at; the work is told as failed then. None where nothing is.
    """

    result: Mapping[str, object] = field(default_factory=dict)
    wrong: Text | None = None


class Nothing(BaseModel):
    """The arguments of a task that needs none."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Task:
    """Something that can be done.

    Attributes:
        lane: by how long it takes.
        arguments: what it takes.
    """

    name: str
    title: Text
    lane: Lane
    run: Callable[[Workplace, Any], Came]
    arguments: type[BaseModel] = Nothing


def _tick(at: Workplace, _: Nothing) -> Came:
    ticked, delivered = at.counter.tick()
    return Came({"clocks": ticked, **asdict(delivered)})


def _watch(at: Workplace, _: Nothing) -> Came:
    try:
        came: Watched = at.watchman.watch()
    except UnableToReadEmptyBook:
        return Came({"book": "empty"})
    counts = {name: len(getattr(came, name)) for name in ("raised", "updated", "cleared", "corrected")}  # fmt: skip
    return Came({**counts, "told": came.told, "values": came.looked_at})


def _warm(at: Workplace, _: Nothing) -> Came:
    """Found as it is where the book is the same as the last time."""
    answers = Answers(at.home)
    if answers.empty:
        return Came({"book": "empty"})
    library.compressed(at.home)
    answers.warm(lambda *_: None)
    return Came({"book": answers.reading().snapshot.digest})


def _prove(at: Workplace, _: Nothing) -> Came:
    proved = prove(at.counter.desk)
    found = {"cases": proved.cases, "events": proved.events, "untold": proved.untold}
    return Came({**found, "problems": len(proved.problems)}, _first(proved.problems))


def _verify(at: Workplace, _: Nothing) -> Came:
    told, problems = at.ledger.verify_whole(Signed(fresh("verify"), WORKER, now()))
    found = {"entries": told.size, "erased": told.erased, "problems": told.wrong}
    return Came(found, _first(problems))


def _index(at: Workplace, _: Nothing) -> Came:
    caught = at.ledger.catch_up(INDEXED_MOST)
    return Came({"entries": caught.added, "behind": caught.behind})


def _publish(at: Workplace, _: Nothing) -> Came:
    folder = at.home.settings.work.publish
    if folder is None:
        return Came({"publish": "not set"})
    return Came({"entries": publish(at.home.ledger_reader, folder).size})


def _checkpoint(at: Workplace, _: Nothing) -> Came:
    told = at.home.settings.work
    if told.witness is None or told.witness_key is None:
        return Came({"witness": "not set"})
    ledger = at.home.ledger
    try:
        signed = witness.cosigned(
            ledger, key_of(told.witness_key), witness_http.asking(told.witness)
        )
        ledger.keep_checkpoint(datetime.now(UTC), signed)
        return Came({"entries": ledger.size})
    finally:
        ledger.store.close()


def _forget(_: Workplace, __: Nothing) -> Came:
    now, days = datetime.now(UTC), schedule.shipped().keep_days
    return Came({
        "done": register.forget(microseconds(now - timedelta(days=days["done"])), "done"),
        "failed": register.forget(microseconds(now - timedelta(days=days["failed"])), "failed"),
    })  # fmt: skip


def _sweep(_: Workplace, __: Nothing) -> Came:
    return Came({"sessions": session_register.sweep(datetime.now(UTC))})


def _tell_changes(at: Workplace, _: Nothing) -> Came:
    return Came({"changes": change_telling.tell(at.counter.desk.ledger)})


def _replay(at: Workplace, told: Replaying) -> Came:
    return Came(policy_work.replay(at.home, told))


def _check(at: Workplace, told: Checking) -> Came:
    return Came(policy_work.check(at.home, told))


def _propose(at: Workplace, told: Proposing) -> Came:
    return Came(policy_work.propose(at.home, told))


def _compare(at: Workplace, _: Nothing) -> Came:
    ledger = at.counter.desk.ledger
    found = (*change_telling.compare(ledger), *granting.compare(ledger))
    return Came({"problems": len(found)}, _first(found))


def _first(problems: tuple[Problem, ...]) -> Text | None:
    return sentences(problems[:_SHOWN]) if problems else None


TASKS: Final[tuple[Task, ...]] = (
    Task("cases.tick", Text(en="Look at every clock, send notices", zh="检查全部时限并发送通知"), "quick", _tick),
    Task("ledger.index", Text(en="Bring lists up to date with the ledger", zh="按账本更新检索索引"), "quick", _index),
    Task("ledger.publish", Text(en="Publish the ledger", zh="公布账本"), "quick", _publish),
    Task("ledger.checkpoint", Text(en="Keep a checkpoint with the witness", zh="由见证方留存检查点"), "quick", _checkpoint),
    Task("people.tell", Text(en="Tell the ledger of changed accesses", zh="将权限变更记入账本"), "quick", _tell_changes),
    Task("people.compare", Text(en="Hold accesses against the ledger", zh="将权限与账本比对"), "long", _compare),
    Task("work.forget", Text(en="Forget old runs", zh="清理过期运行记录"), "quick", _forget),
    Task("people.sweep", Text(en="Take away sessions that ran out", zh="清理过期登录会话"), "quick", _sweep),
    Task("book.watch", Text(en="Watch the book", zh="监测账册"), "long", _watch),
    Task("book.warm", Text(en="Compute pages of the portfolio ahead", zh="预先计算资产组合页面"), "long", _warm),
    Task("cases.prove", Text(en="Prove every case", zh="验证全部案件"), "long", _prove),
    Task("ledger.verify", Text(en="Verify the whole ledger", zh="核验整个账本"), "long", _verify),
    Task("policy.replay", Text(en="Replay a policy over the book", zh="在账册上回放策略"), "long", _replay, Replaying),
    Task("policy.check", Text(en="Check a policy whole", zh="完整检查策略"), "long", _check, Checking),
    Task("policy.propose", Text(en="Propose a policy", zh="提交策略"), "long", _propose, Proposing),
)  # fmt: skip
_BY_NAME: Final = {each.name: each for each in TASKS}


def task(name: str) -> Task:
    """The task of a name.

    Raises:
        UnableToFindTask: there is none.
    """
    if name not in _BY_NAME:
        raise UnableToFindTask(name)
    return _BY_NAME[name]


class UnableToFindTask(Unable, LookupError):
    """There is no such task."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="there is no task {name!r}; there are: {known}",
                zh="没有任务 {name!r}；现有：{known}",
            ),
            name=name,
            known=", ".join(_BY_NAME),
        )
