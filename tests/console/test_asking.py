"""Numbers that browsers send: what is none, or larger than any that was written, breaks no page."""

from collections.abc import Callable

import pytest
from django.test import Client

from seawall.acts import granting
from seawall.console.pages.cases.forms import READS
from seawall.office.homes import Home

As = Callable[[str], Client]
NO_NUMBERS = ("²", "٣²", "-1", "9" * 30, "9" * 5_000)
"""A digit that is no decimal, one of another script beside it, more than 64 bits, more than Python reads."""
PLACES = {
    "/alerts/?over&after={n}.alert-00000000000000000000": 200,
    "/alerts/silences?after={n}": 200,
    "/decisions/?after={n}.{n}": 200,
    "/ledger/?after={n}": 200,
    "/ledger/pack?first={n}&last={n}": 404,
    "/policies/instalment_loan/versions/?after={n}": 200,
    "/policies/instalment_loan/history/?after={n}": 200,
    "/settings/work/?after={n}": 200,
}


@pytest.mark.parametrize("path", PLACES)
def test_a_page_begins_at_its_beginning_where_the_address_names_no_number(
    as_: As, path: str
) -> None:
    dana = as_("dana")
    found = {n[:9]: dana.get(path.format(n=n)).status_code for n in NO_NUMBERS}
    assert set(found.values()) == {PLACES[path]}, found


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, "9" * 30, "9" * 5_000])
@pytest.mark.parametrize("path", ["/decisions/{n}/", "/ledger/{n}/", "/policies/instalment_loan/runs/{n}/"])  # fmt: skip
def test_a_number_that_nothing_has_is_not_there(as_: As, path: str, number: str) -> None:
    assert as_("alice").get(path.format(n=number)).status_code == 404


@pytest.mark.parametrize("days", NO_NUMBERS)
def test_a_token_counts_for_days_that_are_offered(lender: Home, as_: As, days: str) -> None:
    del lender
    form = {"name": "origination-9", "scopes": ["decisions.decide"], "unit": "house", "days": days}
    assert as_("ivan").post("/settings/tokens/grant", form).status_code == 200
    latest = max(granting.listed().items())[1]
    assert (
        latest.expires_at - latest.granted_at
    ).days == 29  # and some hours: granted a moment later


@pytest.mark.parametrize("seen", NO_NUMBERS)
def test_a_draft_is_kept_where_the_form_does_not_say_which_was_seen(as_: As, seen: str) -> None:
    form = {"text": "policy: instalment_loan\n", "cases": "", "base": "", "seen_us": seen}
    assert as_("bob").post("/policies/instalment_loan/edit/look", form).status_code == 200


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12", 12), ("+12", 12), ("-12", -12), *((each, each) for each in ("--5", "+-5", "²", "9" * 5_000))],
)  # fmt: skip
def test_a_whole_number_of_a_case_is_read_or_left_as_typed(typed: str, read: object) -> None:
    assert READS["integer"](typed) == read


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_a_filter_that_there_is_not_is_dropped_quietly(as_: As, number: str) -> None:
    assert as_("bob").post("/cases/filters/drop", {"number": number}).status_code == 303
