"""Facts as they come: each line is kept, known already, or rejected with its reason; never lost, never twice."""

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.acts import ingesting
from seawall.acts.deriving import Desk
from seawall.acts.ingesting import Batch, Ingested, ingest
from seawall.acts.signing import Teller, now
from seawall.book.store import UnableToChangeBook
from seawall.core.steps import Steps
from seawall.ledger.audit import audit
from seawall.office import homes, packs, streaming
from seawall.simulator import lender, truth


def desk(folder: Path) -> Desk:
    return homes.home(folder).desk()


def complaint(id_: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "table": "event",
        "event_id": id_,
        "happened_at": "2025-11-03T08:00:00Z",
        "kind": "complaint",
        **more,
    }


def batch(*lines: dict[str, Any] | str, name: str = "stream") -> Batch:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return Batch(name, tuple(enumerate(texts, 1)))


def held(at: Desk, columns: str = "*", table: str = "event") -> list[dict[str, Any]]:
    files = at.book.snapshot().tables.get(table)
    if not files:
        return []
    at.engine.show("asked", files)
    rows: list[dict[str, Any]] = at.engine.table(
        Steps().then("rows", f"SELECT {columns} FROM asked ORDER BY ALL")
    ).to_pylist()
    return rows


def test_a_fact_is_kept_and_told_again_changes_nothing(tmp_path: Path) -> None:
    at = desk(tmp_path)
    came = ingest(at, batch(complaint("E1"), complaint("E2", detail="fee")))
    assert (came.new, came.unchanged, came.rejected) == (2, 0, 0)
    assert came.since == {"event": date(2025, 11, 3)}
    before = at.book.snapshot()
    again = ingest(at, batch(complaint("E2", detail="fee"), complaint("E1")))
    assert (again.new, again.unchanged, again.since) == (0, 2, {})
    assert at.book.snapshot() == before


def test_amounts_stay_as_they_are_written(tmp_path: Path) -> None:
    at = desk(tmp_path)
    line = (
        '{"table": "application", "application_id": "A1", "customer_token": "c1", "currency": "CNY",'
        ' "applied_at": "2025-11-03T08:00:00.25Z", "amount": 90071992547409.93}'
    )
    # Beyond what a binary fraction can hold; the contract's limit of 1e13 refuses this one, plainly.
    assert ingest(at, batch(line)).reasons == {"value-out-of-range": 1}
    assert ingest(at, batch(line.replace("90071992547409.93", "9007199254740.93"))).new == 1
    assert [str(row["amount"]) for row in held(at, table="application")] == ["9007199254740.93"]


def test_a_complaint_that_was_settled_is_filled_once(tmp_path: Path) -> None:
    at = desk(tmp_path)
    ingest(at, batch(complaint("E1")))
    settled = complaint("E1", closed_at="2025-11-05T09:00:00Z")
    assert ingest(at, batch(settled)).updated == 1
    assert [str(row["closed_at"]) for row in held(at)] == ["2025-11-05 09:00:00"]
    assert ingest(at, batch(settled)).unchanged == 1
    assert ingest(at, batch(complaint("E1", closed_at="2025-11-06T09:00:00Z"))).reasons == {
        "row-differs": 1
    }
    assert (
        ingest(at, batch(complaint("E1", closed_at="2025-11-05T09:00:00Z", detail="x"))).rejected
        == 1
    )
    assert [str(row["closed_at"]) for row in held(at)] == ["2025-11-05 09:00:00"]


def test_told_and_settled_in_one_batch_come_one_after_the_other(tmp_path: Path) -> None:
    at = desk(tmp_path)
    came = ingest(at, batch(complaint("E1"), complaint("E1", closed_at="2025-11-05T09:00:00Z")))
    assert (came.lines, came.new, came.updated) == (2, 1, 1)
    assert len(held(at)) == 1


