"""Settings, and machines' tokens."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from seawall.acts import granting
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.signing import Signed, now
from seawall.office.homes import Home
from seawall.records.models import Person
from tests.elsewhere import SQLITE

As = Callable[[str], Client]


@SQLITE  # it names where stores lie
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
    assert granting.holder(secret, now()) is None, "it waits for a second person"
    waits = next(iter(granting.listed()))
    assert ivan.post(f"/people/tokens/{waits}/confirm").status_code == 409
    alice = as_("alice")
    assert "origination-7" in alice.get("/people/waiting").text
    assert alice.post(f"/people/tokens/{waits}/confirm").status_code == 303
    held = granting.holder(secret, now())
    assert held is not None
    assert (held.name, held.unit, held.granted_by) == ("origination-7", "house/online", "ivan")
    number = next(iter(granting.listed()))
    ivan.post(f"/settings/tokens/{number}/revoke")
    assert granting.holder(secret, now()) is None
    kinds = [each.told["kind"] for each in lender.ledger.entries()]
    assert kinds.count("token.grant") == kinds.count("token.revoke") == 1


def test_a_token_of_another_unit_is_not_there_to_be_revoked(as_: As, lender: Home) -> None:
    wanted = Wanted(
        "origination-9", frozenset({"decisions.decide"}), "house", now() + timedelta(days=1)
    )
    among = Grantable(wanted.scopes, ["house"])
    given = granting.grant(lender.ledger, wanted, among, Signed("grant:9", "ivan", now()))
    Person.objects.filter(name="root").update(unit="house/online")
    try:
        for number in (given.number, 999):
            assert as_("root").post(f"/settings/tokens/{number}/revoke").status_code == 404
    finally:
        Person.objects.filter(name="root").update(unit="house")
    assert granting.holder(given.secret, now()) is not None
    assert as_("root").post(f"/settings/tokens/{given.number}/revoke").status_code == 303
    assert granting.holder(given.secret, now()) is None


def test_a_token_never_has_more_than_a_machine_may(as_: As) -> None:
    form = {"name": "origination-8", "scopes": ["people.open"], "unit": "house", "days": "30"}
    answer = as_("ivan").post("/settings/tokens/grant", form)
    assert answer.status_code == 422
    assert "swl_" not in answer.text
