"""Kinds of case from text: read, and checked so that a case of them can always go on to an end."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from seawall.cases import graph, guards, kind_problems
from seawall.cases.act import ASK, EDIT, TOLD
from seawall.cases.kind import ANY_OPEN, EVERYONE, Clock, Kind, Verb
from seawall.cases.statute import Statute
from seawall.core import problem
from seawall.core.pack import Placed
from seawall.core.problem import Problem, UnableToUseInput

RESERVED = frozenset({ASK, EDIT, *TOLD})
"""Verbs that every kind has, and the one that machines write."""

Path = tuple[int | str, ...]


@dataclass(frozen=True)
class House:
    """What kinds may speak of beside themselves: roles, kinds, statutes and calendars, by name."""

    roles: frozenset[str]
    kinds: frozenset[str]
    statutes: Mapping[str, Statute]
    calendars: frozenset[str]


def kind(sheet: Placed[Kind], house: House) -> Kind:
    """Read a kind; what statutes say of its clocks becomes part of it, and of its digest.

    Args:
        sheet: its file.
        house: what it may speak of.

    Raises:
        UnableToUseInput: carries every problem found, each with its place and remedy.
    """
    found = tuple(each for each in problems(sheet, house) if each.kind.severity == "error")
    if found:
        raise UnableToUseInput(found)
    return _with_statutes(sheet.declared, house.statutes)


def _with_statutes(kind: Kind, statutes: Mapping[str, Statute]) -> Kind:
    """The kind with each statute's words in its clocks; what a clock says itself stays."""
    laws = {name: statutes[clock.statute] for name, clock in kind.clocks.items() if clock.statute}
    told = kind.declared
    clocks = told.get("clocks")
    if not laws or not isinstance(clocks, dict):
        return kind
    for name, law in laws.items():
        said = law.model_dump(mode="json", include={"limit", "calendar", "longer"})
        clocks[name] = {**said, "citation": law.cite, **clocks[name]}
    return Kind.model_validate(told)


def problems(sheet: Placed[Kind], house: House) -> tuple[Problem, ...]:
    """Everything that is wrong with a kind, warnings too; each once."""
    check = _Check(sheet, house)
    first = (*check.names(), *check.taken())
    return tuple(first or (*check.conditions(), *check.ways(), *check.clocks(), *check.approvals()))


