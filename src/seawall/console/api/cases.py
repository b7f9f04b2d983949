"""Cases: list, read, open, do. What a machine may do is what its kind lets the role `machine` do."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from django.http import Http404
from ninja import Header, Path, Query, Router, Schema
from pydantic import ConfigDict, Field, JsonValue

from seawall.acts import handling
from seawall.acts.handling import Handled, UnableToFindCase
from seawall.cases.case import Actor, Case, Command, Event
from seawall.cases.due import Due
from seawall.cases.kind import Kind
from seawall.cases.vetoes import ways
from seawall.console import place
from seawall.console.api.answers import At, Limit, Words, answers, moment, words
from seawall.console.api.listing import Cursor, Open, cursor, listed, show
from seawall.console.api.tokens import Asking, Token
from seawall.core.problem import UnableToUseInput
from seawall.office import queues, readers, units
from seawall.office.cases import Seen
from seawall.office.queues import Asked, Shown
from seawall.records import case_lists

router = Router(tags=["cases"])
CaseId = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z0-9_]{0,39}-[0-9a-f]{20}$", examples=["complaint-714cffef0a2044ca1951"]
    ),
]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", pattern=r"^[!-~]{1,100}$",
           description="The machine's own: sent again under it, the same is done once."),
]  # fmt: skip
KIND: Final = r"^[a-z][a-z0-9_]{0,39}$"
Name = Annotated[str, Field(pattern=KIND)]
Reason = Annotated[str, Field(max_length=4000)]


_COMPLAINT: dict[str, JsonValue] = {
    "customer": "person_AAAAAAAAAAAAAAAAAAAAAAAAAA", "jurisdiction": "cn", "channel": "app", "subject": "price",
    "summary": "charged twice",
}  # fmt: skip


class KindLine(Schema):
    """A kind of case."""

    id: str
    title: Words
    meaning: Words


class FieldTold(Schema):
    """What a case of a kind can know."""

    type: str
    title: Words
    required: bool
    among: list[str] | None
    unit: str | None


class VerbTold(Schema):
    """What can be done: in which states, by which roles, with which fields, and how many others approve."""

    title: Words
    leads_from: list[str]
    leads_to: str | None
    roles: list[str]
    needs: list[str]
    sets: list[str]
    reason: bool
    approvals: int


class KindTold(KindLine):
    """A kind of case, whole; its digest is the version's."""

    digest: str
    states: dict[str, Words]
    fields: dict[str, FieldTold]
    verbs: dict[str, VerbTold]


class Kinds(Schema):
    """The kinds of case."""

    kinds: list[KindLine]


class CaseLine(Schema):
    """A case in a list: what it is called, how it stands, the earliest deadline that still runs."""

    id: str
    title: Words
    kind: str
    state: str
    open: bool
    unit: str
    revision: int
    opened_at: At
    changed_at: At
    due_at: At | None
    late: bool


class Cases(Schema):
    """A page of cases, those changed last first; `next` is the `after` of the page that follows."""

    cases: list[CaseLine]
    next: str | None


class Clock(Schema):
    """A clock of a case: when it is due, who is told, and how it stands."""

    clock: str
    owner: str
    due_at: At | None
    provisional: bool
    state: str


class Happened(Schema):
    """One event of a case; `digest` is what the next one, and the ledger, name it by."""

    number: int
    verb: str
    actor: str
    on_behalf_of: str | None
    at: At
    state: str
    fields: dict[str, Any]
    reason: str
    digest: str


class LinkTold(Schema):
    """A link to another case."""

    name: str
    to: Annotated[str, Field(max_length=80)]


class Waits(Schema):
    """What waits for others to approve it."""

    verb: str
    digest: str
    asked_by: str
    approved_by: list[str]


class CaseTold(CaseLine):
    """A case as it stands: what is known, what is due, what happened, what can be done next."""

    kind_digest: str
    fields: dict[str, Any]
    links: list[LinkTold]
    clocks: list[Clock]
    timeline: list[Happened]
    waits: list[Waits]
    verbs: list[str]


