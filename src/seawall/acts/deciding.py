"""Decide applications for good: an application in, a durable decision out, one entry of the ledger each.

What is true after a kill at any point, and why; the steps of a batch, each durable before the next:

1. *Looked up.* An application is known by its act's key, `decide:ID`. Where the ledger has its entry, that
   decision is given back, whatever is in force by now; the steps below find everything in place, or put it
   there again where another database lost it.
2. *Sealed.* Personal values go into the vault; tokens stand for them from here on. Killed before the next
   step: told again, the vault knows the person by the same values, and he keeps his token.
3. *Remembered.* The application becomes an event, so that windows of later ones count it: also those of the
   same batch, and those that another process has not looked back for yet. An event never counts for its own
   application. Killed before the next step: the event says that somebody applied, which is so; told again,
   it is there already.
4. *Decided*, from what is stored as of the application's own time. Nothing is written.
5. *Kept.* All entries of the batch become durable in one commit of the ledger, and only then anybody is
   told. Killed after it: step 1 finds them. Whoever decided the same application meanwhile was first: the
   ledger takes an act once, and the batch begins again at step 1.

So an acknowledged decision has its entry, its event and its sealed values; and no entry was ever without.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seawall.acts import decision_entries, panel, problems
from seawall.acts.admitting import Admission, Application, Problems, Values, unused
from seawall.acts.application_files import IDS
from seawall.acts.decision_entries import KIND, SHADOWS
from seawall.acts.in_force import APPLICATIONS, Policies
from seawall.acts.panel import Case, Panel
from seawall.acts.recognising import CHAMPION, recognised
from seawall.acts.remembering import typed
from seawall.acts.signing import Signed
from seawall.core.canonical import UnableToSpell, canonical
from seawall.core.problem import Problem
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Ledger, Reader, UnableToFindEntry
from seawall.ledger.sequencing import UnableToAppend
from seawall.policy import record, window_problems
from seawall.policy.trial import Role, Trial
from seawall.policy.window import EventStore, Stream
from seawall.policy.window_online import read_events
from seawall.vault.store import Vault


@dataclass(frozen=True)
class Desk:
    """Where decisions are made: the stores they touch, and the policies in force."""

    ledger: Ledger
    vault: Vault
    events: EventStore
    policies: Policies


@dataclass(frozen=True)
class Order:
    """What the applications of a batch have in common.

    Attributes:
        policy: the id of a published policy.
        by: who decides: a machine's name, as it stands in the ledger.
        at: when, in UTC: the version in force then decides.
        country: whose identity numbers and telephones, where a value does not say so itself.
        trial: challengers that decide a share of the customers, and shadows; published policies too.
        unit: the part of the institution that it is decided for, such as `house/online`; the whole of it
            where None.

    Raises:
        UnableToSignAs: `by` is no name to act under.
    """

    policy: str
    by: str
    at: datetime
    country: str
    trial: Trial | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse a name that could be spelt in two ways."""
        Signed(KIND, self.by, self.at)


@dataclass(frozen=True)
class Decided:
    """What became of an application.

    Attributes:
        id: the application's own.
        entry: the number of the ledger's entry; None where it was refused.
        content: the decision's record, as `policy.record` tells it; of a trial, with `shadows`.
        new: whether it was decided now; False where the decision was there.
        problems: why it was refused; or what of it could not be used.
    """

    id: str
    entry: int | None
    content: Mapping[str, Any]
    new: bool
    problems: tuple[Problem, ...]


def decide(desk: Desk, one: Application, order: Order) -> Decided:
    """Decide one application; see `decide_all`."""
    return decide_all(desk, [one], order)[0]


def decide_all(desk: Desk, applications: Sequence[Application], order: Order) -> list[Decided]:
    """Decide applications, in order; when this returns, every decision is durable.

    Told again, an application has the same decision; another content under its id is refused.

    Raises:
        UnableToDecideBy: the policy, or one in the trial, is not in force.
        UnableToWriteStore, UnableToReachDatabase: a store failed; tell the same applications again.
    """
    answers: dict[int, Decided] = {}
    waiting = dict(enumerate(applications))
    while waiting:
        first = {each.id: number for number, each in reversed(waiting.items())}
        turn = [waiting.pop(number) for number in sorted(first.values())]
        answers |= {first[each.id]: each for each in _turn(desk, turn, order)}
    return [answers[number] for number in range(len(applications))]


def _turn(desk: Desk, applications: Sequence[Application], order: Order) -> list[Decided]:
    """Decide applications whose ids differ."""
    while True:
        try:
            return _Turn(desk, order, {each.id: each for each in applications}).decided()
        except UnableToAppend:
            # Another process decided one of them since step 1, which finds it from now on.
            continue


