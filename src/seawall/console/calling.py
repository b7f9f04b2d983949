"""Look at a served console as a browser would: sign in, and open every page that the navigation shows."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_NAVIGATION: Final = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
_LINK: Final = re.compile(r'href="(/[^"#]*)"')
_WAIT_S: Final = 180.0
OK: Final = 200


@dataclass(frozen=True)
class Page:
    """What came of asking for a page; status 0 where nothing answered."""

    path: str
    status: int
    text: str = field(repr=False)


@dataclass
class Caller:
    """Somebody with cookies of his own.

    Attributes:
        origin: the console's address.
    """

    origin: str
    _opener: OpenerDirector = field(
        default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar()))
    )

    def get(self, path: str) -> Page:
        """Ask for a page."""
        return self._ask(path, None)

    def post(self, path: str, form: Page, **fields: str) -> Page:
        """Send a form back, with what it hides."""
        token = _TOKEN.search(form.text)
        told = {**fields, "csrfmiddlewaretoken": token[1] if token else ""}
        return self._ask(path, urlencode(told).encode())

    def sign_in(self, name: str, password: str, code: Callable[[], str]) -> Page:
        """Sign in with a second factor, whose code is asked for when it is sent; the page that comes then."""
        login = "/accounts/login/"
        second = self.post(login, self.get(login), login=name, password=password)
        return self.post("/accounts/2fa/authenticate/", second, code=code())

    def visit(self, first: Page) -> Iterator[Page]:
        """Every page that the navigation of a page shows."""
        shown = " ".join(_NAVIGATION.findall(first.text))
        yield from (self.get(path) for path in dict.fromkeys(_LINK.findall(shown)))

    def answers(self, goes_on: Callable[[], bool]) -> bool:
        """Wait for the console to answer, as long as its process goes on; whether it does."""
        until = time.monotonic() + _WAIT_S
        while goes_on() and time.monotonic() < until:
            if self.get("/api/v1/health").status == OK:
                return True
            time.sleep(0.2)
        return False

    def _ask(self, path: str, sent: bytes | None) -> Page:
        try:
            with self._opener.open(f"{self.origin}{path}", sent, timeout=_WAIT_S) as answer:
                return Page(path, answer.status, answer.read().decode())
        except HTTPError as error:
            return Page(path, error.code, error.read().decode())
        except OSError:
            return Page(path, 0, "")
