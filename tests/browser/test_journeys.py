"""The loop on screen, in a real browser: sign in, decide, publish, alert to case to its end, drill, verify, language."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from seawall.acts import change_telling, deciding
from seawall.ledger.audit import audit
from seawall.office import homes
from seawall.records import case_register, starting
from tests.browser import serving
from tests.browser.serving import Site
from tests.console.conftest import PASSWORD

As = Callable[[str], Page]


@pytest.fixture(scope="module")
def as_(site: Site, browser: Browser) -> Iterator[As]:
    """A window for each of the cast, signed in once."""
    windows: dict[str, Page] = {}
    with ExitStack() as held:

        def window(name: str) -> Page:
            if name not in windows:
                opened = held.enter_context(serving.window(browser))
                windows[name] = site.signed_in(opened.new_page(), name)
            return windows[name]

        yield window


def entries(site: Site, kind: str) -> list[dict[str, object]]:
    home = homes.home(site.folder)
    return [each.told for each in home.ledger_reader.entries() if each.told["kind"] == kind]


def test_signing_in_takes_a_password_and_a_code(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/cases/")
    page.fill("input[name=login]", "alice")
    page.fill("input[name=password]", "a wrong sentence entirely")
    page.click("main form.form button.primary")
    assert "/accounts/login/" in page.url
    page.fill("input[name=login]", "alice")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form.form button.primary")
    page.fill("input[name=code]", "000000" if site.code("alice") != "000000" else "111111")
    page.press("input[name=code]", "Enter")
    assert "/accounts/2fa/authenticate" in page.url
    page.goto(f"{site.url}/portfolio/")
    assert page.url.startswith(f"{site.url}/accounts/"), "a password alone opens nothing"


def test_a_language_is_switched_and_stays(site: Site, as_: As) -> None:
    page = as_("erin")
    page.goto(f"{site.url}/cases/")
    serving.speak(page, "zh")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("h1")).to_have_text("案件")
    page.goto(f"{site.url}/drills/")
    expect(page.locator("h1")).to_have_text("演练")
    serving.speak(page, "en")
    expect(page.locator("h1")).to_have_text("Drills")


def test_a_credit_officer_decides_by_hand(site: Site, as_: As) -> None:
    given: dict[str, object] = {
        "customer_token": "c0000001", "applied_at": "2026-11-24T02:00", "currency": "CNY", "amount": 1000,
        "term_days": 30, "purpose": "consumption", "birth_year": 1990, "income_annual": 96000, "debt_monthly": 400,
        "bureau_score": 650, "inquiries_6m": 1, "open_lenders": 1,
    }  # fmt: skip
    page = as_("olivia")
    page.goto(f"{site.url}/decisions/new?policy=micro_loan")
    page.fill("input[name='in.application_id']", "by-hand-1")
    for name, value in given.items():
        field = page.locator(f"[name='in.{name}']")
        if field.count() and field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(str(value))
        elif field.count():
            field.fill(str(value))
    page.click("main form.form button.primary:has-text('Decide')")
    expect(page).to_have_url(re.compile(r"/decisions/\d+/"))
    home = homes.home(site.folder)
    told = deciding.decision(home.ledger_reader, "by-hand-1")
    assert [
        e["actor"] for e in entries(site, "decision") if e["subject"] == "application:by-hand-1"
    ] == ["olivia"]
    word = {"approve": "Approved", "refer": "Referred", "decline": "Declined"}[
        told.content["outcome"]
    ]
    expect(page.locator("main")).to_contain_text(word)


def test_a_policy_is_published_by_two(site: Site, as_: As) -> None:
    maker = as_("bob")
    maker.goto(f"{site.url}/policies/micro_loan/edit/")
    text = maker.locator("textarea[name=text]")
    written = text.input_value()
    rule = "when: loans_12m > 6\n"
    text.fill(written.replace(rule, "when: loans_12m > 6 AND amount > 0\n"))
    maker.click("button:has-text('Propose')")
    maker.wait_for_url(re.compile(r"/policies/micro_loan/(proposals|runs)/\d+/"))
    maker.wait_for_url(re.compile(r"/policies/micro_loan/proposals/\d+/"), timeout=90_000)
    proposal = maker.url
    expect(maker.locator("button:has-text('Approve exactly this')")).to_have_count(0)
    checker = as_("grace")
    checker.goto(proposal)
    checker.click("button:has-text('Approve exactly this')")
    expect(checker.locator("main")).to_contain_text("grace")
    head = as_("alice")
    head.goto(proposal)
    head.click("main button:has-text('Publish')")
    expect(head.locator("main")).to_contain_text("published")
    last = {
        kind: entries(site, kind)[-1]["actor"]
        for kind in ("policy.propose", "policy.approve", "policy.publish")
    }
    assert last == {"policy.propose": "bob", "policy.approve": "grace", "policy.publish": "alice"}


def test_an_alert_becomes_a_case_and_is_closed(site: Site, as_: As) -> None:
    page = as_("bob")
    page.goto(f"{site.url}/alerts/?level=amber")
    page.locator("main table tbody tr", has_text="raised").locator("a").first.click()
    page.wait_for_url(re.compile(r"/alerts/[\w-]+/$"))
    case_id = page.url.rstrip("/").rsplit("/", 1)[1]
    page.click("main .actions button:has-text('Acknowledge')")
    page.goto(f"{site.url}/cases/{case_id}/")
    page.click("summary:has-text('Close as explained')")
    form = page.locator("details[open] form")
    form.locator("[name$=explanation]").fill("A planted shift, seen in the simulator's own notes.")
    form.locator("button.primary").click()
    expect(page.locator(".lead")).to_contain_text("explained")
    starting.start(homes.home(site.folder).records)
    row = case_register.standing(case_id)
    starting.stop()
    assert row is not None
    assert (row.state, row.is_open) == ("explained", False)


def test_a_drill_is_played(site: Site, as_: As) -> None:
    page = as_("ivan")
    page.goto(f"{site.url}/drills/gateway_down_on_payday/")
    page.fill("input[name=planned_on]", "2026-12-01")
    page.click("main form.form button.primary:has-text('Plan')")
    page.wait_for_url(re.compile(r"/drills/run/"))
    page.click("button:has-text('Start now')")
    while (give := page.locator("form[action$='/give'] button")).count():
        give.first.click()
    page.fill("textarea[name=reason]", "The gateway's second line was found within a minute.")
    page.click("form[action$='/end'] button")
    expect(page.locator(".lead")).to_contain_text("ended")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ of \d+"))


def test_an_auditor_verifies_the_ledger_and_opens_a_proof(site: Site, as_: As) -> None:
    page = as_("dana")
    page.goto(f"{site.url}/ledger/proofs")
    page.click("button:has-text('Verify now')")
    expect(page.locator("main")).to_contain_text("sound", timeout=60_000)
    page.goto(f"{site.url}/ledger/0/")
    with page.expect_download() as download:
        page.click("a:has-text('Download the proof')")
    assert json.loads(download.value.path().read_text())


def test_afterwards_everything_is_told_and_sound(site: Site) -> None:
    home = homes.home(site.folder)
    starting.start(home.records)
    change_telling.tell(home.ledger)
    assert list(change_telling.compare(home.ledger)) == []
    assert not audit(home.ledger_reader).problems
    starting.stop()
