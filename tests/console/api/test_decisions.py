"""Decisions over the API: through Django and past it, the same."""

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.wsgi import get_wsgi_application

from seawall.acts import granting
from seawall.acts.gathering import UnableToTake
from seawall.acts.signing import Signed, now
from seawall.console import express as express_lane
from seawall.console import place
from seawall.console.api.decisions import TOGETHER_MOST
from seawall.console.express import HELD_SECONDS, Express, Holders
from seawall.ledger.entry import Entry, Erasing, Receipt
from seawall.ledger.log import Ledger
from seawall.office.homes import Home
from tests.console.api.conftest import Caller, Machine, problems

POLICY = "instalment_loan"


@pytest.fixture(autouse=True)
def closed(lender: Home) -> Iterator[None]:
    """The queue is this test's own."""
    del lender
    place.close()
    yield
    place.close()


def application(**more: object) -> dict[str, Any]:
    at = now() - timedelta(minutes=5)
    return {
        "application_id": f"a-{uuid4().hex}", "applied_at": at.isoformat(), "currency": "CNY", "amount": 9000.5,
        "term_days": 365, "purpose": "travel", "birth_year": 1990, "home": "rent", "income_annual": 180000,
        "debt_monthly": 900, "bureau_score": 760, "inquiries_6m": 0, "open_lenders": 1, "name": "李雷",
        "phone": "+8613800138000", "device_id": "ab-12", **more,
    }  # fmt: skip


def asked(**more: object) -> dict[str, Any]:
    return {"policy": POLICY, "application": application(**more)}