class _Check:
    """The checks of one kind; those after `names` and `taken` rely on what these find good."""

    def __init__(self, sheet: Placed[Kind], house: House) -> None:
        self._sheet = sheet
        self._kind = sheet.declared
        self._house = house

    def _problem(self, kind: problem.Kind, *path: int | str, **facts: object) -> Problem:
        return Problem(kind, self._sheet.place(*path), facts)

    def names(self) -> Iterator[Problem]:
        """Names of what is not there."""
        for path, named, known in self._mentions():
            for name in named:
                if name not in known:
                    what = ".".join(map(str, path))
                    listed = ", ".join(sorted(known)) or "-"
                    facts = {"what": what, "name": name, "known": listed}
                    yield self._problem(kind_problems.NAME_UNKNOWN, *path, **facts)

    def _mentions(self) -> Iterator[tuple[Path, Iterable[str], Collection[str]]]:
        """What the kind names where, and what may be named there."""
        kind, house = self._kind, self._house
        yield ("owner",), (kind.owner,), house.roles
        yield ("readers",), kind.readers, house.roles | {EVERYONE}
        yield ("retention", "after"), (kind.retention.after,), kind.states
        texts = {name for name, field in kind.fields.items() if field.type == "text"}
        yield ("assignee",), filter(None, (kind.assignee,)), texts
        for name, link in kind.links.items():
            yield ("links", name, "to"), link.to, house.kinds
        for name, verb in kind.verbs.items():
            for path, named, known in self._mentions_of_verb(verb):
                yield ("verbs", name, *path), named, known
        for name, clock in kind.clocks.items():
            for path, named, known in self._mentions_of_clock(clock):
                yield ("clocks", name, *path), named, known

    def _mentions_of_verb(
        self, verb: Verb
    ) -> Iterator[tuple[Path, Iterable[str], Collection[str]]]:
        kind, house = self._kind, self._house
        yield ("from",), verb.from_, {*kind.states, ANY_OPEN}
        yield ("to",), filter(None, (verb.to,)), kind.states
        yield ("roles",), verb.roles, house.roles
        yield ("needs",), verb.needs, kind.fields
        yield ("sets",), verb.sets, kind.fields
        yield ("duties",), verb.duties, kind.verbs
        yield ("approval", "by"), verb.approval.by if verb.approval else (), house.roles
        for number, effect in enumerate(verb.effects):
            for sort, to in effect.items():
                known = house.kinds if sort == "open" else house.roles
                yield ("effects", number, sort), (to,), known

    def _mentions_of_clock(
        self, clock: Clock
    ) -> Iterator[tuple[Path, Iterable[str], Collection[str]]]:
        kind, house = self._kind, self._house
        moments = {*kind.states, *kind.verbs}
        yield ("starts",), clock.starts, moments
        yield ("stops",), clock.stops, moments
        yield ("pauses",), clock.pauses, kind.states
        yield ("owner",), (clock.owner,), house.roles
        yield ("since",), filter(None, (clock.since,)), kind.fields
        yield ("extension",), filter(None, (clock.extension,)), kind.verbs
        yield ("statute",), filter(None, (clock.statute,)), house.statutes
        yield ("calendar",), filter(None, (clock.calendar,)), house.calendars

    def taken(self) -> Iterator[Problem]:
        """Names that mean something else."""
        kind = self._kind
        sections: Mapping[str, tuple[Iterable[str], Collection[str]]] = {
            "verbs": (kind.verbs, {*RESERVED, *kind.states}),
            "fields": (kind.fields, set(guards.inputs(kind)) - set(kind.fields) | {*guards.KNOWN}),
        }
        for section, (names, others) in sections.items():
            for name in names:
                if name in others:
                    facts = {"what": section, "name": name}
                    yield self._problem(kind_problems.NAME_TAKEN, section, name, **facts)

    def conditions(self) -> Iterator[Problem]:
        """Conditions that cannot be read, or are none."""
        for path, text in self._conditions():
            try:
                expression = guards.parsed(self._kind, text, self._sheet.place(*path))
            except UnableToUseInput as error:
                yield from error.problems
                continue
            if expression.type.kind != "boolean":
                found = expression.type.kind
                yield self._problem(kind_problems.NOT_BOOLEAN, *path, found=found)

    def _conditions(self) -> Iterator[tuple[Path, str]]:
        for name, verb in self._kind.verbs.items():
            if verb.guard:
                yield ("verbs", name, "guard"), verb.guard
            if verb.approval and verb.approval.when:
                yield ("verbs", name, "approval", "when"), verb.approval.when
        for name, clock in self._kind.clocks.items():
            if clock.when:
                yield ("clocks", name, "when"), clock.when

    def ways(self) -> Iterator[Problem]:
        """States that no case comes to, or that none leaves."""
        kind = self._kind
        if not any(verb.opens for verb in kind.verbs.values()):
            yield self._problem(kind_problems.NEVER_OPENED, "verbs")
            return
        for state in kind.states.keys() - graph.reached(kind):
            yield self._problem(kind_problems.STATE_UNREACHED, "states", state, state=state)
        for state in kind.states.keys() - graph.ending(kind):
            yield self._problem(kind_problems.STATE_STUCK, "states", state, state=state)
        after = kind.retention.after
        if not kind.states[after].final:
            yield self._problem(kind_problems.RETAINED_OPEN, "retention", "after", state=after)

    def clocks(self) -> Iterator[Problem]:
        """Clocks that never start, run on after the end, or count from what is no time."""
        for name, clock in self._kind.clocks.items():
            running = graph.running(self._kind, clock)
            if not running.ever:
                yield self._problem(kind_problems.CLOCK_IDLE, "clocks", name, "starts", clock=name)
            for state in sorted(running.still):
                facts = {"clock": name, "state": state}
                yield self._problem(kind_problems.CLOCK_OUTLIVES, "clocks", name, "stops", **facts)
            since = clock.since
            if since and self._kind.fields[since].type not in ("date", "time"):
                facts = {"clock": name, "field": since}
                yield self._problem(kind_problems.CLOCK_SINCE, "clocks", name, "since", **facts)

    def approvals(self) -> Iterator[Problem]:
        """Approvals that only those can give who may do the same themselves."""
        for name, verb in self._kind.verbs.items():
            if verb.approval and {*verb.approval.by} <= {*verb.roles}:
                facts = {"verb": name, "roles": ", ".join(verb.approval.by)}
                path = ("verbs", name, "approval", "by")
                yield self._problem(kind_problems.APPROVERS_MAKE, *path, **facts)
