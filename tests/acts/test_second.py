"""What gives access waits for a second person; what takes it away does not; one alone is enough only at the beginning."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seawall.acts import change_telling, granting, second, staffing
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.second import UnableToConfirm
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer, UnableToAssign, UnableToInvite
from seawall.ledger.log import Ledger
from seawall.office import homes
from seawall.records import people_register as register
from seawall.records import starting
from seawall.records.models import ApiToken, Person
from seawall.records.people_register import Asked, PersonRow

CONFIRMING = frozenset({"chief_risk_officer", "security_officer"})
SET = "pbkdf2_sha256$1$salt$hash"
"""Any password that is one."""
UNUSABLE = "!none"
AMONG = Grantable({"decisions.decide"}, {"house"}, CONFIRMING)
WANTED = Wanted("m-1", frozenset({"decisions.decide"}), "house", now() + timedelta(days=90))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A house in which alice and ivan can confirm; whoever is there has set a password."""
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    starting.start(home.records)
    ledger = home.ledger
    add(ledger, "root", "administrator", by="root")
    add(ledger, "alice", "chief_risk_officer")
    add(ledger, "ivan", "security_officer")
    confirm(ledger, "ivan", by="alice")
    yield ledger
    assert list(change_telling.compare(ledger)) == []
    starting.stop()


_acts = iter(range(1_000_000))


def signed(by: str = "root") -> Signed:
    return Signed(f"act:{next(_acts)}", by, now())


def add(ledger: Ledger, name: str, *roles: str, by: str = "root") -> None:
    newcomer = Newcomer(name, name.title(), roles, "house")
    staffing.add(ledger, newcomer, signed(by), confirming=CONFIRMING)
    Person.objects.filter(name=name).update(password=SET)


def assign(ledger: Ledger, name: str, *roles: str, unit: str = "house") -> None:
    staffing.assign(ledger, name, (roles, unit), signed(), confirming=CONFIRMING)


def confirm(ledger: Ledger, name: str, by: str) -> None:
    asked = register.person_of(name).asked
    assert asked is not None
    staffing.confirm(ledger, name, signed(by), seen_us=asked.at_us)


def refuse(ledger: Ledger, name: str, by: str) -> None:
    asked = register.person_of(name).asked
    assert asked is not None
    staffing.refuse(ledger, name, signed(by), seen_us=asked.at_us, reason="not his work")


def stands(name: str) -> tuple[set[str], str, set[str] | None, bool]:
    row = register.person_of(name)
    return set(row.roles), row.unit, set(row.asked.roles) if row.asked else None, row.alone


def test_the_first_is_let_in_by_one_alone_and_the_ledger_says_so(ledger: Ledger) -> None:
    assert stands("root") == ({"administrator"}, "house", None, True)
    assert stands("alice") == ({"chief_risk_officer"}, "house", None, True)
    assert stands("ivan") == ({"security_officer"}, "house", None, False)
    told = {
        e.told["subject"]: e.content for e in ledger.entries() if e.told["kind"] == "person.add"
    }
    assert [
        bool((told[f"person:{name}"] or {}).get("alone")) for name in ("root", "alice", "ivan")
    ] == [
        True,
        True,
        False,
    ]


def review(ledger: Ledger, name: str, by: str) -> None:
    staffing.review(ledger, name, signed(by), keeps=True, note="")


def test_one_persons_word_is_not_settled_by_whoever_owes_his_access_to_it(ledger: Ledger) -> None:
    """Alice could be Root's; whom she confirmed could be, and whom those confirmed; also where they let her in anew."""
    add(ledger, "judy", "chief_risk_officer")
    confirm(ledger, "judy", by="ivan")
    for reviewer in ("ivan", "judy"):
        review(ledger, "alice", by=reviewer)
    review(ledger, "root", by="alice")
    staffing.reset(ledger, "alice", signed(), reason="lost", confirming=CONFIRMING)
    Person.objects.filter(name="alice").update(password=SET)
    confirm(ledger, "alice", by="judy")
    assert [register.person_of(name).alone for name in ("alice", "root")] == [True, True]


def test_one_persons_word_is_settled_by_somebody_whom_the_servers_owner_confirmed(
    ledger: Ledger,
) -> None:
    add(ledger, "judy", "chief_risk_officer")
    confirm(ledger, "judy", by="olga")
    review(ledger, "alice", by="judy")
    review(ledger, "root", by="ivan")
    assert [register.person_of(name).alone for name in ("alice", "root")] == [False, False]


