"""Settings, and machines' tokens."""

import re
from collections.abc import Callable

from django.test import Client

from seawall.acts import granting
from seawall.acts.signing import now
from seawall.office.homes import Home

As = Callable[[str], Client]


def test_the_home_is_shown_and_examined(as_: As) -> None:
    text = as_("dana").get("/settings/").text
    assert "SQLite" in text
    assert "ledger" in text


def test_a_token_is_shown_once_and_revoked(as_: As, lender: Home) -> None:
    ivan = as_("ivan")
    form = {
        "name": "origination-7",
        "scopes": ["decisions.decide"],
        "unit": "house/online",
        "days": "30",
    }
    text = ivan.post("/settings/tokens/grant", form).text
    (secret,) = re.findall(r"swl_[\w-]+", text)
    assert secret not in ivan.get("/settings/tokens/").text
    held = granting.holder(secret, now())
    assert held is not None
    assert (held.name, held.unit, held.granted_by) == ("origination-7", "house/online", "ivan")
    number = next(iter(granting.listed()))
    ivan.post(f"/settings/tokens/{number}/revoke")
    assert granting.holder(secret, now()) is None
    kinds = [each.told["kind"] for each in lender.ledger.entries()]
    assert kinds.count("token.grant") == kinds.count("token.revoke") == 1


def test_a_token_never_has_more_than_a_machine_may(as_: As) -> None:
    form = {"name": "origination-8", "scopes": ["people.open"], "unit": "house", "days": "30"}
    answer = as_("ivan").post("/settings/tokens/grant", form)
    assert answer.status_code == 422
    assert "swl_" not in answer.text