class Past:
    """A machine that is answered past the middlewares; `below` counts what went down to Django."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.below = 0
        django_ = get_wsgi_application()

        def counted(environ: dict[str, Any], start: Any) -> list[bytes]:  # noqa: ANN401 - Django's own type is narrower
            self.below += 1
            return [b"".join(django_(environ, start))]

        self.express = Express(counted)

    def post(
        self, path: str, body: object, *, key: str | None = None, secret: str | None = None
    ) -> "Answered":
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        told: dict[str, Any] = {}
        environ = {
            "REQUEST_METHOD": "POST", "PATH_INFO": f"/api/v1/{path}", "SCRIPT_NAME": "", "QUERY_STRING": "",
            "CONTENT_LENGTH": str(len(text)), "CONTENT_TYPE": "application/json", "wsgi.input": BytesIO(text),
            "HTTP_AUTHORIZATION": f"Bearer {secret or self.secret}", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
            **({"HTTP_IDEMPOTENCY_KEY": key} if key else {}),
        }  # fmt: skip
        content = self.express(
            environ, lambda status, headers: told.update(status=status, headers=headers)
        )
        return Answered(int(told["status"].split()[0]), b"".join(content), dict(told["headers"]))


Asker = Caller | Past


class Answered(dict[str, str]):
    """An answer, with headers as items, as Django's test client has it."""

    def __init__(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        super().__init__(headers)
        self.status_code = status
        self.content = content


@pytest.fixture(params=["django", "express"])
def caller(machine: Machine, request: pytest.FixtureRequest) -> Asker:
    made = machine("decisions.decide", "decisions.read")
    return made if request.param == "django" else Past(made.secret)


def read(response: Answered) -> dict[str, Any]:
    assert response.status_code == 200, response.content
    told: dict[str, Any] = json.loads(response.content)
    return told


def test_a_decision_is_told_with_reasons_for_the_customer_and_its_entry(caller: Asker) -> None:
    wanted = asked(bureau_score=460)
    told = read(caller.post("decisions", wanted))
    entry = place.cases().desk.ledger.entry(told["entry"])
    assert entry.content is not None
    assert entry.told["subject"] == f"application:{wanted['application']['application_id']}"
    assert (entry.told["actor"], entry.told.get("on_behalf_of")) == ("origination-1", None)
    assert told["policy"] == entry.content["policy"]
    assert told["outcome"] == entry.content["outcome"] == "decline"
    assert told["offer"] == entry.content["offer"]
    assert set(told["offer"]) == {"limit", "annual_rate", "instalment"}
    assert told["reasons"] == entry.content["reasons"]
    assert all(each["en"] and each["zh"] for each in told["reasons"])
    assert told["new"]
    assert "李雷" not in json.dumps(entry.content, ensure_ascii=False)


def test_sent_again_it_is_the_same_decision_and_changed_it_is_refused(caller: Asker) -> None:
    wanted = asked()
    first, again = (read(caller.post("decisions", wanted)) for _ in range(2))
    assert again == {**first, "new": False}
    wanted["application"]["amount"] = 1
    refused = caller.post("decisions", wanted)
    assert (refused.status_code, problems(refused)) == (422, ["application-changed"])


def test_an_idempotency_key_stands_for_an_id_that_is_not_there(caller: Asker) -> None:
    wanted, key = asked(), uuid4().hex
    del wanted["application"]["application_id"]
    without = caller.post("decisions", wanted, key=None) if isinstance(caller, Past) else None
    if without is not None:
        assert (without.status_code, problems(without)) == (422, ["application-id-unusable"])
    first, again = (read(caller.post("decisions", wanted, key=key)) for _ in range(2))
    assert (first["id"], again["entry"], again["new"]) == (key, first["entry"], False)
    named = asked()
    assert (
        read(caller.post("decisions", named, key=key))["id"]
        == named["application"]["application_id"]
    )


def test_of_many_each_has_its_own_answer(caller: Asker) -> None:
    same = application()
    nameless = application(application_id="")
    some = [application(), nameless, same, {**same, "amount": 1}, application(strange="x")]
    told = read(caller.post("decisions/batch", {"policy": POLICY, "applications": some}))[
        "decisions"
    ]
    codes = [[each["code"] for each in one["problems"]] for one in told]
    assert codes == [
        [],
        ["application-id-unusable"],
        [],
        ["application-changed"],
        ["application-key-unused"],
    ]
    assert ["entry" in one for one in told] == [True, False, True, False, True]
    assert [one["id"] for one in told[2:]] == [one["application_id"] for one in some[2:]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), ({"policy": POLICY}, 422), ({"policy": "Ü", "application": {"id": "x"}}, 422),
        ({"policy": POLICY, "application": {"id": ["x"]}}, 422), ({"policy": POLICY, "application": {}}, 422),
        ({**asked(), "more": 1}, 422), ({**asked(), "country": "china"}, 422), (b"[]", 422),
        ({"policy": "nobodys", "application": {"id": "x"}}, 409),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_alike(
    machine: Machine, body: object, status: int
) -> None:
    through = machine("decisions.decide")
    past = Past(through.secret)
    by_django, by_express = through.post("decisions", body), past.post("decisions", body)
    assert by_django.status_code == by_express.status_code == status
    assert json.loads(by_django.content) == json.loads(by_express.content)
    assert problems(by_express)


def test_what_is_well_goes_past_and_all_else_down(machine: Machine) -> None:
    past = Past(machine("decisions.decide").secret)
    read(past.post("decisions", asked()))
    assert past.below == 0
    unknown = "swl_nobodys"
    assert past.post("decisions", asked(), secret=unknown).status_code == 401
    assert past.post("decisions", asked(), secret=machine("cases.read").secret).status_code == 403
    assert past.post("cases", {}).status_code == 403
    assert past.post("decisions", b" " * (express_lane.BYTES_MOST + 1)).status_code in {400, 422}
    assert past.below == 4


def test_a_revoked_token_decides_no_longer_than_it_says(machine: Machine) -> None:
    caller, time = machine("decisions.decide"), [0.0]
    holders = Holders(lambda: time[0])
    environ = {"HTTP_AUTHORIZATION": f"Bearer {caller.secret}"}
    assert holders.holder(environ) is not None
    number = next(iter(granting.listed()))
    granting.revoke(place.cases().desk.ledger, number, Signed(f"revoke:{number}", "ivan", now()))
    time[0] = HELD_SECONDS
    assert holders.holder(environ) is not None
    time[0] = HELD_SECONDS + 0.001
    assert holders.holder(environ) is None


def test_a_decision_is_read_by_its_unit_and_by_who_is_above(machine: Machine) -> None:
    online = machine("decisions.decide", "decisions.read", unit="house/online", name="online-1")
    wanted = asked()
    id_ = wanted["application"]["application_id"]
    told = read(online.post("decisions", wanted))
    mine = online.read(f"decisions/{id_}")
    assert {**told, "new": False}.items() <= mine.items()
    assert (mine["decided_by"], mine["unit"]) == ("online-1", "house/online")
    assert machine("decisions.read").read(f"decisions/{id_}") == mine
    others = machine("decisions.decide", "decisions.read", unit="house/partners", name="partners-1")
    assert problems(others.get(f"decisions/{id_}")) == ["api-not-found"]
    assert others.get("decisions/nobodys").content == others.get(f"decisions/{id_}").content
    other = {**wanted, "application": {**wanted["application"], "amount": 1}}
    unknown = {**wanted, "policy": "no-such-policy"}
    said = {others.post("decisions", each).content for each in (wanted, other)}
    assert len(said) == 1, (
        "whatever came with the id, the same words: nobody finds out what differs"
    )
    again = others.post("decisions", wanted)
    assert (again.status_code, problems(again)) == (422, ["application-id-taken"])
    assert problems(others.post("decisions", unknown)) != ["application-id-taken"]
    house = read(machine("decisions.decide").post("decisions", wanted))
    assert house == {**told, "new": False}


def test_an_erased_decision_is_told_as_such(caller: Asker, machine: Machine) -> None:
    wanted = asked()
    told = read(caller.post("decisions", wanted))
    ledger = place.cases().desk.ledger
    ledger.erase(told["entry"], Erasing("ivan", now(), f"erase:{uuid4().hex}", "asked"))
    found = machine("decisions.read").read(f"decisions/{told['id']}")
    assert (found["outcome"], found["policy"], found["reasons"]) == (None, None, [])
    assert found["entry"] == told["entry"]


def test_who_finds_no_room_is_told_when_to_come_again(
    caller: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise UnableToTake(512, stopped=False)

    monkeypatch.setattr(place.live(), "decide", full)
    refused = caller.post("decisions", asked())
    assert (refused.status_code, problems(refused)) == (503, ["api-busy"])
    assert refused["Retry-After"] == "1"


def test_what_nobody_thought_of_tells_no_value(caller: Asker, monkeypatch: pytest.MonkeyPatch,
                                               caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    wanted = asked()

    def broken(*_: object) -> None:
        raise ValueError(wanted["application"]["phone"])

    monkeypatch.setattr(place.live(), "decide", broken)
    refused = caller.post("decisions", wanted)
    assert (refused.status_code, problems(refused)) == (500, ["api-failed"])
    assert "13800138000" not in refused.content.decode() + caplog.text


def test_machines_that_ask_at_once_share_batches(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    past, appended = Past(machine("decisions.decide").secret), list[int]()

    append = Ledger.append_all

    def counted(ledger: Ledger, entries: Sequence[Entry]) -> tuple[Receipt, ...]:
        appended.append(len(entries))
        return append(ledger, entries)

    monkeypatch.setattr(Ledger, "append_all", counted)
    wanted, answers = [asked() for _ in range(40)], list[dict[str, Any]]()
    threads = [
        threading.Thread(target=lambda one=one: answers.append(read(past.post("decisions", one))))
        for one in wanted
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sum(appended) == len({each["entry"] for each in answers}) == 40
    assert len(appended) < 40


def test_many_are_no_more_than_a_batch_may_have(machine: Machine) -> None:
    caller = machine("decisions.decide")
    some = [application() for _ in range(TOGETHER_MOST + 1)]
    refused = caller.post("decisions/batch", {"policy": POLICY, "applications": some})
    assert (refused.status_code, problems(refused)) == (422, ["api-invalid"])