def test_roles_that_count_without_their_person_are_asked_before_a_link_is_made(
    ledger: Ledger,
) -> None:
    """Older versions left newcomers so: whoever had the link would have had what they may."""
    add(ledger, "hank", "risk_officer")
    confirm(ledger, "hank", by="ivan")
    Person.objects.filter(name="hank").update(password=UNUSABLE)
    assert staffing.invite(ledger, "hank", signed(), confirming=CONFIRMING)
    assert stands("hank") == (set(), "house", {"risk_officer"}, False)


def test_the_first_reviewer_has_his_roles_when_he_comes_by_his_link(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "new", "lender.example/ledger")
    starting.start(home.records)
    add(home.ledger, "alice", "chief_risk_officer")
    Person.objects.filter(name="alice").update(password=UNUSABLE)
    assert staffing.invite(home.ledger, "alice", signed(), confirming=CONFIRMING)
    assert stands("alice") == ({"chief_risk_officer"}, "house", None, True)
    assert list(change_telling.compare(home.ledger)) == []
    starting.stop()


def test_the_log_of_changes_is_not_read_while_somebody_can_confirm(ledger: Ledger) -> None:
    """It grows with every change of a house; it has the word where nobody has the role any more."""
    del ledger
    for besides, reads in ({"root"}, False), ({"root", "alice", "ivan"}, True):
        with CaptureQueriesContext(connection) as asked:
            assert second.nobody_else(CONFIRMING, besides) == reads
        assert any("records_change" in each["sql"] for each in asked) == reads


def test_a_newcomer_may_nothing_before_another_confirmed(ledger: Ledger) -> None:
    add(ledger, "bob", "risk_officer")
    assert stands("bob") == (set(), "house", {"risk_officer"}, False)
    for somebody, why in (("root", UnableToConfirm), ("bob", UnableToAssign)):
        with pytest.raises(why):
            confirm(ledger, "bob", by=somebody)
    assert stands("bob")[0] == set()
    confirm(ledger, "bob", by="ivan")
    assert stands("bob") == ({"risk_officer"}, "house", None, False)


def test_what_is_lost_is_lost_now_and_what_is_gained_waits(ledger: Ledger) -> None:
    add(ledger, "bob", "risk_analyst", "employee")
    confirm(ledger, "bob", by="alice")
    assign(ledger, "bob", "risk_officer", "employee")
    assert stands("bob") == ({"employee"}, "house", {"risk_officer", "employee"}, False)
    assign(ledger, "bob", "employee")
    assert stands("bob") == ({"employee"}, "house", None, False), (
        "asking for less is asking no more"
    )
    assign(ledger, "bob", "employee", unit="house/online")
    assert stands("bob") == ({"employee"}, "house/online", None, False), (
        "a unit is taken at once, too"
    )
    assign(ledger, "bob", "employee", unit="house")
    assert stands("bob") == ({"employee"}, "house/online", {"employee"}, False), (
        "and a wider one is access, too"
    )
    confirm(ledger, "bob", by="alice")
    assert stands("bob")[1] == "house"
    assign(ledger, "bob", "employee", "risk_analyst", unit="house/online")
    assert stands("bob")[1] == "house/online", "whatever is asked beside"
    assign(ledger, "bob", unit="house/online")
    assert stands("bob") == (set(), "house/online", None, False)


def test_what_was_asked_since_is_not_confirmed_by_an_older_page(ledger: Ledger) -> None:
    add(ledger, "bob", "employee")
    seen = register.person_of("bob").asked
    assert seen is not None
    assign(ledger, "bob", "chief_risk_officer")
    with pytest.raises(UnableToConfirm):
        staffing.confirm(ledger, "bob", signed("alice"), seen_us=seen.at_us)
    assert stands("bob")[0] == set()
    with pytest.raises(UnableToConfirm):
        staffing.refuse(ledger, "bob", signed("alice"), seen_us=seen.at_us, reason="no employee")
    assert stands("bob")[2] == {"chief_risk_officer"}


def test_nobody_is_confirmed_whom_nobody_can_ask(ledger: Ledger) -> None:
    add(ledger, "bob", "employee")
    Person.objects.filter(name="bob").update(password=UNUSABLE)
    with pytest.raises(UnableToConfirm):
        confirm(ledger, "bob", by="alice")


def test_refused_he_keeps_what_he_has(ledger: Ledger) -> None:
    add(ledger, "bob", "employee")
    confirm(ledger, "bob", by="alice")
    assign(ledger, "bob", "employee", "risk_officer")
    refuse(ledger, "bob", by="ivan")
    assert stands("bob") == ({"employee"}, "house", None, False)