class _Turn:
    """One batch, in which an id stands once, on its way through the five steps."""

    def __init__(self, desk: Desk, order: Order, applications: Mapping[str, Application]) -> None:
        self._desk = desk
        self._order = order
        self._applications = applications
        self._problems: dict[str, Problems] = dict.fromkeys(applications, ())
        self._refused: set[str] = set()

    def decided(self) -> list[Decided]:
        """Take the five steps; the answers, in order."""
        found = decision_entries.found(self._desk.ledger, list(self._applications))
        admission = Admission(self._desk.vault, self._order.country, self._order.at)
        cases = self._recognised(found, admission)
        cases |= self._admitted(
            [each for each in self._applications if each not in found], admission
        )
        self._remember(cases, found)
        new = {
            id_: case for id_, case in cases.items() if not (id_ in found or id_ in self._refused)
        }
        contents = self._contents(new)
        kept = self._keep(contents)
        contents |= {id_: entry.content or {} for id_, entry in found.items()}
        kept |= {id_: (entry.number, False) for id_, entry in found.items()}
        return [
            Decided(id_, None, {}, new=False, problems=self._problems[id_])
            if id_ in self._refused
            else Decided(id_, kept[id_][0], contents[id_], kept[id_][1], self._problems[id_])
            for id_ in self._applications
        ]

    def _refuse(self, id_: str, why: Problems) -> None:
        self._refused.add(id_)
        self._problems[id_] = why

    # 1. Looked up

    def _recognised(self, found: Mapping[str, Recorded], admission: Admission) -> dict[str, Case]:
        """Those decided before that come with the same content; the others are refused."""
        cases = {}
        for id_, entry in found.items():
            asked = self._applications[id_], self._order.policy
            same = recognised(entry, asked, self._desk.policies, admission)
            if isinstance(same[0], Problem):
                self._refuse(id_, same)
            else:
                values, ready = same
                cases[id_] = Case(values, (("champion", ready),))
        return cases

    # 2. Sealed

    def _admitted(self, ids: Sequence[str], admission: Admission) -> dict[str, Case]:
        """Those that are new, with their tokens."""
        if not ids:
            return {}
        order = self._order
        sitting = Panel(self._desk.policies, order.policy, order.at, order.trial)
        cases = {}
        for id_, admitted in admission.admit([self._applications[id_] for id_ in ids]).items():
            one = self._applications[id_]
            if isinstance(admitted, tuple):
                self._refuse(id_, admitted)
                continue
            cases[id_] = sitting.case(Values({**one.keys, **admitted.tokens}))
            self._problems[id_] = (
                *admitted.problems,
                *unused(one, sitting.keys, order.policy),
                *panel.missed(one, cases[id_]),
            )
        return cases

    # 3. Remembered

    def _remember(self, cases: Mapping[str, Case], found: Mapping[str, Recorded]) -> None:
        """Make events of them, each by the stream of the policy that answers it; refuse changed ones."""
        streams: dict[int, tuple[Stream, list[dict[str, object]]]] = {}
        for id_, case in cases.items():
            stream = case.ready.stream
            if stream is not None and id_ not in self._refused:
                row = typed(stream, {**case.values, stream.id: id_})
                streams.setdefault(id(stream), (stream, []))[1].append(row)
        for stream, rows in streams.values():
            facts, _ = read_events(rows, name=APPLICATIONS, stream=stream)
            for id_ in self._desk.events.add(APPLICATIONS, facts)[1]:
                self._contradicted(id_, ", ".join(stream.columns), known=id_ in found)

    def _contradicted(self, id_: str, names: str, *, known: bool) -> None:
        """The store has another event of this id: a new one is refused, a decision stands as it is."""
        one = self._applications[id_]
        if known:
            self._problems[id_] += (one.problem(window_problems.EVENT_CHANGED),)
        else:
            self._refuse(id_, (one.problem(problems.CHANGED, names=names),))

    # 4. Decided

    def _contents(self, cases: Mapping[str, Case]) -> dict[str, dict[str, Any]]:
        """What each entry tells: the record of whose answer counts, and those of shadows."""
        every = [(id_, role, ready) for id_, case in cases.items() for role, ready in case.deciders]
        asked = [(ready, cases[id_].values) for id_, _, ready in every]
        contents: dict[str, dict[str, Any]] = {}
        for (id_, role, ready), known in zip(
            every, panel.known(self._desk.events, asked), strict=True
        ):
            told = record.content(ready.decider, known, reference=self._reference(id_, role))
            if id_ in contents:
                contents[id_].setdefault(SHADOWS, []).append(told)
            else:
                contents[id_] = told
        return contents

    def _reference(self, id_: str, role: Role) -> dict[str, str]:
        trial = self._order.trial
        known_by = {IDS[0]: id_}
        if trial is None:
            return known_by
        return {**known_by, "trial": trial.id, "role": role, CHAMPION: self._order.policy}

    # 5. Kept

    def _keep(self, contents: dict[str, dict[str, Any]]) -> dict[str, tuple[int, bool]]:
        """Append all entries in one commit; their numbers by id, and whether they are new."""
        order = self._order
        entries = [
            decision_entries.entry(id_, content, by=order.by, at=order.at, unit=order.unit)
            for id_, content in contents.items()
        ]
        try:
            receipts = self._desk.ledger.append_all(entries)
        except UnableToSpell:
            self._refuse_unspelt(contents)
            return self._keep(contents)
        return {id_: (told.number, told.new) for id_, told in zip(contents, receipts, strict=True)}

    def _refuse_unspelt(self, contents: dict[str, dict[str, Any]]) -> None:
        """Take out whose values no canonical JSON can hold."""
        for id_ in list(contents):
            try:
                canonical(contents[id_])
            except UnableToSpell as why:
                del contents[id_]
                told = self._applications[id_].problem(problems.NOT_SPELT, why=why.said)
                self._refuse(id_, (told,))


def decision(ledger: Reader, id_: str) -> Decided:
    """The decision about an application, by its id; its content is empty once erased.

    Raises:
        UnableToFindEntry: none was made.
    """
    entry = decision_entries.found(ledger, [id_]).get(id_)
    if entry is None:
        raise UnableToFindEntry(decision_entries.act(id_))
    return Decided(id_, entry.number, entry.content or {}, new=False, problems=())
