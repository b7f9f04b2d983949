"""Two who change access at the same moment: each decides about what the other left, and the ledger tells what stands.

The second one begins when the first has read and decided, and is about to tell the ledger; he has a connection of his
own, as another process would.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from seawall.acts import change_telling, granting, staffing
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.second import UnableToConfirm
from seawall.acts.signing import Signed, fresh, now
from seawall.acts.staffing import Newcomer
from seawall.ledger.log import Ledger
from seawall.office import homes
from seawall.office.homes import Home
from seawall.records import people_register as register
from seawall.records import starting
from seawall.records.models import Person
from tests import postgresql
from tests.office.places import cluster

CONFIRMING = frozenset({"security_officer"})
SET = "pbkdf2_sha256$1$salt$hash"
MOMENT_S = 0.4
"""Long enough for an act that nobody holds off; who is held off does it afterwards."""
Act = Callable[[Ledger], object]


@pytest.fixture(scope="module")
def server() -> Iterator[Callable[[], Any]]:
    with ExitStack() as held:
        made: list[Any] = []

        def started() -> Any:  # noqa: ANN401 - settings of a home
            made.extend([] if made else [held.enter_context(cluster())])
            return made[0].settings()

        yield started


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=postgresql.MARKS)])
def home(
    request: pytest.FixtureRequest, tmp_path: Path, server: Callable[[], Any]
) -> Iterator[Home]:
    """A house with an administrator, a reviewer, and a credit officer whom the reviewer confirmed."""
    settings = server() if request.param == "postgresql" else None
    made = homes.make(tmp_path / "home", "lender.example/ledger", settings=settings)
    starting.start(made.records)
    for name, role in (
        ("root", "administrator"),
        ("ivan", "security_officer"),
        ("erin", "credit_officer"),
    ):
        newcomer = Newcomer(name, name.title(), (role,), "house")
        staffing.add(made.ledger, newcomer, signed(), confirming=CONFIRMING)
        Person.objects.filter(name=name).update(password=SET)
    confirm("erin")(made.ledger)
    yield made
    assert list(change_telling.compare(made.ledger)) == []
    assert list(granting.compare(made.ledger)) == []
    starting.stop()


def signed(by: str = "root") -> Signed:
    return Signed(fresh("act"), by, now())


def seen_us(name: str) -> int:
    asked = register.person_of(name).asked
    return asked.at_us if asked else 0


def assign(name: str, *roles: str) -> Act:
    return lambda ledger: staffing.assign(
        ledger, name, (roles, "house"), signed(), confirming=CONFIRMING
    )


def reset(name: str) -> Act:
    return lambda ledger: staffing.reset(
        ledger, name, signed(), reason="lost, Root says", confirming=CONFIRMING
    )


def confirm(name: str) -> Act:
    at_us = seen_us(name)
    return lambda ledger: staffing.confirm(ledger, name, signed("ivan"), seen_us=at_us)


def refuse(name: str) -> Act:
    at_us = seen_us(name)
    return lambda ledger: staffing.refuse(
        ledger, name, signed("alice"), seen_us=at_us, reason="not his work"
    )


class Slow:
    """A ledger that is told once another act had its moment."""

    def __init__(self, ledger: Ledger, meanwhile: Callable[[], None]) -> None:
        self._ledger, self._meanwhile = ledger, meanwhile

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the ledger's own
        return getattr(self._ledger, name)

    def append(self, entry: Any) -> Any:  # noqa: ANN401 - the ledger's own
        self._meanwhile()
        return self._ledger.append(entry)


def at_once(home: Home, first: Act, other: Act) -> list[BaseException]:
    """Do two acts at once; what refused the second."""
    refused: list[BaseException] = []

    def go() -> None:
        try:
            other(home.ledger)
        except BaseException as error:  # noqa: BLE001 - told to the test
            refused.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=go)

    def meanwhile() -> None:
        thread.start()
        thread.join(MOMENT_S)

    first(Slow(home.ledger, meanwhile))  # type: ignore[arg-type]
    thread.join()
    return refused


def test_roles_sent_at_once_with_a_reset_do_not_outlive_it(home: Home) -> None:
    """Root would have the link of somebody who decides, and no second person would be asked."""
    assert at_once(home, assign("erin", "credit_officer"), reset("erin")) == []
    row = register.person_of("erin")
    assert row.roles == ()
    assert row.asked is not None
    assert not register.came_in("erin")


def test_a_reset_at_once_with_roles_takes_them(home: Home) -> None:
    assert at_once(home, reset("erin"), assign("erin", "credit_officer")) == []
    assert register.person_of("erin").roles == ()


def test_a_confirmation_at_once_with_a_reset_does_not_outlive_it(home: Home) -> None:
    assign("erin", "credit_officer", "fraud_analyst")(home.ledger)
    assert at_once(home, confirm("erin"), reset("erin")) == []
    row = register.person_of("erin")
    assert row.roles == ()
    assert row.asked is not None
    assert not register.came_in("erin")


@pytest.mark.parametrize("order", [(refuse, confirm), (confirm, refuse)])
def test_of_opposite_decisions_one_counts_and_the_other_is_told(
    home: Home, order: tuple[Callable[[str], Act], ...]
) -> None:
    assign("erin", "credit_officer", "fraud_analyst")(home.ledger)
    first, other = (each("erin") for each in order)
    (refused,) = at_once(home, first, other)
    assert isinstance(refused, UnableToConfirm)
    given = {"credit_officer"} | ({"fraud_analyst"} if order[0] is confirm else set())
    assert set(register.person_of("erin").roles) == given


def test_a_token_taken_back_at_once_with_its_confirmation_is_taken_back(home: Home) -> None:
    wanted = Wanted("m-1", frozenset({"decisions.decide"}), "house", now() + timedelta(days=9))
    among = Grantable({"decisions.decide"}, {"house"}, CONFIRMING)
    given = granting.grant(home.ledger, wanted, among, signed())
    number = given.number
    at_once(
        home,
        lambda ledger: granting.confirm(ledger, number, signed("ivan")),
        lambda ledger: granting.revoke(ledger, number, signed()),
    )
    assert granting.holder(given.secret, now()) is None


def test_two_first_reviewers_at_once_are_not_both_let_in_by_one_alone(home: Home) -> None:
    """In a house that asks another role to confirm, nobody has it yet: only the first comes in without one."""
    confirming = frozenset({"chief_risk_officer"})

    def add(name: str) -> Act:
        newcomer = Newcomer(name, name.title(), ("chief_risk_officer",), "house")
        return lambda ledger: staffing.add(ledger, newcomer, signed(), confirming=confirming)

    at_once(home, add("alice"), add("mallory"))
    assert [register.person_of(name).alone for name in ("alice", "mallory")] == [True, False]
    assert register.person_of("mallory").roles == ()