WRONG = {
    "{": "fact-not-json",
    "[1]": "fact-not-json",
    '{"table": "event", "table": "loan"}': "fact-not-json",
    "[" * 100_000: "fact-not-json",
    '{"a": "' + "x" * (1024 * 1024) + '"}': "fact-not-json",
    '{"table": "events"}': "fact-table-unknown",
    "{}": "fact-table-unknown",
    '{"table": []}': "fact-table-unknown",
    '{"table": "event", "name": "Alice"}': "fact-column-unknown",
    '{"table": "event", "event_id": "\\ud800"}': "fact-not-json",
    '{"table": "event", "\\udfff": "x"}': "fact-not-json",
    '{"table": "event", "event_id": "\udcff"}': "fact-not-json",
    '{"table": "\udcff': "fact-not-json",
    '{"table": "event", "subject": ["c1"]}': "fact-nested",
    '{"table": "event", "event_id": "E1", "kind": "complaint"}': "value-missing",
    '{"table": "event", "event_id": "E1", "kind": "x", "happened_at": "03/11/2025"}': "value-unreadable",
    '{"table": "series", "series_id": "x", "observed_on": "2025-01-01", "value": NaN, "unit": "u",'
    ' "source": "s"}': "value-unreadable",
    '{"table": "contact", "contact_id": "K1", "loan_id": "none", "medium": "call", "outcome": "reached",'
    ' "contacted_at": "2025-01-01T00:00:00"}': "row-orphan",
}


@pytest.mark.parametrize(("line", "code"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_no_fact_is_rejected_with_its_reason(tmp_path: Path, line: str, code: str) -> None:
    at = desk(tmp_path)
    came = ingest(at, batch(complaint("E0"), line, complaint("E9")))
    assert (came.lines, came.new, came.rejected, came.reasons) == (3, 2, 1, {code: 1})
    with (at.rejects / "stream.csv").open(encoding="utf-8", newline="") as text:
        csv.field_size_limit(10**7)
        (row,) = csv.DictReader(text)
    assert (row["row"], row["code"]) == ("2", code)
    assert row["remedy"]
    assert row["处理"]


@pytest.mark.parametrize(
    "line",
    ["{", '{"table": 1, "table": 2}', "[]", "x" * 2_000_000, '{"a": "\\ud800"}', "[" * 99_999],
)
def test_why_a_line_is_no_fact_is_said_in_chinese_too(tmp_path: Path, line: str) -> None:
    at = desk(tmp_path)
    ingest(at, batch(line))
    (file,) = at.rejects.glob("*.csv")
    with file.open(encoding="utf-8", newline="") as text:
        csv.field_size_limit(10**7)
        (row,) = csv.DictReader(text)
    assert row["code"] == "fact-not-json"
    said = row["原因"].removeprefix("该行不是 JSON 对象：").replace("UTF-8", "")
    assert not re.search("[A-Za-z]", said), said


def test_two_sources_of_one_stem_have_rejects_files_of_their_own(tmp_path: Path) -> None:
    at = desk(tmp_path)
    names = ("a/loans.jsonl", "b/loans.jsonl", "b/loans.json", "b%2Floans.json", "c" * 400)
    for name in names:
        ingest(at, Batch(name, ((1, "[]"),)))
    files = list(at.rejects.iterdir())
    assert len(files) == len(names)
    for file in files:
        with file.open(encoding="utf-8", newline="") as text:
            assert len(list(csv.DictReader(text))) == 1


@settings(max_examples=4, deadline=None)
@given(cuts=st.lists(st.integers(0, 40), max_size=6), repeat=st.integers(0, 1))
def test_however_lines_are_cut_into_batches_the_book_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], repeat: int
) -> None:
    lines = [complaint(f"E{n}") for n in range(20)]
    lines += [complaint(f"E{n}", closed_at="2025-11-09T00:00:00") for n in range(0, 20, 2)]
    lines += [{"table": "series", "series_id": "fx", "observed_on": f"2025-11-{n:02}", "value": n, "unit": "u",
               "source": "s"} for n in range(1, 11)]  # fmt: skip
    whole = desk(tmp_path_factory.mktemp("whole"))
    ingest(whole, batch(*lines))
    parted = desk(tmp_path_factory.mktemp("parted"))
    total, places = Ingested(), sorted({0, *cuts, len(lines)})
    for start, stop in pairwise(places):
        for _ in range(1 + repeat):
            total += ingest(parted, batch(*lines[start:stop]))
    assert held(whole) == held(parted)
    assert held(whole, table="series") == held(parted, table="series")
    assert total.new + total.updated == len(lines)
    assert total.lines == len(lines) * (1 + repeat)


