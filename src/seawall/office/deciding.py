"""Decisions of a home that count: made from a file, looked at, verified."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from seawall.acts import deciding, indexing, verifying
from seawall.acts.admitting import Application, received
from seawall.acts.application_files import IDS, applications
from seawall.acts.deciding import Decided, Order
from seawall.acts.in_force import Policies
from seawall.acts.indexing import Caught
from seawall.acts.verifying import Verified
from seawall.core import pack
from seawall.core.problem import Place, Problem
from seawall.office.homes import Home
from seawall.policy.program import Program
from seawall.policy.trial import Trial
from seawall.records import starting

TOGETHER = 250
"""Applications in one batch: few syncs of the disk for each, and none waits long."""


@dataclass(frozen=True)
class Counter:
    """Where a home's applications are decided for good; opened by `counter`."""

    home: Home
    desk: deciding.Desk

    def decide_file(self, order: Order, file: Path) -> Iterator[Decided | Problem]:
        """Decide the applications of a file, in order; a problem where one has no id.

        Raises:
            UnableToUseInput: the file holds no applications; nothing was decided then.
            UnableToDecideBy: the policy is not in force.
        """
        ready = self.desk.policies.at(order.policy, order.at)
        wanted = (*IDS, *ready.keys, *self.desk.vault.rules.fields)
        return self.decide(order, applications(file, wanted), name=str(file))

    def decide(
        self, order: Order, given: Iterable[Mapping[str, object]], *, name: str
    ) -> Iterator[Decided | Problem]:
        """Decide applications as they come in; problems call the place they come from by a name."""
        rules = self.desk.vault.rules
        each = (received(one, Place(name, row=row), rules) for row, one in enumerate(given, 1))
        for batch in _batches(each):
            whole = [one for one in batch if isinstance(one, Application)]
            decided = iter(deciding.decide_all(self.desk, whole, order))
            yield from (one if isinstance(one, Problem) else next(decided) for one in batch)

    def program(self, content: Mapping[str, Any]) -> Program:
        """The version of the policy that made a decision."""
        policy = content["policy"]
        return self.desk.policies.of(policy["id"], policy["digest"]).program

    def decision(self, id_: str) -> Decided:
        """The decision about an application, by its id.

        Raises:
            UnableToFindEntry: none was made.
        """
        return deciding.decision(self.desk.ledger, id_)

    def verify(self) -> Iterator[Verified]:
        """Decide everything again from its own record."""
        return verifying.verify(self.desk.ledger, self.desk.policies)

    def index(self, *, again: bool = False) -> Caught:
        """Bring the index of the ledger up to date, or make it again."""
        ledger = self.desk.ledger
        return indexing.again(ledger) if again else indexing.catch_up(ledger)

    def index_wrong(self) -> Iterator[Problem]:
        """Where the index, brought up to date, is not what the ledger says."""
        indexing.catch_up(self.desk.ledger)
        return indexing.wrong(self.desk.ledger)


def _batches(each: Iterator[Application | Problem]) -> Iterator[list[Application | Problem]]:
    while batch := list(islice(each, TOGETHER)):
        yield batch


def counter(home: Home) -> Counter:
    """The counter of a home; its ledger, vault and office are opened.

    Raises:
        UnableToFindLedger: no ledger was started in this home.
        UnableToReachKeys: its vault has no key ring.
    """
    ledger, vault, events = home.ledger, home.vault.open(), home.open_events()
    policies = Policies(events, vault.rules.fields, ledger)
    return Counter(home, deciding.Desk(ledger, vault, events, policies))


@contextmanager
def opened(home: Home) -> Iterator[deciding.Desk]:
    """The desk of a home's counter for the thread that asks; what was opened is closed afterwards.

    Raises:
        UnableToFindLedger, UnableToReachKeys: as `counter`.
    """
    desk = counter(home).desk
    try:
        yield desk
    finally:
        desk.ledger.store.close()
        desk.vault.rows.close()
        desk.vault.keys.database.close()
        starting.stop()


def trial(file: Path) -> Trial:
    """A trial from a file; its policies are published ones, by their ids.

    Raises:
        UnableToUseInput: it is no trial.
    """
    return pack.read_placed(file, Trial).declared
