"""Windows: what may be declared, and that history answers as the definition says."""

import random
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.core.engine import DuckEngine, Engine
from seawall.core.expression import types
from seawall.core.problem import UnableToUseInput
from seawall.core.spark import SparkEngine
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.policy.window import Stream, Window, meaning, seconds
from seawall.policy.window_history import history
from seawall.policy.window_online import Features, read_events, ten_thousandths
from seawall.policy.window_points import Queries
from tests.policy.past import PROMPT, STREAM, Asked, answers, meanings, window

T0 = datetime(2024, 3, 1)  # noqa: DTZ001 - the house's times are UTC, without an offset
SECOND = timedelta(seconds=1)

WINDOWS = {
    "n": window("count"),
    "n_short": window("count", "10 seconds"),
    "n_ok": window("count", where="ok AND amount > 0"),
    "n_both": window("count", by=("customer", "device")),
    "paid": window("sum", value="amount"),
    "paid_ok": window("sum", "1 minute", value="amount", where="ok"),
    "points": window("sum", value="points"),
    "mean": window("mean", value="amount * 2"),
    "least": window("min", "10 seconds", value="amount"),
    "most": window("max", value="points", where="medium <> 'card'"),
    "most_short": window("max", "10 seconds", value="amount", by=("device",)),
    "media": window("distinct", "10 seconds", value="medium"),
    "amounts": window("distinct", value="amount", by=("device",)),
    "days": window("distinct", value="due_on", where="ok"),
    "last": window("since_last", "10 seconds"),
    "last_ok": window("since_last", where="ok"),
}

ARROW = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"), "date": pa.date32(),
}  # fmt: skip
# Few times, so that ties and both edges of every window (10 s, 1 min, 2 h) are met again and again.
EDGES_US = (0, 10_000_000, 60_000_000, 7_200_000_000)
moments = st.sampled_from([T0 + (edge + off) * timedelta(microseconds=1)
                           for edge in EDGES_US for off in (0, 1, 5_000_000)])  # fmt: skip
events = st.lists(
    st.fixed_dictionaries(
        {
            "payment_id": st.sampled_from([None, *(f"p{n}" for n in range(40))]),
            "customer": st.sampled_from(["a", "a", "a", "b", None]),
            "device": st.sampled_from([1, 1, -2, None]),
            "amount": st.sampled_from(
                [None, 0.1, 0.2, 0.3, -0.0, 0.0, 33.33, -7.125, 0.00005, 1e11, 1e11 + 1, 99999999999.9999]
            ),
            "points": st.sampled_from([None, 0, 1, 2, -3, 2**53 + 1, 10**11]),
            "medium": st.sampled_from([None, "card", "Card", "现金", ""]),
            "ok": st.sampled_from([None, True, True, False]),
            "paid_at": st.one_of(moments, moments, moments, st.none()),
            "late": st.sampled_from([0, None, 10, 5, -10, 60, 7_200, 9_000]),
            "due_on": st.sampled_from([None, date(2024, 2, 29), date(2024, 3, 1)]),
        }
    ),
    min_size=15,
    max_size=30,
)  # fmt: skip
decisions = st.lists(
    st.builds(
        Asked,
        st.just(0),
        st.one_of(moments, moments, moments, st.none()),
        st.fixed_dictionaries(
            {
                "customer": st.sampled_from(["a", "a", "a", "b", "c", None]),
                "device": st.sampled_from([1, 1, -2, 3, None]),
            }
        ),
    ),
    min_size=10,
    max_size=20,
)


