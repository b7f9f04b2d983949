"""Cases in a real browser: one is opened and handled to its end by two people; a file comes in and goes out again."""

import re

from playwright.sync_api import Page, expect

from tests.browser import serving
from tests.browser.serving import Site


def _opened(page: Page, site: Site) -> str:
    page.goto(f"{site.url}/cases/new/form?kind=incident&verb=detect")
    page.get_by_label(re.compile("what is seen")).fill("Payments fail at the gateway")
    page.get_by_label(re.compile("^system")).fill("gateway")
    page.get_by_label(re.compile("jurisdiction")).select_option("cn")
    page.get_by_label(re.compile("exercise")).select_option("false")
    page.get_by_role("button", name="Detect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payments fail at the gateway")
    return page.url


def _does(page: Page, verb: str, **typed: str) -> None:
    deeds = page.get_by_role("complementary", name="What can be done")
    offered = deeds.locator("details", has=page.locator("summary", has_text=re.compile(f"^{verb}")))
    offered.locator("summary").click()
    for label, value in typed.items():
        field = offered.get_by_label(re.compile(f"^{label.replace('_', ' ')}"))
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    offered.get_by_role("button", name=verb).click()
    expect(page.get_by_role("status").first).to_be_visible()


def test_an_incident_is_handled_to_its_end_by_two_people(site: Site, page: Page) -> None:
    ivan = site.signed_in(page, "ivan")
    address = _opened(ivan, site)
    _does(ivan, "Acknowledge")
    _does(ivan, "Classify", severity="major", personal_data="false")
    _does(ivan, "Contain", how_contained="By the other gateway")
    _does(ivan, "Tell the authority", authority_told="PBOC", told_at="2026-11-26T10:00")
    _does(ivan, "Recover", service_back_at="2026-11-26T10:30")
    _does(ivan, "Review", root_cause="A certificate", lessons="Watch them")
    _does(ivan, "Close")
    expect(ivan.get_by_role("button", name="Approve exactly this")).to_have_count(0)
    browser = page.context.browser
    assert browser is not None
    with serving.window(browser) as other:
        alice = site.signed_in(other.new_page(), "alice")
        alice.goto(f"{site.url}/")
        alice.get_by_role("link", name=re.compile("^Close: Payments fail")).click()
        alice.get_by_role("button", name="Approve exactly this").click()
        expect(alice.get_by_role("status").first).to_contain_text("Approved")
    ivan.goto(address)
    ivan.get_by_role("button", name="Do it as approved").click()
    expect(ivan.locator(".lead .chip")).to_have_text("closed")


def test_a_file_is_attached_and_saved_again(site: Site, page: Page) -> None:
    ivan = site.signed_in(page, "ivan")
    _opened(ivan, site)
    ivan.get_by_text("Attach a file").first.click()
    content = b"From: bank@example.org\r\n\r\nIt is down."
    ivan.locator("input[type=file]").set_input_files(
        {"name": "letter.eml", "mimeType": "text/plain", "buffer": content}
    )
    ivan.get_by_role("button", name="Attach").click()
    with ivan.expect_download() as saved:
        ivan.get_by_role("link", name="letter.eml").click()
    assert saved.value.path().read_bytes() == content
