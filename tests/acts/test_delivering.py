"""Notices reach people, or are tried again, or are told to be dead; nobody is woken by what is over."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from seawall.acts import channels, outgoing
from seawall.acts.channels import AppriseChannel, Declared, UnableToOpenChannel
from seawall.acts.delivering import (
    Delivered,
    Letter,
    Notice,
    Patience,
    Post,
    UnableToDeliver,
    deliver,
)
from seawall.core.text import Text, verbatim
from seawall.records import case_register as register
from seawall.records import starting
from tests.acts.cases import NOON, Office

LETTER = Letter(
    Text(en="A refund is asked for", zh="退款申请"), Text(en="Please look at it.", zh="请查看。")
)
QUICK = Patience(
    first=timedelta(seconds=10), most=timedelta(seconds=25), tries=4, valid=timedelta(hours=1)
)


class Sink:
    """A channel that remembers, and refuses as often as it is told."""

    def __init__(self, refuses: int = 0) -> None:
        self.got: list[Letter] = []
        self.refuses = refuses

    def send(self, letter: Letter) -> None:
        if self.refuses:
            self.refuses -= 1
            raise UnableToDeliver("sink", verbatim("busy"))
        self.got.append(letter)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    starting.start(tmp_path / "office.sqlite")
    yield Office(tmp_path)
    connections.close_all()


def post(office: Office, *names: str, **sinks: Sink) -> Post:
    told: list[Notice] = []

    def write(notice: Notice) -> Letter:
        told.append(notice)
        return LETTER

    return Post(office.desk.ledger, sinks, lambda _: names or tuple(sinks), write, QUICK)


def later(seconds: float) -> "timedelta":
    return timedelta(seconds=seconds)


def kinds(office: Office) -> list[str]:
    return [
        e.told["kind"] for e in office.desk.ledger.entries() if e.told["kind"].startswith("notice")
    ]


def test_a_notice_is_sent_once_and_the_ledger_proves_it(office: Office) -> None:
    case = office.open().case
    sink = Sink()
    at = NOON + later(60)
    assert deliver(post(office, mail=sink), at) == Delivered(sent=1)
    assert deliver(post(office, mail=sink), at) == Delivered()
    assert sink.got == [LETTER]
    (entry,) = [e for e in office.desk.ledger.entries() if e.told["kind"] == "notice.sent"]
    assert case is not None
    assert entry.told["subject"] == f"case:{case.id}"
    assert entry.told["digests"]["letter"] == LETTER.digest
    assert entry.content is not None
    assert entry.content["channel"] == "mail"


def test_who_acknowledged_is_not_told_again(office: Office) -> None:
    case = office.open().case
    sink = Sink(refuses=1)
    assert deliver(post(office, mail=sink), NOON + later(60)) == Delivered(put_off=1)
    office.do(case, "see", "carol")
    assert deliver(post(office, mail=sink), NOON + later(120)) == Delivered(dropped=1)
    assert sink.got == []


def test_old_news_wakes_nobody(office: Office) -> None:
    office.open()
    sink = Sink()
    assert deliver(post(office, mail=sink), NOON + timedelta(hours=2)) == Delivered(dropped=1)
    assert sink.got == []


def test_one_channel_that_fails_is_tried_again_alone(office: Office) -> None:
    office.open()
    bad, good = Sink(refuses=2), Sink()
    at = post(office, bad=bad, good=good)
    assert deliver(at, NOON + later(60)) == Delivered(sent=1, put_off=1)
    assert deliver(at, NOON + later(69)) == Delivered(), (
        "the wait after the first failure is 10 seconds"
    )
    assert deliver(at, NOON + later(71)) == Delivered(put_off=1)
    assert deliver(at, NOON + later(90)) == Delivered(), "the wait after the second is 20"
    assert deliver(at, NOON + later(92)) == Delivered(sent=1)
    assert (len(bad.got), len(good.got)) == (1, 1)


def test_a_channel_that_never_takes_it_makes_a_dead_letter(office: Office) -> None:
    office.open()
    at = post(office, mail=Sink(refuses=99))
    came = [deliver(at, NOON + later(60 + 30 * n)) for n in range(4)]
    assert came == [Delivered(put_off=1)] * 3 + [Delivered(dead=1)]
    ((_, said),) = register.errands("send", "dead")
    assert "busy" in said
    assert kinds(office) == ["notice.dead"]
    assert deliver(at, NOON + timedelta(minutes=50)) == Delivered()


def test_a_route_to_a_channel_that_is_not_there_is_told(office: Office) -> None:
    office.open()
    assert deliver(post(office, "pager", mail=Sink()), NOON + later(60)) == Delivered(put_off=1)
    ((_, said),) = register.errands("send", "waiting")
    assert "no such channel" in said


def test_what_two_take_up_at_once_is_sent_once(office: Office) -> None:
    office.open()
    deliver(post(office, mail=Sink(refuses=1)), NOON + later(60))
    at = int((NOON + later(90)).timestamp() * 1e6)
    assert len(register.take("send", at, 120_000_000, 10)) == 1
    assert register.take("send", at, 120_000_000, 10) == [], "somebody holds it"
    assert len(register.take("send", at + 120_000_001, 120_000_000, 10)) == 1, (
        "he stopped: another goes on"
    )


def test_a_process_that_stops_after_sending_sends_again_and_never_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.open()
    sink = Sink()
    finish = register.finish

    def stops(errand: register.ErrandRow, *told: Any) -> bool:  # noqa: ANN401
        if errand.task == "send":
            raise KeyboardInterrupt
        return finish(errand, *told)

    with monkeypatch.context() as patch:
        patch.setattr(register, "finish", stops)
        with pytest.raises(KeyboardInterrupt):
            deliver(post(office, mail=sink), NOON + later(60))
    assert deliver(post(office, mail=sink), NOON + later(60)) == Delivered(), "it is held"
    assert deliver(post(office, mail=sink), NOON + later(181)) == Delivered(sent=1)


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs (RFC 5321, 4.1)."""

    def handle(self) -> None:
        got: list[bytes] = []
        self._say(b"220 sink")
        reading = False
        for line in self.rfile:
            text = line.rstrip(b"\r\n")
            if reading and text != b".":
                got.append(text)
            elif reading:
                reading = False
                self.server.got.append(b"\n".join(got))  # type: ignore[attr-defined]
                self._say(b"250 taken")
            elif text.upper() == b"DATA":
                reading = True
                self._say(b"354 go on")
            elif text.upper() == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 well")

    def _say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")


