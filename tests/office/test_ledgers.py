"""Whose bodies somebody reads in the ledger, held against a table written by hand."""

import json

import pytest

from seawall.ledger.entry import Recorded
from seawall.office.ledgers import Onlooker


@pytest.mark.parametrize(
    ("kind", "unit", "by"),
    [
        ("decision", None, {"house"}),
        ("decision", "house/online", {"house", "online"}),
        ("vault.open", "house/online", {"house"}),
        ("vault.find", None, {"house"}),
        ("vault.erase", None, {"house"}),
        ("vault.hold", None, {"house"}),
        ("vault.release", None, {"house"}),
        ("policy.publish", None, {"house", "online", "blind"}),
    ],
)
def test_a_customers_body_is_for_who_sees_decisions_of_its_unit(
    kind: str, unit: str | None, by: set[str]
) -> None:
    leaf = json.dumps({"kind": kind, "on_behalf_of": unit}).encode()
    entry = Recorded(0, leaf, b"salt", b"{}")
    all_ = {
        "house": Onlooker(decisions=True, unit="house"),
        "online": Onlooker(decisions=True, unit="house/online"),
        "blind": Onlooker(decisions=False, unit="house"),
    }
    assert {name for name, each in all_.items() if each.reads(entry)} == by
    assert [name for name, each in all_.items() if each.reads_all] == ["house"]
