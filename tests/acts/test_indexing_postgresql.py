"""The index where all stores lie in PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections

from seawall.acts import indexing
from tests import postgresql
from tests.acts.test_deciding_postgresql import Elsewhere
from tests.acts.test_indexing import CHANGES, FILTERS, expected, filled, listed, rows, within
from tests.office.places import Cluster, cluster

pytestmark = postgresql.MARKS


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    with cluster() as made:
        yield made
        connections.close_all()


def test_searches_erasures_and_the_check_are_as_on_sqlite(made: Cluster, tmp_path: Path) -> None:
    house = Elsewhere(tmp_path, settings=made.settings())
    house.publish()
    filled(house)
    indexing.catch_up(house.ledger)
    for sought, test in FILTERS.values():
        told = expected(house, lambda each, test=test: within("house", each["unit"]) and test(each))  # type: ignore[misc]
        assert listed(**sought) == told
    assert [*indexing.wrong(house.ledger)] == []
    for change in CHANGES.values():
        with connection.cursor() as cursor:
            cursor.execute(change)
        assert {each.code for each in indexing.wrong(house.ledger)} == {"ledger-index-differs"}
        indexing.again(house.ledger)


def test_several_at_once_add_every_entry_once(made: Cluster, tmp_path: Path) -> None:
    house = Elsewhere(tmp_path, settings=made.settings())
    house.publish()
    filled(house, 40)

    def work() -> None:
        while indexing.catch_up(house.ledger, 3).behind:
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [*indexing.wrong(house.ledger)] == []
    assert rows()[2].size == house.ledger.size
