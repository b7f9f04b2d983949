"""How the client asks, against a server that answers as a script says."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import ValidationError

from seawall.client.house import House
from seawall.client.refusals import UnableToGetAnswer, UnableToReachHouse, UnableToTrustAddress
from seawall.client.wire import Request, Wire

PROBLEM = {
    "code": "api-busy", "where": "request", "message": {"en": "busy", "zh": "忙"},
    "remedy": {"en": "later", "zh": "稍后"},
}  # fmt: skip
REFUSAL = json.dumps({"problems": [PROBLEM]}).encode()


@dataclass
class Script:
    """What a server answers, one after the other: a status, headers, a body; or it hangs up."""

    answers: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)
    heard: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def script() -> Iterator[Script]:
    told = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.heard.append((self.command, self.path, dict(self.headers), body))
            told.connections.add(self.client_address[1])
            answer = told.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, text = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield told
        server.shutdown()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the client would have slept."""
    slept: list[float] = []
    monkeypatch.setattr("seawall.client.wire.time.sleep", slept.append)
    return slept


OK: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
ASK = Request("POST", "/cases", body=("application/json", b'{"a": 1}'), key="k-7")


def closing(make: Callable[[], Wire]) -> Iterator[Wire]:
    made = make()
    yield made
    made.close()


@pytest.fixture
def asking(script: Script) -> Iterator[Wire]:
    yield from closing(lambda: Wire(script.address, "swl_x", timeout_s=2, patience_s=60))


def test_a_connection_is_kept(script: Script, asking: Wire) -> None:
    script.answers = [OK, OK, OK]
    for _ in range(3):
        assert asking.ask(ASK) == b"{}"
    assert len(script.connections) == 1
    method, path, headers, body = script.heard[0]
    assert (method, path, body) == ("POST", "/api/v1/cases", b'{"a": 1}')
    assert headers["Authorization"] == "Bearer swl_x"
    assert headers["Idempotency-Key"] == "k-7"


def test_a_busy_house_is_asked_the_same_again_when_it_says(
    script: Script, asking: Wire, pauses: list[float]
) -> None:
    script.answers = [(503, {"Retry-After": "3"}, REFUSAL), (429, {}, REFUSAL), OK]
    assert asking.ask(ASK) == b"{}"
    assert pauses[0] >= 3
    assert 0 < pauses[1] <= 1
    assert len({(each[1], each[2]["Idempotency-Key"], each[3]) for each in script.heard}) == 1


def test_a_lost_connection_is_opened_again(
    script: Script, asking: Wire, pauses: list[float]
) -> None:
    script.answers = [OK, None, None, OK]
    asking.ask(ASK)
    assert asking.ask(ASK) == b"{}"
    assert len(pauses) == 2
    assert len(script.connections) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500, 302])
def test_a_refusal_is_told_at_once(
    script: Script, asking: Wire, pauses: list[float], status: int
) -> None:
    script.answers = [(status, {"Location": "http://127.0.0.1:1/"}, REFUSAL)]
    with pytest.raises(UnableToGetAnswer) as refused:
        asking.ask(ASK)
    assert (refused.value.status, refused.value.codes, pauses) == (status, ("api-busy",), [])
    assert "稍后" in refused.value.in_("zh")


def test_an_answer_of_something_else_is_a_refusal_without_problems(
    script: Script, asking: Wire
) -> None:
    script.answers = [(502, {}, b"<html>Bad gateway</html>")]
    with pytest.raises(UnableToGetAnswer) as refused:
        asking.ask(ASK)
    assert (refused.value.status, refused.value.problems) == (502, ())


def test_patience_ends(script: Script, pauses: list[float]) -> None:
    script.answers = [(503, {"Retry-After": "1"}, REFUSAL), (503, {"Retry-After": "120"}, REFUSAL)]
    for asking in closing(lambda: Wire(script.address, "swl_x", patience_s=5)):
        with pytest.raises(UnableToGetAnswer) as refused:
            asking.ask(ASK)
    assert refused.value.status == 503
    assert len(pauses) == 1, "it does not sleep longer than it would wait"


def test_nobody_there_is_told_in_a_sentence() -> None:
    for asking in closing(lambda: Wire("http://127.0.0.1:9", "swl_x", patience_s=0.05)):
        with pytest.raises(UnableToReachHouse, match="ConnectionRefusedError"):
            asking.ask(ASK)


@pytest.mark.parametrize(
    "address",
    ["http://lender.example", "http://10.0.0.1:8000", "ftp://127.0.0.1", "lender.example"],
)
def test_a_token_goes_over_https_or_stays_on_this_machine(address: str) -> None:
    with pytest.raises(UnableToTrustAddress):
        House(address, "swl_x")
    for fine in ("https://lender.example", "http://localhost:8000", "http://[::1]:8000"):
        House(fine, "swl_x").close()


def test_a_query_is_written_as_the_api_reads_it() -> None:
    asked = Request(
        "GET",
        "/measures/x",
        {"by": ["channel", "region"], "open": True, "as_of": None, "act": "decide:A 7&"},
    )
    assert asked.target == "/api/v1/measures/x?by=channel&by=region&open=true&act=decide%3AA+7%26"


def test_nothing_is_asked_by_no_segment_and_zero_is_a_number(script: Script) -> None:
    script.answers = [OK, OK]
    with House(script.address, "swl_x") as house:
        for ask in (lambda: house.measure("x"), lambda: house.consistency(0)):
            with pytest.raises(ValidationError):  # the script tells nothing of a measure
                ask()
    assert [path for _, path, _, _ in script.heard] == [
        "/api/v1/measures/x",
        "/api/v1/ledger/consistency?old=0",
    ]
