"""Whether this process lives, whether it is ready, and what is counted."""

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.responses import Status
from prometheus_client import CONTENT_TYPE_LATEST

from seawall.console import counting, place
from seawall.console.api.answers import REFUSALS, Refusal, answers
from seawall.console.api.tokens import Token
from seawall.office import readiness

router = Router(tags=["system"])
_stores = readiness.Lately(lambda: readiness.stores(place.home(), place.cases))


class Alive(Schema):
    """That the process answers."""

    alive: bool


class Ready(Schema):
    """Whether requests can be served, and which stores answer."""

    ready: bool
    stores: dict[str, bool]


@router.get(
    "/health",
    auth=None,
    response=answers(Alive),
    operation_id="health",
    summary="Is the process alive?",
)
def health(request: HttpRequest) -> Alive:  # noqa: ARG001 - the library's form
    """Alive; looks at no database. Needs no token."""
    return Alive(alive=True)


@router.get(
    "/ready",
    auth=None,
    response={200: Ready, 503: Ready},
    operation_id="ready",
    summary="Can it serve?",
)
def ready(request: HttpRequest) -> Status[Ready]:  # noqa: ARG001 - the library's form
    """Ready where office, ledger and vault answer, as of the last second; 503 where one does not. Needs no token."""
    stores = _stores()
    all_answer = all(stores.values())
    return Status(200 if all_answer else 503, Ready(ready=all_answer, stores=stores))


@router.get(
    "/metrics",
    auth=Token("metrics.read"),
    response={200: None, REFUSALS: Refusal},
    operation_id="metrics",
    summary="What is counted, for Prometheus",
    openapi_extra={"responses": {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}},
)
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the library's form
    """Requests, latency, decisions by outcome, queues, open cases and alerts, the ledger's size."""
    return HttpResponse(counting.text(), content_type=CONTENT_TYPE_LATEST)
