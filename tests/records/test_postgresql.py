"""The same store on PostgreSQL: a server of its own, on loopback, gone after the test."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connections

from seawall.policy import window_online
from seawall.policy.window_online import Features, read_events
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from seawall.records.models import Event, Observation, Series
from seawall.records.starting import UnableToTrustRecords
from tests import postgresql
from tests.policy.past import STREAM, answers, meanings
from tests.policy.test_window import T0, WINDOWS, payment, simulated
from tests.records.test_event_store import NOW, as_known, facts_of, online, race, rows_in

pytestmark = postgresql.MARKS


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgresql.server() as address:
        yield address
        connections.close_all()


@pytest.fixture
def store(address: str) -> RecordsEventStore:
    starting.start(address)
    with connections["default"].cursor() as cursor:
        for model in (Event, Observation, Series):
            cursor.execute(f"TRUNCATE {model._meta.db_table}")  # noqa: SLF001 - Django's own way
    return RecordsEventStore(window_online.observer)


def test_postgresql_answers_what_the_definition_says(store: RecordsEventStore) -> None:
    rows, asked = simulated(9)
    features = Features(meanings(WINDOWS, STREAM))
    facts, _ = read_events(as_known(STREAM, rows), name="payment", stream=STREAM)
    store.add("payment", facts[:100])
    store.prepare(features.definitions)
    store.add("payment", facts[100:])
    assert online(store, features, asked) == answers(WINDOWS, STREAM, rows, asked)


def test_questions_asked_together_are_answered_as_one_by_one(store: RecordsEventStore) -> None:
    rows, asked = simulated(11)
    features = Features(meanings(WINDOWS, STREAM))
    facts, _ = read_events(as_known(STREAM, rows), name="payment", stream=STREAM)
    store.prepare(features.definitions)
    store.add("payment", facts)
    asks = [ask for one in asked for ask in features.asks(one.keys, one.at)]
    assert len({ask.parts for ask in asks}) > 1
    assert store.totals(asks) == [store.totals([ask])[0] for ask in asks]
    assert store.totals([]) == []


def test_postgresql_keeps_an_event_once(store: RecordsEventStore) -> None:
    features = Features(meanings(WINDOWS, STREAM))
    store.prepare(features.definitions)
    assert store.add("payment", facts_of(payment("p1", T0), payment("p1", T0))) == (1, ())
    assert store.add("payment", facts_of(payment("p1", T0, amount=7.0))) == (0, ("p1",))
    assert online(store, features, [NOW])[0]["n"] == rows_in("records_event") == 1


def test_postgresql_lets_no_event_miss_a_series(store: RecordsEventStore) -> None:
    race(store, Features(meanings(WINDOWS, STREAM)))


def test_migrations_hold_on_postgresql(store: RecordsEventStore) -> None:
    del store
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_what_an_address_asks_of_the_connection_is_asked(address: str) -> None:
    """Such as `sslmode=verify-full`: left out, a password would go to whoever answers."""
    starting.start(f"{address}?application_name=seawall%20office")
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == ("seawall office",)


def test_a_server_that_loses_what_it_acknowledged_is_refused(address: str) -> None:
    """A decision's event must be there when its entry is."""
    with pytest.raises(UnableToTrustRecords, match="synchronous_commit"):
        starting.start(f"{address}?options=-csynchronous_commit%3Doff")
    starting.start(address)
