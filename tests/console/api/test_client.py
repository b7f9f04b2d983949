"""The client against a served house, and its values against the API's description."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from seawall.client import told
from seawall.client.house import House
from seawall.client.refusals import UnableToGetAnswer
from seawall.console import place
from seawall.console.api.main import api
from seawall.office import measuring
from seawall.office.homes import Home
from tests.console.api.conftest import COMPLAINT, Machine


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        pass


@pytest.fixture(scope="module")
def address(lender: Home) -> Iterator[str]:
    """Where the lender is served, on this machine."""
    del lender
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    place.close()


@pytest.fixture
def house(address: str, machine: Machine) -> Iterator[House]:
    with House(address, machine().secret) as opened:
        yield opened


def application(**more: object) -> dict[str, object]:
    at = datetime.now(UTC) - timedelta(minutes=5)
    return {
        "application_id": f"c-{uuid4().hex}", "applied_at": at, "currency": "CNY", "amount": Decimal("9000.50"),
        "term_days": 365, "purpose": "travel", "birth_year": 1990, "home": "rent", "income_annual": 180000,
        "debt_monthly": 900, "bureau_score": 760, "inquiries_6m": 0, "open_lenders": 1, "name": "李雷",
        "phone": "+8613800138000", "device_id": "ab-12", **more,
    }  # fmt: skip


def test_a_decision_is_made_once_and_read_again(house: House) -> None:
    given = application()
    decided = house.decide("instalment_loan", given)
    assert decided.new
    again = house.decide("instalment_loan", given)
    assert again == decided.model_copy(update={"new": False})
    made = house.decision(str(given["application_id"]))
    assert (made.outcome, made.entry, made.decided_by) == (
        decided.outcome,
        decided.entry,
        "origination-1",
    )
    assert house.entry_of(f"decide:{given['application_id']}").number == decided.entry


def test_many_are_decided_in_order_and_one_that_is_refused_stops_no_other(house: House) -> None:
    some = [application() for _ in range(3)]
    del some[1]["application_id"]
    first, second, third = house.decide_all("instalment_loan", some)
    assert [type(each).__name__ for each in (first, second, third)] == [
        "Decision",
        "Refused",
        "Decision",
    ]
    assert (first.id, third.id) == (some[0]["application_id"], some[2]["application_id"])
    assert second.problems


def test_facts_are_handed_in_and_rejected_ones_numbered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seawall.client.house.FACTS_MOST", 2)
    at = datetime(2025, 11, 3, 8, tzinfo=UTC).isoformat().replace("+00:00", "Z")
    facts = [{"event_id": f"CL-{n}", "happened_at": at, "kind": "complaint"} for n in range(5)]
    facts[3]["colour"] = "red"
    came = house.take("event", facts)
    assert (came.lines, came.new, came.rejected) == (5, 4, 1)
    assert [(each.line, each.problem.code) for each in came.rejects] == [(4, "fact-column-unknown")]


def test_cases_are_opened_handled_and_listed(house: House) -> None:
    done = house.open_case("complaint", COMPLAINT, key="letter-9", reason="by letter")
    assert house.open_case("complaint", COMPLAINT, key="letter-9", reason="by letter").new is False
    said = house.do(done.case.id, "comment", reason="the customer called", revision=1)
    assert said.case.timeline[-1].reason == "the customer called"
    assert done.case.id in {each.id for each in house.cases("complaint", is_open=True)}
    assert house.case(done.case.id) == said.case
    assert "receive" in house.kind("complaint").verbs
    assert "complaint" in {each.id for each in house.kinds()}


def test_alerts_are_read_with_their_explanation(house: House) -> None:
    alerts = list(house.alerts())
    assert alerts
    read = house.alert(alerts[0].id)
    assert read.alert == alerts[0]
    assert read.case.id == alerts[0].id


def test_measures_and_proofs_are_those_of_the_house(house: House) -> None:
    reading = measuring.read(place.home())
    expected = reading.answer(reading.measure("delinquency"), ("channel",)).num_rows
    answer = house.measure("delinquency", ["channel"])
    assert len(answer.by_name()) == expected
    assert answer.as_of == reading.as_of
    assert "delinquency" in {each.name for each in house.measures().measures}
    entry, proof = house.entry(0), house.inclusion(0)
    assert entry.number == proof.number == 0
    assert house.checkpoint().startswith("lender.example/ledger\n")
    assert house.consistency(1).old == 1
    assert len(house.tile("0/000.p/1")) == 32
    assert house.ready().ready
    assert "seawall_ledger_entries" in house.metrics()


def test_a_refusal_says_everything_that_is_wrong(house: House) -> None:
    with pytest.raises(UnableToGetAnswer) as refused:
        house.open_case("complaint", {"customer": "Alice"})
    assert refused.value.status == 422
    assert len(refused.value.problems) >= 2
    with pytest.raises(UnableToGetAnswer, match="api-not-found"):
        house.case("complaint-00000000000000000000")


def described(model: str, schemas: dict[str, Any]) -> set[str]:
    return set(schemas[model]["properties"])


def test_the_clients_values_are_those_that_the_description_tells() -> None:
    schemas = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))["components"][
        "schemas"
    ]
    values = {
        name: each
        for name, each in vars(told).items()
        if isinstance(each, type) and issubclass(each, told.Told)
    }
    del values["Told"]
    for name, value in values.items():
        assert set(value.model_fields) == described(name, schemas), name
    sent = {"One", "Many", "Opening", "Doing"}
    written_otherwise = {"Words", "Alive"}
    assert set(schemas) - sent - written_otherwise == set(values)
