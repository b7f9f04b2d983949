"""The portfolio in a real browser: charts are drawn under the page's own policy, and stay usable."""

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from seawall.office import homes, measuring
from tests.browser import serving
from tests.browser.serving import PHONE, Site

DRAWN = "figure.chart.is-drawn svg"
PAGES = (
    "/portfolio/",
    "/portfolio/vintage/",
    "/portfolio/transition/",
    "/portfolio/growth/?by=channel",
)


@pytest.fixture(scope="module")
def cookies(site: Site, browser: Browser) -> Any:  # noqa: ANN401 - Playwright's own form
    """Alice's, signed in once: a code of her second factor is good for one time only."""
    with serving.window(browser) as opened:
        site.signed_in(opened.new_page(), "alice")
        return opened.cookies()


@pytest.fixture
def alice(page: Page, cookies: Any) -> Page:  # noqa: ANN401 - see `cookies`
    """Alice, signed in; her page fails the test where it says anything against its own policy (see `page`)."""
    page.context.add_cookies(cookies)
    return page


def _drawn(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(DRAWN)).to_have_count(page.locator("figure.chart").count(), timeout=60_000)


def test_every_chart_is_drawn_and_the_policy_is_kept(alice: Page, site: Site) -> None:
    for path in PAGES:
        _drawn(alice, site.url + path)
        assert alice.locator("figure.chart").count() > 0


def test_what_is_drawn_are_the_books_own_numbers(alice: Page, site: Site) -> None:
    _drawn(alice, f"{site.url}/portfolio/transition/")
    said = alice.locator("figure.chart svg text").all_text_contents()
    reading = measuring.read(homes.home(site.folder))
    shares = [row["share"] for row in reading.answer(reading.measure("transition")).to_pylist()]
    assert shares
    assert {f"{share:.1%}" for share in shares} <= set(said)


def test_dark_light_and_paper(alice: Page, site: Site) -> None:
    alice.emulate_media(color_scheme="light")
    _drawn(alice, f"{site.url}/portfolio/growth/")
    light = alice.locator("figure.chart svg .mark-line path").first.get_attribute("stroke")
    alice.emulate_media(color_scheme="dark")
    expect(alice.locator("figure.chart.on-dark")).to_have_count(1)
    dark = alice.locator("figure.chart svg .mark-line path").first.get_attribute("stroke")
    assert light != dark
    alice.emulate_media(media="print", color_scheme="dark")
    assert alice.locator("form.filters").is_hidden()
    assert alice.locator(DRAWN).is_visible()


def test_a_curve_is_chosen_by_keyboard(alice: Page, site: Site) -> None:
    _drawn(alice, f"{site.url}/portfolio/vintage/")
    menu = alice.locator(".chart-choices select")
    before = alice.locator(DRAWN).inner_html()
    menu.focus()
    alice.keyboard.press("ArrowDown")
    alice.wait_for_function(
        "before => document.querySelector('figure.chart svg').innerHTML !== before", arg=before
    )


def test_a_picture_and_the_figures_are_taken_away(alice: Page, site: Site, tmp_path: Path) -> None:
    _drawn(alice, f"{site.url}/portfolio/growth/?channel=app")
    for form, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"\xef\xbb\xbf")):
        with alice.expect_download() as taken:
            alice.locator(".chart-links").get_by_role("link", name=form).click()
        file = tmp_path / taken.value.suggested_filename
        taken.value.save_as(file)
        assert file.read_bytes().startswith(begins)


def test_filters_are_set_on_a_phone_and_nothing_overflows(alice: Page, site: Site) -> None:
    width, height = PHONE
    alice.set_viewport_size({"width": width, "height": height})
    _drawn(alice, f"{site.url}/portfolio/growth/")
    alice.locator("details.pick > summary", has_text="Channel").click()
    alice.get_by_role("checkbox", name="app").check()
    alice.get_by_role("button", name="Show").click()
    alice.wait_for_url("**channel=app**")
    assert alice.get_by_text("Only loans of: channel: app").is_visible()
    expect(alice.locator(DRAWN)).to_have_count(1, timeout=60_000)
    assert alice.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(alice: Page, site: Site, path: str) -> None:
    _drawn(alice, site.url + path)
    alice.evaluate(
        "document.querySelectorAll('main details').forEach(each => { each.open = true; })"
    )
    found = Axe().run(alice).response["violations"]
    assert not found, json.dumps([(each["id"], each["nodes"][0]["html"]) for each in found])[:2_000]
