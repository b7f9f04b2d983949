"""Facts in: JSON lines of one table, each kept or rejected with its reason."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from seawall.acts.ingesting import Ingested
from seawall.acts.signing import Teller, now
from seawall.console import place
from seawall.console.api.answers import Wrong, answers, wrong
from seawall.console.api.tokens import Asking, Token
from seawall.office.receiving import BYTES_MOST, UnableToTakeSoMuch

router = Router(tags=["facts"])
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"description": "JSON objects, one a line."}}
        },
    }
}


class Rejected(Schema):
    """A line that was not kept: its number, from 1, and what is wrong with it."""

    line: int
    problem: Wrong


class Taken(Schema):
    """What became of a batch: lines = new + updated + unchanged + rejected."""

    lines: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    rejects: list[Rejected]


@router.post(
    "/facts/{table}",
    auth=Token("facts.write"),
    response=answers(Taken),
    operation_id="take_facts",
    summary="Take in facts",
    openapi_extra=_BODY,
)
def take(request: Asking, table: str) -> Taken:
    """Keep facts of a table of the contract, one JSON object a line, durable once this answers.

    5,000 lines and 8 MiB at most. A line that cannot be kept is rejected alone. Sent again, nothing changes; while
    the book is busy the answer is 503 and says when to send the same lines again.
    """
    teller = Teller(place.cases().desk.ledger, request.auth.name, now())
    return told(place.inlet().take(table, _body(request), teller))


def _body(request: HttpRequest) -> bytes:
    """The body, read no further than it may be long."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > BYTES_MOST:
        raise UnableToTakeSoMuch(f"{length:,} bytes", f"{BYTES_MOST:,}")
    return request.read(BYTES_MOST + 1)


def told(came: Ingested) -> Taken:
    """What became of a batch, line by line where something is wrong."""
    rejects = [Rejected(line=each.row, problem=wrong(each.problem)) for each in came.rejects]
    return Taken(
        lines=came.lines, new=came.new, updated=came.updated, unchanged=came.unchanged,
        rejected=came.rejected, rejects=sorted(rejects, key=lambda each: each.line),
    )  # fmt: skip
