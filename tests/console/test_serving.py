"""Load is shed before Django: decisions and pages have room of their own, and who finds none knows at once."""

import json
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from seawall.console import serving
from seawall.console.api import problems
from seawall.console.express import LANES
from seawall.console.serving import PAGE_THREADS, SENDINGS_MOST, Pages, Shedding, Wsgi

DECISION, PAGE, READY = "/api/v1/decisions", "/portfolio/", "/api/v1/ready"
HEALTH = "/api/v1/health"


class Held:
    """An application that answers when it is let go."""

    def __init__(self, *, holds_all: bool = False) -> None:
        self.holds_all = holds_all
        self.go = threading.Event()
        self.inside = 0
        self.threads: set[str] = set()

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:  # noqa: ANN401
        self.inside += 1
        self.threads.add(threading.current_thread().name)
        if environ["PATH_INFO"] != READY or self.holds_all:
            assert self.go.wait(20)
        start("200 OK", [])
        return [b"done"]


class Open(Held):
    """One that answers at once."""

    def __init__(self) -> None:
        super().__init__()
        self.go.set()


def ask(
    application: Wsgi, path: str, method: str = "", **more: str
) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    method = method or ("POST" if path.startswith(DECISION) else "GET")
    length = {"CONTENT_LENGTH": "2"} if method == "POST" else {}
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **length, **more}
    content = application(environ, lambda *said: told.extend(said))
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
        assert ask(made, READY)[0] == "200 OK"
        for path, method in (
            (DECISION, "GET"),
            (f"{DECISION}/A-1", "POST"),
            (f"{DECISION}x", "POST"),
        ):
            assert ask(made, path, method)[0].startswith("503"), "the pages' room, which is full"
        held.go.set()
        assert {each.result(20)[0] for each in decisions + pages} == {"200 OK"}
    for path in (DECISION, PAGE) * 3:
        assert ask(made, path)[0] == "200 OK"


def test_whose_decision_would_come_too_late_is_told_before_he_is_let_in() -> None:
    late = [False]
    made = Shedding(Open(), late=lambda: late[0])
    assert ask(made, DECISION)[0] == "200 OK"
    late[0] = True
    status, headers, _ = ask(made, DECISION)
    assert status.startswith("503")
    assert dict(headers)["Retry-After"] == "1"
    assert ask(made, PAGE)[0] == ask(made, DECISION, "GET")[0] == "200 OK"
    late[0] = False
    assert ask(made, DECISION)[0] == "200 OK"


def test_pages_keep_none_of_the_decisions_room() -> None:
    made = Shedding(Open(), decisions=1, pages=0)
    assert ask(made, DECISION)[0] == "200 OK"
    assert ask(made, f"{DECISION}/batch")[0] == "200 OK"
    for path, method in (
        (DECISION, "GET"),
        (f"{DECISION}/A-1", "GET"),
        (f"{DECISION}/A-1", "POST"),
    ):
        assert ask(made, path, method)[0].startswith("503")
    assert frozenset(LANES) == serving.DECIDING


def test_however_many_ask_whether_it_is_ready_four_wait_and_it_says_that_it_lives() -> None:
    held = Held(holds_all=True)
    made = Shedding(held)
    with ThreadPoolExecutor(10) as threads:
        asked = [threads.submit(ask, made, READY) for _ in range(4)]
        until(held, 4)
        assert ask(made, READY)[0].startswith("503")
        assert ask(made, "/api/v1/metrics")[0].startswith("503")
        status, _, body = ask(made, HEALTH)
        assert (status, json.loads(body)) == ("200 OK", {"alive": True})
        held.go.set()
        assert {each.result(20)[0] for each in asked} == {"200 OK"}
    assert held.inside == 4
    assert ask(made, READY)[0] == "200 OK"


LIMITS = {
    "/cases/incident-1/attach": 25 * 1024**2,
    "/api/v1/facts/loan": 9 * 1024**2,
    "/accounts/login/": 2_500_000,
    "/cases/incident-1/do/comment/now": 2_500_000,
    DECISION: 2_500_000,
}
"""Bytes, by path."""


