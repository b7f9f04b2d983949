"""Golden totals of the real tapes, each computed here by a second, plain method."""

import csv
import gzip
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from seawall.acts.import_report import ImportReport
from seawall.acts.importing import bring_in
from seawall.core.steps import Steps
from seawall.office import homes, measuring, packs

pytestmark = [pytest.mark.real]

Row = dict[str, str]
CENT = Decimal("0.01")


def rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cents(text: str) -> Decimal:
    return Decimal(text).quantize(CENT, ROUND_HALF_UP)


def brought(folder: Path, mapping: str, files: list[Path]) -> tuple[homes.Home, ImportReport]:
    at = homes.home(folder)
    report = bring_in(at.desk(), packs.mapping(mapping), tuple(files), progress=lambda *_: None)
    return at, report


def one(at: homes.Home, sql: str, as_of: date | None = None) -> dict[str, object]:
    reading = measuring.read(at, as_of)
    found: dict[str, object] = reading.engine.table(Steps().then("q", sql)).to_pylist()[0]
    return found


@pytest.fixture(scope="module")
def superlender(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[homes.Home, ImportReport]:
    files = sorted((real_data / "superlender_nigeria").glob("train*.csv.gz"))
    return brought(tmp_path_factory.mktemp("sl"), "superlender", files)


@pytest.fixture(scope="module")
def december(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[homes.Home, ImportReport]:
    file = real_data / "lendingclub_sample_151col" / "lc_dec2015_5000.csv.gz"
    return brought(tmp_path_factory.mktemp("lc"), "lendingclub", [file])


def test_first_instalments_are_late_as_the_tape_says(
    superlender: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    tape = rows(real_data / "superlender_nigeria" / "trainprevloans.csv.gz")
    late = [
        (datetime.fromisoformat(row["firstrepaiddate"]).date()
         - datetime.fromisoformat(row["firstduedate"]).date()).days
        for row in tape if row["loanamount"]
    ]  # fmt: skip
    expected = {days: sum(each > days for each in late) for days in (0, 7, 30)}
    assert {d: round(100 * n / len(tape), 2) for d, n in expected.items()} == {
        0: 17.38, 7: 6.28, 30: 0.68,
    }  # fmt: skip
    reading = measuring.read(superlender[0], date(2017, 9, 30))
    told = reading.answer(reading.measure("early_default")).to_pylist()
    assert {r["days"]: r["late"] for r in told if r["payment"] == 1} == expected
    assert {r["loans"] for r in told if r["payment"] == 1} == {len(late)}


def test_superlender_rows_and_amounts_reconcile(
    superlender: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    report = {file.name: file for file in superlender[1].files}
    for name in ("trainprevloans.csv.gz", "trainperf.csv.gz"):
        tape = rows(real_data / "superlender_nigeria" / name)
        kept = [row for row in tape if row["loanamount"]]
        assert (report[name].rows, report[name].kept) == (len(tape), len(kept))
        assert report[name].amount_kept == sum(Decimal(row["loanamount"]) for row in kept)
    people = {r["customerid"] for r in
              rows(real_data / "superlender_nigeria" / "traindemographics.csv.gz")}  # fmt: skip
    assert report["traindemographics.csv.gz"].kept == len(people)


def test_superlender_is_repaid_in_full_with_its_fees(
    superlender: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    tape = [row for row in rows(real_data / "superlender_nigeria" / "trainprevloans.csv.gz")
            if row["loanamount"]]  # fmt: skip
    total = one(superlender[0], """
SELECT SUM(principal_paid) AS principal, SUM(fee_paid) AS fee, SUM(waived + overpaid) AS other
FROM month_end""")  # fmt: skip
    principal = sum(cents(row["loanamount"]) for row in tape)
    assert total["principal"] == principal
    assert total["fee"] == sum(cents(row["totaldue"]) for row in tape) - principal
    assert total["other"] == 0


def test_december_2015_lost_816_of_5000(
    december: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    tape = rows(real_data / "lendingclub_sample_151col" / "lc_dec2015_5000.csv.gz")
    lost = sum(row["loan_status"] == "Charged Off" for row in tape)
    assert (lost, len(tape), round(100 * lost / len(tape), 2)) == (816, 5_000, 16.32)
    found = one(december[0], """
SELECT COUNT(*) AS n FROM month_end
WHERE bucket = 'charged_off' AND month_end = DATE '2019-03-31'""")  # fmt: skip
    assert found["n"] == lost


def test_december_2015_cash_is_the_tapes_to_the_cent(
    december: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    tape = rows(real_data / "lendingclub_sample_151col" / "lc_dec2015_5000.csv.gz")
    booked = one(december[0], """
SELECT SUM(principal_paid) AS total_rec_prncp, SUM(interest_paid) AS total_rec_int,
  SUM(late_fee) AS total_rec_late_fee, SUM(recovered) AS recoveries,
  SUM(collection_cost) AS collection_recovery_fee, SUM(overpaid) AS overpaid
FROM month_end""")  # fmt: skip
    assert booked.pop("overpaid") == 0
    assert booked == {name: sum(cents(row[name]) for row in tape) for name in booked}


def test_december_2015_balances_are_the_tapes(
    december: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    """What is owed on loans still open is the tape's own `out_prncp`."""
    tape = rows(real_data / "lendingclub_sample_151col" / "lc_dec2015_5000.csv.gz")
    owed = sum(cents(row["out_prncp"]) for row in tape)
    balance = one(december[0], "SELECT SUM(balance) AS b FROM month_end "
                               "WHERE month_end = DATE '2019-03-31'")["b"]  # fmt: skip
    assert balance == owed


def months(text: str) -> int:
    """A month of the tape, `Dec-2015` or as a spreadsheet left it `15-Dec`, since year 0."""
    form = "%b-%Y" if text[0].isalpha() else "%y-%b"
    day = datetime.strptime(text, form)  # noqa: DTZ007 - a month has no time zone
    return day.year * 12 + day.month - 1


def test_december_2015_recovery_curves_are_the_tapes(
    december: tuple[homes.Home, ImportReport], real_data: Path
) -> None:
    """By the mapping's own words: charged off 5, recovered 11 months after the last payment."""
    tape = rows(real_data / "lendingclub_sample_151col" / "lc_dec2015_5000.csv.gz")
    end = 2019 * 12 + 2
    lost: dict[int, list[tuple[int, Decimal, int, Decimal, Decimal, float]]] = {}
    for row in tape:
        if row["loan_status"] == "Charged Off":
            last = (
                months(row["last_pymnt_d"]) if row["last_pymnt_d"] else months(row["issue_d"]) + 1
            )
            gone, back = min(last + 5, end), min(last + 11, end)
            amount = cents(row["funded_amnt"]) - cents(row["total_rec_prncp"])
            found = cents(row["recoveries"])
            net = found - cents(row["collection_recovery_fee"])
            rate = float(row["int_rate"].strip().rstrip("%")) / 100
            lost.setdefault(gone // 3, []).append((gone, amount, back - gone, found, net, rate))
    reading = measuring.read(december[0])
    told = reading.answer(reading.measure("recovery")).to_pylist()
    expected = {
        (quarter, age): (
            len(loans),
            sum(each[1] for each in loans),
            sum(each[3] for each in loans if each[2] <= age),
        )
        for quarter, loans in lost.items()
        for age in range(min(end - each[0] for each in loans) + 1)
    }
    assert {
        ((r["cohort"].year * 12 + r["cohort"].month - 1) // 3, r["months_since"]):
        (r["loans"], r["charged_off"], r["recovered"]) for r in told
    } == expected  # fmt: skip
    every = [each for loans in lost.values() for each in loans]
    assert len(every) == 816
    net_rate = discounted = 0.0
    for age, row in enumerate(reading.answer(reading.measure("lgd")).to_pylist()):
        whole = float(sum(each[1] for each in every if end - each[0] >= age))
        now = [each for each in every if each[2] == age and end - each[0] >= age]
        net_rate += float(sum(each[4] for each in now)) / whole
        discounted += sum(float(each[4]) / (1 + each[5] / 12) ** age for each in now) / whole
        assert row["lgd"] == pytest.approx(1 - net_rate)
        assert row["lgd_discounted"] == pytest.approx(1 - discounted)


def test_every_law_holds_on_real_tapes(
    superlender: tuple[homes.Home, ImportReport], december: tuple[homes.Home, ImportReport]
) -> None:
    for at, _ in (superlender, december):
        assert {
            law.en: broken for law, broken in measuring.check(measuring.read(at)) if broken
        } == {}
