"""What the routes answer, held against what the house says by another way."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from seawall.acts import alert_cases
from seawall.acts.proving import prove
from seawall.console import counting, place
from seawall.console.api import measures, tokens
from seawall.core.engine import DuckEngine
from seawall.ledger import tree
from seawall.ledger.verifier import leaf_hash, node_hash
from seawall.office import measuring, queues
from seawall.office.turns import Pace, Turns
from seawall.records import case_register as register
from seawall.records.case_register import Listed
from tests.console.api.conftest import COMPLAINT, Machine, problems


def complaint(id_: str) -> bytes:
    told = {"event_id": id_, "happened_at": "2025-11-03T08:00:00Z", "kind": "complaint"}
    return json.dumps(told).encode()


def test_facts_are_kept_line_by_line(machine: Machine) -> None:
    caller = machine("facts.write")
    came = json.loads(
        caller.post("facts/event", complaint("API-1") + b"\n{\n" + complaint("API-2")).content
    )
    assert (came["lines"], came["new"], came["rejected"]) == (3, 2, 1)
    (rejected,) = came["rejects"]
    assert (rejected["line"], rejected["problem"]["code"]) == (2, "fact-not-json")
    again = json.loads(caller.post("facts/event", complaint("API-1")).content)
    assert (again["new"], again["unchanged"], again["rejects"]) == (0, 1, [])
    entry = place.cases().desk.ledger.entry(place.cases().desk.ledger.size - 1)
    assert (entry.told["kind"], entry.told["actor"]) == ("book.ingest", "origination-1")


def test_facts_of_no_table_or_too_many_are_refused_whole(machine: Machine) -> None:
    caller = machine("facts.write")
    refused = caller.post("facts/people", complaint("API-3"))
    assert (refused.status_code, problems(refused)) == (422, ["fact-table-unknown"])
    refused = caller.post("facts/event", b"{}\n" * 5_001)
    assert (refused.status_code, problems(refused)) == (413, ["api-too-much"])
    refused = caller.post("facts/event", b" " * (8 * 1024 * 1024 + 1))
    assert (refused.status_code, problems(refused)) == (413, ["api-too-much"])


def test_while_the_book_is_changed_elsewhere_a_sender_is_told_when_to_come_again(
    machine: Machine,
) -> None:
    caller, inlet = machine("facts.write"), place.inlet()
    with patch.object(inlet.turns, "wait_seconds", 0.1), inlet.home.book.change():
        busy = caller.post("facts/event", complaint("API-4"))
    assert (busy.status_code, problems(busy)) == (503, ["api-busy"])
    assert int(busy["Retry-After"]) >= 1
    assert json.loads(caller.post("facts/event", complaint("API-4")).content)["new"] == 1


def test_alerts_are_those_that_are_open(machine: Machine) -> None:
    caller = machine("alerts.read")
    told = caller.read("alerts", limit=200)["alerts"]
    held = {str(cause): alert for cause, (alert, _) in alert_cases.open_alerts().items()}
    assert len(told) == len(held) > 0
    for each in told:
        inside = ",".join(f"{name}={value}" for name, value in each["segment"].items())
        (alert,) = [a for a in held.values() if a.cause.indicator == each["indicator"]
                    and dict(a.cause.segment) == each["segment"]]  # fmt: skip
        assert (each["level"], each["since"]) == (
            ("green", "amber", "red")[alert.level],
            str(alert.since),
        ), inside


def test_an_alert_explains_itself_and_shows_its_case(machine: Machine) -> None:
    caller = machine("alerts.read")
    first = caller.read("alerts", limit=1)["alerts"][0]
    told = caller.read(f"alerts/{first['id']}")
    assert told["alert"] == first
    assert told["case"]["timeline"][0]["verb"] == "raise"
    assert len(told["explanation"]) >= 2
    assert all(each["en"] and each["zh"] for each in told["explanation"])


def test_lists_are_paged_and_miss_and_repeat_nothing(machine: Machine) -> None:
    caller = machine("cases.read")
    for is_open in (True, False, None):
        asked = {} if is_open is None else {"open": is_open}
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = caller.read("cases", limit=7, **asked, **after)
            seen += [each["id"] for each in page["cases"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        every = [row for row in register.every_case() if is_open in (None, bool(row.is_open))]
        assert sorted(seen) == sorted(row.case_id for row in every)
        assert len(set(seen)) == len(seen)


def test_a_case_is_opened_once_for_a_key(machine: Machine) -> None:
    caller = machine("cases.open", "cases.read")
    body = {"kind": "complaint", "fields": COMPLAINT, "reason": "by letter"}
    done = json.loads(caller.post("cases", body, key="form-7").content)
    assert (done["new"], done["event"], done["case"]["state"], done["in_ledger"]) == (
        True,
        1,
        "received",
        True,
    )
    again = json.loads(caller.post("cases", body, key="form-7").content)
    assert (again["new"], again["case"]["id"]) == (False, done["case"]["id"])
    other = json.loads(
        machine("cases.open", name="care-2").post("cases", body, key="form-7").content
    )
    assert (other["new"], other["case"]["id"] == done["case"]["id"]) == (True, False)
    (event,) = register.events(done["case"]["id"])
    assert (event.actor, event.digest) == ("origination-1", done["case"]["timeline"][0]["digest"])
    assert place.cases().desk.ledger.find(f"case:{done['case']['id']}:1") is not None
    assert caller.read(f"cases/{done['case']['id']}") == done["case"]


def test_what_the_kind_refuses_is_told_whole_and_nothing_is_kept(machine: Machine) -> None:
    caller, before = (
        machine("cases.open", "cases.handle", "cases.read"),
        len(list(register.every_event())),
    )
    refused = caller.post(
        "cases", {"kind": "complaint", "fields": {"customer": "Alice", "channel": "fax"}}
    )
    assert refused.status_code == 422
    assert {"case-field-misfit"} <= set(problems(refused))
    assert len(problems(refused)) >= 2
    assert caller.post("cases", {"kind": "gossip"}).status_code == 404
    assert len(list(register.every_event())) == before


def test_a_verb_of_people_is_refused_to_a_machine(machine: Machine) -> None:
    caller = machine("cases.open", "cases.handle")
    done = json.loads(caller.post("cases", {"kind": "complaint", "fields": COMPLAINT}).content)
    path = f"cases/{done['case']['id']}/verbs"
    refused = caller.post(f"{path}/acknowledge", {})
    assert (refused.status_code, problems(refused)) == (422, ["case-role"])
    commented = json.loads(
        caller.post(f"{path}/comment", {"reason": "the customer called"}, key="k1").content
    )
    assert commented["case"]["timeline"][-1]["reason"] == "the customer called"
    stale = caller.post(f"{path}/comment", {"reason": "again", "revision": 1})
    assert (stale.status_code, problems(stale)) == (422, ["case-moved-on"])
    assert prove(place.cases().desk).problems == ()


def test_without_a_key_nothing_is_done(machine: Machine) -> None:
    caller = machine("cases.open")
    for key in ("", "two words", "x" * 101):
        response = caller.client.post(
            "/api/v1/cases", json.dumps({"kind": "complaint", "fields": COMPLAINT}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {caller.secret}"} | ({"Idempotency-Key": key} if key else {}),
        )  # fmt: skip
        assert (response.status_code, problems(response)) == (422, ["api-invalid"])


@pytest.mark.parametrize(
    ("name", "by"), [("summary", []), ("delinquency", ["channel"]), ("vintage", [])]
)
def test_a_measure_says_what_the_command_says_and_how(
    machine: Machine, name: str, by: list[str]
) -> None:
    told = machine("measures.read").read(f"measures/{name}", by=by)
    reading = measuring.read(place.home())
    measure = reading.measure(name)
    rows = reading.answer(measure, tuple(by)).to_pylist()
    names = [each["name"] for each in told["columns"]]
    assert told["as_of"] == str(reading.as_of)
    assert [dict(zip(names, row, strict=True)) for row in told["rows"]] == [
        {k: str(v) if isinstance(v, Decimal | date) else v for k, v in row.items()} for row in rows
    ]
    assert told["how"]["sql"] == reading.steps(measure, tuple(by)).sql()
    assert told["how"]["meaning"]["en"] == measure.meaning.en
    assert told["how"]["files"]


def test_a_measure_asked_again_is_not_computed_again(machine: Machine) -> None:
    caller = machine("measures.read")
    first = caller.read("measures/growth", by=["product"])
    with patch.object(DuckEngine, "table", side_effect=AssertionError("computed")):
        assert caller.read("measures/growth", by=["product"]) == first


def test_an_answer_of_too_many_rows_is_refused_in_a_sentence(machine: Machine) -> None:
    with patch.object(measures, "ROWS_MOST", 1):
        refused = machine("measures.read").get("measures/growth")
    assert (refused.status_code, problems(refused)) == (409, ["api-refused"])
    assert "fewer segments" in refused.content.decode()


def test_a_measure_that_is_not_there_or_a_day_that_is_not_known_is_refused(
    machine: Machine,
) -> None:
    caller = machine("measures.read")
    assert caller.get("measures/luck").status_code == 404
    refused = caller.get("measures/summary", by="colour")
    assert (refused.status_code, problems(refused)) == (422, ["api-not-among"])
    refused = caller.get("measures/summary", as_of="1999-12-31")
    assert (refused.status_code, problems(refused)) == (409, ["api-refused"])
    with patch.object(measures, "TURNS", Turns(waiting_most=0)):
        assert caller.get("measures/summary").status_code == 503


def test_a_proof_leads_from_the_entry_to_the_signed_root(machine: Machine) -> None:
    """Recomputed as RFC 6962, 2.1.1, says, from the answer alone."""
    caller = machine("ledger.read", "decisions.read")
    size = int(caller.get("ledger/checkpoint").content.split(b"\n")[1])
    for number in (0, 1, size // 2, size - 1):
        entry, proof = (
            caller.read(f"ledger/entries/{number}"),
            caller.read(f"ledger/entries/{number}/proof"),
        )
        here = hashlib.sha256(b"\0" + entry["leaf"].encode()).digest()
        root = _root_from(
            here, number, proof["size"], [bytes.fromhex(each) for each in proof["hashes"]]
        )
        signed = place.cases().desk.ledger.vouched(proof["checkpoint"].encode())
        assert (signed.root, signed.size) == (root, proof["size"])
        body = hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["body"].encode()).hexdigest()
        assert json.loads(entry["leaf"])["body"] == body
        assert caller.read("ledger/entries", act=entry["act"]) == entry


def test_a_customers_body_is_told_to_who_may_see_his_decision(machine: Machine) -> None:
    blind = machine("ledger.read", name="witness-1")
    seeing = machine("ledger.read", "decisions.read", name="seeing-1")
    entries = list(place.cases().desk.ledger.entries())
    for kind in ("decision", "policy.publish"):
        found = next(each for each in entries if each.told["kind"] == kind)
        assert kind != "decision" or found.told["on_behalf_of"] is None, "the whole house's"
        for path, asked in (
            (f"ledger/entries/{found.number}", {}),
            ("ledger/entries", {"act": found.told["act"]}),
        ):
            assert seeing.read(path, **asked)["body"] == (found.body or b"").decode()
            for caller in (blind,):
                told = caller.read(path, **asked)
                assert (told["salt"] is None, told["body"] is None) == (kind == "decision",) * 2
                assert told["leaf"] == found.leaf.decode()


def _root_from(here: bytes, number: int, size: int, hashes: list[bytes]) -> bytes:
    if size == 1:
        assert not hashes
        return here
    half = 1 << ((size - 1).bit_length() - 1)
    *below, last = hashes
    if number < half:
        return node_hash(_root_from(here, number, half, below) + last)
    return node_hash(last + _root_from(here, number - half, size - half, below))


def test_tiles_and_consistency_are_those_of_the_ledger(machine: Machine) -> None:
    caller, ledger = machine("ledger.read"), place.cases().desk.ledger
    size = ledger.size
    width = size % 256
    path = tree.path(0, size // 256, width)
    leaves = [leaf_hash(each.leaf) for each in ledger.entries(size - width, size)]
    assert caller.get(f"ledger/{path}").content == b"".join(leaves)
    assert caller.get("ledger/tile/0/999").status_code == 404
    told = caller.read("ledger/consistency", old=size // 2, size=size)
    assert [bytes.fromhex(each) for each in told["hashes"]] == list(
        ledger.consistency(size // 2, size)
    )
    assert caller.get("ledger/consistency", old=size + 10_000).status_code == 404
    assert caller.get(f"ledger/entries/{2**53 - 1}").status_code == 404


def test_metrics_tell_what_stands_and_what_was_asked(machine: Machine) -> None:
    caller = machine("metrics.read", "cases.read")
    caller.get("cases")
    caller.get("cases/alert-00000000000000000000")
    text = caller.get("metrics").content.decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert float(lines["seawall_ledger_entries"]) == place.cases().desk.ledger.size
    named = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert {each for each in named if not each.endswith("_created")} == set(counting.METRICS)
    held = register.listed(Listed("alert", is_open=True, most=100_000))
    assert (
        float(lines["seawall_open_alerts"])
        == float(lines['seawall_open_cases{kind="alert"}'])
        == len(held)
    )
    assert (
        float(lines['seawall_requests_total{method="GET",route="api/v1/cases",status="200"}']) >= 1
    )
    assert (
        float(
            lines[
                'seawall_requests_total{method="GET",route="api/v1/cases/<case_id>",status="404"}'
            ]
        )
        >= 1
    )
    assert float(lines['seawall_request_seconds_count{route="api/v1/cases"}']) >= 1


def test_readiness_names_the_store_that_does_not_answer(machine: Machine) -> None:
    caller = machine("cases.read")
    ring = place.home().vault.ring_file
    away = ring.with_suffix(".away")
    ring.rename(away)
    try:
        told = caller.get("ready")
    finally:
        away.rename(ring)
    assert told.status_code == 503
    assert json.loads(told.content) == {
        "ready": False,
        "stores": {"office": True, "ledger": True, "vault": False},
    }
    assert caller.get("health").status_code == 200


def test_what_breaks_is_told_by_a_number_and_logged_without_values(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    caller = machine("cases.read")
    with patch.object(queues, "page", side_effect=RuntimeError("Zhang Wei 13800138000")):
        failed = caller.get("cases")
    assert (failed.status_code, problems(failed)) == (500, ["api-failed"])
    told: Any = json.loads(failed.content)["problems"][0]["message"]["en"]
    logged = [
        each.getMessage() for each in caplog.records if each.name == "seawall.console.api.main"
    ]
    assert logged[0].partition(":")[0] in told
    assert "13800138000" not in caplog.text + failed.content.decode()


def test_a_body_that_is_no_json_is_refused(machine: Machine) -> None:
    refused = machine("cases.open").post("cases", b"{not json")
    assert (refused.status_code, problems(refused)) == (400, ["api-unreadable"])


def test_a_machine_that_asks_too_often_is_told_so_and_others_are_not(machine: Machine) -> None:
    often, other = machine("cases.read", name="often-1"), machine("cases.read", name="other-1")
    with patch.object(tokens, "PACE", Pace(per_second=0.001, at_once=3)):
        asked = [often.get("kinds") for _ in range(4)]
        assert [each.status_code for each in asked] == [200, 200, 200, 429]
        assert (problems(asked[-1]), asked[-1]["Retry-After"]) == (["api-too-often"], "1")
        assert other.get("kinds").status_code == 200


@pytest.mark.parametrize("path", ["gossip", "cases/", "v2/cases", "ledger/tile"])
def test_what_is_no_route_is_refused_in_the_same_form(machine: Machine, path: str) -> None:
    caller = machine("cases.read")
    for refused in (caller.get(path), caller.post(path, {})):
        assert (refused.status_code, problems(refused)) == (404, ["api-not-found"])