@pytest.mark.parametrize("path", LIMITS)
def test_a_body_that_is_too_long_is_refused_before_anybody_reads_it(path: str) -> None:
    made, most = Shedding(Open()), LIMITS[path]
    assert ask(made, path, "POST", CONTENT_LENGTH=str(most))[0] == "200 OK"
    status, headers, body = ask(made, path, "POST", CONTENT_LENGTH=str(most + 1))
    assert status.startswith("413")
    assert int(headers["Content-Length"]) == len(body)
    assert json.loads(body)["problems"][0]["code"] == problems.TOO_MUCH.code


@pytest.mark.parametrize(
    ("method", "more"),
    [("POST", {"CONTENT_LENGTH": ""}), ("PUT", {}), ("POST", {"CONTENT_LENGTH": "-1"}),
     ("GET", {"HTTP_TRANSFER_ENCODING": "chunked"}), ("POST", {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"})],
)  # fmt: skip
def test_a_body_of_no_told_length_is_refused(method: str, more: dict[str, str]) -> None:
    status, _, body = ask(Shedding(Open()), "/accounts/login/", method, **more)
    assert status.startswith("411")
    assert json.loads(body)["problems"][0]["code"] == problems.UNREADABLE.code


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
    streaming = False

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
        assert ask(made, READY)[2] == b"done"
        held.go.set()
        assert {each.result(20)[2] for each in asked} == {b"done"}
    assert len(held.threads) == PAGE_THREADS + 1
    assert {each.closed_by for each in responses} == held.threads


class Long:
    """An answer that Django sends while it is made: pieces of a megabyte, until it is let go."""

    streaming = True

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.made = 0
        self.made_by: set[str] = set()
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.pieces):
            self.made += 1
            self.made_by.add(threading.current_thread().name)
            yield b"x" * 1_000_000

    def close(self) -> None:
        self.made_by.add(threading.current_thread().name)
        self.closed.set()


def pages(*answers: object, headers: tuple[tuple[str, str], ...] = ()) -> Pages:
    """Pages below which these answers are given, one after the other."""
    given = iter(answers)

    def below(_: object, start: Any) -> Any:  # noqa: ANN401
        start("200 OK", [("Content-Type", "text/csv"), *headers])
        return next(given)

    return Pages(below)


def begin(made: Wsgi) -> tuple[str, Any]:
    told: list[Any] = []
    body = made({"PATH_INFO": PAGE, "REQUEST_METHOD": "GET"}, lambda *said: told.extend(said))
    return told[0], body


def test_a_long_answer_is_sent_while_it_is_made_and_never_held_whole() -> None:
    long = Long(200)
    tracemalloc.start()
    try:
        status, body = begin(pages(long))
        size = sum(len(piece) for piece in body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, size) == ("200 OK", 200_000_000)
    assert peak < 12_000_000, "of 200 megabytes"
    assert long.closed.wait(20)
    assert len(long.made_by) == 1, "made and closed by one thread, whose stores it reads"
    assert threading.current_thread().name not in long.made_by


def test_who_goes_away_lets_the_maker_go() -> None:
    long = Long(1_000)
    _, body = begin(pages(long))
    next(body)
    body.close()
    assert long.closed.wait(20)
    assert long.made < 20


def test_more_long_answers_than_there_is_room_for_are_refused_and_pages_are_not() -> None:
    several = [Long(1_000) for _ in range(SENDINGS_MOST + 1)]
    short = Response([b"done"])
    made = pages(*several, short, Long(1))
    bodies = [begin(made)[1] for _ in range(SENDINGS_MOST)]
    status, refused = begin(made)
    assert status.startswith("503")
    assert list(refused) == [serving.FULL]
    assert several[-1].closed.wait(20)
    assert list(begin(made)[1]) == [b"done"]
    for body in bodies:
        body.close()
    for each in several:
        assert each.closed.wait(20)
    status, body = begin(made)
    assert (status, len(b"".join(body))) == ("200 OK", 1_000_000)


def test_a_page_s_scripts_and_styles_are_no_long_answers() -> None:
    """A browser asks for all of them at once, and Django streams files, too."""
    several = [Long(20) for _ in range(SENDINGS_MOST + 3)]
    made = pages(*several, headers=(("Content-Length", "20000000"),))
    began = [begin(made) for _ in several]
    for status, body in began:
        assert (status, sum(map(len, body))) == ("200 OK", 20_000_000)


def test_there_are_threads_for_all_who_are_let_in_and_for_who_is_not() -> None:
    assert serving.THREADS > serving.DECISIONS_MOST + serving.PAGES_MOST
    assert serving.BACKPRESSURE > serving.THREADS
