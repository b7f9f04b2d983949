"""Lists of the register say what its own look-ups say, in a bounded number of questions."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seawall.records import policy_register as register
from seawall.records import policy_shelf as shelf
from seawall.records import starting
from seawall.records.policy_register import Signed, Version

POLICIES = ("card", "loan")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[None]:
    """Two policies, each with four versions: one replaced, one in force, one to come, one that waits."""
    starting.start(tmp_path / "office.sqlite")
    for policy in POLICIES:
        for turn, effective in enumerate((100, 200, 900, None)):
            version = Version(policy, f"{turn}" * 64, {f"{policy}.yaml": str(turn)})
            acts = [Signed(f"{policy}{turn}{n}", by, 10 + turn * 10 + n)
                    for n, by in enumerate(("bob", "bob", "alice", "alice"))]  # fmt: skip
            register.write(version, acts[0])
            number = register.propose(policy, version.digest, "{}", acts[1])
            if effective is not None:
                seen = register.proposal(number)
                register.approve(number, version.digest, seen.evidence_digest, acts[2])
                register.publish(number, effective, acts[3])
    yield
    starting.stop()


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("at_us", [50, 100, 199, 200, 899, 900, 2000])
def test_standings_are_what_is_in_force_at_a_time(at_us: int) -> None:
    found = shelf.standings(at_us)
    assert [each.policy for each in found] == list(POLICIES)
    for each in found:
        by_register = register.in_force(each.policy, at_us)
        assert each.in_force == (by_register[0] if by_register else None)
        later = [told for told in register.publications(each.policy) if told.effective_us > at_us]
        assert list(each.coming) == sorted(later, key=lambda told: told.effective_us)
        assert [(offer.digest[0], offer.approved_by) for offer in each.waiting] == [("3", ())]
        stood = shelf.stood(each.policy, at_us)
        assert stood is not None
        assert stood.standing == each
        assert stood.published == register.publications(each.policy)[::-1]
    assert shelf.stood("nobodys", at_us) is None


@pytest.mark.usefixtures("office")
def test_lists_come_by_pages_from_the_latest_on() -> None:
    told = register.publications("loan")
    versions = shelf.versions("loan", told)
    assert [(each.digest[0], each.writers, each.in_force_us) for each in versions] == [
        ("3", ("bob",), None), ("2", ("bob",), 900), ("1", ("bob",), 200), ("0", ("bob",), 100),
    ]  # fmt: skip
    later = shelf.versions("loan", told, versions[1].number)
    assert [each.digest[0] for each in later] == ["1", "0"]
    offers = shelf.offered("loan", told)
    assert [each.published_us is None for each in offers] == [True, False, False, False]
    assert offers[-1].approved_by == ("alice",)
    assert shelf.offered("loan", told, offers[0].number) == offers[1:]


@pytest.mark.usefixtures("office")
def test_lists_ask_as_often_for_many_as_for_one() -> None:
    asked = {}
    asks: dict[str, Callable[[], object]] = {
        "standings": lambda: shelf.standings(500),
        "one": lambda: shelf.stood("loan", 500),
        "versions": lambda: shelf.versions("loan", ()),
        "offered": lambda: shelf.offered("loan", ()),
    }
    for name, ask in asks.items():
        with CaptureQueriesContext(connection) as queries:
            ask()
        asked[name] = len(queries)
    assert asked == {"standings": 5, "one": 4, "versions": 2, "offered": 2}
