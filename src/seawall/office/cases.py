"""Cases of a home: the desk where they are handled, and what commands show of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from seawall.acts import channels, delivering, following, handling, ticking
from seawall.acts.case_rows import events_of
from seawall.acts.delivering import Delivered, Post
from seawall.acts.handling import Desk, Kinds, UnableToFindCase
from seawall.cases.calendar import Calendar
from seawall.cases.case import Case, Event
from seawall.cases.due import Due, deadlines
from seawall.cases.fold import fold
from seawall.cases.kind import Kind
from seawall.office import kinds, packs, warning
from seawall.office.homes import Home
from seawall.office.letters import Letters
from seawall.records import case_register as register
from seawall.records import starting

KINDS = "packs/kinds"
"""In a home: its own kinds of case, which replace shipped ones of their name."""
EVIDENCE = "evidence"
"""In a home: files that were attached, each under its SHA-256."""
CHANNELS = "channels.toml"
"""Beside the home's keys: by which channels notices leave the house."""


@dataclass(frozen=True)
class Counter:
    """Where a home's cases are handled; opened by `counter`."""

    home: Home
    desk: Desk
    calendars: Mapping[str, Calendar]

    def seen(self, case_id: str) -> "Seen":
        """A case, to be looked at.

        Raises:
            UnableToFindCase: there is none of this id.
        """
        events = events_of(register.events(case_id))
        if not events:
            raise UnableToFindCase(case_id)
        versions = {each.kind_digest: self.desk.kinds.of(each.kind_digest) for each in events}
        case = fold(versions, events)
        kind = versions[case.kind_digest]
        dues = deadlines(kind, case.clocks, self.calendars, datetime.now(UTC))
        return Seen(kind, case, tuple(events), dues)

    def tick(self) -> tuple[int, Delivered]:
        """Tell the ledger what it was not told, open what follows, let clocks tell what is due; notices go out."""
        at = datetime.now(UTC)
        handling.tell(self.desk, at)
        following.follow(self.desk, at)
        return ticking.tick(self.desk, self.calendars, at), delivering.deliver(self._post(), at)

    def recount(self) -> int:
        """Count every open case's clocks again; how many have other times than before."""
        return ticking.recount(self.desk, self.calendars)

    def _post(self) -> Post:
        to = channels.read(self.home.folder / "keys" / CHANNELS)
        indicators = {each.declared.id: each.declared for each in warning.sheets()}
        write = Letters(self.desk, indicators).write
        return Post(self.desk.ledger, to, partial(channels.route, to), write)


@dataclass(frozen=True)
class Seen:
    """A case with all that there is to know of it."""

    kind: Kind
    case: Case
    events: tuple[Event, ...]
    dues: tuple[Due, ...]


def counter(home: Home) -> Counter:
    """The counter of a home; its ledger and the office's database are opened.

    Raises:
        UnableToFindLedger: no ledger was started in this home.
    """
    ledger = home.ledger
    starting.start(home.records)
    calendars = {name: packs.calendar(name) for name in packs.calendars()}
    declared = Kinds(kinds.of_home(home.folder / KINDS))
    timer = partial(ticking.times, calendars=calendars)
    return Counter(home, Desk(ledger, declared, timer), calendars)