def whole(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events with the time they were known, and some of them told twice, later."""
    made = []
    for row in rows:
        late, at = row["late"], row["paid_at"]
        known = None if late is None or at is None else at + late * SECOND
        made.append({**{k: v for k, v in row.items() if k != "late"}, "known_at": known})
    first: dict[Any, dict[str, Any]] = {}
    for row in made:  # one id, one content
        if row["payment_id"] is not None:
            kept = first.setdefault(row["payment_id"], row)
            row.update({k: v for k, v in kept.items() if k != "known_at"})
    return made


def numbered(asked: list[Asked]) -> list[Asked]:
    return [Asked(n, each.at, each.keys) for n, each in enumerate(asked)]


def told(
    engine: Engine, steps: Steps, rows: list[dict[str, Any]], asked: list[Asked]
) -> list[dict[str, Any]]:
    """History's answers, in the order of the decisions."""
    schema = pa.schema([(name, ARROW[kind]) for name, kind in STREAM.columns.items()])
    engine.show("payment", pa.Table.from_pylist(rows, schema=schema))
    keys = pa.schema([("id", pa.int64()), ("at", pa.timestamp("us")), ("customer", pa.string()),
                      ("device", pa.int64())])  # fmt: skip
    told_ = [{"id": each.id, "at": each.at, **each.keys} for each in asked]
    engine.show("asking", pa.Table.from_pylist(told_, schema=keys))
    found = sorted(engine.table(steps).to_pylist(), key=lambda row: row["id"])
    assert [row.pop("id") for row in found] == [each.id for each in asked]
    return found


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    made = DuckEngine(threads=1, memory="1GB")
    yield made
    made.close()


QUERIES = Queries("asking", "id", "at")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=events, asked=decisions, late=st.booleans())
def test_history_answers_what_the_definition_says(
    duck: DuckEngine, rows: list[dict[str, Any]], asked: list[Asked], *, late: bool
) -> None:
    stream = STREAM if late else PROMPT
    steps = history(meanings(WINDOWS, stream), queries=QUERIES)
    rows, asked = whole(rows), numbered(asked)
    assert told(duck, steps, rows, asked) == answers(WINDOWS, stream, rows, asked)


def payment(name: str, at: datetime, **more: object) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(STREAM.columns)
    return {**row, "payment_id": name, "paid_at": at, "customer": "a", "amount": 1.0, **more}


TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "known_at", "counts"),
    [
        (T0 - 10 * SECOND, None, 1),  # exactly t - w
        (T0 - 10 * SECOND - TICK, None, 0),
        (T0 - TICK, None, 1),
        (T0, None, 0),  # the moment of the decision itself
        (T0 + TICK, None, 0),
        (T0 - SECOND, T0 - TICK, 1),
        (T0 - SECOND, T0, 0),  # known at the moment of the decision
        (T0 - SECOND, T0 + SECOND, 0),
        (T0 - SECOND, T0 - 60 * SECOND, 1),  # foretold
        (T0, T0 - 60 * SECOND, 0),  # foretold, but not yet so
        (T0 - 10 * SECOND - TICK, T0 + SECOND, 0),  # left the window before it was known
        (T0 - 10 * SECOND, T0 + SECOND, 0),
    ],
)
def test_a_window_is_half_open_and_sees_only_what_was_known(
    duck: DuckEngine, at: datetime, known_at: datetime | None, counts: int
) -> None:
    windows = {name: window(of, "10 seconds", value=value) for name, of, value in (
        ("n", "count", None), ("sum", "sum", "amount"), ("most", "max", "amount"),
        ("kinds", "distinct", "amount"), ("last", "since_last", None))}  # fmt: skip
    steps = history(meanings(windows, STREAM), queries=QUERIES)
    rows = [payment("p", at, known_at=known_at)]
    (found,) = told(duck, steps, rows, [Asked(0, T0, {"customer": "a", "device": None})])
    one = 1.0 if counts else None
    assert {name: found[name] for name in ("n", "sum", "most", "kinds")} == {
        "n": counts, "sum": float(counts), "most": one, "kinds": counts,
    }  # fmt: skip
    assert (found["last"] is not None) == bool(counts)


def test_a_value_counts_once_from_its_first_event_to_the_end_of_its_last(duck: DuckEngine) -> None:
    windows = {"kinds": window("distinct", "10 seconds", value="medium")}
    steps = history(meanings(windows, PROMPT), queries=QUERIES)
    rows = [payment(f"p{n}", T0 + n * SECOND, medium="app") for n in (0, 10, 15, 40)]
    asked = [Asked(n, T0 + n * SECOND, {"customer": "a", "device": None}) for n in range(60)]
    found = [row["kinds"] for row in told(duck, steps, rows, asked)]
    assert found == [0] + [1] * 25 + [0] * 15 + [1] * 10 + [0] * 9