class _Web(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.got.append(self.rfile.read(int(self.headers["content-length"])))  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mail() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail) as made:
        made.got = []  # type: ignore[attr-defined]
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def web() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Web) as made:
        made.got, made.answer = [], 200  # type: ignore[attr-defined]
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def test_a_letter_reaches_a_mail_server(mail: socketserver.ThreadingTCPServer) -> None:
    port = mail.server_address[1]
    url = f"mailto://127.0.0.1:{port}/?from=risk@lender.example&to=bob@lender.example&smtp=127.0.0.1&mode=insecure"
    AppriseChannel("mail", Declared(url=url, internal=True)).send(LETTER)
    (got,) = mail.got  # type: ignore[attr-defined]
    assert b"Subject: A refund is asked for" in got
    assert b"Please look at it." in got
    assert b"To: bob@lender.example" in got


def test_a_letter_reaches_a_webhook_in_the_channels_language(web: ThreadingHTTPServer) -> None:
    url = f"json://127.0.0.1:{web.server_address[1]}/hook"
    AppriseChannel("hook", Declared(url=url, language="zh", internal=True)).send(LETTER)
    (got,) = web.got  # type: ignore[attr-defined]
    assert "退款申请".encode() in got or b"\\u9000\\u6b3e" in got


def test_a_refusal_tells_the_number_and_no_secret(web: ThreadingHTTPServer) -> None:
    web.answer = 503  # type: ignore[attr-defined]
    channel = AppriseChannel(
        "hook",
        Declared(url=f"json://127.0.0.1:{web.server_address[1]}/s3cret-path", internal=True),
    )
    with pytest.raises(UnableToDeliver, match="503") as caught:
        channel.send(LETTER)
    assert "s3cret" not in str(caught.value)
    web.shutdown()
    web.server_close()
    with pytest.raises(UnableToDeliver, match="not reached"):
        channel.send(LETTER)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "10.1.2.3", "192.168.0.9",
             "169.254.169.254", "[fd00::1]", "0.0.0.0"],  # noqa: S104 - sent to, not bound
)  # fmt: skip
def test_nothing_is_sent_into_the_house_unless_it_is_meant(
    host: str, web: ThreadingHTTPServer
) -> None:
    channel = AppriseChannel("hook", Declared(url=f"json://{host}:{web.server_address[1]}/hook"))
    with pytest.raises(UnableToDeliver, match="inside the house"):
        channel.send(LETTER)
    assert web.got == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "host", ["::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "no.such.host.invalid", "64:ff9b::a9fe:a9fe",
             "64:ff9b::7f00:1", "::127.0.0.1", "::a9fe:a9fe", "64:ff9b::e000:1"],
)  # fmt: skip
def test_other_spellings_of_the_house_are_refused_too(host: str) -> None:
    assert outgoing.refused(host) is not None


