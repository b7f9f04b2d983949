"""What the API answers, as values. Fields that a newer house adds are left out; times are aware, in UTC."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from seawall.core.text import Text

Outcome = Literal["approve", "refer", "decline"]
Scalar = str | int | float | bool | None


class Told(BaseModel):
    """A value that came over the wire."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Wrong(Told):
    """One thing that is wrong: its stable code, where it stands, what it is, and what to do."""

    code: str
    where: str
    message: Text
    remedy: Text


class Refusal(Told):
    """Why nothing was done."""

    problems: tuple[Wrong, ...]


class Reason(Told):
    """A reason of a decision, as the customer may be told it."""

    code: str
    en: str
    zh: str


class Version(Told):
    """The version of the policy that decided."""

    id: str
    digest: str


class Decision(Told):
    """A decision.

    Attributes:
        outcome: None where it was erased.
        offer: limit, price and what else the policy offers, by name.
        entry: the number of the ledger's entry.
        new: False where it had been decided before.
        problems: what of the application could not be used.
    """

    id: str
    outcome: Outcome | None
    reasons: tuple[Reason, ...]
    offer: dict[str, Scalar]
    policy: Version | None
    entry: int
    new: bool
    problems: tuple[Wrong, ...]


class Made(Decision):
    """A decision as it was made: when, by whom, for which part of the institution."""

    decided_at: datetime
    decided_by: str
    unit: str


class Refused(Told):
    """An application among many that was not decided, and why."""

    id: str | None
    problems: tuple[Wrong, ...]


class Decisions(Told):
    """What became of applications, in their order."""

    decisions: tuple[Decision | Refused, ...]


class Rejected(Told):
    """A line that was not kept: its number, from 1."""

    line: int
    problem: Wrong


class Taken(Told):
    """What became of facts: lines = new + updated + unchanged + rejected."""

    lines: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    rejects: tuple[Rejected, ...]


class Alert(Told):
    """An alert: indicator and segment, since when it stands at which level, its number and what is normal."""

    id: str
    indicator: str
    segment: dict[str, str | None]
    level: Literal["green", "amber", "red"]
    state: str
    open: bool
    since: date | None
    as_of: date
    value: float | None
    low: float | None
    high: float | None
    raised_at: datetime
    changed_at: datetime


class Alerts(Told):
    """A page of alerts."""

    alerts: tuple[Alert, ...]
    next: str | None


class CaseLine(Told):
    """A case in a list."""

    id: str
    title: Text
    kind: str
    state: str
    open: bool
    unit: str
    revision: int
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    late: bool


class Cases(Told):
    """A page of cases."""

    cases: tuple[CaseLine, ...]
    next: str | None


class Clock(Told):
    """A clock of a case: when it is due, who is told, how it stands."""

    clock: str
    owner: str
    due_at: datetime | None
    provisional: bool
    state: str


class Happened(Told):
    """One event of a case."""

    number: int
    verb: str
    actor: str
    on_behalf_of: str | None
    at: datetime
    state: str
    fields: dict[str, Any]
    reason: str
    digest: str


class LinkTold(Told):
    """A link to another case."""

    name: str
    to: str


class Waits(Told):
    """What waits for others to approve it."""

    verb: str
    digest: str
    asked_by: str
    approved_by: tuple[str, ...]


class CaseTold(CaseLine):
    """A case as it stands: what is known, what is due, what happened, what can be done next."""

    kind_digest: str
    fields: dict[str, Any]
    links: tuple[LinkTold, ...]
    clocks: tuple[Clock, ...]
    timeline: tuple[Happened, ...]
    waits: tuple[Waits, ...]
    verbs: tuple[str, ...]


class Done(Told):
    """What was done with a case.

    Attributes:
        event: the number of the event.
        new: False where it was done before under the same key.
        waits_for_approval: others must agree first.
        in_ledger: whether the ledger tells of it yet.
    """

    case: CaseTold
    event: int
    new: bool
    waits_for_approval: bool
    in_ledger: bool


class AlertTold(Told):
    """An alert, its explanation as the book says now, and its case."""

    alert: Alert
    explanation: tuple[Text, ...]
    case: CaseTold


class KindLine(Told):
    """A kind of case."""

    id: str
    title: Text
    meaning: Text


class Kinds(Told):
    """The kinds of case."""

    kinds: tuple[KindLine, ...]


class FieldTold(Told):
    """What a case of a kind can know."""

    type: str
    title: Text
    required: bool
    among: tuple[str, ...] | None
    unit: str | None


class VerbTold(Told):
    """What can be done with a case of a kind."""

    title: Text
    leads_from: tuple[str, ...]
    leads_to: str | None
    roles: tuple[str, ...]
    needs: tuple[str, ...]
    sets: tuple[str, ...]
    reason: bool
    approvals: int


class KindTold(KindLine):
    """A kind of case, whole."""

    digest: str
    states: dict[str, Text]
    fields: dict[str, FieldTold]
    verbs: dict[str, VerbTold]


class Heading(Told):
    """A column of an answer: its unit says how to read it."""

    name: str
    unit: str
    title: Text


class MeasureLine(Told):
    """A measure."""

    name: str
    title: Text
    meaning: Text
    source: str
    columns: tuple[Heading, ...]


class Measures(Told):
    """The measures, and what each can be broken down by."""

    measures: tuple[MeasureLine, ...]
    segments: tuple[str, ...]


class How(Told):
    """How an answer was computed and from what."""

    meaning: Text
    source: str
    sql: str
    files: tuple[str, ...]


class Answer(Told):
    """A measure's answer: rows of cells in the order of the columns; money and days are texts."""

    name: str
    as_of: date
    month_end: date
    currency: str
    columns: tuple[Heading, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    how: How

    def by_name(self) -> list[dict[str, Scalar]]:
        """The rows, each cell under its column's name."""
        names = [each.name for each in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


class LedgerEntry(Told):
    """An entry of the ledger; salt and body are None once it was erased."""

    number: int
    kind: str
    subject: str
    actor: str
    on_behalf_of: str | None
    act: str
    at: datetime
    digests: dict[str, str]
    leaf: str
    salt: str | None
    body: str | None


class Inclusion(Told):
    """That an entry is in the tree of a size (RFC 6962, 2.1.1); hashes are hexadecimal."""

    number: int
    size: int
    hashes: tuple[str, ...]
    checkpoint: str


class Consistency(Told):
    """That a tree continues an earlier one (RFC 6962, 2.1.2); hashes are hexadecimal."""

    old: int
    size: int
    hashes: tuple[str, ...]
    checkpoint: str


class Ready(Told):
    """Whether the house can serve, and which of its stores answer."""

    ready: bool
    stores: dict[str, bool]