def test_a_late_event_changes_later_decisions_only(duck: DuckEngine) -> None:
    steps = history(meanings(WINDOWS, STREAM), queries=QUERIES)
    rows = [payment(f"p{n}", T0 + n * SECOND, points=5 + 4 * n, medium="app") for n in (0, 1)]
    asked = [Asked(n, T0 + n * SECOND, {"customer": "a", "device": None}) for n in range(9)]
    before = told(duck, steps, rows, asked)
    late = payment("p3", T0 + SECOND, points=70, medium="app", known_at=T0 + 5 * SECOND)
    after = told(duck, steps, [*rows, late], asked)
    assert after[:6] == before[:6]
    assert [row["most"] for row in after] == [None, 5, 9, 9, 9, 9, 70, 70, 70]


def test_sums_of_tenths_are_exact_in_any_order(duck: DuckEngine) -> None:
    steps = history(meanings({"paid": window("sum", value="amount")}, PROMPT), queries=QUERIES)
    rows = [payment(f"p{n}", T0 + n * TICK, amount=x) for n, x in
            enumerate([0.1, 1e10, 0.2, -1e10, 0.3] * 200)]  # fmt: skip
    asked = [Asked(0, T0 + SECOND, {"customer": "a", "device": None})]
    for order in (rows, rows[::-1]):
        assert told(duck, steps, order, asked) == [{"paid": 120.0}]


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**15), 10**15))
def test_ten_thousandths_round_half_away_from_zero(wild: float, whole_: int) -> None:
    assert ten_thousandths(whole_ / 10_000) == whole_
    if abs(wild) <= 1e11:
        found = ten_thousandths(wild)
        assert found is not None
        assert abs(found - wild * 10_000) <= 0.5
    else:
        assert ten_thousandths(wild) is None


@pytest.mark.parametrize(
    ("over", "length"),
    [("1 second", 1), ("90 seconds", 90), ("10 minutes", 600), ("24 hours", 86_400),
     ("30 days", 2_592_000), ("2 weeks", 1_209_600), ("3653 days", 315_619_200)],
)  # fmt: skip
def test_durations_are_read(over: str, length: int) -> None:
    assert seconds(over) == length


