"""Tapes sent again: a later observation replaces what the book said, and nothing is lost."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from seawall.acts.import_report import FileReport, ImportReport
from seawall.acts.importing import bring_in
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.core.steps import Steps
from seawall.office import homes, measuring
from seawall.portfolio import tape
from seawall.portfolio.mapping import Mapping
from tests.acts.test_importing import rejected

ROWS = """
id: brook
title: {en: Brook, zh: 小溪}
about: {en: Test, zh: 测试}
since: 2026-01-01
cite: none
sources:
  loans:
    columns:
      no: {type: text, required: true}
      amount: {type: money, required: true}
      on: {type: date, formats: ["%Y-%m-%d"], required: true}
      times: {type: count, required: true}
      grade: {type: text}
      seen: {type: date, formats: ["%Y-%m-%d"], required: true}
    key: [no]
    amount: amount
  receipts:
    columns:
      id: {type: text, required: true}
      no: {type: text, required: true}
      day: {type: date, formats: ["%Y-%m-%d"], required: true}
      paid: {type: money, required: true}
    key: [id]
    amount: paid
tables:
  application:
    - source: loans
      columns: {application_id: "'A' || no", customer_token: no, applied_at: '"on"',
                currency: "'EUR'", amount: amount, home: grade}
  loan:
    - source: loans
      columns: {loan_id: no, application_id: "'A' || no", customer_token: no, product: "'p'",
                currency: "'EUR'", principal: amount, term_days: times * 30, grade: grade,
                disbursed_on: '"on"', observed_on: seen, waterfall: "'fee-interest-principal'"}
  instalment:
    - source: loans
      schedule: {kind: flat, loan_id: no, principal: amount, fee: times, count: times,
                 first_due_on: 'add_days("on", 30)', every: 30 days}
  payment:
    - source: receipts
      columns: {payment_id: id, loan_id: no, paid_on: day, amount: paid, late_fee: "0",
                collection_cost: "0"}
"""
LOANS = "no,amount,on,times,grade,seen\n"
RECEIPTS = "id,no,day,paid\n"
FIRST = LOANS + "a,100.00,2026-01-05,2,A,2026-02-28\nb,60.00,2026-01-10,3,B,2026-02-28\n"
PAID = RECEIPTS + "1,a,2026-02-04,51.00\n2,b,2026-02-09,21.00\n"


COMPLETE = ROWS.replace("- source: receipts", "- source: receipts\n      complete: true")


def bring(home: Path, *texts: str, declared: str = ROWS) -> ImportReport:
    """Import texts by a mapping with payments in rows."""
    home.mkdir(exist_ok=True)
    paths = []
    for text in texts:
        paths.append(home / f"tape{len(list(home.glob('tape*')))}.csv")
        paths[-1].write_text(text)
    mapping = pack.parse(declared, "brook.yaml", Mapping)
    return bring_in(homes.home(home).desk(), mapping, tuple(paths), progress=lambda *_: None)


def book(home: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, facts and derived, in one order."""
    reading = measuring.read(homes.home(home))
    assert {law.en: n for law, n in measuring.check(reading) if n} == {}
    return {
        name: reading.engine.table(Steps().then("q", f"SELECT * FROM {name} ORDER BY ALL")).to_pylist()
        for name in (*(table.name for table in tape.TABLES), "settlement", "month_end")
    }  # fmt: skip


def fates(file: FileReport) -> dict[str, tuple[int, Decimal]]:
    assert file.rows == sum(share.rows for share in file.fates.values())
    assert file.amount_in == sum(share.amount for share in file.fates.values())
    return {fate: (share.rows, share.amount) for fate, share in file.fates.items() if share.rows}


def codes(report: ImportReport) -> list[tuple[str, str, str, str]]:
    return [(r["row"], r["column"], r["value"], r["code"]) for r in rejected(report)]


