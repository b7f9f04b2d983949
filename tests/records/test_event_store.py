"""Events in the database: the same answers as history, kept once, whatever happens."""

import csv
import gzip
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Model, QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.core import period
from seawall.core.engine import DuckEngine
from seawall.core.text import Text
from seawall.policy import window_online
from seawall.policy.window import EventStore, Fact, Stream, Window, meaning
from seawall.policy.window_history import history
from seawall.policy.window_online import Features, Observation, Observer, read_events
from seawall.policy.window_points import Queries
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore, UnableToAnswerWindow
from tests.policy.past import PROMPT, STREAM, Asked, answers, meanings, window
from tests.policy.test_window import (
    QUERIES,
    T0,
    WINDOWS,
    decisions,
    events,
    numbered,
    payment,
    told,
    whole,
)

NOW = Asked(0, T0 + timedelta(hours=1), {"customer": "a", "device": 1})


def online(store: EventStore, features: Features, asked: list[Asked]) -> list[dict[str, Any]]:
    found = []
    for one in asked:
        asks = features.asks(one.keys, one.at)
        found.append(features.values(asks, store.totals(asks)))
    return found


def as_known(stream: Stream, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events in the order in which the lender came to know them."""

    def known(row: dict[str, Any]) -> datetime:
        told: datetime = (row[stream.known_at] if stream.known_at else None) or row["paid_at"]
        return told

    return sorted((row for row in rows if row["paid_at"]), key=known)


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    made = DuckEngine(threads=1, memory="1GB")
    yield made
    made.close()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rows=events, asked=decisions, how=st.tuples(st.booleans(), st.integers(0, 25)))
def test_online_history_and_the_definition_are_one(
    store: RecordsEventStore,
    duck: DuckEngine,
    rows: list[dict[str, Any]],
    asked: list[Asked],
    how: tuple[bool, int],
) -> None:
    stream, before = STREAM if how[0] else PROMPT, how[1]
    rows, asked = whole(rows), numbered(asked)
    meant = meanings(WINDOWS, stream)
    expected = answers(WINDOWS, stream, rows, asked)
    assert told(duck, history(meant, queries=QUERIES), rows, asked) == expected

    for model in apps.get_app_config("records").get_models():
        _all(model).delete()
    store, features = RecordsEventStore(window_online.observer), Features(meant)
    facts, _ = read_events(as_known(stream, rows), name="payment", stream=stream)
    store.add("payment", facts[:before])
    store.prepare(features.definitions)  # some events were there before, some come after
    store.add("payment", facts[before:])
    assert online(store, features, asked) == expected


def facts_of(*rows: dict[str, Any]) -> list[Fact]:
    facts, found = read_events(rows, name="payment", stream=STREAM)
    assert found == ()
    return facts


def _all(model: type[Model]) -> QuerySet[Model]:
    return model._default_manager.all()  # noqa: SLF001 - how Django calls it


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        (number,) = cursor.fetchone()
    return int(number)


def test_an_event_is_kept_once_and_the_first_one_counts(store: RecordsEventStore) -> None:
    features = Features(meanings({"paid": window("sum", value="amount")}, STREAM))
    store.prepare(features.definitions)
    one = payment("p1", T0, amount=5.0)
    other, second = payment("p1", T0, amount=9.0), payment("p2", T0, amount=0.1)
    assert store.add("payment", facts_of(one, one, second)) == (2, ())
    assert store.add("payment", facts_of(one)) == (0, ())
    assert store.add("payment", facts_of(other)) == (0, ("p1",))
    assert store.add("payment", facts_of(payment("p3", T0), {**one, "payment_id": "p3"}))[1] == (
        "p3",
    )
    assert store.add("refund", facts_of(one)) == (1, ())  # another stream, other ids
    assert rows_in("records_observation") == 3
    assert online(store, features, [NOW]) == [{"paid": 6.1}]


def test_the_same_event_told_again_later_changes_nothing(store: RecordsEventStore) -> None:
    features = Features(meanings({"n": window("count")}, STREAM))
    store.prepare(features.definitions)
    later = T0 + timedelta(hours=9)
    first = facts_of(payment("p1", T0, known_at=T0))
    again = [first[0]._replace(known_us=period.microseconds(later))]
    assert store.add("payment", first) == (1, ())
    assert store.add("payment", again) == (0, ())
    assert online(store, features, [NOW]) == [{"n": 1}]


def test_a_past_decision_asked_again_sees_what_it_saw_then(store: RecordsEventStore) -> None:
    features = Features(meanings(WINDOWS, STREAM))
    store.prepare(features.definitions)
    store.add("payment", facts_of(*(payment(f"p{n}", T0, device=1, ok=True) for n in range(5))))
    seen = online(store, features, [NOW])
    assert NOW.at is not None
    late = payment("late", T0, device=1, ok=True, known_at=NOW.at)
    store.add("payment", facts_of(late, payment("next", NOW.at, device=1)))
    assert online(store, features, [NOW]) == seen
    after = online(store, features, [Asked(1, NOW.at + timedelta(seconds=1), NOW.keys)])
    assert (seen[0]["n"], after[0]["n"]) == (5, 7)


def test_a_series_that_was_never_prepared_is_not_answered_with_nought(
    store: RecordsEventStore,
) -> None:
    features = Features(meanings({"n": window("count")}, STREAM))
    with pytest.raises(UnableToAnswerWindow, match="publish the policy"):
        online(store, features, [NOW])


def test_preparing_twice_changes_nothing(store: RecordsEventStore) -> None:
    features = Features(meanings(WINDOWS, STREAM))
    store.add("payment", facts_of(payment("p1", T0), payment("p2", T0)))
    assert store.prepare(features.definitions) == len(features.definitions)
    held = rows_in("records_observation")
    assert store.prepare(features.definitions) == 0
    assert RecordsEventStore(window_online.observer).prepare(features.definitions) == 0
    assert rows_in("records_observation") == held > 0


class UnableToObserve(Exception):
    """Planted."""


def failing_after(times: int) -> Callable[[str], Observer]:
    """An observer that fails at a later event."""
    left = [times]

    def observer(text: str) -> Observer:
        real = window_online.observer(text)

        def observe(content: Mapping[str, object]) -> Observation | None:
            left[0] -= 1
            if left[0] < 0:
                raise UnableToObserve
            return real(content)

        return observe

    return observer


@pytest.mark.parametrize("times", [0, 1, 1_500])
def test_an_add_that_fails_leaves_nothing(store: RecordsEventStore, times: int) -> None:
    features = Features(meanings({"n": window("count")}, STREAM))
    store.prepare(features.definitions)
    facts = facts_of(*(payment(f"p{n}", T0) for n in range(2_500)))
    with pytest.raises(UnableToObserve):
        RecordsEventStore(failing_after(times)).add("payment", facts)
    assert rows_in("records_event") == rows_in("records_observation") == 0
    assert store.add("payment", facts) == (2_500, ())
    assert online(store, features, [NOW]) == [{"n": 2_500}]


def test_a_prepare_that_fails_leaves_nothing(store: RecordsEventStore) -> None:
    features = Features(meanings({"n": window("count")}, STREAM))
    store.add("payment", facts_of(*(payment(f"p{n}", T0) for n in range(1_200))))
    with pytest.raises(UnableToObserve):
        RecordsEventStore(failing_after(1_100)).prepare(features.definitions)
    assert rows_in("records_series") == rows_in("records_observation") == 0
    with pytest.raises(UnableToAnswerWindow):
        online(store, features, [NOW])
    assert store.prepare(features.definitions) == 1
    assert online(store, features, [NOW]) == [{"n": 1_200}]


def test_no_event_misses_a_series_that_is_prepared_meanwhile(store: RecordsEventStore) -> None:
    race(store, Features(meanings(WINDOWS, STREAM)))


Work = Callable[[RecordsEventStore], object]


def race(store: RecordsEventStore, features: Features) -> None:
    """Two writers and one that prepares, each with a connection of its own."""
    start = threading.Barrier(3)
    wrong: list[BaseException] = []

    def run(work: Work) -> None:
        try:
            start.wait()
            work(RecordsEventStore(window_online.observer))
        except BaseException as error:  # noqa: BLE001 - told to the test
            wrong.append(error)
        finally:
            connections.close_all()

    def write(writer: int) -> Work:
        def work(own: RecordsEventStore) -> None:
            for n in range(40):
                own.add("payment", facts_of(payment(f"{writer}-{n}", T0), payment(f"both-{n}", T0)))

        return work

    works = [write(1), write(2), lambda own: own.prepare(features.definitions)]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert online(store, features, [NOW])[0]["n"] == rows_in("records_event") == 120


def test_every_event_comes_back_as_it_was_stored(store: RecordsEventStore) -> None:
    facts = facts_of(*(payment(f"防线{n}", T0, medium='a"\u0000\n') for n in range(2_100)))
    store.add("payment", facts)
    assert [Fact(*each) for each in store.facts("payment")] == facts
    assert list(store.facts("nothing")) == []


def test_migrations_make_what_the_models_say(store: RecordsEventStore) -> None:
    del store
    call_command("makemigrations", "records", check=True, dry_run=True, verbosity=0)
    for model in apps.get_app_config("records").get_models():
        if model.__name__ != "IndexPlace":  # its one row says that the index begins
            assert list(_all(model)[:1]) == []


def test_opening_again_changes_nothing_and_another_database_is_another(tmp_path: Path) -> None:
    starting.start(tmp_path / "deep" / "one.sqlite")
    first = RecordsEventStore(window_online.observer)
    first.add("payment", facts_of(payment("p1", T0)))
    starting.start(tmp_path / "deep" / "one.sqlite")
    assert rows_in("records_event") == 1
    starting.start(tmp_path / "two.sqlite")
    assert rows_in("records_event") == 0
    starting.start(tmp_path / "deep" / "one.sqlite")
    assert rows_in("records_event") == 1
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)


@pytest.mark.parametrize("address", ["mysql://bob:hush@host/db", "postgresql://bob:hush@host", ""])
def test_other_databases_are_refused_without_telling_the_password(address: str) -> None:
    with pytest.raises(starting.UnableToOpenRecords) as unable:
        starting.start(address)
    assert "hush" not in str(unable.value)


LOAN = Stream(
    title=Text(en="Earlier loan", zh="历史贷款"),
    columns={"loan": "integer", "customer": "text", "created_at": "timestamp",
             "closed_at": "timestamp", "amount": "number", "due": "number", "term": "integer",
             "number": "integer"},
    id="loan",
    at="created_at",
    known_at="closed_at",  # what became of a loan is known when it ends
)  # fmt: skip
TAKEN = LOAN.model_copy(update={"known_at": None})


def loans(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return [
            {
                "loan": int(row["systemloanid"]),
                "customer": row["customerid"],
                "created_at": datetime.fromisoformat(row["creationdate"]),
                "closed_at": datetime.fromisoformat(row["closeddate"])
                if "closeddate" in row
                else None,
                "amount": float(row["loanamount"]) if row["loanamount"] else None,
                "due": float(row["totaldue"]) if row["totaldue"] else None,
                "term": int(row["termdays"]),
                "number": int(row["loannumber"]),
            }
            for row in csv.DictReader(stream)
        ]


def superlender_windows() -> dict[str, Window]:
    told_ = {"title": {"en": "x", "zh": "x"}, "by": ("customer",)}
    made = {
        "taken": {"of": "count", "events": "taken", "over": "90 days"},
        "borrowed": {"of": "sum", "events": "taken", "over": "365 days", "value": "amount"},
        "since": {"of": "since_last", "events": "taken", "over": "365 days"},
        "repaid": {"of": "count", "events": "closed", "over": "180 days"},
        "cost": {"of": "mean", "events": "closed", "over": "365 days", "value": "due / amount - 1"},
        "most": {"of": "max", "events": "closed", "over": "365 days", "value": "amount"},
        "least_long": {"of": "min", "events": "closed", "over": "365 days", "value": "term",
                       "where": "amount >= 10000"},
        "terms": {"of": "distinct", "events": "closed", "over": "365 days", "value": "term"},
    }  # fmt: skip
    return {name: Window.model_validate({**told_, **each}) for name, each in made.items()}


@pytest.mark.real
def test_superlender_online_and_in_history(
    real_data: Path, store: RecordsEventStore, duck: DuckEngine
) -> None:
    """Every loan of the tape, asked for on its day, over the customer's earlier ones."""
    folder = real_data / "superlender_nigeria"
    earlier = loans(folder / "trainprevloans.csv.gz")
    every = [*earlier, *loans(folder / "trainperf.csv.gz")]
    streams = {"taken": TAKEN, "closed": LOAN}
    windows = superlender_windows()
    meant = {name: meaning(each, streams=streams) for name, each in windows.items()}
    for name, stream in streams.items():
        duck.show(name, pa.Table.from_pylist(earlier))
        facts, found = read_events(earlier, name=name, stream=stream)
        assert found == ()
        store.add(name, facts)
    duck.show("asking", pa.Table.from_pylist(every))
    steps = history(meant, queries=Queries("asking", "loan", "created_at"))
    in_history = {row.pop("loan"): row for row in duck.table(steps).to_pylist()}
    assert len(in_history) == len({row["loan"] for row in every}) == len(every)

    features = Features(meant)
    store.prepare(features.definitions)
    asked = [Asked(row["loan"], row["created_at"], row) for row in every]
    for one, answer in zip(asked, online(store, features, asked), strict=True):
        assert answer == in_history[one.id]
    _as_defined(windows, streams, earlier, asked[::97], in_history)
    assert sum(row["taken"] for row in in_history.values()) > 10_000
    assert sum(row["repaid"] < row["taken"] for row in in_history.values()) > 500


def _as_defined(
    windows: dict[str, Window],
    streams: dict[str, Stream],
    rows: Sequence[dict[str, Any]],
    asked: Sequence[Asked],
    found: dict[int, dict[str, Any]],
) -> None:
    for one in asked:
        own = [row for row in rows if row["customer"] == one.keys["customer"]]
        for name, stream in streams.items():
            chosen = {n: w for n, w in windows.items() if w.events == name}
            (expected,) = answers(chosen, stream, own, [one])
            assert {n: found[one.id][n] for n in chosen} == expected


def test_values_that_are_equal_in_python_but_not_of_one_kind_are_different_keys() -> None:
    digests = [window_online.key_digest((value,)) for value in (1, True, 1.0, "1")]
    assert len(set(digests)) == 4
    assert digests == [window_online.key_digest((value,)) for value in (1, True, 1.0, "1")]
