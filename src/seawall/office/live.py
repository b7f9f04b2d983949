"""Decisions for machines that ask at the same time: one queue for all threads of a process."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from seawall.acts import decision_entries, problems
from seawall.acts.admitting import Application, received
from seawall.acts.deciding import Decided
from seawall.acts.gathering import WAITING_MOST, Gatherer, Terms
from seawall.core.problem import Place, Problem, Unable
from seawall.core.text import Text
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Reader, UnableToFindEntry
from seawall.office.deciding import opened
from seawall.office.homes import Home

WAIT_SECONDS: Final = 10.0
"""How long a caller waits: where the stores take longer, he is told to ask the same again."""
Given = Mapping[str, object]
Sees = Callable[[str], bool]
"""Whether who asks may see what belongs to a part of the institution; an empty name is the whole of it."""


@dataclass(frozen=True)
class Asked:
    """What a machine asks.

    Attributes:
        terms: by which policy, by whom, for whom.
        sees: what of the institution the machine may see: a decision made before for others is not told.
    """

    terms: Terms
    sees: Sees


class Live:
    """The counter of a home that is never closed; threads share it, `stop` ends it.

    Args:
        home: whose applications are decided.
        waiting_most: how many applications may wait.
    """

    def __init__(self, home: Home, *, waiting_most: int = WAITING_MOST) -> None:
        self.home = home
        self._rules = home.vault.rules
        self._ledger = home.ledger_reader
        self._gatherer = Gatherer(lambda: opened(home), waiting_most=waiting_most)

    @property
    def waiting(self) -> int:
        """How many applications wait."""
        return self._gatherer.waiting

    @property
    def full(self) -> bool:
        """Whether whoever asks now is refused anyway: so quick to tell that it is asked before a request is read."""
        return self._gatherer.full

    def decide(self, asked: Asked, given: Sequence[Given]) -> list[Decided | Problem]:
        """Decide some applications, all of them taken at once or none; durable when this returns.

        Told again, an application has the same decision. A problem stands where one has no id.

        Raises:
            UnableToTake: too many wait; nothing was done.
            UnableToAnswer: it takes too long; what of it is decided, is so when it is asked again.
            Unable: as `acts.deciding.decide_all`, of any of them.
        """
        rows = enumerate(given, 1)
        came = [received(each, Place("applications", row=row), self._rules) for row, each in rows]
        whole = [each for each in came if isinstance(each, Application)]
        decided = self._answers(self._gatherer.take(whole, asked.terms))
        taken = [each.problem(problems.ID_TAKEN) for each in whole]
        told = iter(heard(self._ledger, list(zip(taken, decided, strict=True)), asked.sees))
        return [next(told) if isinstance(one, Application) else one for one in came]

    def _answers(self, promises: Sequence[Future[Decided]]) -> list[Decided]:
        until = monotonic() + WAIT_SECONDS
        try:
            return [each.result(max(0.0, until - monotonic())) for each in promises]
        except TimeoutError:
            for each in promises:
                each.cancel()
            raise UnableToAnswer(WAIT_SECONDS) from None

    def decision(self, id_: str, sees: Sees) -> Recorded:
        """The entry of the decision about an application.

        Raises:
            UnableToFindEntry: none was made, or for a part of the institution that one does not see.
        """
        entry = decision_entries.found(self._ledger, [id_]).get(id_)
        if entry is None or not sees(unit_of(entry)):
            raise UnableToFindEntry(decision_entries.act(id_))
        return entry

    def stop(self) -> None:
        """Take nobody any more; return when all who waited are answered."""
        self._gatherer.stop()
        self._ledger.store.close()


def heard(ledger: Reader, decided: Sequence[tuple[Problem, Decided]], sees: Sees) -> list[Decided]:
    """What became of applications; where one of another part of the house was decided under an id, that it is taken.

    Told in the same words whatever content came with the id, and whatever became of the other's: who guesses at ids or
    contents learns no decision, no value, and not what differs.

    Args:
        ledger: tells for whom they were decided before; it is asked once for all of them.
        decided: what became of each, after what is said where its id is taken.
        sees: whether who asks may see what belongs to a part of the institution.
    """
    before = [each.id for _, each in decided if not each.new]
    entries = decision_entries.found(ledger, before) if before else {}
    return [
        each
        if each.id not in entries or sees(unit_of(entries[each.id]))
        else Decided(each.id, None, {}, new=False, problems=(taken,))
        for taken, each in decided
    ]


def unit_of(entry: Recorded) -> str:
    """The part of the institution that a decision was made for; empty for the whole of it."""
    told: Mapping[str, Any] = entry.told
    return str(told.get("on_behalf_of") or "")


class UnableToAnswer(Unable, TimeoutError):
    """The stores take too long."""

    def __init__(self, waited_seconds: float) -> None:
        super().__init__(
            Text(
                en="no decision within {seconds:g} s: ask the same again, what is decided is decided once",
                zh="{seconds:g} 秒内未能作出决策：请以相同内容重试，已作出的决策不会重复",
            ),
            seconds=waited_seconds,
        )
