"""Pages of policies."""

from collections.abc import Callable

import pytest
from django.test import Client

As = Callable[[str], Client]
TABS = (
    "",
    "rules/",
    "values/",
    "tables/",
    "cases/",
    "versions/",
    "differences/",
    "history/",
    "replay/",
    "edit/",
)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_of_a_policy_is_shown(as_: As, tab: str, language: str) -> None:
    alice = as_("alice")
    alice.post("/language", {"language": language})
    answer = alice.get(f"/policies/instalment_loan_us/{tab}")
    assert answer.status_code == 200, answer.text[:3000]
    assert alice.get("/policies/").status_code == 200
