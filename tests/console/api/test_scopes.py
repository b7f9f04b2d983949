"""Every route × scope: deny by default, and nothing of another unit."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client

from seawall.acts import granting, handling
from seawall.acts.signing import Signed, now
from seawall.cases.case import Actor, Command
from seawall.console import access, place
from seawall.console.api import tokens
from seawall.console.api.main import api, operations
from seawall.console.api.tokens import Token
from tests.console.api.conftest import COMPLAINT, Caller, Machine, problems

OPEN = {"health", "ready"}
"""What anybody may ask: nothing of the lender is in the answer."""
CASE = "complaint-00000000000000000000"
ALERT = "alert-00000000000000000000"
FILLED = {
    "table": "event", "alert_id": ALERT, "case_id": CASE, "verb": "assign", "kind": "complaint", "name": "summary",
    "number": "0", "rest": "0/000.p/1", "application_id": "A-1",
}  # fmt: skip


def routes() -> Iterator[tuple[str, str, str, str | None]]:
    """Method, path, operation and scope of each route."""
    for operation in operations(api):
        (auth,) = operation.auth_callbacks or (None,)
        scope = auth.scope if isinstance(auth, Token) else None
        assert scope or operation.operation_id in OPEN, operation.operation_id
        for method in operation.methods:
            filled = operation.path.replace("path:", "").format(**FILLED).lstrip("/")
            yield method, filled, str(operation.operation_id), scope


ROUTES = list(routes())
NEEDING = [each for each in ROUTES if each[3]]


def asked(caller: Caller, method: str, path: str) -> Any:  # noqa: ANN401
    return caller.get(path) if method == "GET" else caller.post(path, {})


@pytest.mark.parametrize(
    ("method", "path", "_name", "scope"), NEEDING, ids=[each[2] for each in NEEDING]
)
def test_a_route_opens_to_its_scope_and_to_no_other(
    machine: Machine, method: str, path: str, _name: str, scope: str
) -> None:
    others = access.machine() - {scope}
    refused = asked(machine(*others), method, path)
    assert (refused.status_code, problems(refused)) == (403, ["api-scope-missing"])
    unknown = asked(Caller(""), method, path)
    assert (unknown.status_code, problems(unknown)) == (401, ["api-token-needed"])
    assert unknown["WWW-Authenticate"].startswith("Bearer")
    assert asked(machine(scope), method, path).status_code not in {401, 403, 500}


WHOLE = ("measures.read", "facts.write", "metrics.read", "ledger.read")
"""What tells, or changes, what all units have."""


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for method, path, _, scope in NEEDING if scope in WHOLE],
    ids=[name for _, _, name, scope in NEEDING if scope in WHOLE],
)
def test_a_token_of_a_part_opens_nothing_that_all_units_have(
    machine: Machine, method: str, path: str
) -> None:
    """Not even one that was granted before there was such a rule."""
    with patch.object(granting, "WHOLE", frozenset()):
        caller = machine(*WHOLE, unit="house/online", name="online-1")
    refused = asked(caller, method, path)
    assert (refused.status_code, problems(refused)) == (403, ["api-scope-of-the-whole"])


def test_what_needs_no_token_tells_nothing_of_the_lender(machine: Machine) -> None:
    del machine
    assert Caller("").read("health") == {"alive": True}
    assert Caller("").read("ready") == {
        "ready": True,
        "stores": {"office": True, "ledger": True, "vault": True},
    }


def test_a_person_who_signed_in_is_no_machine(as_: Any) -> None:  # noqa: ANN401
    browser: Client = as_("alice")
    assert browser.get("/api/v1/cases").status_code == 401


@pytest.mark.parametrize(
    "told", ["Bearer", "Bearer ", "Basic c3dsOng=", "Bearer swl_" + "x" * 43, "swl_x", "Bearer é"]
)
def test_what_is_no_token_opens_nothing(machine: Machine, told: str) -> None:
    del machine
    assert Client().get("/api/v1/cases", headers={"Authorization": told}).status_code == 401


def test_a_token_that_ended_or_was_taken_back_opens_nothing(machine: Machine) -> None:
    caller = machine("cases.read", days=1)
    assert caller.get("cases").status_code == 200
    with patch.object(tokens, "now", lambda: now() + timedelta(days=1, seconds=1)):
        assert caller.get("cases").status_code == 401
    number = next(iter(granting.listed()))
    granting.revoke(place.cases().desk.ledger, number, Signed(f"revoke:{number}", "ivan", now()))
    assert caller.get("cases").status_code == 401


def test_a_scope_that_machines_may_no_longer_have_opens_nothing(machine: Machine) -> None:
    caller = machine("cases.read")
    fewer = frozenset(access.machine() - {"cases.read"})
    with patch.object(access, "machine", lambda: fewer):
        assert caller.get("cases").status_code == 403


def test_no_route_can_ask_for_what_no_machine_may() -> None:
    with pytest.raises(ValueError, match=r"policies\.publish"):
        Token("policies.publish")


def opened(unit: str) -> str:
    """A complaint that somebody of a unit received; its id."""
    actor = Actor("heidi", frozenset({"customer_care"}), unit)
    key = f"test:{unit}:{uuid4().hex}"
    command = Command("receive", actor, datetime.now(UTC), key, COMPLAINT)
    came = handling.open_case(place.cases().desk, "complaint", command)
    assert came.case is not None, came.problems
    return came.case.id


def test_another_units_case_is_not_there(machine: Machine) -> None:
    partners, online, house = opened("house/partners"), opened("house/online"), opened("")
    mine = machine(unit="house/online", name="online-1")
    listed = {each["id"] for each in mine.read("cases", kind="complaint", limit=200)["cases"]}
    assert online in listed
    assert not {partners, house} & listed
    assert mine.get(f"cases/{online}").status_code == 200
    for other in (partners, house):
        assert mine.get(f"cases/{other}").status_code == 404
        refused = mine.post(f"cases/{other}/verbs/comment", {"reason": "hello"})
        assert (refused.status_code, problems(refused)) == (404, ["api-not-found"])
    everything = machine(name="house-2")
    assert {partners, online, house} <= {
        e["id"] for e in everything.read("cases", limit=200)["cases"]
    }


def test_the_openapi_tells_which_scope_a_route_needs(machine: Machine) -> None:
    del machine
    told = json.loads(Client().get("/api/v1/openapi.json").content)
    operations = [each for path in told["paths"].values() for each in path.values()]
    by_id = {each["operationId"]: each for each in operations}
    assert set(by_id) == {each[2] for each in ROUTES}
    for _, _, name, scope in NEEDING:
        assert by_id[name]["security"] == [{"Token": [scope]}]
