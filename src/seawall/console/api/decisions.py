"""Decisions: an application in, a durable decision out; one, or many at once; and what was decided.

`express` answers the first two without Django's middlewares where nothing stands against them: 500 a second and
more come through there. What is answered is the same, for both call `one` and `many`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from ninja import Header, Path, Router, Schema
from pydantic import BaseModel, ConfigDict, Field

from seawall.acts.admitting import ID_MOST
from seawall.acts.application_files import IDS
from seawall.acts.deciding import Decided
from seawall.acts.gathering import Terms
from seawall.console import counting, place
from seawall.console.api.answers import At, Wrong, answers, wrong
from seawall.console.api.tokens import Asking, Machine, Token
from seawall.core.institution import HOUSE
from seawall.core.problem import Problem, UnableToUseInput
from seawall.ledger.entry import Recorded
from seawall.office.live import Asked
from seawall.policy.program import OUTCOMES

router = Router(tags=["decisions"])
SCOPE: Final = "decisions.decide"
TOGETHER_MOST: Final = 250
"""Applications in one request."""
Scalar = str | int | Annotated[float, Field(allow_inf_nan=False)] | bool | None
Application = Annotated[dict[str, Scalar], Field(min_length=1, max_length=200)]
Policy = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["instalment_loan"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", pattern=r"^[!-~]{1,100}$",
           description="Stands for the application's id where it brings none; the id itself is a key already."),
]  # fmt: skip
Id = Annotated[str, Path(min_length=1, max_length=ID_MOST)]


class One(BaseModel):
    """An application before a policy.

    `application` has its `application_id`, the policy's inputs by name, and personal values by the names of sealed
    fields, which lie in the vault from then on. `country`: whose identity numbers and telephones.
    """

    model_config = ConfigDict(extra="forbid")

    policy: Policy
    application: Application
    country: Country = "CN"


class Many(BaseModel):
    """Applications before a policy, as `One`; each with its id."""

    model_config = ConfigDict(extra="forbid")

    policy: Policy
    applications: Annotated[list[Application], Field(min_length=1, max_length=TOGETHER_MOST)]
    country: Country = "CN"


class Reason(Schema):
    """A reason, as the customer may be told it."""

    code: str
    en: str
    zh: str


class Version(Schema):
    """The version of the policy that decided."""

    id: str
    digest: str


class Decision(Schema):
    """A decision: outcome, reasons, and what is offered (limit, price and what else the policy offers), by name.

    `entry` is the number of the ledger's entry: `GET /ledger/entries/{number}/proof` proves that it is there. `new` is
    false where it had been decided before. `problems`: what of the application could not be used. Of a decision
    that was erased, only `id` and `entry` are left.
    """

    id: str
    outcome: Literal[OUTCOMES] | None  # type: ignore[valid-type]
    reasons: list[Reason]
    offer: dict[str, Scalar]
    policy: Version | None
    entry: int
    new: bool
    problems: list[Wrong]


class Refused(Schema):
    """An application among many that was not decided, and why; `id` where it has one."""

    id: str | None
    problems: list[Wrong]


class Decisions(Schema):
    """What became of applications, in their order."""

    decisions: list[Decision | Refused]


class Made(Decision):
    """A decision as it was made: when, by whom, for which part of the institution."""

    decided_at: At
    decided_by: str
    unit: str


@router.post("/decisions", auth=Token(SCOPE), response=answers(Decision), operation_id="decide",
             summary="Decide an application")  # fmt: skip
def decide(request: Asking, asked: One, key: Key = None) -> dict[str, Any]:
    """Decide an application by the policy in force; durable, and in the ledger, once this answers.

    Sent again, it has the same decision; another content under its id is refused. Where too many ask at once the answer
    is 503, and `Retry-After` says when to send the same again.
    """
    return one(request.auth, asked, key)


@router.post("/decisions/batch", auth=Token(SCOPE), response=answers(Decisions), operation_id="decide_many",
             summary="Decide many applications")  # fmt: skip
def decide_many(request: Asking, asked: Many) -> dict[str, Any]:
    """Decide up to 250 applications; what is wrong with one touches no other. All are taken, or none (503)."""
    return many(request.auth, asked)


@router.get("/decisions/{application_id}", auth=Token("decisions.read"), response=answers(Made),
            operation_id="read_decision", summary="Read a decision")  # fmt: skip
def read(request: Asking, application_id: Id) -> dict[str, Any]:
    """The decision about an application, by the application's id."""
    return made(application_id, place.live().decision(application_id, request.auth.sees))


def one(machine: Machine, asked: One, key: str | None) -> dict[str, Any]:
    """Decide an application for a machine.

    Raises:
        UnableToUseInput: it is refused.
        Unable: as `office.live.Live.decide`.
    """
    given: Mapping[str, object] = asked.application
    if key is not None and not any(given.get(name) for name in IDS):
        given = {IDS[0]: key, **{name: value for name, value in given.items() if name not in IDS}}
    (found,) = place.live().decide(_terms(machine, asked), [given])
    if isinstance(found, Problem):
        raise UnableToUseInput((found,))
    if found.entry is None:
        raise UnableToUseInput(found.problems)
    return decision(found)


def many(machine: Machine, asked: Many) -> dict[str, Any]:
    """Decide applications for a machine. Raises Unable as `office.live.Live.decide`."""
    found = place.live().decide(_terms(machine, asked), asked.applications)
    return {"decisions": [_of_many(each) for each in found]}


def _terms(machine: Machine, asked: One | Many) -> Asked:
    unit = None if machine.unit == HOUSE else machine.unit
    return Asked(Terms(asked.policy, machine.name, asked.country, unit), machine.sees)


def _of_many(found: Decided | Problem) -> dict[str, Any]:
    if isinstance(found, Problem):
        return {"id": None, "problems": _wrong((found,))}
    if found.entry is None:
        return {"id": found.id, "problems": _wrong(found.problems)}
    return decision(found)


def decision(found: Decided) -> dict[str, Any]:
    """A decision as the API tells it."""
    if found.new:
        counting.DECISIONS.labels(found.content["outcome"]).inc()
    return {
        "id": found.id,
        **_content(found.content),
        "entry": found.entry,
        "new": found.new,
        "problems": _wrong(found.problems) if found.problems else [],
    }


def made(id_: str, entry: Recorded) -> dict[str, Any]:
    """The decision that an entry tells of."""
    told = entry.told
    return {
        "id": id_,
        **_content(entry.content or {}),
        "entry": entry.number,
        "new": False,
        "problems": [],
        "decided_at": told["at"],
        "decided_by": told["actor"],
        "unit": told.get("on_behalf_of") or HOUSE,
    }


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "outcome": content.get("outcome"),
        "reasons": content.get("reasons", []),
        "offer": {name: _spelt(value) for name, value in content.get("offer", {}).items()},
        "policy": content.get("policy"),
    }


def _spelt(value: Any) -> Any:  # noqa: ANN401 - any of JSON's values
    """A number as the ledger spells it, 5 and not 5.0: sent again, an answer is the same to the letter."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _PLAIN_MOST
    return int(value) if whole else value


_PLAIN_MOST: Final = 1e21
"""From here on numbers are spelt with an exponent (RFC 8785)."""


def _wrong(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return [wrong(each).model_dump() for each in problems]
