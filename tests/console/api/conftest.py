"""Machines of the small lender, each with a token."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from seawall.acts import granting
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.signing import Signed, now
from seawall.console import access, place
from seawall.core.institution import HOUSE
from seawall.office.homes import Home

COMPLAINT = {
    "customer": "person_AAAAAAAAAAAAAAAAAAAAAAAAAA", "jurisdiction": "cn", "channel": "app", "subject": "price",
    "summary": "charged twice",
}  # fmt: skip


@dataclass
class Caller:
    """A machine that asks the API in this process."""

    secret: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, **asked: Any) -> Any:  # noqa: ANN401
        return self.client.get(f"/api/v1/{path}", asked, headers=self._headers())

    def read(self, path: str, **asked: Any) -> Any:  # noqa: ANN401
        response = self.get(path, **asked)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def post(self, path: str, body: object, *, key: str | None = None) -> Any:  # noqa: ANN401
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self._headers() | {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(
            f"/api/v1/{path}", text, content_type="application/json", headers=headers
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


Machine = Callable[..., Caller]


@pytest.fixture
def machine(lender: Home) -> Machine:
    """A machine with scopes, of a unit, as `machine("cases.read", unit="house/online")`; with all it can have by default."""
    del lender

    def granted(
        *scopes: str, unit: str = "house", name: str = "origination-1", days: int = 30
    ) -> Caller:
        whole = granting.WHOLE if unit != HOUSE else frozenset[str]()
        some = frozenset(scopes) or access.machine() - whole
        wanted = Wanted(name, some, unit, now() + timedelta(days=days))
        among = Grantable(access.machine(), access.declared().units)
        signed = Signed(f"grant:{uuid4().hex}", "ivan", now())
        return Caller(granting.grant(place.cases().desk.ledger, wanted, among, signed).secret)

    return granted


def problems(response: Any) -> list[str]:  # noqa: ANN401
    """The codes of a refusal."""
    told = json.loads(response.content)
    assert set(told) == {"problems"}
    for each in told["problems"]:
        assert set(each) == {"code", "where", "message", "remedy"}
        assert each["message"]["en"]
        assert each["message"]["zh"]
    return [each["code"] for each in told["problems"]]
