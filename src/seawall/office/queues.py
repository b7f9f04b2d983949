"""Queues of cases: what somebody asks to see of them, and what he is shown."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal

from seawall.cases import people
from seawall.cases.case import Actor
from seawall.cases.kind import Kind
from seawall.core.period import microseconds, moment_at
from seawall.core.text import Text
from seawall.office import case_titles, readers, units
from seawall.office.cases import Counter
from seawall.records import case_lists
from seawall.records.case_lists import After, Line, Order, Which
from seawall.records.case_words import words

Show = Literal["open", "ended", "all"]
PAGE = 50
LANE = 20
WORDS_MOST = 6
PLACES_MOST = 200
"""Of which a list is put together; of more, each case on the way is asked for its kind."""
ME = "me"
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}-[0-9a-f]{20}")


@dataclass(frozen=True)
class Asked:
    """What a queue is of; empty texts ask nothing.

    Attributes:
        kind: its id.
        state: one of the kind's.
        show: open cases, ended ones, or all.
        who: a name; `me` is whoever asks.
        late: only those with a deadline that has passed.
        waits: only those in which something waits for approval.
        text: words of the title, or a case's id.
        unit: a unit, with all that is below it.
        order: those changed last, or those due first.
    """

    kind: str = ""
    state: str = ""
    show: Show = "open"
    who: str = ""
    late: bool = False
    waits: bool = False
    text: str = ""
    unit: str = ""
    order: Order = "changed"

    @property
    def told(self) -> dict[str, str]:
        """What is not as it is anyway, as an address or a saved filter holds it."""
        plain = Asked()
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        changed = {name: value for name, value in held.items() if value != getattr(plain, name)}
        return {name: "1" if value is True else str(value) for name, value in changed.items()}


def asked(told: Mapping[str, str]) -> Asked:
    """What an address or a saved filter asks for; what it cannot mean asks nothing.

    >>> asked({"kind": "alert", "late": "1", "show": "everything"}).told
    {'kind': 'alert', 'late': '1'}
    """
    texts = {
        name: told.get(name, "").strip()[:200] for name in ("kind", "state", "who", "text", "unit")
    }
    shows: dict[str, Show] = {"ended": "ended", "all": "all"}
    return Asked(
        **texts,
        show=shows.get(told.get("show", ""), "open"),
        late=told.get("late") == "1",
        waits=told.get("waits") == "1",
        order="due" if told.get("order") == "due" else "changed",
    )


@dataclass(frozen=True)
class Shown:
    """A case in a queue.

    Attributes:
        due_at: the earliest deadline of a clock that runs.
        late: whether that has passed.
    """

    line: Line
    kind: Kind
    due_at: datetime | None
    late: bool

    @property
    def title(self) -> Text:
        """What it is called by; its kind where nothing else is known."""
        return case_titles.called(self.kind, self.line.title)

    @property
    def state(self) -> Text:
        """The state that it is in."""
        return self.kind.states[self.line.state].title

    @property
    def changed_at(self) -> datetime:
        """When something last happened to it."""
        return moment_at(self.line.changed_us)

    @property
    def opened_at(self) -> datetime:
        """When it was opened."""
        return moment_at(self.line.opened_us)


@dataclass(frozen=True)
class Page:
    """A page of a queue; `after` is where the next one begins, None where this is the last."""

    cases: tuple[Shown, ...]
    after: After | None = None


def page(
    counter: Counter, asks: Asked, actor: Actor, after: After | None = None, most: int = PAGE
) -> Page:
    """A page of a queue, of what somebody may see.

    Args:
        counter: where cases are handled.
        asks: the queue.
        actor: who asks.
        after: the last row of the page before.
        most: rows of a page.
    """
    which = wanted(counter, asks, actor)
    if which.units == () or which.kinds == ():
        return Page(())
    if _ID.fullmatch(asks.text):
        return Page(shown(counter, _one(asks.text, which)))
    lines = case_lists.page(which, after, most + 1)
    more = lines[most - 1].after(which.order) if len(lines) > most else None
    return Page(shown(counter, lines[:most]), more)


def board(counter: Counter, asks: Asked, actor: Actor) -> dict[str, tuple[Shown, ...]]:
    """The first cases of each state of the queue's kind, by state.

    Raises:
        UnableToFindKind: there is no such kind.
    """
    kind = counter.desk.kinds.opening(asks.kind)
    which = wanted(counter, replace(asks, state=""), actor)
    if which.units == () or which.kinds == ():
        return {state: () for _, state in _places(kind, asks)}
    which = replace(which, places=_places(kind, asks), is_open=None)
    lanes = case_lists.lanes(which, LANE + 1)
    cases = shown(counter, [line for lane in lanes.values() for line in lane])
    return {
        state: tuple(each for each in cases if each.line.state == state)
        for _, state in which.places
    }


def wanted(counter: Counter, asks: Asked, actor: Actor) -> Which:
    """The list that a queue is, of what somebody may see."""
    sees = units.seen(actor.unit, known := case_lists.known_units())
    if asks.unit:
        sees = tuple(
            each for each in (known if sees is None else sees) if units.sees(asks.unit, each)
        )
    who = people.one(actor.name if asks.who == ME else asks.who)
    reads = None if who and who == people.one(actor.name) else readers.kinds(counter, actor.roles)
    if asks.kind and reads is not None:
        reads = tuple(each for each in reads if each == asks.kind)
    kind = counter.desk.kinds.in_force.get(asks.kind)
    single = kind is not None and (bool(asks.state) or (sees is not None and not asks.who))
    order: Order = "due" if asks.late else asks.order
    places = _places(kind, asks) if kind and single else ()
    if reads is not None and not (asks.kind or who) and order == "changed":
        places = _each_place(counter, asks, reads, len(sees or known))
    return Which(
        places=places,
        kind=asks.kind,
        kinds=reads,
        units=known if sees is None and order == "due" else sees,  # its index begins with units
        is_open={"open": True, "ended": False, "all": None}[asks.show],
        assignee=who,
        waits=asks.waits,
        due_until_us=microseconds(counter.desk.clock()) if asks.late else None,
        words=() if _ID.fullmatch(asks.text) else words(asks.text)[:WORDS_MOST],
        order=order,
    )


def shown(counter: Counter, lines: Iterable[Line]) -> tuple[Shown, ...]:
    """Rows as people see them; versions of kinds are looked up together."""
    held = tuple(lines)
    versions = counter.desk.kinds.several({line.kind_digest for line in held})
    now_us = microseconds(counter.desk.clock())
    return tuple(
        Shown(
            line,
            versions[line.kind_digest],
            moment_at(line.due_us),
            line.due_us is not None and line.due_us < now_us,
        )
        for line in held
    )


def _one(case_id: str, which: Which) -> list[Line]:
    """The case of an id, where it is among those that may be seen."""
    line = case_lists.line(case_id)
    if line is None or (which.units is not None and line.unit not in which.units):
        return []
    return [line] if which.kinds is None or line.kind in which.kinds else []


def _each_place(
    counter: Counter, asks: Asked, reads: tuple[str, ...], times: int
) -> tuple[tuple[str, str], ...]:
    """All places of the kinds that somebody reads, so that nothing is walked past; none where they are too many."""
    known = counter.desk.kinds.in_force
    every = tuple(place for name in reads for place in _places(known[name], asks))
    return every if len(every) * max(times, 1) <= PLACES_MOST else ()


def _places(kind: Kind, asks: Asked) -> tuple[tuple[str, str], ...]:
    if asks.state:
        return ((kind.id, asks.state),)
    wants = {"open": (False,), "ended": (True,), "all": (False, True)}[asks.show]
    return tuple((kind.id, name) for name, state in kind.states.items() if state.final in wants)
