"""A run of a playbook, folded from its events: what is next, what is late, what is missing.

The fold is pure: events and a time in, values out. It refuses nothing that really happened; a step
done before its turn, or a decision against its condition, is told as such.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from seawall.cases.playbook import Exit, Playbook, Reckon, Tell, Within, running
from seawall.core.expression.types import Value
from seawall.core.problem import Unable
from seawall.core.text import Text

What = Literal["started", "begun", "done", "skipped", "decided", "attached", "told", "known"]


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    Attributes:
        what: `started` begins the run; `begun`, `done`, `skipped` (`value` says why) and `decided`
            (`name` is the step it leads to, `value` why) are about a step; `attached` gives evidence
            (`name`) by its digest (`value`); `told` that somebody (`name`) was told; `known` that a
            fact (`name`) is `value` from now on.
        at: when, UTC.
        by: who.
    """

    what: What
    at: datetime
    by: str
    step: str | None = None
    name: str | None = None
    value: Value = None


@dataclass(frozen=True)
class Progress:
    """Where one step stands.

    Attributes:
        early: whether it was done or begun before its turn.
        against: whether a decision was taken otherwise than its conditions said at the time.
    """

    begun_at: datetime | None = None
    ended_at: datetime | None = None
    skipped: str | None = None
    to: str | None = None
    early: bool = False
    against: bool = False
    evidence: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it was done, and not skipped."""
        return self.ended_at is not None and self.skipped is None


@dataclass(frozen=True)
class Late:
    """Something that missed its limit.

    Attributes:
        tell: who should have been told; None where the step itself is late.
        ended_at: when it came after all; None where it has not.
    """

    step: str
    due_at: datetime
    ended_at: datetime | None
    tell: Tell | None = None


@dataclass(frozen=True)
class PlaybookRun:
    """A run at a moment.

    Attributes:
        plan: the playbook.
        exercise: whether it is a drill.
        started_at: when it started; limits count from here.
        as_of: the moment.
        steps: every step that something is known of.
        facts: what is known.
        reckon: the calendar that ends limits.
    """

    plan: Playbook
    started_at: datetime
    as_of: datetime
    exercise: bool = False
    steps: Mapping[str, Progress] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)
    reckon: Reckon = field(default=running, compare=False)

    def progress(self, step: str) -> Progress:
        """Where a step stands."""
        return self.steps.get(step, Progress())

    def follow(self, step: str) -> tuple[str, ...]:
        """Where an ended step led; a skipped decision led where the facts of that moment said."""
        taken = self.progress(step).to
        return (taken,) if taken is not None else self.plan.steps[step].next

    @cached_property
    def reached(self) -> tuple[str, ...]:
        """The first step, and every step that an ended one led to, in the file's order."""
        found, fresh = {self.plan.first}, [self.plan.first]
        while fresh:
            step = fresh.pop()
            following = self.follow(step) if self.progress(step).ended_at is not None else ()
            fresh += [each for each in following if each not in found]
            found.update(following)
        return tuple(name for name in self.plan.steps if name in found)

    @cached_property
    def next(self) -> tuple[str, ...]:
        """Open steps: reached, not ended, and with no other such step that can still lead to them."""
        waiting = [step for step in self.reached if self.progress(step).ended_at is None]
        return tuple(
            step for step in waiting if not any(step in self.plan.below[other] for other in waiting)
        )

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return not self.next

    def due(self, within: Within | None) -> datetime | None:
        """When a limit of this run ends; None where there is none, or where no calendar tells."""
        return None if within is None else self.reckon(self.started_at, within)

    def late(self) -> Iterator[Late]:
        """Steps and messages that missed their limit: done after it, or not done though it passed."""
        for name in self._looked_at():
            step, progress = self.plan.steps[name], self.progress(name)
            if progress.skipped is not None:
                continue
            yield from self._late(name, step.within, progress.ended_at)
            for tell in step.tell:
                yield from self._late(name, tell.within, progress.told.get(tell.whom), tell)

    def _late(
        self, step: str, within: Within | None, ended_at: datetime | None, tell: Tell | None = None
    ) -> Iterator[Late]:
        due_at = self.due(within)
        if due_at is not None and (ended_at or self.as_of) > due_at:
            yield Late(step, due_at, ended_at, tell)

    def missing(self) -> Iterator[tuple[str, str]]:
        """Evidence (step, evidence) that steps should have left and did not."""
        for name, progress in self.steps.items():
            if progress.done:
                wanted = (each.id for each in self.plan.steps[name].evidence)
                yield from ((name, each) for each in wanted if each not in progress.evidence)

    def untold(self) -> Iterator[tuple[str, Tell]]:
        """Whom done steps should have told and did not."""
        for name, progress in self.steps.items():
            if progress.done:
                wanted = self.plan.steps[name].tell
                yield from ((name, each) for each in wanted if each.whom not in progress.told)

    def unmet(self) -> tuple[Exit, ...]:
        """Exit criteria that do not hold, or of which it is not known."""
        return tuple(self.plan.unmet(self.facts))

    @property
    def may_close(self) -> bool:
        """Whether everything is done, left its evidence, told everybody, and every exit holds."""
        left = (any(self.missing()), any(self.untold()), bool(self.unmet()))
        return self.over and not any(left)

    def _looked_at(self) -> tuple[str, ...]:
        """Steps that were reached, or done before anything led to them."""
        return tuple(name for name in self.plan.steps if name in {*self.reached, *self.steps})


