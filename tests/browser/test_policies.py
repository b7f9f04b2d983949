"""Policies in a real browser: marks appear as one types, keys do what they say, two persons publish."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from seawall.office import homes, packs
from seawall.office.work import schedule
from seawall.office.work.worker import Worker
from seawall.records import starting
from tests.browser import serving
from tests.browser.serving import PHONE, Site

NO_PLAN = schedule.shipped().model_copy(update={"entries": ()})
EDITOR = "/policies/micro_loan/edit/"
TABS = (
    "",
    "rules",
    "values",
    "tables",
    "cases",
    "versions",
    "differences",
    "history",
    "replay",
    "edit",
)
PAGES = ("/policies/", *(f"/policies/micro_loan/{tab}{'/' * bool(tab)}" for tab in TABS))


@contextmanager
def other(site: Site, browser: Browser, name: str) -> Iterator[Page]:
    """Another person's window, beside the first one's."""
    with serving.window(browser) as opened:
        yield site.signed_in(opened.new_page(), name)


def worked(site: Site) -> None:
    """A worker does what waits; in a thread of its own, as the browser's driver has this one's event loop."""

    def work() -> None:
        Worker(homes.home(site.folder), NO_PLAN, lambda _: None).once()
        starting.stop()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


def select(page: Page, told: str) -> int:
    """Select a piece of the policy's text; the line where it stands."""
    area = page.locator("textarea[name=text]")
    text = area.input_value()
    start = text.index(told)
    area.evaluate(
        "(e, [a, b]) => { e.focus(); e.setSelectionRange(a, b); }", [start, start + len(told)]
    )
    return text[:start].count("\n") + 1


def test_a_mark_appears_at_its_line_as_one_types_and_a_key_goes_there(
    site: Site, page: Page
) -> None:
    bob = site.signed_in(page, "bob")
    bob.goto(site.url + EDITOR)
    expect(bob.locator(".gutter span").first).to_have_text("1")
    line = select(bob, "score < 500")
    bob.keyboard.type("scor < 500")
    mark = bob.locator(".paper .gutter .error")
    expect(mark).to_have_text(str(line), timeout=20_000)
    select(bob, "id: micro_loan")
    bob.keyboard.press("F8")
    held = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert bob.locator("textarea[name=text]").evaluate(held) == "scor"
    bob.keyboard.type("score")
    expect(mark).to_have_count(0, timeout=20_000)
    expect(bob.locator("#found [role=status]")).to_contain_text("reads")
    # A new line begins where the one before begins, and Tab leaves the text.
    select(bob, "unknown: refer")
    bob.keyboard.press("Tab")
    assert bob.evaluate("document.activeElement.name") != "text"


def test_two_persons_publish_a_change(site: Site, page: Page, browser: Browser) -> None:
    bob = site.signed_in(page, "bob")
    bob.goto(site.url + EDITOR)
    text = packs.policies()["micro_loan"].read_text(encoding="utf-8")
    cite = next(line for line in text.splitlines() if line.startswith("cite: "))
    first = next(
        line for line in text.splitlines() if line.strip().startswith("cite: ") and line != cite
    )
    select(bob, first.strip())
    bob.keyboard.type(first.strip() + " (revised)")
    expect(bob.locator("#found")).to_contain_text(
        "Changes against what counts now: 1", timeout=20_000
    )
    bob.get_by_role("button", name="Propose").click()
    expect(bob.locator("main")).to_contain_text("waiting for its turn")
    worked(site)
    bob.wait_for_url("**/proposals/*/", timeout=30_000)
    assert bob.get_by_role("button", name="Approve exactly this").count() == 0
    expect(bob.locator("main")).to_contain_text("a maker never approves his own")
    with other(site, browser, "grace") as grace:
        grace.goto(bob.url)
        grace.get_by_role("button", name="Approve exactly this").click()
        expect(grace.locator("main")).to_contain_text("approved by grace")
        assert grace.get_by_role("button", name="Publish").count() == 0
    with other(site, browser, "alice") as alice:
        alice.goto(bob.url)
        alice.get_by_role("button", name="Publish").click()
        alice.wait_for_url("**/history/")
        expect(alice.locator(".timeline li").first).to_contain_text("published by alice")


@pytest.mark.parametrize("size", [serving.DESKTOP, PHONE])
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    site: Site, browser: Browser, size: tuple[int, int]
) -> None:
    # axe is put into the page, which the page's own policy refuses: for this window only it is set aside.
    with serving.window(browser, size, bypass_csp=True) as opened:
        alice = site.signed_in(opened.new_page(), "alice")
        for path in PAGES:
            alice.goto(site.url + path)
            found = Axe().run(alice).response["violations"]
            assert not [(each["id"], each["nodes"][0]["html"][:200]) for each in found], path
            assert alice.evaluate("document.documentElement.scrollWidth") <= size[0], path
