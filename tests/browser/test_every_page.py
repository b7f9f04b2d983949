"""Every page in a real browser: axe finds nothing, nothing spills over a phone, and no script or style is refused."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from seawall.console.routing import Route
from seawall.console.urls import ROUTES
from seawall.office import homes
from tests.browser import serving
from tests.browser.serving import Site
from tests.console.examples import EXAMPLES

FILES = {
    "ledger_checkpoint",
    "case_file",
    "entry_proof",
    "ledger_key",
    "ledger_pack",
    "policy_report",
    "portfolio_chart",
}
"""Routes that answer with a file, not a page."""
PAGES = [route for route in ROUTES if route.method == "GET" and route.name not in FILES]
OPEN = ("/accounts/login/", "/nothing-here")
OWN = ("/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def wide(site: Site, browser: Browser) -> Iterator[Page]:
    """Alice's desktop, in English, light."""
    with serving.window(browser) as opened:
        yield site.signed_in(opened.new_page(), "alice")


@pytest.fixture(scope="module")
def narrow(site: Site, browser: Browser) -> Iterator[Page]:
    """Dana's telephone, in Chinese, dark."""
    with serving.window(browser, serving.PHONE, color_scheme="dark", locale="zh-CN") as opened:
        page = site.signed_in(opened.new_page(), "dana")
        serving.speak(page, "zh")
        yield page


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_page_is_for_everybody_on_a_desk(route: Route, site: Site, wide: Page) -> None:
    looked_at(wide, site, serving.address(route, homes.home(site.folder)))


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_page_is_for_everybody_on_a_telephone_in_the_dark(
    route: Route, site: Site, narrow: Page
) -> None:
    looked_at(narrow, site, serving.address(route, homes.home(site.folder)))


@pytest.mark.parametrize("path", OWN)
def test_pages_of_signing_in_are_for_everybody(
    path: str, site: Site, wide: Page, narrow: Page
) -> None:
    looked_at(wide, site, path)
    looked_at(narrow, site, path)


@pytest.mark.parametrize("path", OPEN)
def test_pages_before_signing_in_are_for_everybody(path: str, site: Site, browser: Browser) -> None:
    for size, colours in ((serving.DESKTOP, "light"), (serving.PHONE, "dark")):
        with serving.window(browser, size, color_scheme=colours) as opened:
            looked_at(opened.new_page(), site, path)


def looked_at(page: Page, site: Site, path: str) -> None:
    with serving.overheard(page) as said:
        answer = page.goto(f"{site.url}{path}")
        page.wait_for_load_state("networkidle")
    assert answer is not None
    assert answer.status < 500
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    spill = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert spill <= 0, f"{spill} pixels beyond the window"
    assert said == []


def test_every_object_of_a_page_has_its_example() -> None:
    assert not [r.name for r in PAGES if "<" in r.path and r.name not in EXAMPLES]