@pytest.mark.parametrize("how", ["leaves", "loses"])
def test_sending_away_whoever_could_confirm_opens_nothing(ledger: Ledger, how: str) -> None:
    """The door of the beginning does not open again for who makes people."""
    for name in ("alice", "ivan"):
        if how == "leaves":
            staffing.leave(ledger, name, signed(), reason="gone")
        else:
            assign(ledger, name)
    add(ledger, "mallory", "chief_risk_officer")
    assert stands("mallory") == (set(), "house", {"chief_risk_officer"}, False)
    assert granting.grant(ledger, WANTED, AMONG, signed()).waits


@pytest.mark.parametrize("act", ["come_back", "reset"])
def test_who_is_let_in_anew_has_no_password_and_waits(ledger: Ledger, act: str) -> None:
    if act == "come_back":
        staffing.leave(ledger, "ivan", signed(), reason="left")
    with pytest.raises(UnableToInvite):
        staffing.invite(ledger, "ivan", signed(), confirming=CONFIRMING)
    doing = {"come_back": staffing.come_back, "reset": staffing.reset}[act]
    again = signed()
    assert doing(ledger, "ivan", again, reason="here he is", confirming=CONFIRMING)
    assert stands("ivan") == (set(), "house", {"security_officer"}, False)
    assert not register.came_in("ivan")
    assert staffing.invite(ledger, "ivan", signed(), confirming=CONFIRMING)
    Person.objects.filter(name="ivan").update(password=SET)
    assert not doing(ledger, "ivan", again, reason="here he is", confirming=CONFIRMING)
    assert register.came_in("ivan"), "a form sent again takes nothing from him"
    confirm(ledger, "ivan", by="alice")
    assert stands("ivan") == ({"security_officer"}, "house", None, False)


def test_a_token_waits_for_another_than_who_granted_it(ledger: Ledger) -> None:
    given = granting.grant(ledger, WANTED, AMONG, signed("ivan"))
    assert given.waits
    assert granting.holder(given.secret, now()) is None
    with pytest.raises(UnableToConfirm):
        granting.confirm(ledger, given.number, signed("ivan"))
    assert granting.holder(given.secret, now()) is None
    assert granting.confirm(ledger, given.number, signed("alice"))
    assert not granting.confirm(ledger, given.number, signed("alice"))
    assert granting.holder(given.secret, now()) is not None
    assert list(granting.compare(ledger)) == []
    assert granting.revoke(ledger, given.number, signed("alice"))
    refused = granting.grant(ledger, WANTED, AMONG, signed("ivan"))
    granting.revoke(ledger, refused.number, signed("alice"))
    assert not granting.confirm(ledger, refused.number, signed("alice"))
    assert list(granting.compare(ledger)) == []


def test_a_token_confirmed_by_the_database_alone_is_found(ledger: Ledger) -> None:
    given = granting.grant(ledger, WANTED, AMONG, signed("ivan"))
    register.confirm_token(given.number, "alice")
    assert [each.facts["number"] for each in granting.compare(ledger)] == [given.number]


def test_a_confirmation_that_came_too_late_for_its_token_alarms_nobody_for_ever(
    ledger: Ledger,
) -> None:
    """As two at one moment left it: told, and taken back before it counted."""
    given = granting.grant(ledger, WANTED, AMONG, signed("ivan"))
    granting.confirm(ledger, given.number, signed("alice"))
    ApiToken.objects.filter(number=given.number).update(confirmed_by=None)
    assert [each.facts["number"] for each in granting.compare(ledger)] == [given.number]
    granting.revoke(ledger, given.number, signed("alice"))
    assert list(granting.compare(ledger)) == []


PARTS = {
    "house": {"head office", "online", "partners"},
    "house/online": {"online"},
    "house/partners": {"partners"},
}
"""What each unit shows."""


def test_asking_by_hand() -> None:
    """Every pair of what somebody has and what is asked, over two roles and three units: he keeps what is in both."""
    sets = [(), ("a",), ("b",), ("a", "b")]
    for has, here, wants, there in product(sets, PARTS, sets, PARTS):
        row = PersonRow("x", "X", None, has, here, "en", is_active=True, added_us=0)
        got = second.asking(row, Asked(wants, there, "root", 1), alone=False)
        before, after = set(product(has, PARTS[here])), set(product(wants, PARTS[there]))
        assert set(product(got.roles, PARTS[got.unit])) == before & after
        gains = bool(set(wants) - set(has)) or not PARTS[there] <= PARTS[here]
        assert (got.asked is not None) == gains
        assert gains or got.unit == there
        now_ = second.asking(row, Asked(wants, there, "root", 1), alone=True)
        assert (now_.roles, now_.unit, now_.asked) == (wants, there, None)
        assert now_.alone == gains