@pytest.mark.parametrize(
    "over",
    ["", "30", "days", "0 days", "-1 days", "1.5 days", "1 month", "1 year", "3654 days",
     "01 days", "30  days", "30 Days", "999999999 seconds", "1 day ", "١ day"],
)  # fmt: skip
def test_other_durations_are_refused(over: str) -> None:
    with pytest.raises(ValueError, match=r"count and a unit|ten years"):
        seconds(over)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"of": "sum"}, "`sum` needs a `value`"),
        ({"of": "count", "value": "amount"}, "`count` needs no `value`"),
        ({"of": "since_last", "value": "amount"}, "`since_last` needs no `value`"),
        ({"of": "count", "by": ()}, "at least 1 item"),
        ({"of": "count", "by": ("customer", "customer")}, "twice"),
        ({"of": "count", "over": "1 month"}, "count and a unit"),
        ({"of": "median", "value": "amount"}, "Input should be"),
        ({"of": "count", "by": ("a b",)}, "match pattern"),
        ({"of": "count", "then": "decline"}, "not permitted"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        window(**more)


@pytest.mark.parametrize(
    "more",
    [{"id": "amount"}, {"id": "nothing"}, {"at": "due_on"}, {"known_at": "customer"}],
)
def test_a_stream_needs_an_id_and_moments(more: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must name a column of type"):
        Stream.model_validate({**STREAM.model_dump(), **more})


@pytest.mark.parametrize(
    ("declared", "codes"),
    [
        (window("count", events="payments"), {"window-stream-unknown"}),
        (window("count", by=("customer", "region")), {"window-key-unknown"}),
        (window("count", by=("amount",)), {"window-key-kind"}),
        (window("count", by=("paid_at",)), {"window-key-kind"}),
        (window("count", by=("device",)), {"window-key-misfit"}),
        (window("count", by=("due_on",)), {"window-key-misfit"}),
        (window("count", where="amount"), {"window-where-not-boolean"}),
        (window("sum", value="medium"), {"window-value-not-number"}),
        (window("max", value="paid_at"), {"window-value-not-number"}),
        (window("sum", value="amount +", where="nowhere > 1", by=("region",)), None),
    ],
)
def test_every_mistake_of_a_window_is_a_problem(declared: Window, codes: set[str] | None) -> None:
    inputs = {"customer": types.TEXT.required, "device": types.TEXT, "amount": types.NUMBER}
    with pytest.raises(UnableToUseInput) as unable:
        meaning(declared, streams={"payment": STREAM}, inputs=inputs)
    found = unable.value.problems
    if codes is None:
        assert len(found) >= 3
        assert "window-key-unknown" in {problem.code for problem in found}
    else:
        assert {problem.code for problem in found} == codes
    for problem in found:
        for text in (problem.message, problem.remedy):
            assert "{" not in text.en + text.zh


def test_good_windows_are_read() -> None:
    inputs = {"customer": types.TEXT.required, "device": types.INTEGER}
    for declared in WINDOWS.values():
        meant = meaning(declared, streams={"payment": STREAM}, inputs=inputs)
        assert meant.window.type in (types.INTEGER, types.NUMBER)


def test_events_that_cannot_be_used_are_told_with_their_row() -> None:
    rows = [
        payment("p1", T0, amount=float("nan"), ok="yes"),
        payment("", T0),
        payment("p3", T0, payment_id=None),
        {**payment("p4", T0), "paid_at": None},
        {**payment("p5", T0), "paid_at": "2024-03-01"},
        payment("p" * 201, T0),
        payment("p7", T0, known_at=T0 + SECOND, due_on=date(2024, 3, 1)),
    ]
    facts, found = read_events(rows, name="payments.csv", stream=STREAM)
    assert [fact.id for fact in facts] == ["p1", "p7"]
    assert "amount" not in facts[0].content
    assert (facts[1].known_us - facts[1].at_us, facts[1].content["due_on"]) == (
        1_000_000, "2024-03-01",
    )  # fmt: skip
    told_ = [(p.where.row, p.where.column, p.code) for p in found]
    assert told_ == [
        (1, "amount", "event-value-unreadable"), (1, "ok", "event-value-unreadable"),
        (2, "payment_id", "event-unreadable"), (3, "payment_id", "event-unreadable"),
        (4, "paid_at", "event-unreadable"), (5, "paid_at", "event-unreadable"),
        (6, "payment_id", "event-unreadable"),
    ]  # fmt: skip


def test_windows_of_one_definition_share_what_is_observed() -> None:
    features = Features(meanings(WINDOWS, STREAM))
    asks = features.asks({"customer": "a", "device": 1}, T0)
    # count and since_last share; so do sum, mean, min and max of one value and filter
    assert len(asks) == len(features.definitions) == len(WINDOWS) - 3
    assert sum(len(ask.parts) for ask in asks) == len(WINDOWS)
    assert features.asks({"customer": None, "device": None}, T0) == ()
    assert features.asks({"customer": "a"}, None) == ()
    assert features.values((), ()) == dict.fromkeys(WINDOWS)


def simulated(seed: int) -> tuple[list[dict[str, Any]], list[Asked]]:
    """Some hundred events, a third of them late, and decisions at and between them."""
    chance = random.Random(seed)  # noqa: S311 -- a seeded test, not a secret
    rows = []
    for n in range(300):
        at = T0 + chance.randrange(9_000) * SECOND
        late = chance.choice([None, 0, 3, 600, 9_000]) if n % 3 == 0 else None
        known = None if late is None else at + late * SECOND
        rows.append(payment(f"p{n}", at, known_at=known, customer=chance.choice("abc"),
                            device=chance.randrange(3), amount=chance.randrange(10**6) / 100,
                            points=chance.randrange(9), ok=chance.random() < 0.8,
                            medium=chance.choice(["card", "现金", None]),
                            due_on=date(2024, 3, chance.randrange(1, 9))))  # fmt: skip
    asked = [Asked(n, chance.choice(rows)["paid_at"] + chance.randrange(-1, 2) * SECOND,
                   {"customer": chance.choice("abcd"), "device": chance.randrange(4)})
             for n in range(100)]  # fmt: skip
    return [*rows, *rows[:20]], asked


@pytest.mark.parametrize("stream", [STREAM, PROMPT], ids=["late", "prompt"])
def test_history_of_many_events_is_the_definitions(duck: DuckEngine, stream: Stream) -> None:
    rows, asked = simulated(7)
    steps = history(meanings(WINDOWS, stream), queries=QUERIES)
    assert told(duck, steps, rows, asked) == answers(WINDOWS, stream, rows, asked)


@pytest.mark.spark
@pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="pyspark or a Java runtime is not on this machine",
)
def test_spark_tells_the_same_history(duck: DuckEngine, tmp_path: Path) -> None:
    short = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    spark = SparkEngine(tmp_path, partitions=1, settings=short)
    rows, asked = simulated(8)
    for stream in (STREAM, PROMPT):
        steps = history(meanings(WINDOWS, stream), queries=QUERIES)
        assert told(spark, steps, rows, asked) == told(duck, steps, rows, asked)
    spark.close()


HANDBOOK = Stream(
    title=Text(en="Card transaction", zh="刷卡交易"),
    columns={"transaction_id": "integer", "tx_datetime": "timestamp", "customer_id": "integer",
             "terminal_id": "integer", "tx_amount": "number", "tx_fraud": "integer"},
    id="transaction_id",
    at="tx_datetime",
)  # fmt: skip


@pytest.mark.real
def test_all_card_transactions_of_the_handbook(real_data: Path, duck: DuckEngine) -> None:
    """1,754,155 decisions over as many events, against arrays sorted and searched."""
    file = real_data / "fraud_handbook_tx" / "tx.parquet"
    told_ = {"title": {"en": "x", "zh": "x"}, "events": "transaction", "by": ("customer_id",)}
    week = {**told_, "over": "7 days"}
    windows = {
        "n": Window.model_validate({**week, "of": "count"}),
        "spent": Window.model_validate({**week, "of": "sum", "value": "tx_amount"}),
        "mean": Window.model_validate({**week, "of": "mean", "value": "tx_amount"}),
        "last": Window.model_validate({**week, "of": "since_last"}),
        "frauds": Window.model_validate({**week, "of": "count", "where": "tx_fraud = 1",
                                         "by": ("terminal_id",)}),
    }  # fmt: skip
    meant = {n: meaning(w, streams={"transaction": HANDBOOK}) for n, w in windows.items()}
    duck.show("transaction", (file,))
    queries = Queries("transaction", "transaction_id", "tx_datetime")
    found = duck.table(history(meant, queries=queries)).sort_by("transaction_id")
    every = duck.table(Steps().then("e", "SELECT * FROM transaction")).sort_by("TRANSACTION_ID")
    assert found.num_rows == every.num_rows == 1_754_155
    tape = {name.lower(): every[name].to_numpy() for name in every.column_names}
    for name, expected in _by_searching(tape).items():
        given_ = found[name].to_numpy()
        assert np.array_equal(given_.astype(float), expected, equal_nan=True), name


def _by_searching(tape: dict[str, Any]) -> dict[str, Any]:
    """The windows by sorted keys of (who, when), cut out with two searches."""
    at = tape["tx_datetime"].astype("datetime64[us]").astype(np.int64)
    at -= at.min()
    span = int(at.max()) * 2
    week = 7 * 86_400_000_000
    scaled = tape["tx_amount"] * 10_000
    assert not np.any(scaled % 1 == 0.5)  # so that all ways of rounding agree
    amount = np.rint(scaled).astype(np.int64)
    found: dict[str, Any] = {}
    for key, kept in (("customer_id", None), ("terminal_id", tape["tx_fraud"] == 1)):
        own = tape[key].astype(np.int64) * span + at
        order = np.argsort(own, kind="stable")
        order = order if kept is None else order[kept[order]]
        line = own[order]
        ends = np.searchsorted(line, own, side="left")
        starts = np.searchsorted(
            line, np.maximum(own - week, tape[key].astype(np.int64) * span), side="left"
        )
        number = ends - starts
        if kept is not None:
            found["frauds"] = number
            continue
        so_far = np.concatenate([[0], np.cumsum(amount[order])])
        spent = so_far[ends] - so_far[starts]
        found["n"], found["spent"] = number, spent / 10_000
        with np.errstate(invalid="ignore", divide="ignore"):
            found["mean"] = spent / (number * 10_000)
        latest = line[np.maximum(ends - 1, 0)]
        found["last"] = np.where(number > 0, (own - latest) // 1_000_000, np.nan)
    return found
