"""Importing: every row is kept or rejected with its reason, and the book changes wholly or not."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from seawall.acts import importing
from seawall.acts.import_report import ImportReport
from seawall.acts.importing import bring_in
from seawall.book.store import UnableToChangeBook
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.core.steps import Steps
from seawall.office import homes, measuring
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
    desk = homes.home(folder / "home").desk()
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


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        (b"no;amount;on\na;1;2026-01-05\n", "file-delimiter", 'delimiter: ";"'),
        (b"no\tamount\ton\na\t1\t2026-01-05\n", "file-delimiter", 'delimiter: "\\t"'),
        (b"no,on\na,2026-01-05\n", "file-unknown", "lacks: amount"),
        ("no,amount,on\n".encode("utf-16"), "file-encoding", "UTF-8"),
        (b"", "file-empty", "header"),
        (b"no,amount,on\n", "file-no-rows", "no rows"),
        (b"no,amount,on\na,x,2026-01-05\n", "file-no-use", "1 value-unreadable"),
    ],
    ids=["delimiter", "tab", "column", "encoding", "empty", "no rows", "no good row"],
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
    desk = homes.home(tmp_path / "home").desk()
    with desk.book.change() as change:
        change.append("series", pa.table({"a": [1]}))
        with pytest.raises(UnableToChangeBook):
            bring(tmp_path, b"no,amount,on\na,100,2026-01-05\n")


def test_a_dead_writers_files_are_swept_and_a_snapshot_survives_one_change(tmp_path: Path) -> None:
    bring(tmp_path, b"no,amount,on\na,100,2026-01-05\n")
    book = homes.home(tmp_path / "home").book
    litter = tmp_path / "home" / "book" / "deadbeef0000"
    litter.mkdir()
    (litter / "loan.parquet").write_bytes(b"half")
    seen = book.snapshot()
    bring(tmp_path, b"no,amount,on\nb,5,2026-01-06\n", name="g")
    assert not litter.exists()
    assert all(file.exists() for files in seen.tables.values() for file in files)


LOANS = b"no,amount,on\na,100.00,2026-01-05\nb,60.00,2026-01-10\n"
PAID = (
    b"id,no,day,paid\n1,a,2026-02-04,100.00\n",
    b"id,no,day,paid\n2,b,2026-02-09,20.00\n3,b,2026-02-20,40.00\n",
)


def rows(folder: Path, table: str, order: str) -> list[dict[str, Any]]:
    at = homes.home(folder / "home")
    reading = measuring.read(at)
    steps = Steps().then("every", f"SELECT * FROM {table} ORDER BY {order}")
    found: list[dict[str, Any]] = reading.engine.table(steps).to_pylist()
    return found


def test_two_imports_give_the_book_of_one(tmp_path: Path) -> None:
    """What a later import brings is derived together with all that the book held."""
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    for folder in (whole, parted):
        folder.mkdir()
    bring(whole, LOANS, *PAID)
    bring(parted, LOANS.replace(b"b,60.00,2026-01-10\n", b""), PAID[0], name="first")
    bring(parted, b"no,amount,on\nb,60.00,2026-01-10\n", PAID[1], name="second")
    for table, order in (
        ("settlement", "loan_id, number"), ("month_end", "loan_id, month_end"),
        ("payment", "payment_id"), ("loan", "loan_id"),
    ):  # fmt: skip
        assert rows(parted, table, order) == rows(whole, table, order)
    assert len(rows(parted, "settlement", "loan_id")) == 2
    laws = list(measuring.check(measuring.read(homes.home(parted / "home"))))
    assert [count for _, count in laws] == [0] * len(laws)


@pytest.mark.parametrize(
    ("day", "code"), [("9999-01-05", "value-out-of-range"), ("1025-01-05", "value-out-of-range")]
)
def test_a_date_of_another_age_is_a_slip(tmp_path: Path, day: str, code: str) -> None:
    report = bring(tmp_path, LOANS + f"c,5,{day}\n".encode())
    assert code in {each["code"] for each in rejected(report)}
    assert report.files[0].kept == 2
    assert "1970-01-01 … 2100-12-31" in " ".join(each["reason"] for each in rejected(report))


@pytest.mark.parametrize(
    ("day", "code"), [("2026-01-04", "dates-out-of-order"), ("2099-01-01", "paid-after-observed")]
)
def test_cash_outside_its_loans_life_is_rejected(tmp_path: Path, day: str, code: str) -> None:
    report = bring(tmp_path, LOANS, f"id,no,day,paid\n1,a,{day},5\n2,a,2026-01-06,5\n".encode())
    assert [(each["row"], each["code"]) for each in rejected(report)] == [("1", code)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'"no,amount,on\na,1,2026-01-05\n', "header-unreadable"),
        ("no,amount,on\na,1,2026-01-05\n".encode("utf-16"), "file-encoding"),
        ("no,amount,on\na,1,2026-01-05\n".encode("utf-16-le"), "header-unreadable"),
        (b"no,amount,on,on\na,1,2026-01-05,2026-01-05\n", "header-twice"),
    ],
)
def test_a_header_that_is_none_is_told(tmp_path: Path, text: bytes, code: str) -> None:
    assert code in refused(tmp_path, text)


def test_a_file_without_rows_is_no_hindrance_to_the_others(tmp_path: Path) -> None:
    report = bring(tmp_path, LOANS, b"id,no,day,paid\n")
    assert [notice.code for notice in report.notices] == ["file-no-rows"]
    assert report.added["loan"] == 2


def test_an_underscore_makes_no_number(tmp_path: Path) -> None:
    report = bring(tmp_path, LOANS + b"c,1_000,2026-01-05\n")
    assert [(each["value"], each["code"]) for each in rejected(report)] == [
        ("1_000", "value-unreadable")
    ]


def test_rejects_compute_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    report = bring(tmp_path, LOANS + b'c,"=1+1",2026-01-05\nd,-7.00,2026-01-05\n')
    assert [each["value"] for each in rejected(report)] == ["'=1+1", "-7.00"]


def test_two_rows_run_together_by_quotes_are_one_reject(tmp_path: Path) -> None:
    report = bring(tmp_path, LOANS + b'c,"1,2026-01-05\nd,2",2026-01-05\n"e","3"x,2026-01-05\n')
    assert {each["code"] for each in rejected(report)} <= {"row-quotes", "value-unreadable"}
    assert report.files[0].rows == report.files[0].kept + report.files[0].rejected


def test_a_second_currency_is_not_added_to_the_first(tmp_path: Path) -> None:
    text = MAPPING.replace("\ntables:\n", RECEIPTS, 1)
    other = pack.parse(text.replace("'EUR'", "'USD'"), "other.yaml", Mapping)
    assert other != mapping()
    bring(tmp_path, LOANS)
    desk = homes.home(tmp_path / "home").desk()
    file = tmp_path / "usd.csv"
    file.write_bytes(b"no,amount,on\nz,5,2026-01-05\n")
    with pytest.raises(UnableToUseInput):
        bring_in(desk, other, (file,), progress=lambda *_: None)
    [rejects] = (tmp_path / "home" / "rejects").glob("*.csv")
    assert "currency-second" in rejects.read_text(encoding="utf-8")
    assert "The book is in EUR" in rejects.read_text(encoding="utf-8")