def test_an_address_outside_is_not_refused_for_how_it_is_carried() -> None:
    assert outgoing.refused("64:ff9b::101:101") is None


def test_a_door_that_leads_on_is_not_gone_through(web: ThreadingHTTPServer) -> None:
    web.answer = 307  # type: ignore[attr-defined]
    url = f"json://127.0.0.1:{web.server_address[1]}/hook"
    with pytest.raises(UnableToDeliver, match="307"):
        AppriseChannel("hook", Declared(url=url, internal=True)).send(LETTER)
    assert len(web.got) == 1  # type: ignore[attr-defined]


def test_a_mail_server_inside_the_house_is_meant_or_refused(
    mail: socketserver.ThreadingTCPServer,
) -> None:
    url = f"mailto://lender.example:{mail.server_address[1]}/?from=a@lender.example&to=b@lender.example&smtp=127.0.0.1&mode=insecure"
    with pytest.raises(UnableToDeliver):
        AppriseChannel("mail", Declared(url=url)).send(LETTER)
    assert mail.got == []  # type: ignore[attr-defined]


def test_channels_are_read_from_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "channels.toml"
    assert channels.read(file) == {}
    file.write_text(
        '[hook]\nurl = "env:HOOK"\nlanguage = "zh"\n[mail]\nurl = "json://127.0.0.1"\n',
        encoding="utf-8",
    )
    with pytest.raises(UnableToOpenChannel, match="chmod 600"):
        channels.read(file)
    file.chmod(0o600)
    with pytest.raises(UnableToOpenChannel, match="HOOK"):
        channels.read(file)
    monkeypatch.setenv("HOOK", "json://127.0.0.1:9/x")
    assert {name: each.language for name, each in channels.read(file).items()} == {
        "hook": "zh",
        "mail": "en",
    }


@pytest.mark.parametrize(
    "text",
    [
        "[hook]\n",
        '[hook]\nurl = "nothing"\n',
        "[hook\n",
        '[hook]\nurl = "json://h"\npassword = "s3cret"\n',
    ],
)
def test_a_channel_that_cannot_be_is_refused_without_its_secrets(tmp_path: Path, text: str) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(UnableToOpenChannel) as caught:
        channels.read(file)
    assert "s3cret" not in str(caught.value)
