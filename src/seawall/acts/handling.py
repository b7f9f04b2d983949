"""Handle cases: what somebody wants done is decided by the case's kind, kept, and told to the ledger.

The order is a proof. In one transaction the case is held, folded from its events, stepped, and its new
event, its row and its errands are added: all or nothing. One errand is to tell the ledger; it is run at
once after the transaction, and by `tell` where this process stopped in between: the ledger never tells of
what did not happen, and misses nothing that did. The same command again finds its event, and changes
nothing.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from seawall.acts import kind_entries
from seawall.acts.case_rows import Times, case_row, event_of, events_of, needs_of, row_of
from seawall.acts.signing import checked
from seawall.cases.act import UPGRADE
from seawall.cases.case import Case, Command, Effect, Event, opened_id
from seawall.cases.fold import fold
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, Stepped, step
from seawall.core.period import microseconds, moment_at, span_us
from seawall.core.problem import Problem, Unable
from seawall.core.text import Text, verbatim
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.ledger.sequencing import UnableToAppend
from seawall.records import case_register as register
from seawall.records.case_register import ErrandRow, EventRow

TELL = "tell"
HOLD = timedelta(seconds=30)
"""How long whoever tells the ledger has for it."""
AHEAD = timedelta(minutes=5)
"""How far a machine's clock may go before this one's; what is said to be later is refused."""
_TOGETHER = 500
Follows = Callable[[Event], Sequence[ErrandRow]]
"""What else should follow from an event."""
Timer = Callable[[Kind, Case], Times]
"""What a case's clocks want of its row, `ticking.times`."""


@dataclass(frozen=True)
class Kinds:
    """Kinds of case.

    Attributes:
        in_force: by id, the version under which cases are opened.
    """

    in_force: Mapping[str, Kind]

    def of(self, digest: str) -> Kind:
        """A version of a kind that a case goes by; cases read it from what was kept with them.

        Raises:
            UnableToFindKind: nobody kept it, or its text says something else by now.
        """
        return self.several((digest,))[digest]

    def several(self, digests: Collection[str]) -> dict[str, Kind]:
        """Some versions, by digest, at one look into the register.

        Raises:
            UnableToFindKind: as `of`.
        """
        ours = {kind.digest: kind for kind in self.in_force.values()}
        kept = register.kinds() if set(digests) - ours.keys() else {}
        return {digest: ours.get(digest) or _kept_as(digest, kept) for digest in digests}

    def opening(self, kind: str) -> Kind:
        """The version of a kind under which cases are opened. Raises `UnableToFindKind`."""
        if kind not in self.in_force:
            raise UnableToFindKind(kind, tuple(self.in_force))
        return self.in_force[kind]


def _kept_as(digest: str, kept: Mapping[str, tuple[str, str]]) -> Kind:
    _, text = kept.get(digest, ("", ""))
    read = _read(text)
    if read is None or read.digest != digest:
        raise UnableToFindKind(digest[:12])
    return read


@lru_cache(maxsize=64)
def _read(text: str) -> Kind | None:
    try:
        return Kind.model_validate_json(text)
    except ValueError:
        return None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """What handling works with.

    Attributes:
        clock: the time now, aware; no case is moved beyond it, for nobody could act before it again.
    """

    ledger: Ledger
    kinds: Kinds
    timer: Timer
    clock: Callable[[], datetime] = _now


@dataclass(frozen=True)
class Handled:
    """What came of a command.

    Attributes:
        case: as it stands; None where opening one was refused.
        event: what it came to; None where it was refused.
        new: False where it was done before.
        problems: why it was refused.
        untold: why the ledger does not tell of it yet; empty where it does. It is done all the same, and
            `tell` tells later.
    """

    case: Case | None
    event: Event | None
    new: bool
    problems: tuple[Problem, ...] = ()
    untold: str = ""


def open_case(desk: Desk, kind: str, command: Command) -> Handled:
    """Open a case; told again under the same key, it is the same case.

    Raises:
        UnableToFindKind: there is no such kind.
        UnableToSignAs: a name is none to act under.
    """
    declared = desk.kinds.opening(kind)
    return _handled(desk, declared, opened_id(declared.id, command.key), command)


def handle(desk: Desk, case_id: str, command: Command, also: Follows | None = None) -> Handled:
    """Do something with a case.

    Args:
        desk: where it is handled.
        case_id: the case's.
        command: what to do.
        also: errands to queue beside those of the kind, together with the event.

    Raises:
        UnableToFindCase: there is none of this id.
        UnableToSignAs: a name is none to act under.
        UnableToKeepEvent: the database refuses what the machine allowed: somebody changed one of them.
    """
    standing = register.standing(case_id)
    if standing is None:
        raise UnableToFindCase(case_id)
    digest = standing.kind_digest
    kind = desk.kinds.opening(standing.kind) if command.verb == UPGRADE else desk.kinds.of(digest)
    return _handled(desk, kind, case_id, command, also)


def tell(desk: Desk, at: datetime) -> int:
    """Tell the ledger what processes that stopped did not; how many events that were.

    What it tells otherwise already, as after an older backup of the office came back, is given up, for
    `prove` to find: it must not keep the others from being told.
    """
    ours = {kind.digest: kind for kind in desk.kinds.in_force.values()}
    kept = [digest for digest in register.kinds() if digest in ours]
    late = kind_entries.untold(desk.ledger, kept)
    kind_entries.tell(desk.ledger, (ours[digest] for digest in sorted(late)), at)
    told = 0
    for errand in register.take(TELL, microseconds(at), span_us(HOLD), _TOGETHER):
        try:
            _tell(desk, register.event(errand.case_id, errand.place), errand)
        except UnableToAppend as error:
            register.finish(errand, "dead", str(error))
        else:
            told += 1
    return told


