"""The ledger: its signed checkpoint, entries, proofs, and the tiles that transparency-log clients read."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema

from seawall.console import place
from seawall.console.api.answers import REFUSALS, At, Refusal, answers
from seawall.console.api.tokens import Asking, Token
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Reader, UnableToFindEntry
from seawall.ledger.publishing import resource
from seawall.office.ledgers import Onlooker

router = Router(tags=["ledger"])
SIZE_MOST = 2**53 - 1
"""Of a whole number that every JSON reader keeps."""
_TEXT: dict[str, Any] = {
    "responses": {
        200: {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}
    }
}
_BYTES: dict[str, Any] = {
    "responses": {
        200: {
            "description": "OK",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }
}


class LedgerEntry(Schema):
    """An entry; `leaf` is what the tree holds, `salt` and `body` are gone once the body was erased.

    They are not told either where the body is a customer's and the token sees no decisions, or not those of its unit.

    To check: SHA-256 of salt and body is the leaf's `body`; SHA-256 of a zero byte and the leaf is the tree's leaf.
    """

    number: int
    kind: str
    subject: str
    actor: str
    on_behalf_of: str | None
    act: str
    at: At
    digests: dict[str, str]
    leaf: str
    salt: str | None
    body: str | None


class Inclusion(Schema):
    """That an entry is in the tree of a size (RFC 6962, 2.1.1): hashes from the leaf up, and the checkpoint of now."""

    number: int
    size: int
    hashes: list[str]
    checkpoint: str


class Consistency(Schema):
    """That a tree continues an earlier one (RFC 6962, 2.1.2), and the checkpoint of now."""

    old: int
    size: int
    hashes: list[str]
    checkpoint: str


def _reader() -> Reader:
    return place.cases().desk.ledger


@router.get(
    "/ledger/checkpoint",
    auth=Token("ledger.read"),
    response={200: None, REFUSALS: Refusal},
    operation_id="read_checkpoint",
    summary="Read the signed checkpoint",
    openapi_extra=_TEXT,
)
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the library's form
    """The ledger's signed checkpoint as it is now, with what witnesses cosigned: a C2SP signed note."""
    return HttpResponse(_reader().best_note(), content_type="text/plain; charset=utf-8")


@router.get(
    "/ledger/entries/{number}",
    auth=Token("ledger.read"),
    response=answers(LedgerEntry),
    operation_id="read_entry",
    summary="Read an entry",
)
def entry(request: Asking, number: Annotated[int, Path(ge=0, le=SIZE_MOST)]) -> LedgerEntry:
    """An entry by its number, from 0; a customer's body only with `decisions.read`."""
    return told(_reader().entry(number), _onlooker(request))


@router.get(
    "/ledger/entries",
    auth=Token("ledger.read"),
    response=answers(LedgerEntry),
    operation_id="find_entry",
    summary="Find the entry of an act",
)
def find(
    request: Asking,
    act: Annotated[
        str, Query(min_length=1, max_length=200, pattern=r"^[ -~]+$", examples=["decide:A-7"])
    ],
) -> LedgerEntry:
    """The entry of an act by its key, such as `decide:A-7`; a customer's body only with `decisions.read`."""
    found = _reader().find(act)
    if found is None:
        raise UnableToFindEntry(act)
    return told(found, _onlooker(request))


@router.get(
    "/ledger/entries/{number}/proof",
    auth=Token("ledger.read"),
    response=answers(Inclusion),
    operation_id="prove_entry",
    summary="Prove that an entry is in the ledger",
)
def prove(
    request: HttpRequest,  # noqa: ARG001 - the library's form
    number: Annotated[int, Path(ge=0, le=SIZE_MOST)],
    size: Annotated[
        int | None, Query(ge=1, le=SIZE_MOST, description="Of the tree; of now if left out.")
    ] = None,
) -> Inclusion:
    """The inclusion proof of an entry, in the tree of now or of an earlier checkpoint."""
    reader = _reader()
    note = reader.note()
    now = reader.vouched(note).size
    if size is not None and size > now:
        raise UnableToFindEntry(str(size))
    hashes = reader.inclusion(number, size or now)
    return Inclusion(
        number=number, size=size or now, hashes=[h.hex() for h in hashes], checkpoint=note.decode()
    )


@router.get(
    "/ledger/consistency",
    auth=Token("ledger.read"),
    response=answers(Consistency),
    operation_id="prove_consistency",
    summary="Prove that the ledger only grew",
)
def consistency(
    request: HttpRequest,  # noqa: ARG001 - the library's form
    old: Annotated[
        int, Query(ge=0, le=SIZE_MOST, description="The size of a checkpoint seen earlier.")
    ],
    size: Annotated[
        int | None, Query(ge=0, le=SIZE_MOST, description="Of a later one; of now if left out.")
    ] = None,
) -> Consistency:
    """The proof that the ledger continues an earlier checkpoint."""
    reader = _reader()
    note = reader.note()
    now = reader.vouched(note).size
    until = now if size is None else size
    if until > now:
        raise UnableToFindEntry(str(until))
    hashes = reader.consistency(old, until)
    return Consistency(
        old=old, size=until, hashes=[h.hex() for h in hashes], checkpoint=note.decode()
    )


@router.get(
    "/ledger/tile/{path:rest}",
    auth=Token("ledger.read"),
    response={200: None, REFUSALS: Refusal},
    operation_id="read_tile",
    summary="Read a tile",
    openapi_extra=_BYTES,
)
def tile(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - the library's form
    """A tile, or a bundle of entries, as C2SP tlog-tiles names it: `0/x001/234`, `entries/000.p/7`. Never a body."""
    return HttpResponse(
        resource(_reader(), f"tile/{rest}"), content_type="application/octet-stream"
    )


def _onlooker(request: Asking) -> Onlooker:
    return Onlooker("decisions.read" in request.auth.scopes, request.auth.unit)


def told(found: Recorded, to: Onlooker) -> LedgerEntry:
    """An entry as the API tells it to somebody; without a body the salt would confirm a guess of it."""
    salt, body = (found.salt, found.body) if to.reads(found) else (None, None)
    leaf = found.told
    known = {
        name: leaf[name]
        for name in ("kind", "subject", "actor", "on_behalf_of", "act", "at", "digests")
    }
    return LedgerEntry(
        number=found.number, leaf=found.leaf.decode(), salt=None if salt is None else salt.hex(),
        body=None if body is None else body.decode(), **known,
    )  # fmt: skip
