"""What every route may answer besides its own: a refusal, always in one form, in both languages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, WithJsonSchema

from seawall.core.problem import Kind, Place, Problem
from seawall.core.text import Text

REQUEST = Place("request")
REFUSALS = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 500, 503})
"""The statuses of refusals: each has the body `Refusal`."""

At = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""A time in UTC, as `2026-03-01T08:30:00Z`."""
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]


class Words(Schema):
    """One meaning in English and Chinese."""

    en: str
    zh: str


class Wrong(Schema):
    """One thing that is wrong: its stable code, where it stands, what it is, and what to do."""

    code: str
    where: str
    message: Words
    remedy: Words


class Refusal(Schema):
    """Why nothing was done: everything that stands against it."""

    problems: list[Wrong]


def answers(model: Any, *, status: int = 200) -> dict[Any, Any]:  # noqa: ANN401 - what the library takes
    """What a route answers: its own, or a refusal."""
    return {status: model, REFUSALS: Refusal}


def words(text: Text) -> Words:
    """A text as the API tells it."""
    return Words(en=text.en, zh=text.zh)


def wrong(problem: Problem) -> Wrong:
    """A problem as the API tells it."""
    where = str(problem.where)
    return Wrong(
        code=problem.code, where=where, message=words(problem.message), remedy=words(problem.remedy)
    )


def refusal(problems: Sequence[Problem]) -> dict[str, Any]:
    """Problems as the body of a refusal."""
    return Refusal(problems=[wrong(each) for each in problems]).model_dump()


def one(kind: Kind, **facts: object) -> tuple[Problem, ...]:
    """One problem with a request as a whole."""
    return (Problem(kind, REQUEST, facts),)


def moment(at: datetime) -> str:
    """A time as the API tells it; one without a zone is UTC.

    >>> moment(datetime(2026, 3, 1, 8, 30))
    '2026-03-01T08:30:00Z'
    """
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
