"""A home served as it would be, on loopback, and a real browser to look at it."""

import base64
import hashlib
import hmac
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    sync_playwright,
)

from seawall.console.routing import Route
from seawall.office import factor_key, homes
from seawall.office.homes import Home
from seawall.records import starting
from tests.console.conftest import PASSWORD
from tests.console.examples import EXAMPLES

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
DESKTOP, PHONE = (1280, 800), (390, 844)
_STEP_S = 30


@dataclass(frozen=True)
class Site:
    """A served home: where, and the second factors of those who sign in."""

    url: str
    folder: Path
    secrets: dict[str, str]
    used: set[tuple[str, str]] = field(default_factory=set)

    def code(self, name: str) -> str:
        """What an authenticator app shows now (RFC 6238, SHA-1, 6 digits)."""
        secret = self.secrets[name]
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        told = hmac.digest(key, struct.pack(">Q", int(time.time()) // _STEP_S), hashlib.sha1)
        (number,) = struct.unpack_from(">I", told, told[-1] & 15)
        return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"

    def _fresh(self, name: str) -> str:
        """A code that was not used yet: the console takes each once."""
        while (name, self.code(name)) in self.used:
            time.sleep(1)
        self.used.add((name, code := self.code(name)))
        return code

    def signed_in(self, page: Page, name: str) -> Page:
        """Sign somebody in as he would: name, password, code."""
        page.goto(f"{self.url}/accounts/login/")
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form.form button.primary")
        if page.url.startswith(f"{self.url}/accounts/2fa/authenticate"):
            page.fill("input[name=code]", self._fresh(name))
            page.press("input[name=code]", "Enter")
        page.wait_for_url(f"{self.url}/")
        return page


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve a home until the block ends."""
    secrets = _secrets(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "seawall",
        "serve",
        "--with-work",
        "--port",
        str(port),
        "--home",
        str(folder),
    ]
    log = folder.with_suffix(".log")
    with log.open("w") as out:
        started = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(os.environ),
        )
    site = Site(f"http://localhost:{port}", folder, secrets)
    try:
        _wait(started, site.url, log)
        yield site
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(timeout=20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _secrets(folder: Path) -> dict[str, str]:
    home = homes.home(folder)
    starting.start(home.records)
    found = Authenticator.objects.filter(type=Authenticator.Type.TOTP).select_related("user")
    secrets = {each.user.name: factor_key.opened(home, each.data["secret"]) for each in found}
    starting.stop()
    return secrets


def _wait(started: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and started.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/v1/health", timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's own Chromium."""
    with sync_playwright() as driver:
        made = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield made
        made.close()


def window(made: Browser, size: tuple[int, int] = DESKTOP, **more: object) -> BrowserContext:
    """A window of a browser of its own: cookies of nobody."""
    width, height = size
    return made.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]


def speak(page: Page, language: str) -> None:
    """Change the language by the button of the frame."""
    button = page.locator(f"button[name=language][value={language}]")
    if button.count():
        if not button.is_visible():
            page.click("details.menu > summary")
        button.click()


def address(route: Route, home: Home) -> str:
    """The path of a page, of an object that there is."""
    kwargs = EXAMPLES[route.name](home) if "<" in route.path else {}
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: quote(str(kwargs[found[1]])), route.path)


@contextmanager
def overheard(page: Page) -> Iterator[list[str]]:
    """What a browser says against a page: errors of scripts, refused styles; not that a page answers 404."""
    said: list[str] = []

    def hear(told: ConsoleMessage) -> None:
        if told.type == "error" and "the server responded with a status of 4" not in told.text:
            said.append(told.text)

    def fail(error: Error) -> None:
        said.append(str(error))

    page.on("console", hear)
    page.on("pageerror", fail)
    yield said
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", fail)