def _handled(
    desk: Desk, kind: Kind, case_id: str, command: Command, also: Follows | None = None
) -> Handled:
    for name in filter(None, (command.actor.name, command.actor.on_behalf_of)):
        checked(name)
    with register.change():
        register.hold(case_id)
        case = _folded(desk, case_id)
        told = _in_order(command, case)
        came = step(kind, case, told, _latest(desk, case))
        if isinstance(came, Refused):
            return Handled(case, None, new=False, problems=came.problems)
        if not came.events:
            return Handled(case, _done(case_id, command.key), new=False)
        new_kinds = _kept(kind) if case is None or case.kind_digest != kind.digest else ()
        tells = _keep(desk, kind, came, also)
    return Handled(came.case, came.events[-1], new=True, untold=_untold(desk, new_kinds, tells))


def _kept(kind: Kind) -> tuple[Kind, ...]:
    """Keep a version of a kind; itself where it was not kept before."""
    new = register.keep_kind(kind.digest, kind.id, kind.text, needs_of(kind))
    return (kind,) if new else ()


def _untold(
    desk: Desk, new_kinds: tuple[Kind, ...], tells: Sequence[tuple[EventRow, ErrandRow]]
) -> str:
    """Tell the ledger what was done, or say why not: an error here would read as if it were not done."""
    try:
        kind_entries.tell(desk.ledger, new_kinds, _now())
        for row, errand in tells:
            _tell(desk, row, errand)
    except Exception as error:  # noqa: BLE001 - whatever fails now: the event is kept, and its errand waits
        return str(error) or type(error).__name__
    return ""


def _folded(desk: Desk, case_id: str) -> Case | None:
    """A case from its events alone; None where there are none."""
    events = events_of(register.events(case_id))
    if not events:
        return None
    return fold(
        {digest: desk.kinds.of(digest) for digest in {e.kind_digest for e in events}}, events
    )


def _in_order(command: Command, case: Case | None) -> Command:
    """The command, no earlier than the case's last event: two machines' clocks are never quite alike."""
    if case is None or command.at >= case.changed_at:
        return command
    return replace(command, at=case.changed_at)


def _latest(desk: Desk, case: Case | None) -> datetime:
    """The latest time that an act may have; a case that stands later already goes on."""
    until = desk.clock() + AHEAD
    return until if case is None else max(until, case.changed_at)


def done_before(case_id: str, key: str) -> bool:
    """Whether a command of this key was done with a case."""
    return register.done(case_id, key) is not None


def _done(case_id: str, key: str) -> Event | None:
    row = register.done(case_id, key)
    return None if row is None else event_of(row)


def _keep(
    desk: Desk, kind: Kind, came: Stepped, also: Follows | None
) -> list[tuple[EventRow, ErrandRow]]:
    """Add what a step gave; returns each event and the errand to tell it, which this process has taken up."""
    rows = [row_of(each) for each in came.events]
    tells = [_telling(each) for each in rows]
    last = came.events[-1]
    follows = [_errand(last, kind, effect, place) for place, effect in enumerate(came.effects)]
    follows += also(last) if also else ()
    now = case_row(came.case, kind, desk.timer(kind, came.case))
    register.add(rows, now, [*tells, *follows], last.links)
    return list(zip(rows, tells, strict=True))


def _telling(row: EventRow) -> ErrandRow:
    held_until = microseconds(datetime.now(UTC)) + span_us(HOLD)
    return ErrandRow(
        f"{row.case_id}:{row.place}:{TELL}", row.case_id, row.place, TELL, "{}", held_until
    )


def _errand(event: Event, kind: Kind, effect: Effect, place: int) -> ErrandRow:
    """What should follow from an event, to be taken up by whoever is on duty."""
    at_us = microseconds(event.at)
    told = {"to": effect.to, "kind": kind.id, "state": event.state, "verb": event.verb, "at_us": at_us,
            "fields": effect.fields}  # fmt: skip
    key = errand_key(event, effect.kind, place)
    return ErrandRow(key, event.case, event.number, effect.kind, json.dumps(told), at_us)


def errand_key(event: Event, task: str, place: int) -> str:
    """The key of what an event's effect at a place asks for."""
    return f"{event.case}:{event.number}:{task}:{place}"


def _tell(desk: Desk, row: EventRow, errand: ErrandRow) -> None:
    """Tell the ledger of an event: who, when, what, and its digest; nothing that a field says."""
    desk.ledger.append(entry_of(row))
    register.finish_told(errand)


def entry_of(row: EventRow) -> Entry:
    """What the ledger is told of an event."""
    return Entry(
        kind=f"case.{row.verb}",
        subject=f"case:{row.case_id}",
        actor=row.actor,
        on_behalf_of=row.on_behalf_of or None,
        at=moment_at(row.at_us),
        act=f"case:{row.case_id}:{row.place}",
        digests={"event": row.digest, "kind": row.kind_digest},
        body={"event": row.place, "state": row.state},
    )


class UnableToFindCase(Unable, LookupError):
    """There is no such case."""

    def __init__(self, case_id: str) -> None:
        super().__init__(
            Text(
                en="there is no case {case_id}; `seawall case list` names those there are",
                zh="没有案件 {case_id}；`seawall case list` 列出现有案件",
            ),
            case_id=case_id,
        )


def _among(known: Sequence[str]) -> Text:
    listed = Text(en="; there are: {known}", zh="；现有：{known}")
    return listed.filled(known=", ".join(known)) if known else verbatim("")


class UnableToFindKind(Unable, LookupError):
    """There is no such kind, or no such version of one."""

    def __init__(self, name: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(
            Text(en="there is no kind of case {name}{listed}", zh="没有案件类型 {name}{listed}"),
            name=name,
            listed=_among(known),
        )
