"""Where the verbs of a kind lead: states reached, states that end, clocks that run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from seawall.cases.kind import Clock, Kind

Node = TypeVar("Node")


@dataclass(frozen=True)
class Running:
    """Whether a clock ever starts, and the final states in which it may still run."""

    ever: bool
    still: frozenset[str]


def moves(kind: Kind) -> Iterator[tuple[str, str, str]]:
    """Every verb on a case that is there, by the state it is done in, its name, where it leads."""
    for state in kind.states:
        for name, verb in kind.verbs.items():
            if kind.leads(verb, state):
                yield state, name, verb.to or state


def openings(kind: Kind) -> Iterator[tuple[str, str]]:
    """Every verb that opens a case, by its name and where it leads."""
    for name, verb in kind.verbs.items():
        if verb.opens and verb.to:
            yield name, verb.to


def reached(kind: Kind) -> frozenset[str]:
    """The states that a case can come to."""
    steps = list(moves(kind))
    return _closure(
        (to for _, to in openings(kind)),
        lambda state: (to for since, _, to in steps if since == state),
    )


def ending(kind: Kind) -> frozenset[str]:
    """The states from which a final one can be reached, and the final ones."""
    steps = list(moves(kind))
    return _closure(
        (name for name, state in kind.states.items() if state.final),
        lambda state: (since for since, _, to in steps if to == state),
    )


def running(kind: Kind, clock: Clock) -> Running:
    """What can become of a clock on every way that a case can go."""
    steps = list(moves(kind))

    def runs(verb: str, entered: str | None, *, before: bool) -> bool:
        starts = verb in clock.starts or entered in clock.starts
        return (before or starts) and verb not in clock.stops and entered not in clock.stops

    def onward(node: tuple[str, bool]) -> Iterator[tuple[str, bool]]:
        state, before = node
        for since, verb, to in steps:
            if since == state:
                yield to, runs(verb, to if to != since else None, before=before)

    seen = _closure(((to, runs(verb, to, before=False)) for verb, to in openings(kind)), onward)
    still = frozenset(state for state, on in seen if on and kind.states[state].final)
    return Running(any(on for _, on in seen), still)


def _closure(begin: Iterable[Node], onward: Callable[[Node], Iterable[Node]]) -> frozenset[Node]:
    """All that can be come to from somewhere."""
    seen: set[Node] = set()
    waiting = list(begin)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(onward(node))
    return frozenset(seen)
