"""The demonstration's accounts: one for each role, no weaker than others, with passwords that are shown once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator

from seawall.acts import signing, staffing
from seawall.acts.signing import Signed
from seawall.acts.staffing import Newcomer
from seawall.console import access, demonstration
from seawall.office import homes, packs
from seawall.office.homes import Home
from seawall.office.settings import Settings
from seawall.records import people_register as register
from seawall.records import starting
from seawall.records.models import Person

# RFC 6238, appendix B: the last six of the eight digits for SHA-1, whose secret is the ASCII text 1234567890 twice.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - published
RFC_CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = homes.make(tmp_path / "home", "lender.example/ledger", settings=Settings())
    starting.start(made.records)
    starting.migrate()
    yield made
    starting.stop()


@pytest.mark.parametrize(("at", "code"), RFC_CODES.items())
def test_the_code_is_the_standards(at: int, code: str) -> None:
    found, holds_s = demonstration.code(RFC_SECRET, at)
    assert found == code
    assert (at + holds_s) % 30 == 0
    assert 0 < holds_s <= 30


def test_there_is_somebody_for_each_kind_of_user() -> None:
    declared, titles = access.declared(), packs.roles().titles
    assert demonstration.LOOKS_AT.keys() == demonstration.CAST.keys()
    for name, (_, role, unit) in demonstration.CAST.items():
        assert role in declared.roles, name
        assert role in titles, name
        assert unit in declared.units, name
    wanted = {"chief_risk_officer", "risk_analyst", "fraud_manager", "collections_manager", "customer_care", "auditor",
              "chief_compliance_officer", "security_officer", "assessor", "administrator"}  # fmt: skip
    assert wanted <= {role for _, role, _ in demonstration.CAST.values()}


def test_accounts_are_made_once_and_have_other_passwords_each_time(home: Home) -> None:
    first = demonstration.furnish(home, demonstration.fresh_secret())
    size = home.ledger_reader.size
    assert size == 2 * len(demonstration.CAST) - 1, "each is added, and confirmed but for the first"
    assert {row.name for row in register.people() if row.alone} == {"alice"}
    assert register.waiting() == []
    second = demonstration.furnish(home, demonstration.fresh_secret())
    assert home.ledger_reader.size == size
    assert [each.name for each in first] == [each.name for each in second]
    for before, now in zip(first, second, strict=True):
        person = Person.objects.get(name=now.name)
        assert len(now.password) >= 16
        assert person.check_password(now.password)
        assert not person.check_password(before.password)
        assert Authenticator.objects.filter(user=person).count() == 1
    assert len({each.password for each in (*first, *second)}) == 2 * len(first)
    everything = b"".join(
        each.read_bytes() for each in home.folder.rglob("*") if each.is_file()
    )  # fmt: skip
    assert all(each.password.encode() not in everything for each in second)


def test_it_begins_again_after_a_visitor_changed_people(home: Home) -> None:
    """As the pages invite him to: somebody is added, and who confirms the others is let in anew."""
    demonstration.furnish(home, demonstration.fresh_secret())
    ledger, confirming = home.ledger, access.confirming()
    zoe = Newcomer("zoe", "Zoe", ("employee",), "house")
    staffing.add(ledger, zoe, Signed("add:zoe", "root", signing.now()), confirming=confirming)
    how = Signed("reset:alice", "root", signing.now())
    staffing.reset(ledger, "alice", how, reason="lost", confirming=confirming)
    demonstration.furnish(home, demonstration.fresh_secret())
    assert register.person_of("alice").roles == ("chief_risk_officer",)
    assert [row.name for row in register.waiting()] == ["zoe"]