def fold(
    plan: Playbook,
    events: Sequence[Event],
    as_of: datetime,
    *,
    exercise: bool = False,
    reckon: Reckon = running,
) -> PlaybookRun:
    """The run that events make, up to a moment.

    Args:
        plan: the playbook.
        events: what happened, in order of time; the first one `started` the run.
        as_of: the moment; later events are not seen.
        exercise: whether it is a drill.
        reckon: the calendar that ends limits; without one, limits of working time end nowhere.

    Raises:
        UnableToFold: the events do not fit the playbook, or are out of order.
    """
    seen = [event for event in events if event.at <= as_of]
    if not seen or seen[0].what != "started":
        raise UnableToFold(
            Text(en="a run begins with the event that started it", zh="一次处置始于启动它的事件")
        )
    steps: dict[str, Progress] = {}
    facts: dict[str, Value] = {}
    run = PlaybookRun(plan, seen[0].at, as_of, exercise, steps, facts, reckon)
    before = seen[0]
    for event in seen[1:]:
        if event.at < before.at:
            raise UnableToFold(
                Text(
                    en="an event of {at} stands behind one of {before}",
                    zh="{at} 的事件排在 {before} 的事件之后",
                ).filled(at=event.at, before=before.at),
                event,
            )
        _take(run, event, steps, facts)
        before = event
    return PlaybookRun(plan, seen[0].at, as_of, exercise, steps, facts, reckon)


def _take(
    run: PlaybookRun, event: Event, steps: dict[str, Progress], facts: dict[str, Value]
) -> None:
    if event.what == "started":
        raise UnableToFold(Text(en="a run starts once", zh="一次处置只启动一次"), event)
    if event.what == "known":
        if event.name not in run.plan.sheet.facts:
            raise UnableToFold(
                Text(
                    en="the playbook asks for no fact {name!r}", zh="预案不询问事实 {name!r}"
                ).filled(name=event.name),
                event,
            )
        facts[event.name] = event.value
    else:
        step = event.step or ""
        steps[step] = _moved(run, event)


def _moved(run: PlaybookRun, event: Event) -> Progress:
    """A step's progress after an event about it."""
    step, held = _of(run, event)
    ending = event.what in ("done", "skipped", "decided")
    if ending and held.ended_at is not None:
        raise UnableToFold(
            Text(
                en="{step!r} had ended before it was {what}", zh="{step!r} 在 {what} 之前已结束"
            ).filled(step=step, what=event.what),
            event,
        )
    turn = PlaybookRun(run.plan, run.started_at, event.at, steps=run.steps, facts=run.facts).next
    early = held.early or (
        step not in turn and held.begun_at is None and event.what not in ("attached", "told")
    )
    if event.what == "begun":
        return replace(held, begun_at=held.begun_at or event.at, early=early)
    if event.what == "attached":
        return replace(held, evidence={**held.evidence, event.name or "": str(event.value)})
    if event.what == "told":
        return replace(held, told={event.name or "": event.at, **held.told})
    if event.what == "skipped":
        to = run.plan.branch(step, run.facts).to if run.plan.steps[step].decide else None
        return replace(held, ended_at=event.at, skipped=str(event.value), to=to, early=early)
    return replace(
        held, ended_at=event.at, to=event.name, early=early,
        against=event.what == "decided" and event.name != run.plan.branch(step, run.facts).to,
    )  # fmt: skip


def _of(run: PlaybookRun, event: Event) -> tuple[str, Progress]:
    """The step an event is about, and where it stands; what the event names must be there."""
    step = run.plan.steps.get(event.step or "")
    if step is None:
        raise UnableToFold(
            Text(en="the playbook has no step {step!r}", zh="预案没有步骤 {step!r}").filled(
                step=event.step
            ),
            event,
        )
    named = {
        "decided": {branch.to for branch in step.decide},
        "attached": {each.id for each in step.evidence},
        "told": {each.whom for each in step.tell},
    }.get(event.what)
    if named is not None and event.name not in named:
        raise UnableToFold(
            Text(
                en="{step!r} has no {name!r} that could be {what}",
                zh="{step!r} 没有可以 {what} 的 {name!r}",
            ).filled(step=step.id, name=event.name, what=event.what),
            event,
        )
    if event.what == "done" and step.decide:
        raise UnableToFold(
            Text(
                en="{step!r} is a decision: say which way", zh="{step!r} 是一项判断：请说明走向"
            ).filled(step=step.id),
            event,
        )
    if event.what == "skipped" and not event.value:
        raise UnableToFold(
            Text(
                en="{step!r} was skipped without a reason", zh="{step!r} 被跳过而未说明理由"
            ).filled(step=step.id),
            event,
        )
    return step.id, run.progress(step.id)


class UnableToFold(Unable, ValueError):
    """Events that no run of the playbook can have.

    Attributes:
        why: what is wrong.
        event: the first that no run can have; None where the start is missing.
    """

    def __init__(self, why: Text, event: Event | None = None) -> None:
        self.why = why
        self.event = event
        super().__init__(
            Text(
                en="these are no events of this playbook: {why}", zh="这些不是此预案的事件：{why}"
            ),
            why=why,
        )
