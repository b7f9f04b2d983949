"""Where a page begins is spelt in one way, and what no page ever spelt asks for the first."""

from typing import cast

import pytest
from django.test import RequestFactory

from seawall.console import paging
from seawall.console.asking import Request


def asked(after: str) -> tuple[int, str] | None:
    return paging.asked(cast("Request", RequestFactory().get("/", {"after": after})))


@pytest.mark.parametrize(
    "place", [(0, "1000001"), (10**17, "alert-00ff"), (7, "2026-01-31.alert-00ff")]
)
def test_a_place_is_read_as_it_was_spelt(place: tuple[int, str]) -> None:
    assert asked(paging.told(place)) == place


@pytest.mark.parametrize(
    "after",
    [
        "",
        "1",
        "1.",
        ".1",
        "-1.x",
        "²2.x",
        "1.x\0",
        "1.x'--",
        f"{10**18}.x",
        "1.x\n",
        f"1.{'x' * 161}",
    ],
)
def test_what_no_page_spelt_asks_for_the_first(after: str) -> None:
    assert asked(after) is None