def test_a_later_observation_replaces_a_loan_and_brings_its_payments(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    later = FIRST.replace("2026-02-28", "2026-03-31").replace(",A,", ",C,") + (
        "c,10.00,2026-03-02,1,A,2026-03-31\n"
    )
    report = bring(tmp_path, later, PAID + "3,a,2026-03-06,51.00\n")
    loans, paid = report.files
    assert fates(loans) == {"updated": (2, Decimal(160)), "new": (1, Decimal(10))}
    assert fates(paid) == {"unchanged": (2, Decimal(72)), "new": (1, Decimal(51))}
    assert report.added == {"application": 2, "loan": 3, "instalment": 1, "payment": 1}
    assert report.replaced == {"application": 1, "loan": 2}
    bring(tmp_path / "alone", later, PAID + "3,a,2026-03-06,51.00\n")
    assert book(tmp_path) == book(tmp_path / "alone")


PARTED = ROWS.replace(
    "paid: {type: money, required: true}",
    "paid: {type: money, required: true}\n      late: {type: money}\n      own: {type: money}\n"
    "      extra: {type: money}",
).replace('late_fee: "0"', 'late_fee: "coalesce(late, 0)", principal: own, interest: extra')
PARTS = "id,no,day,paid,late,own,extra\n"


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ("51.00,60.00,,", "60.00"),
        ("51.00,,60.00,", "60.00"),
        ("51.00,1.00,50.00,0.50", "51.50"),
        ("51.00,1.00,40.00,1.00", "42.00"),
        ("51.00,1.00,50.01,", "51.01"),
        ("51.00,1.00,49.00,1.01", None),
        ("51.00,1.00,40.00,", None),
        ("51.00,1.00,,", None),
    ],
)
def test_a_payments_parts_are_its_amount_or_it_is_not_used(
    tmp_path: Path, parts: str, told: str | None
) -> None:
    report = bring(tmp_path, FIRST, PARTS + f"1,a,2026-02-04,{parts}\n", declared=PARTED)
    if told is None:
        assert report.rejects is None
    else:
        assert codes(report) == [("1", "amount", "51.00", "parts-odd")]
        assert f"are {told}, and not" in rejected(report)[0]["reason"]
    book(tmp_path)


@pytest.mark.parametrize("apart", [True, False])
def test_a_loan_gives_no_more_principal_back_than_was_lent(tmp_path: Path, *, apart: bool) -> None:
    first = "1,a,2026-02-04,60.00,,60.00,0\n"
    second = "2,a,2026-02-05,40.00,,40.00,0\n3,a,2026-02-06,0.01,,0.01,0\n"
    tapes = [PARTS + first, PARTS + second] if apart else [PARTS + first + second]
    report = bring(tmp_path, FIRST, tapes[0], declared=PARTED)
    report = bring(tmp_path, tapes[1], declared=PARTED) if apart else report
    assert [line[1:] for line in codes(report)] == [("principal", "0.01", "received-too-much")]
    assert report.added["payment"] == (1 if apart else 2)
    book(tmp_path)


def test_a_payment_taken_back_leaves_room_for_the_one_that_takes_its_place(tmp_path: Path) -> None:
    declared = PARTED.replace("- source: receipts", "- source: receipts\n      complete: true")
    bring(tmp_path, FIRST, PARTS + "1,a,2026-02-04,60.00,,60.00,0\n", declared=declared)
    later = FIRST.replace("2026-02-28", "2026-03-31")
    report = bring(tmp_path, later, PARTS + "9,a,2026-02-05,100.00,,100.00,0\n", declared=declared)
    assert report.rejects is None
    book(tmp_path)


