"""Whatever is sent, what comes back is as the API's description says, and never an error of the server.

Schemathesis makes requests from the description: good ones, and ones that break it in every way it knows.
"""

import json
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from seawall.console.api.main import api
from seawall.records import case_register as register
from tests.console.api.conftest import COMPLAINT, Caller, Machine

# A query may have more than a route reads, as trackers add; the token is the test's own.
CONFIG = SchemathesisConfig.from_dict(
    {"generation": {"allow-extra-parameters": False, "with-security-parameters": False}}
)
schema = schemathesis.openapi.from_dict(
    dict(api.get_openapi_schema(path_prefix="/api/v1/")), config=CONFIG
)
schema.app = get_wsgi_application()


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:  # noqa: ANN401
    del context
    return "\n".join(
        json.dumps(each) for each in (value if isinstance(value, list) else [value])
    ).encode()


THERE: dict[str, Any] = {}
"""What is there of the lender, by the name of a path's part; half of the requests are about it."""


def opened_case(caller: Caller) -> str:
    return str(
        json.loads(caller.post("cases", {"kind": "complaint", "fields": COMPLAINT}).content)[
            "case"
        ]["id"]
    )


def about_what_is_there(case: Any) -> None:  # noqa: ANN401
    """Let every other request be about something that is there."""
    given = case.path_parameters or {}
    known = THERE | {
        "kind": "complaint",
        "table": "event",
        "name": "delinquency",
        "rest": "0/000.p/5",
        "number": 3,
    }
    if len(str(given)) % 2:
        case.path_parameters.update({name: known[name] for name in given if name in known})


@pytest.fixture
def headers(machine: Machine) -> dict[str, str]:
    caller = machine()
    for kind in ("complaint", "alert"):
        rows = register.listed(register.Listed(kind, is_open=None, most=1))
        THERE["alert_id" if kind == "alert" else "case_id"] = (
            rows[0].case_id if rows else opened_case(caller)
        )
    return {"Authorization": f"Bearer {caller.secret}"}


@schema.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Any, headers: dict[str, str]) -> None:  # noqa: ANN401
    about_what_is_there(case)
    # A request of the right form may still be refused, as a case whose kind does not let machines open it is.
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
