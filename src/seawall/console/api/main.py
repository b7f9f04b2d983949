"""The API: its routers, and how it refuses. A route without a scope of its own lets nobody in."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from seawall import __version__
from seawall.acts.in_force import UnableToDecideBy
from seawall.console import refusals
from seawall.console.api import alerts, cases, decisions, facts, health, ledger, measures, problems
from seawall.console.api.answers import one, refusal
from seawall.console.api.tokens import Token, UnableToLetIn
from seawall.core.problem import Kind, Place, Problem, Unable, UnableToUseInput
from seawall.core.text import Text

_log = logging.getLogger(__name__)


def nobody(request: HttpRequest) -> None:
    """Let nobody in: where a route says nothing of who may."""


class Api(NinjaAPI):
    """The API, whose description tells the scope that each route needs: a role, as OpenAPI 3.1 calls it."""

    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:  # noqa: ANN401 - passed on as it came
        """The description, with scopes."""
        told = super().get_openapi_schema(**asked)
        scopes = {each.operation_id: each.auth_callbacks for each in operations(self)}
        for path in told["paths"].values():
            for operation in path.values():
                (auth,) = scopes[operation["operationId"]] or (None,)
                if isinstance(auth, Token):
                    operation["security"] = [{Token.__name__: [auth.scope]}]
        return told


def operations(of: NinjaAPI) -> Iterator[Operation]:
    """Every operation of an API."""
    for router in of._get_bound_routers():  # noqa: SLF001 - the library has no other list
        for view in router.path_operations.values():
            yield from view.operations


api = Api(
    title="Seawall",
    version=__version__,
    description="The line of defence of an online consumer lender, for its machines.",
    urls_namespace="api",
    auth=nobody,
    docs_url=None,  # its page loads scripts from elsewhere
)
for router in (
    facts.router,
    decisions.router,
    alerts.router,
    cases.router,
    measures.router,
    ledger.router,
    health.router,
):
    api.add_router("", router)


def _refuse(request: HttpRequest, status: int, found: tuple[Problem, ...]) -> HttpResponse:
    return api.create_response(request, refusal(found), status=status)


_KINDS: Final[dict[int, Kind]] = {
    refusals.TOO_MUCH: problems.TOO_MUCH,
    refusals.BUSY: problems.BUSY,
    refusals.TOO_OFTEN: problems.TOO_OFTEN,
    refusals.REFUSED: problems.REFUSED,
}


@api.exception_handler(UnableToUseInput)
def input_wrong(request: HttpRequest, error: UnableToUseInput) -> HttpResponse:
    """Every problem of an input."""
    return _refuse(request, 422, error.problems)


@api.exception_handler(Unable)
def unable(request: HttpRequest, error: Unable) -> HttpResponse:
    """A call that was refused, or a machine's failure; where it is worth coming again, when."""
    if isinstance(error, LookupError) and not isinstance(error, UnableToDecideBy):
        return _refuse(request, 404, one(problems.NOT_FOUND, what=_OBJECT))
    status = refusals.status(error)
    response = _refuse(request, status, one(_KINDS[status], why=error.said))
    return refusals.timed(response, error)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    """Nobody that is known; why a token opens nothing is not told."""
    response = _refuse(request, 401, one(problems.UNKNOWN))
    response["WWW-Authenticate"] = 'Bearer realm="seawall"'
    return response


@api.exception_handler(UnableToLetIn)
def not_allowed(request: HttpRequest, error: UnableToLetIn) -> HttpResponse:
    """Somebody who may something else, or not for the whole house."""
    if error.of:
        return _refuse(request, 403, one(problems.OF_A_PART, scope=error.scope, unit=error.of))
    return _refuse(request, 403, one(problems.NOT_ALLOWED, scope=error.scope))


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001
    """What is not there, or in another unit: which of them is not told."""
    return _refuse(request, 404, one(problems.NOT_FOUND, what=_OBJECT))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A request of another form than the route takes; what stood there is not repeated."""
    found = tuple(
        Problem(problems.INVALID, Place(".".join(map(str, each["loc"]))), {"why": each["msg"]})
        for each in error.errors
    )
    return _refuse(request, 422, found)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
    """A body that is longer than any but facts may be."""
    return _refuse(request, 413, one(problems.TOO_MUCH, why=_BODY))


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON."""
    return _refuse(request, error.status_code, one(problems.UNREADABLE, why=error.message))


@api.exception_handler(Exception)
def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """What nobody thought of: logged by where it happened, without the values, which may be a person's."""
    reference = uuid4().hex[:12]
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s: %s at %s\n%s", reference, type(error).__name__, request.path, where)
    return _refuse(request, 500, one(problems.FAILED, reference=reference))


@csrf_exempt
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - the path says enough
    """Below the API's address, but no route of it."""
    return _refuse(request, 404, one(problems.NOT_FOUND, what=_ROUTE))


_ROUTE = Text(en="route", zh="接口")
_OBJECT = Text(en="object", zh="对象")
_BODY = Text(en="the body is too long", zh="请求体过长")