def test_the_same_rows_in_another_form_and_order_change_nothing(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    manifest = tmp_path / "book" / "manifest.json"
    before = manifest.read_bytes()
    header, *rows = FIRST.splitlines()
    again = "\r\n".join([header, *(f'"{row.replace(",", chr(34) + "," + chr(34))}"'
                                   for row in reversed(rows))]) + "\r\n"  # fmt: skip
    report = bring(tmp_path, again.replace("100.00", "100.0"), PAID.replace("51.00", "51.000"))
    assert [fates(file) for file in report.files] == [
        {"unchanged": (2, Decimal(160))}, {"unchanged": (2, Decimal(72))},
    ]  # fmt: skip
    assert (report.added, report.replaced, report.rejects) == ({}, {}, None)
    assert manifest.read_bytes() == before


def test_another_content_of_the_same_day_is_rejected_with_both_values(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    before = book(tmp_path)
    report = bring(
        tmp_path, FIRST.replace("60.00", "61.00") + "c,5.00,2026-01-05,1,,2026-02-28\n",
        PAID.replace("21.00", "22.00"),
    )  # fmt: skip
    assert [fates(file) for file in report.files] == [
        {"unchanged": (1, Decimal(100)), "new": (1, Decimal(5)), "rejected": (1, Decimal(61))},
        {"unchanged": (1, Decimal(51)), "rejected": (1, Decimal(22))},
    ]
    assert ("2", "principal", "61.00", "row-differs") in codes(report)
    assert ("2", "amount", "22.00", "row-differs") in codes(report)
    reasons = [each["reason"] for each in rejected(report)]
    assert any("another principal: 60.00" in reason for reason in reasons)
    assert any("another amount: 21.00" in reason for reason in reasons)
    for table in ("loan", "payment", "instalment", "month_end"):
        assert [r for r in book(tmp_path)[table] if r["loan_id"] != "c"] == before[table]


def test_an_older_observation_is_not_used_and_said_to_be_older(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    before = book(tmp_path)
    with pytest.raises(UnableToUseInput, match="file-no-use"):
        bring(tmp_path, FIRST.replace("2026-02-28", "2026-01-31"))
    assert book(tmp_path) == before
    report = bring(tmp_path, FIRST.replace("2026-02-28", "2026-01-31", 1).replace("60.", "60."))
    assert codes(report) == [("1", "observed_on", "2026-01-31", "row-older")]
    assert "later observation, of 2026-02-28" in rejected(report)[0]["reason"]
    assert fates(report.files[0]) == {
        "unchanged": (1, Decimal(60)), "rejected": (1, Decimal(100)),
    }  # fmt: skip
    assert book(tmp_path) == before


def test_a_payment_is_corrected_with_its_loans_later_observation_only(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    corrected = PAID.replace("51.00", "50.00")
    assert codes(bring(tmp_path, corrected)) == [("1", "amount", "50.00", "row-differs")]
    report = bring(tmp_path, FIRST.replace("2026-02-28", "2026-03-01", 1), corrected)
    assert fates(report.files[1]) == {
        "updated": (1, Decimal(50)), "unchanged": (1, Decimal(21)),
    }  # fmt: skip
    assert {r["payment_id"]: r["amount"] for r in book(tmp_path)["payment"]} == {
        "1": Decimal(50), "2": Decimal(21),
    }  # fmt: skip


def test_a_payment_left_out_stays_unless_the_mapping_says_that_tapes_are_complete(
    tmp_path: Path,
) -> None:
    later, paid = FIRST.replace("2026-02-28", "2026-03-31"), RECEIPTS + "2,b,2026-02-09,21.00\n"
    for declared, left in ((ROWS, ["1", "2"]), (COMPLETE, ["2"])):
        home = tmp_path / str(len(left))
        bring(home, FIRST, PAID, declared=declared)
        bring(home, later, paid, declared=declared)
        assert [each["payment_id"] for each in book(home)["payment"]] == left
    assert COMPLETE != ROWS


def test_loans_sent_without_their_complete_payments_keep_them(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID, declared=COMPLETE)
    bring(tmp_path, FIRST.replace("2026-02-28", "2026-03-31"), declared=COMPLETE)
    assert len(book(tmp_path)["payment"]) == 2


def test_a_payment_after_the_held_observation_needs_the_loan_along(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    march = RECEIPTS + "3,a,2026-03-06,51.00\n"
    with pytest.raises(UnableToUseInput):
        bring(tmp_path, march)
    bring(tmp_path, FIRST.replace("2026-02-28", "2026-03-31"), march)
    assert len(book(tmp_path)["payment"]) == 3


def test_a_shorter_schedule_leaves_no_instalment_of_the_longer_one(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    later = FIRST.replace("b,60.00,2026-01-10,3,B,2026-02-28", "b,60.00,2026-01-10,2,B,2026-03-31")
    report = bring(tmp_path, later)
    assert [(r["loan_id"], r["number"]) for r in book(tmp_path)["instalment"]] == [
        ("a", 1), ("a", 2), ("b", 1), ("b", 2),
    ]  # fmt: skip
    assert fates(report.files[0]) == {
        "updated": (1, Decimal(60)), "unchanged": (1, Decimal(100)),
    }  # fmt: skip
    assert report.notices == ()


def test_rejecting_a_loan_takes_back_what_only_it_vouched_for(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    broken = FIRST.replace("a,100.00", "a,-1").replace("2026-02-28", "2026-03-31")
    report = bring(tmp_path, broken, PAID.replace("51.00", "50.00") + "3,a,2026-03-06,9\n")
    assert {each[0] + each[3] for each in codes(report)} == {
        "1value-out-of-range", "1row-differs", "3paid-after-observed",
    }  # fmt: skip


def test_a_book_all_of_whose_loans_are_sent_again_keeps_its_currency(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    mapping = pack.parse(ROWS.replace("'EUR'", "'USD'"), "usd.yaml", Mapping)
    file = tmp_path / "usd.csv"
    file.write_text(FIRST.replace("2026-02-28", "2026-03-31"))
    with pytest.raises(UnableToUseInput, match="file-no-use"):
        bring_in(homes.home(tmp_path).desk(), mapping, (file,), progress=lambda *_: None)
    [rejects] = (tmp_path / "rejects").glob("*.csv")
    assert "The book is in EUR" in rejects.read_text(encoding="utf-8")


def lender(seed: int, months: int) -> Iterator[tuple[str, str]]:
    """A lender's tapes, month after month: every loan so far, every payment so far."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    loans = {
        f"L{n:03}": (Decimal(chance.randrange(1_000, 90_000)) / 100,
                     date(2025, 1, 1) + timedelta(chance.randrange(30 * months)),
                     chance.randrange(1, 7))
        for n in range(60)
    }  # fmt: skip
    for month in range(1, months + 1):
        seen = date(2025, 1, 1) + timedelta(30 * month)
        lent = {no: loan for no, loan in loans.items() if loan[1] <= seen}
        rows = [f"{no},{amount},{on},{times},{chance.choice('AB') if month > 3 else 'A'},{seen}"
                for no, (amount, on, times) in lent.items()]  # fmt: skip
        paid = [
            f"{no}-{turn},{no},{on + timedelta(30 * turn + int(no[1:]) % 40)},"
            f"{round(amount / times, 2) + 1}"
            for no, (amount, on, times) in lent.items() for turn in range(1, times + 1)
            if on + timedelta(30 * turn + int(no[1:]) % 40) <= seen and int(no[1:]) % 9
        ]  # fmt: skip
        chance.shuffle(rows)
        yield LOANS + "\n".join(rows) + "\n", RECEIPTS + "\n".join([*paid, ""])


@pytest.mark.parametrize("seed", [1])
def test_month_after_month_gives_the_book_of_the_last_tape_alone(tmp_path: Path, seed: int) -> None:
    tapes = list(lender(seed, 5))
    for loans, receipts in tapes:
        bring(tmp_path / "monthly", loans, receipts)
    bring(tmp_path / "alone", *tapes[-1])
    monthly, alone = book(tmp_path / "monthly"), book(tmp_path / "alone")
    assert len(monthly["payment"]) > 50
    for table in alone:
        assert monthly[table] == alone[table], table


def test_the_book_as_it_was_known_can_be_had_from_its_facts(tmp_path: Path) -> None:
    """Folded here by hand: take out the keys that an import replaced, add the rows it brought."""
    tapes = list(lender(3, 4))
    known = []
    for loans, receipts in tapes:
        bring(tmp_path, loans, receipts)
        known.append(book(tmp_path))
    snapshot = homes.home(tmp_path).book.snapshot()
    changes = list(dict.fromkeys(each.change for each in snapshot.brought))
    assert len(changes) == len(known)
    for name in ("loan", "application", "instalment", "payment"):
        key = tape.table(name).key
        said = facts_of(snapshot.facts.get(name, snapshot.tables[name]))
        gone = facts_of(snapshot.tables.get(f"replaced_{name}", ()))
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for change, then in zip(changes, known, strict=True):
            for each in gone.get(change, []):
                del rows[tuple(each[part] for part in key)]
            rows |= {tuple(r[part] for part in key): r for r in said.get(change, [])}
            assert rows == {tuple(r[part] for part in key): r for r in then[name]}


def facts_of(files: tuple[Path, ...]) -> dict[str, list[dict[str, Any]]]:
    return {file.parent.name: pq.read_table(file).to_pylist() for file in files}


def test_a_kill_in_between_leaves_the_old_book(tmp_path: Path) -> None:
    bring(tmp_path, FIRST, PAID)
    before, manifest = book(tmp_path), (tmp_path / "book" / "manifest.json").read_bytes()
    later = FIRST.replace("2026-02-28", "2026-03-31")
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from seawall.acts import importing\nfrom tests.acts import test_updating\n"
        "importing.derive = lambda change, *_: (change.flush(), os.kill(os.getpid(), 9))\n"
        f"test_updating.bring(Path({str(tmp_path)!r}), {later!r})\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, timeout=120, cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "book" / "manifest.json").read_bytes() == manifest
    assert book(tmp_path) == before
    bring(tmp_path, later)
    assert {r["observed_on"] for r in book(tmp_path)["loan"]} == {date(2026, 3, 31)}
