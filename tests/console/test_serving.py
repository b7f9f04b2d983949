"""Load is shed before Django: decisions and pages have room of their own, and who finds none knows at once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from seawall.console import serving
from seawall.console.api import problems
from seawall.console.serving import PAGE_THREADS, Pages, Shedding, Wsgi

DECISION, PAGE, HEALTH = "/api/v1/decisions", "/portfolio/", "/api/v1/health"


class Held:
    """An application that answers when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.inside = 0
        self.threads: set[str] = set()

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:  # noqa: ANN401
        self.inside += 1
        self.threads.add(threading.current_thread().name)
        if environ["PATH_INFO"] != HEALTH:
            assert self.go.wait(20)
        start("200 OK", [])
        return [b"done"]


def ask(application: Wsgi, path: str) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    content = application({"PATH_INFO": path}, lambda *said: told.extend(said))
    return told[0], dict(told[1]), b"".join(content)


def until(held: Held, count: int) -> None:
    for _ in range(2_000):
        if held.inside >= count:
            return
        threading.Event().wait(0.01)
    raise AssertionError(held.inside)


def test_decisions_and_pages_have_room_of_their_own() -> None:
    held = Held()
    made = Shedding(held, decisions=3, pages=2)
    with ThreadPoolExecutor(10) as threads:
        decisions = [threads.submit(ask, made, f"{DECISION}/batch") for _ in range(3)]
        until(held, 3)
        assert ask(made, DECISION)[0].startswith("503")
        pages = [threads.submit(ask, made, PAGE) for _ in range(2)]
        until(held, 5)
        assert ask(made, PAGE)[0].startswith("503")
        assert ask(made, HEALTH)[0] == "200 OK"
        held.go.set()
        assert {each.result(20)[0] for each in decisions + pages} == {"200 OK"}
    for path in (DECISION, PAGE) * 3:
        assert ask(made, path)[0] == "200 OK"


def test_who_finds_no_room_is_told_when_to_come_again_as_the_api_tells_it() -> None:
    status, headers, body = ask(Shedding(Held(), decisions=0), DECISION)
    assert status == "503 Service Unavailable"
    assert headers["Retry-After"] == "1"
    assert int(headers["Content-Length"]) == len(body)
    (told,) = json.loads(body)["problems"]
    assert told["code"] == problems.BUSY.code
    assert told["remedy"] == {"en": problems.BUSY.remedy.en, "zh": problems.BUSY.remedy.zh}
    assert set(told["message"]) == {"en", "zh"}


def test_who_fails_leaves_his_room_to_the_next() -> None:
    def failing(*_: object) -> list[bytes]:
        raise ZeroDivisionError

    made = Shedding(failing, decisions=1, pages=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            ask(made, DECISION)


class Response(list[bytes]):
    closed_by = ""

    def close(self) -> None:
        self.closed_by = threading.current_thread().name


def test_pages_are_rendered_in_few_threads_and_none_keeps_a_process_from_saying_that_it_lives() -> (
    None
):
    held, responses = Held(), list[Response]()

    def below(environ: dict[str, Any], start: Any) -> Response:  # noqa: ANN401
        responses.append(Response(held(environ, start)))
        return responses[-1]

    made = Pages(below)
    with ThreadPoolExecutor(40) as threads:
        asked = [threads.submit(ask, made, PAGE) for _ in range(30)]
        until(held, PAGE_THREADS)
        assert held.inside == PAGE_THREADS
        assert ask(made, HEALTH)[2] == b"done"
        held.go.set()
        assert {each.result(20)[2] for each in asked} == {b"done"}
    assert len(held.threads) == PAGE_THREADS + 1
    assert {each.closed_by for each in responses} == held.threads


def test_there_are_threads_for_all_who_are_let_in_and_for_who_is_not() -> None:
    assert serving.THREADS > serving.DECISIONS_MOST + serving.PAGES_MOST
    assert serving.BACKPRESSURE > serving.THREADS