def test_many_batches_stay_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingesting, "PARTS_MOST", 2)
    at = desk(tmp_path)
    for n in range(7):
        ingest(at, batch(complaint(f"E{n}")))
        assert len(at.book.snapshot().tables["event"]) <= 3
    assert [row["event_id"] for row in held(at)] == [f"E{n}" for n in range(7)]


def test_a_batch_is_told_to_the_ledger_without_its_rows(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    teller = Teller(home.ledger, "origination-1", now())
    ingest(home.desk(), batch(complaint("E1", subject="c77777"), "{"), teller)
    ingest(home.desk(), batch(complaint("E1", subject="c77777")), teller)
    (entry,) = home.ledger_reader.entries()
    assert entry.told["kind"] == "book.ingest"
    assert entry.content is not None
    assert entry.content["new"] == 1
    assert b"c77777" not in (entry.body or b"") + entry.leaf
    assert audit(home.ledger).problems == ()


def test_who_finds_the_book_held_can_tell_the_batch_again(tmp_path: Path) -> None:
    at = desk(tmp_path)
    with at.book.change(), pytest.raises(UnableToChangeBook):
        ingest(desk(tmp_path), batch(complaint("E1")))
    assert ingest(at, batch(complaint("E1"))).new == 1


def test_a_stream_waits_for_whoever_changes_the_book(tmp_path: Path) -> None:
    at = desk(tmp_path)
    held_now, go = threading.Event(), threading.Event()

    def other() -> None:
        with at.book.change():
            held_now.set()
            go.wait(10)

    holder = threading.Thread(target=other)
    holder.start()
    assert held_now.wait(10)
    threading.Timer(0.3, go.set).start()
    assert ingest(desk(tmp_path), batch(complaint("E1")), wait_seconds=30).new == 1
    holder.join()


def test_every_fact_of_a_simulated_lender_can_come_as_a_stream(tmp_path: Path) -> None:
    """The simulator is the outside here: its rows, told line by line, are its rows."""
    made = lender.simulate(truth.Plan(loans=40, seed=3, months=8), packs.lender())
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, chunk in made:
        rows.setdefault(name, []).extend(chunk.to_pylist())
    lines = [{"table": name, **{k: v if v is None or isinstance(v, bool) else str(v).replace(" ", "T")
                                if "_at" in k else str(v) for k, v in row.items()}}
             for name in ("application", "decision", "loan", "instalment", "payment", "contact", "event", "series")
             for row in rows.get(name, [])]  # fmt: skip
    at = desk(tmp_path)
    came = ingest(at, batch(*lines))
    assert came.reasons == {}
    assert came.new == len(lines)
    for name, expected in rows.items():
        key = list(expected[0])
        told = sorted(tuple(str(row[k]) for k in key) for row in expected)
        assert sorted(tuple(str(row[k]) for k in key) for row in held(at, table=name)) == told


def test_lines_come_in_batches_and_none_waits_long() -> None:
    more = threading.Event()

    def pipe() -> Iterator[str]:
        yield from ("a\n", "b\n")
        more.wait(10)
        yield "c\n"

    came = streaming.batches(pipe(), "p", every=0.05)
    assert next(came).lines == ((1, "a\n"), (2, "b\n"))
    more.set()
    assert next(came).lines == ((3, "c\n"),)
    assert list(came) == []


def test_a_large_arrival_is_cut() -> None:
    lines = io.StringIO("x\n" * (2 * streaming.LINES_MOST + 1))
    sizes = [len(each.lines) for each in streaming.batches(lines, "p", every=30)]
    assert sizes == [streaming.LINES_MOST, streaming.LINES_MOST, 1]


def test_a_stream_that_breaks_says_so_after_what_came_before() -> None:
    def breaks() -> Iterator[str]:
        yield "a\n"
        raise OSError("the pipe broke")

    came = streaming.batches(breaks(), "p", every=0.05)
    assert next(came).lines == ((1, "a\n"),)
    with pytest.raises(OSError, match="broke"):
        next(came)
