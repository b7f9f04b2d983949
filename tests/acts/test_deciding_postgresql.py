"""Deciding where all stores lie in PostgreSQL: a batch decides what one by one would."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from seawall.acts.deciding import Desk
from seawall.acts.gathering import Gatherer, Terms
from seawall.acts.in_force import Policies
from seawall.office import deciding, homes
from seawall.office.packs import conventions
from seawall.office.settings import Settings
from seawall.policy.window_online import observer
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from tests import postgresql
from tests.acts.lender import NOON, House, asks
from tests.office.places import Cluster, cluster

pytestmark = postgresql.MARKS


@dataclass
class Elsewhere(House):
    """A house whose stores lie in a database."""

    settings: Settings

    def __post_init__(self) -> None:
        home = homes.make(self.folder / "home", "lender.example/ledger", settings=self.settings)
        self.ledger, self.vault = home.ledger, home.vault.open()
        starting.start(home.records)
        self.events = RecordsEventStore(observer)
        self.policies = Policies(self.events, self.vault.rules.fields, self.ledger)


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    with cluster() as made:
        yield made
        connections.close_all()


def test_a_batch_in_the_order_of_time_decides_what_one_by_one_would(
    made: Cluster, tmp_path: Path
) -> None:
    chance = random.Random(6)  # noqa: S311 - a test's own dice
    told = [
        asks(f"a{n}", n // 2, phone=f"1380013800{chance.randrange(4)}", device_id=f"ab-1{chance.randrange(3)}")
        for n in range(40)
    ]  # fmt: skip
    answers = []
    for name, batches in (("alone", [[one] for one in told]), ("together", [told])):
        (tmp_path / name).mkdir()
        house = Elsewhere(tmp_path / name, settings=made.settings())
        house.publish()
        decided = [each.content for batch in batches for each in house.decide(*batch)]
        answers.append([(each["features"], each["outcome"], each["reasons"]) for each in decided])
        assert len({each["input"]["customer_token"] for each in decided}) == 4
        house.holds()
    assert answers[0] == answers[1]
    assert max(features["applications"] for features, _, _ in answers[0]) > 5


def test_told_again_in_another_batch_it_is_the_same_decision(made: Cluster, tmp_path: Path) -> None:
    house = Elsewhere(tmp_path, settings=made.settings())
    house.publish()
    told = [asks(f"a{n}", n, phone="13800138000", device_id="ab-12") for n in range(6)]
    first = house.decide(*told[:4])
    again = house.decide(*told)
    assert [each.content for each in again[:4]] == [each.content for each in first]
    assert [each.new for each in again] == [False] * 4 + [True] * 2
    assert again[5].content["features"] == {"device_customers": 1, "applications": 5}
    house.holds()


def test_many_callers_at_two_desks_of_a_home_have_one_decision_an_application(
    made: Cluster, tmp_path: Path
) -> None:
    settings = made.settings()
    house = Elsewhere(tmp_path, settings=settings)
    house.publish()
    home = homes.Home(tmp_path / "home", conventions(), settings)
    desks = [Gatherer(lambda: deciding.opened(home), clock=lambda: NOON) for _ in range(2)]
    terms = Terms("small", "origination-1", "CN")
    told = [house.received(**asks(f"a{n}", n, phone=f"1380013800{n % 7}")) for n in range(80)]
    with ThreadPoolExecutor(8) as callers:
        promises = callers.map(lambda n: desks[n % 2].take([told[n // 2]], terms)[0], range(160))
        decided = [each.result(30) for each in promises]
    for each in desks:
        each.stop()
    assert [one.entry for one in decided[::2]] == [one.entry for one in decided[1::2]]
    assert sum(each.new for each in decided) == len({each.entry for each in decided}) == 80
    house.holds()


def test_a_batch_of_any_length_waits_for_its_databases_as_often_as_a_small_one(
    made: Cluster, tmp_path: Path
) -> None:
    """Two desks by turns, and people who come again: each finds what the other has written since."""
    settings = made.settings()
    house = Elsewhere(tmp_path, settings=settings)
    house.publish()
    home = homes.Home(tmp_path / "home", conventions(), settings)
    other = copy(house)
    other.ledger, other.vault = home.ledger, home.vault.open()
    waits, begin = [], 0
    for turn, count in enumerate((3, 3, 4, 5, 60, 80)):
        at = (house, other)[turn % 2]
        told = [
            asks(f"a{n}", n % 60, phone=f"1380013{n % 50:04d}") for n in range(begin, begin + count)
        ]
        with postgresql.Ways(*connected(at.desk)) as ways:
            assert all(each.new for each in at.decide(*told))
        waits.append(ways.count)
        begin += count
    assert max(waits[2:]) <= 21, "connections are open by then"
    house.holds()


def connected(desk: Desk) -> list[Any]:
    """Every connection that a desk has open."""
    stores = desk.ledger.store, desk.vault.rows, desk.vault.keys.database
    held = [each for store in stores for each in vars(store).values()]
    raw = [each for each in held if hasattr(each, "pgconn")]
    return [*raw, connections["default"].connection]