class Opening(Schema):
    """A case to be opened; `verb` where several open one."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "complaint", "fields": _COMPLAINT}}
    )

    kind: Name
    verb: Name | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    links: list[LinkTold] = Field(default_factory=list, max_length=50)
    reason: Reason = ""


class Doing(Schema):
    """What to do; `revision` is the case as it was seen: where it moved on since, nothing is done."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "the customer called again"}}
    )

    fields: dict[str, Any] = Field(default_factory=dict)
    links: list[LinkTold] = Field(default_factory=list, max_length=50)
    reason: Reason = ""
    revision: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None


class Done(Schema):
    """What was done: the case after it, and its event.

    `new` is false where it was done before under the same key; `waits_for_approval`, where others must agree first;
    `in_ledger`, whether the ledger tells of it yet: it does so by itself, later.
    """

    case: CaseTold
    event: int
    new: bool
    waits_for_approval: bool
    in_ledger: bool


@router.get("/kinds", auth=Token("cases.read"), response=answers(Kinds), operation_id="list_kinds",
            summary="List the kinds of case")  # fmt: skip
def list_kinds(request: Asking) -> Kinds:  # noqa: ARG001 - the library's form
    """Name every kind of case."""
    known = place.cases().desk.kinds.in_force
    return Kinds(kinds=[_kind_line(each) for each in known.values()])


@router.get("/kinds/{kind}", auth=Token("cases.read"), response=answers(KindTold), operation_id="read_kind",
            summary="Read a kind of case")  # fmt: skip
def read_kind(request: Asking, kind: Annotated[str, Path(pattern=KIND)]) -> KindTold:  # noqa: ARG001
    """A kind's states, fields and verbs: what `open` and `do` take."""
    return kind_told(place.cases().desk.kinds.opening(kind))


@router.get("/cases", auth=Token("cases.read"), response=answers(Cases), operation_id="list_cases",
            summary="List cases")  # fmt: skip
def list_cases(
    request: Asking,
    kind: Annotated[str | None, Query(pattern=KIND)] = None,
    is_open: Open = None,
    after_: Cursor = None,
    limit: Limit = 50,
) -> Cases:
    """Cases that the token's unit may see, those changed last first."""
    page = listed(request.auth, Asked(kind=kind or "", show=show(is_open)), after_, limit)
    return Cases(cases=[line(each) for each in page.cases], next=cursor(page))


@router.get("/cases/{case_id}", auth=Token("cases.read"), response=answers(CaseTold), operation_id="read_case",
            summary="Read a case")  # fmt: skip
def read_case(request: Asking, case_id: CaseId) -> CaseTold:
    """A case with its timeline, clocks and what can be done next."""
    return told(seen(request, case_id))


@router.post("/cases", auth=Token("cases.open"), response=answers(Done), operation_id="open_case",
             summary="Open a case")  # fmt: skip
def open_case(request: Asking, opening: Opening, key: Key) -> Done:
    """Open a case, once for a key."""
    desk = place.cases().desk
    declared = desk.kinds.opening(opening.kind)
    verb = opening.verb or next(name for name, each in declared.verbs.items() if each.opens)
    command = _command(request, request.auth.actor, (verb, key), opening)
    return _done(handling.open_case(desk, declared.id, command))


@router.post("/cases/{case_id}/verbs/{verb}", auth=Token("cases.handle"), response=answers(Done),
             operation_id="do_with_case", summary="Do something with a case")  # fmt: skip
def do(
    request: Asking,
    case_id: CaseId,
    verb: Annotated[str, Path(pattern=KIND)],
    doing: Doing,
    key: Key,
) -> Done:
    """Perform a verb of the case's kind, once for a key; what needs others' approval is asked for first."""
    actor = units.acting(request.auth.actor, seen(request, case_id).case.unit)
    command = _command(request, actor, (verb, key), doing)
    told_ = replace(command, revision=doing.revision)
    return _done(handling.handle(place.cases().desk, case_id, told_))


