"""Importing: every row is kept or rejected with its reason, and the book changes wholly or not."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from seawall import office
from seawall.acts import importing
from seawall.acts.importing import ImportReport, bring_in
from seawall.book.store import UnableToChangeBook
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.portfolio import delimited
from seawall.portfolio.mapping import Mapping
from tests.cli.test_commands import MAPPING

RECEIPTS = """
  receipts:
    columns:
      id: {type: text, required: true}
      no: {type: text, required: true}
      day: {type: date, formats: ["%Y-%m-%d"], required: true}
      paid: {type: money, required: true}
    key: [id]
    amount: paid
tables:
  payment:
    - source: receipts
      columns: {payment_id: id, loan_id: no, paid_on: day, amount: paid, late_fee: "0",
                collection_cost: "0"}
"""


def mapping() -> Mapping:
    return pack.parse(MAPPING.replace("\ntables:\n", RECEIPTS, 1), "brook.yaml", Mapping)


def bring(folder: Path, *texts: bytes, name: str = "f") -> ImportReport:
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"{name}{number}.csv")
        paths[-1].write_bytes(text)
    desk = office.home(folder / "home").desk()
    return bring_in(desk, mapping(), tuple(paths), progress=lambda *_: None)


def rejected(report: ImportReport) -> list[dict[str, Any]]:
    assert report.rejects is not None
    with report.rejects.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def refused(folder: Path, *texts: bytes) -> str:
    with pytest.raises(UnableToUseInput) as caught:
        bring(folder, *texts)
    assert not (folder / "home" / "book" / "manifest.json").exists()
    return str(caught.value)


def test_bad_rows_are_named_and_sums_reconcile(tmp_path: Path) -> None:
    report = bring(tmp_path, (
        b"no,amount,on\n"
        b"a,100.00,2026-01-05\n"
        b"b,NaN,2026-01-05\n"
        b"c,-5,2026-01-05\n"
        b"d,99999999999999,2026-01-05\n"
        b"e,7.50,2026-02-30\n"
        b"a,8.25,2026-01-06\n"
        b"f,9,2026-01-07,extra\n"
        b"g,,2026-01-07\n"
        b"h,20.00,2026-01-31\n"
    ))  # fmt: skip
    [file] = report.files
    assert (file.rows, file.kept, file.rejected) == (9, 2, 7)
    assert file.amount_kept == Decimal("120.00")
    assert file.amount_in == file.amount_kept + file.amount_rejected
    found = {(int(r["row"]), r["column"], r["value"], r["code"]) for r in rejected(report)}
    assert found == {
        (2, "amount", "NaN", "value-unreadable"),
        (3, "principal", "-5.00", "value-out-of-range"),
        (4, "principal", "99999999999999.00", "value-out-of-range"),
        (5, "on", "2026-02-30", "value-unreadable"),
        (6, "no", "a", "row-twice"),
        (7, "", "f,9,2026-01-07,extra", "row-width"),
        (8, "amount", "", "value-missing"),
    }
    assert all(r["reason"] and r["remedy"] and r["原因"] and r["处理"] for r in rejected(report))


def test_a_payment_without_its_loan_is_an_orphan(tmp_path: Path) -> None:
    report = bring(
        tmp_path, b"no,amount,on\na,100,2026-01-05\n",
        b"id,no,day,paid\n1,a,2026-02-04,50.00\n2,zz,2026-02-04,51.00\n",
    )  # fmt: skip
    assert [(r["row"], r["value"], r["code"]) for r in rejected(report)] == [
        ("2", "zz", "row-orphan")
    ]
    assert report.added == {"loan": 1, "instalment": 1, "payment": 1}


def test_a_loan_that_the_book_holds_from_another_file_is_rejected(tmp_path: Path) -> None:
    bring(tmp_path, b"no,amount,on\na,100,2026-01-05\n")
    report = bring(tmp_path, b"no,amount,on\na,100,2026-01-05\nb,5,2026-01-06\n", name="g")
    assert [(r["row"], r["code"]) for r in rejected(report)] == [("1", "row-in-book")]
    again = bring(tmp_path, b"id,no,day,paid\n1,a,2026-02-04,50.00\n", name="h")
    assert again.files[0].kept == 1


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        (b"no;amount;on\na;1;2026-01-05\n", "file-unknown", "looks like ';'"),
        (b"no,on\na,2026-01-05\n", "file-unknown", "lacks: amount"),
        ("no,amount,on\n".encode("utf-16"), "file-encoding", "UTF-8"),
        (b"", "file-empty", "header"),
        (b"no,amount,on\n", "file-no-use", "0 rows"),
        (b"no,amount,on\na,x,2026-01-05\n", "file-no-use", "rejects"),
    ],
    ids=["delimiter", "column", "encoding", "empty", "no rows", "no good row"],
)
def test_a_file_that_gives_nothing_is_refused_whole(
    tmp_path: Path, text: bytes, code: str, hint: str
) -> None:
    sentence = refused(tmp_path, text)
    assert f"[{code}]" in sentence
    assert hint in sentence


def test_a_huge_line_is_one_reject_and_never_held_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "LINE_BYTES_MOST", 1_000)
    body = b"no,amount,on\na,1,2026-01-05\n" + b"x" * 100_000 + b"\nb,2,2026-01-06\n"
    report = bring(tmp_path, body)
    assert (report.files[0].rows, report.files[0].kept) == (3, 2)
    [line] = rejected(report)
    assert (line["row"], line["code"], len(line["value"])) == ("2", "row-too-long", 80)


def test_a_failure_on_the_way_leaves_the_book_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(tmp_path, b"no,amount,on\na,100,2026-01-05\n")
    book = tmp_path / "home" / "book"
    before = (book / "manifest.json").read_bytes()

    def breaks(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(importing, "derive", breaks)
        with pytest.raises(OSError, match="No space"):
            bring(tmp_path, b"no,amount,on\nb,5,2026-01-06\n", name="g")
    assert (book / "manifest.json").read_bytes() == before
    assert bring(tmp_path, b"no,amount,on\nb,5,2026-01-06\n", name="g").files[0].kept == 1


def test_only_one_change_at_a_time(tmp_path: Path) -> None:
    desk = office.home(tmp_path / "home").desk()
    with desk.book.change() as change:
        change.append("series", pa.table({"a": [1]}))
        with pytest.raises(UnableToChangeBook):
            bring(tmp_path, b"no,amount,on\na,100,2026-01-05\n")


def test_a_dead_writers_files_are_swept_and_a_snapshot_survives_one_change(tmp_path: Path) -> None:
    bring(tmp_path, b"no,amount,on\na,100,2026-01-05\n")
    book = office.home(tmp_path / "home").book
    litter = tmp_path / "home" / "book" / "deadbeef0000"
    litter.mkdir()
    (litter / "loan.parquet").write_bytes(b"half")
    seen = book.snapshot()
    bring(tmp_path, b"no,amount,on\nb,5,2026-01-06\n", name="g")
    assert not litter.exists()
    assert all(file.exists() for files in seen.tables.values() for file in files)
