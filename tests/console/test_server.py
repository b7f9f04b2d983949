"""A home is served by the command, refuses what is unsafe, and stops when it is told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seawall.console import configuring, server
from seawall.office import homes
from seawall.office.addresses import Console, Mail
from seawall.office.homes import Home
from seawall.office.listening import UnableToListen
from seawall.office.settings import Settings

PUBLIC = "https://seawall.lender.example"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return homes.make(tmp_path / "home", "lender.example/ledger", settings=Settings())


def with_(home: Home, **told: object) -> Home:
    console = Console.model_validate(told)
    return Home(
        home.folder, home.conventions, home.settings.model_copy(update={"console": console})
    )


def test_the_secret_is_made_once_for_its_owner_and_may_come_from_elsewhere(home: Home) -> None:
    first = configuring.secret(home)
    assert len(first) >= 50
    assert configuring.secret(home) == first
    file = home.folder / configuring.SECRET
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.glob("*console*")] == [file.name]
    assert configuring.of(home, {})["SECRET_KEY"] == first
    assert configuring.of(home, {"SEAWALL_CONSOLE_SECRET": "other"})["SECRET_KEY"] == "other"  # noqa: S105 - of tests


def test_cookies_are_for_encrypted_connections_where_people_have_one(home: Home) -> None:
    plain, encrypted = configuring.of(home, {}), configuring.of(with_(home, public=PUBLIC), {})
    assert "SESSION_COOKIE_SECURE" not in plain
    assert encrypted["SESSION_COOKIE_SECURE"]
    assert encrypted["SECURE_HSTS_SECONDS"] > 0
    assert encrypted["CSRF_TRUSTED_ORIGINS"] == [PUBLIC]
    assert "SECURE_PROXY_SSL_HEADER" not in encrypted, "anybody could say so"
    proxied = configuring.of(with_(home, public=PUBLIC, behind_proxy=True), {})
    assert proxied["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert proxied["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_mail_has_its_password_from_the_environment(home: Home) -> None:
    mail = Mail(host="m.lender.example", sender="seawall@lender.example", user="seawall")
    told = configuring.of(with_(home, mail=mail), {"SEAWALL_MAIL_PASSWORD": "of tests"})
    assert (told["EMAIL_HOST"], told["EMAIL_HOST_PASSWORD"]) == ("m.lender.example", "of tests")
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (True, False)


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves a home, once it answers; and its address."""
    port = free()
    command = [sys.executable, "-m", "seawall", "serve", "--home", str(home), "--port", str(port)]
    env = {**os.environ, "SEAWALL_LANG": "en"}
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        try:
            end = time.monotonic() + 120
            while status(f"http://127.0.0.1:{port}/api/v1/health") != 200:
                assert process.poll() is None, "it ended"
                assert time.monotonic() < end, "it never answered"
                time.sleep(0.2)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def status(address: str, host: str | None = None) -> int:
    asked = urllib.request.Request(address, headers={"Host": host} if host else {})  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - our own
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def processes(home: Path) -> list[str]:
    """The command lines of processes that name the home."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told = file.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(home) in told:
            found.append(told)
    return found


def gone(home: Path, within_s: float) -> bool:
    end = time.monotonic() + within_s
    while processes(home) and time.monotonic() < end:
        time.sleep(0.2)
    return not processes(home)


def test_it_is_served_with_a_worker_beside_and_stops_when_it_is_told_to(home: Home) -> None:
    with served(home.folder, "--with-work") as (process, address):
        assert status(f"{address}/accounts/login/") == 200
        assert status(f"{address}/static/console/seawall.css") == 200
        assert status(f"{address}/accounts/login/", host="evil.example") == 400
        assert any(" work " in each for each in processes(home.folder))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stdout is not None
        said = process.stdout.read()
    code = (home.folder / "keys" / "setup.code").read_text()
    assert re.search(rf"{address}/setup/ with the code {re.escape(code)}", said)
    assert said.rstrip().endswith("Stopped.")
    assert gone(home.folder, 5)


def test_nothing_outlives_a_server_that_is_killed(home: Home) -> None:
    with served(home.folder, "--with-work") as (process, address):
        assert len(processes(home.folder)) == 3, "the server, its process, the worker"
        process.kill()
        process.wait()
        assert gone(home.folder, 60)
        assert status(f"{address}/api/v1/health") == 0, "its port is free"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "0.0.0.0"), "console-unencrypted"),  # noqa: S104 - it is refused
        (("--home", "/nonexistent"), "seawall init"),
    ],
)
def test_what_is_unsafe_or_not_there_is_not_served(
    home: Home, options: tuple[str, ...], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seawall", "serve", "--home", str(home.folder), *options],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_somebody_listens_at_is_refused(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UnableToListen, match=str(port)):
            server.server(with_(home, port=port))