def seen(request: Asking, case_id: str) -> Seen:
    """A case, to be looked at; one of another unit is not there.

    Raises:
        UnableToFindCase, Http404: there is none of this id to be seen.
    """
    counter = place.cases()
    found = counter.seen(case_id)
    mine = request.auth.sees(found.case.unit)
    if not mine or not readers.reads(counter, request.auth.actor, found):
        raise Http404
    return found


def _command(
    request: Asking, actor: Actor, what: tuple[str, str], given: Opening | Doing
) -> Command:
    """What a machine wants done, by verb and key; keys of two machines never meet."""
    verb, key = what
    links = tuple((each.name, each.to) for each in given.links)
    mine = f"{request.auth.name}:{key}"
    return Command(verb, actor, datetime.now(UTC), mine, given.fields, given.reason, links)


def _done(came: Handled) -> Done:
    if came.event is None or came.case is None:
        raise UnableToUseInput(came.problems)
    return Done(
        case=told(place.cases().seen(came.case.id)), event=came.event.number, new=came.new,
        waits_for_approval=came.event.verb == "ask", in_ledger=not came.untold,
    )  # fmt: skip


def line(shown: Shown) -> CaseLine:
    """A case in a list."""
    row = shown.line
    return CaseLine(
        id=row.case_id, title=words(shown.title), kind=row.kind, state=row.state, open=bool(row.is_open),
        unit=row.unit, revision=row.revision, opened_at=moment(shown.opened_at),
        changed_at=moment(shown.changed_at), due_at=_at(shown.due_at), late=shown.late,
    )  # fmt: skip


def _at(at: datetime | None) -> str | None:
    return None if at is None else moment(at)


def told(found: Seen) -> CaseTold:
    """A case as the API tells it."""
    case, row = found.case, case_lists.line(found.case.id)
    if row is None:
        raise UnableToFindCase(case.id)
    (shown,) = queues.shown(place.cases(), [row])
    return CaseTold(
        **line(shown).model_dump(), kind_digest=case.kind_digest, fields=dict(case.fields),
        links=[LinkTold(name=name, to=to) for name, to in case.links],
        clocks=[_clock(each) for each in found.dues],
        timeline=[_happened(each) for each in found.events],
        waits=_waits(case), verbs=ways(found.kind, case),
    )  # fmt: skip


def _clock(due: Due) -> Clock:
    at = None if due.at is None else moment(due.at)
    return Clock(
        clock=due.clock, owner=due.owner, due_at=at, provisional=due.provisional, state=due.state
    )


def _happened(event: Event) -> Happened:
    return Happened(
        number=event.number, verb=event.verb, actor=event.actor, on_behalf_of=event.on_behalf_of,
        at=moment(event.at), state=event.state, fields=dict(event.fields), reason=event.reason,
        digest=event.digest,
    )  # fmt: skip


def _waits(case: Case) -> list[Waits]:
    return [
        Waits(verb=each.verb, digest=each.digest, asked_by=each.asked_by,
              approved_by=[name for name, _ in each.approvals])
        for each in case.asked.values()
    ]  # fmt: skip


def _kind_line(kind: Kind) -> KindLine:
    return KindLine(id=kind.id, title=words(kind.title), meaning=words(kind.meaning))


def kind_told(kind: Kind) -> KindTold:
    """A kind as the API tells it."""
    fields = {
        name: FieldTold(type=each.type, title=words(each.title), required=each.required, unit=each.unit,
                        among=None if each.among is None else list(each.among))
        for name, each in kind.fields.items()
    }  # fmt: skip
    verbs = {
        name: VerbTold(title=words(each.title), leads_from=list(each.from_), leads_to=each.to,
                       roles=list(each.roles), needs=list(each.needs), sets=list(each.sets),
                       reason=each.reason, approvals=each.approval.people if each.approval else 0)
        for name, each in kind.verbs.items()
    }  # fmt: skip
    return KindTold(
        id=kind.id, title=words(kind.title), meaning=words(kind.meaning), digest=kind.digest,
        states={name: words(each.title) for name, each in kind.states.items()}, fields=fields, verbs=verbs,
    )  # fmt: skip
