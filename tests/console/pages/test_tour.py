"""The guided tour leads to pages that one may see, and no others."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from seawall.console.pages.tour import STEPS

As = Callable[[str], Client]


def test_every_step_leads_to_a_page_that_is_there(as_: As) -> None:
    alice = as_("alice")
    text = alice.get("/tour/").text
    for step in STEPS:
        assert f'<a href="{reverse(step.route)}">{step.title.en}</a>' in text
        assert alice.get(reverse(step.route)).status_code == 200


def test_a_role_is_led_where_it_may_go(as_: As) -> None:
    text = as_("heidi").get("/tour/").text
    assert STEPS[3].title.en in text
    assert STEPS[0].title.en not in text
