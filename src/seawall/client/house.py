"""A house, asked over its API.

    with House("https://seawall.lender.example", token) as house:
        decision = house.decide("instalment_loan", {"application_id": "A-7", "amount": 9000})
        if decision.outcome == "approve":
            pay_out(decision.offer)

What changes something has a key: the application's id, or one that the client makes for each call. Where it is not
certain that something was done, ask the same again, with the same key: it is done once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

from seawall.client import told
from seawall.client.wire import Asked, Request, Wire

APPLICATIONS_MOST: Final = 250
FACTS_MOST: Final = 5_000
"""Of one request."""
_PAGE: Final = 200
_JSON, _LINES = "application/json", "application/x-ndjson"
Value = TypeVar("Value")
Model = TypeVar("Model", bound=told.Told)
Page = TypeVar("Page", told.Alerts, told.Cases)


class House:
    """A house; one thread's. Closed at the end of a `with`.

    Args:
        address: such as `https://seawall.lender.example`; `http` only to this machine.
        token: `swl_…`, with the scopes of what is asked.
        timeout_s: for one try.
        patience_s: for all tries of one request, while the house is busy or away.

    Raises:
        UnableToTrustAddress: the token would be there for everybody to read.
    """

    def __init__(
        self, address: str, token: str = "", *, timeout_s: float = 10.0, patience_s: float = 30.0
    ) -> None:
        self._wire = Wire(address, token, timeout_s=timeout_s, patience_s=patience_s)

    def __enter__(self) -> Self:
        """The house."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the connection."""
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    # Decisions

    def decide(
        self, policy: str, application: Mapping[str, object], *, country: str = "CN"
    ) -> told.Decision:
        """Decide an application by the policy in force; it has its `application_id`.

        Raises:
            UnableToGetAnswer: it was refused, with every problem of it.
            UnableToReachHouse: no answer came; ask the same again.
        """
        body = {"policy": policy, "application": application, "country": country}
        return self._post(told.Decision, "/decisions", body)

    def decide_all(
        self, policy: str, applications: Iterable[Mapping[str, object]], *, country: str = "CN"
    ) -> Iterator[told.Decision | told.Refused]:
        """Decide applications, in order, as they are taken from the answer; one that is refused stops no other."""
        for some in _parts(applications, APPLICATIONS_MOST):
            body = {"policy": policy, "applications": some, "country": country}
            yield from self._post(told.Decisions, "/decisions/batch", body).decisions

    def decision(self, application_id: str) -> told.Made:
        """The decision about an application."""
        return self._get(told.Made, f"/decisions/{quote(application_id, safe='')}")

    # Facts

    def take(self, table: str, facts: Iterable[Mapping[str, object]]) -> told.Taken:
        """Hand in facts of a table of the contract, 5,000 to a request; what became of all of them.

        Days, times and decimals are written as texts. Rejected lines are numbered over all of them.
        """
        whole = told.Taken(lines=0, new=0, updated=0, unchanged=0, rejected=0, rejects=())
        first = 0
        for some in _parts(facts, FACTS_MOST):
            text = "\n".join(_spelled(each) for each in some).encode()
            request = Request("POST", f"/facts/{quote(table, safe='')}", body=(_LINES, text))
            came = told.Taken.model_validate_json(self._wire.ask(request))
            whole = _together(whole, came, first)
            first += len(some)
        return whole

    # Alerts and cases

    def alerts(self, *, is_open: bool | None = True) -> Iterator[told.Alert]:
        """Alerts, those changed last first; page by page as they are read."""
        for page in self._pages(told.Alerts, "/alerts", {"open": is_open}):
            yield from page.alerts

    def alert(self, alert_id: str) -> told.AlertTold:
        """An alert with its explanation and its case."""
        return self._get(told.AlertTold, f"/alerts/{quote(alert_id, safe='')}")

    def cases(
        self, kind: str | None = None, *, is_open: bool | None = None
    ) -> Iterator[told.CaseLine]:
        """Cases, those changed last first; page by page as they are read."""
        for page in self._pages(told.Cases, "/cases", {"kind": kind, "open": is_open}):
            yield from page.cases

    def case(self, case_id: str) -> told.CaseTold:
        """A case as it stands."""
        return self._get(told.CaseTold, f"/cases/{quote(case_id, safe='')}")

    def open_case(
        self,
        kind: str,
        fields: Mapping[str, object],
        *,
        key: str | None = None,
        **more: object,
    ) -> told.Done:
        """Open a case, once for a key.

        Args:
            kind: its kind.
            fields: what is known of it.
            key: the caller's own; a fresh one where None.
            more: `verb` where several open one, `reason`, `links` as a list of `{"name", "to"}`.
        """
        body = {"kind": kind, "fields": fields, **more}
        return self._post(told.Done, "/cases", body, key=key or uuid4().hex)

    def do(
        self,
        case_id: str,
        verb: str,
        fields: Mapping[str, object] | None = None,
        *,
        key: str | None = None,
        **more: object,
    ) -> told.Done:
        """Do something with a case, once for a key.

        Args:
            case_id: the case's.
            verb: one of its kind's, or a built-in one such as `comment`.
            fields: what it sets.
            key: the caller's own; a fresh one where None.
            more: `reason`, `links`, and `revision`: the case as it was seen, so that nothing is done where it moved on.
        """
        path = f"/cases/{quote(case_id, safe='')}/verbs/{quote(verb, safe='')}"
        return self._post(told.Done, path, {"fields": fields or {}, **more}, key=key or uuid4().hex)

    def kinds(self) -> tuple[told.KindLine, ...]:
        """The kinds of case."""
        return self._get(told.Kinds, "/kinds").kinds

    def kind(self, kind: str) -> told.KindTold:
        """A kind of case: its states, fields and verbs."""
        return self._get(told.KindTold, f"/kinds/{quote(kind, safe='')}")

    # Measures

    def measures(self) -> told.Measures:
        """The measures, and the segments by which each can be asked."""
        return self._get(told.Measures, "/measures")

    def measure(self, name: str, by: Sequence[str] = (), as_of: date | None = None) -> told.Answer:
        """Ask a measure of the book as it is now; as of its last month-end where no day is given."""
        asked: Asked = {"by": list(by), "as_of": as_of.isoformat() if as_of else None}
        return self._get(told.Answer, f"/measures/{quote(name, safe='')}", asked)

    # The ledger

    def checkpoint(self) -> str:
        """The ledger's signed checkpoint: a C2SP signed note."""
        return self._wire.ask(Request("GET", "/ledger/checkpoint")).decode()

    def entry(self, number: int) -> told.LedgerEntry:
        """An entry by its number."""
        return self._get(told.LedgerEntry, f"/ledger/entries/{number}")

    def entry_of(self, act: str) -> told.LedgerEntry:
        """The entry of an act, such as `decide:A-7`."""
        return self._get(told.LedgerEntry, "/ledger/entries", {"act": act})

    def inclusion(self, number: int, size: int | None = None) -> told.Inclusion:
        """The proof that an entry is in the tree of a size; of now where None."""
        return self._get(told.Inclusion, f"/ledger/entries/{number}/proof", {"size": size})

    def consistency(self, old: int, size: int | None = None) -> told.Consistency:
        """The proof that the ledger of a size, of now where None, continues an earlier one."""
        return self._get(told.Consistency, "/ledger/consistency", {"old": old, "size": size})

    def tile(self, path: str) -> bytes:
        """A tile or a bundle of entries, by its path after `tile/`, such as `entries/000.p/7`."""
        return self._wire.ask(Request("GET", f"/ledger/tile/{quote(path)}"))

    # The system

    def ready(self) -> told.Ready:
        """Whether the house can serve now; not asked twice."""
        _, _, body = self._wire.once(Request("GET", "/ready"))
        return told.Ready.model_validate_json(body)

    def metrics(self) -> str:
        """What is counted, in Prometheus's text form."""
        return self._wire.ask(Request("GET", "/metrics")).decode()

    def _get(self, model: type[Model], path: str, asked: Asked | None = None) -> Model:
        return model.model_validate_json(self._wire.ask(Request("GET", path, asked or {})))

    def _post(
        self, model: type[Model], path: str, body: object, *, key: str | None = None
    ) -> Model:
        request = Request("POST", path, body=(_JSON, _spelled(body).encode()), key=key)
        return model.model_validate_json(self._wire.ask(request))

    def _pages(self, model: type[Page], path: str, asked: Asked) -> Iterator[Page]:
        page = self._get(model, path, {**asked, "limit": _PAGE})
        yield page
        while page.next is not None:
            page = self._get(model, path, {**asked, "limit": _PAGE, "after": page.next})
            yield page


def _parts(values: Iterable[Value], most: int) -> Iterator[tuple[Value, ...]]:
    """Values in parts, none of them empty."""
    every = iter(values)
    while part := tuple(islice(every, most)):
        yield part


def _spelled(value: object) -> str:
    """JSON; days, times and decimals as texts."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _together(one: told.Taken, more: told.Taken, first: int) -> told.Taken:
    """What became of both; the second one's lines come after the first `first`."""
    names = ("lines", "new", "updated", "unchanged", "rejected")
    counts = {name: getattr(one, name) + getattr(more, name) for name in names}
    moved = tuple(each.model_copy(update={"line": each.line + first}) for each in more.rejects)
    return told.Taken(**counts, rejects=one.rejects + moved)
