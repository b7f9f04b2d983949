"""The real tapes, sent a first time as they would have stood earlier, and then as they are."""

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from seawall.acts.import_report import ImportReport
from seawall.acts.importing import bring_in
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.core.steps import Steps
from seawall.office import homes, measuring, packs
from seawall.portfolio import tape
from seawall.portfolio.mapping import Mapping

pytestmark = [pytest.mark.real]

Row = dict[str, str]


def rewritten(source: Path, target: Path, earlier: Callable[[Row], Row | None]) -> Path:
    with gzip.open(source, "rt", encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = [row for each in reader if (row := earlier(each)) is not None]
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(rows)
    return target


def as_seen(mapping: str, day: str, earlier: str) -> Mapping:
    """The shipped mapping with an earlier day of observation."""
    text = packs.mappings()[mapping].read_text(encoding="utf-8")
    assert day in text
    return pack.parse(text.replace(day, earlier), f"{mapping}.yaml", Mapping)


def bring(home: Path, mapping: Mapping, *files: Path) -> ImportReport:
    return bring_in(homes.home(home).desk(), mapping, files, progress=lambda *_: None)


def differences(one: Path, other: Path) -> dict[str, int]:
    """For each table, facts and derived: the rows that stand in one book only."""
    counts: dict[str, int] = {}
    first, second = measuring.read(homes.home(one)), measuring.read(homes.home(other))
    for name in (*(table.name for table in tape.TABLES), "settlement", "month_end"):
        every = Steps().then("q", f"SELECT * FROM {name}")
        first.engine.show("other", second.engine.table(every))
        found: list[dict[str, Any]] = first.engine.table(Steps().then("q", f"""
SELECT (SELECT COUNT(*) FROM (SELECT * FROM {name} EXCEPT ALL SELECT * FROM other))
  + (SELECT COUNT(*) FROM (SELECT * FROM other EXCEPT ALL SELECT * FROM {name})) AS n,
  (SELECT COUNT(*) FROM other) AS rows""")).to_pylist()  # fmt: skip
        counts[name] = found[0]["n"]
    return counts


def earlier_loan(row: Row) -> Row:
    """A LendingClub loan before its last payment, where that came in after December 2018."""
    last = row["last_pymnt_d"]
    if not last.endswith("2019"):
        return row
    paid = min(Decimal(row["last_pymnt_amnt"]), Decimal(row["total_rec_prncp"]))
    left = str(Decimal(row["total_rec_prncp"]) - paid)
    return {**row, "total_rec_prncp": left, "last_pymnt_d": "Dec-2018", "loan_status": "Current"}


def test_lendingclubs_later_totals_replace_the_payments_derived_from_the_earlier(
    real_data: Path, tmp_path: Path
) -> None:
    file = real_data / "lendingclub_sample_151col" / "lc_random_2000.csv.gz"
    shipped = packs.mapping("lendingclub")
    first = bring(
        tmp_path / "twice", as_seen("lendingclub", "date '2019-03-3", "date '2018-12-3"),
        rewritten(file, tmp_path / "earlier.csv", earlier_loan),
    )  # fmt: skip
    second = bring(tmp_path / "twice", shipped, file)
    assert first.files[0].fates["new"].rows == second.files[0].fates["updated"].rows == 2_000
    assert second.files[0].fates["updated"].amount == second.files[0].amount_in
    assert second.replaced["loan"] == 2_000
    assert second.replaced["payment"] > 500
    bring(tmp_path / "alone", shipped, file)
    assert set(differences(tmp_path / "twice", tmp_path / "alone").values()) == {0}


def test_superlenders_book_grows_from_a_tape_of_march_to_the_whole(
    real_data: Path, tmp_path: Path
) -> None:
    folder = real_data / "superlender_nigeria"
    files = sorted(folder.glob("train*.csv.gz"))
    march = rewritten(
        folder / "trainprevloans.csv.gz", tmp_path / "march.csv",
        lambda row: row if datetime.fromisoformat(row["closeddate"]).month <= 3
        and datetime.fromisoformat(row["closeddate"]).year == 2017 else None,
    )  # fmt: skip
    shipped = packs.mapping("superlender")
    with pytest.raises(UnableToUseInput, match="file-only-look-ups"):
        bring(tmp_path / "people", shipped, folder / "traindemographics.csv.gz")
    seen = as_seen("superlender", "date '2017-07-31'", "date '2017-03-31'")
    first = bring(tmp_path / "twice", seen, march, folder / "traindemographics.csv.gz")
    second = bring(tmp_path / "twice", shipped, *files)
    report = {file.name: file for file in second.files}["trainprevloans.csv.gz"]
    known = {file.name: file for file in first.files}["march.csv"]
    assert known.kept > 3_000
    assert report.fates["updated"].rows == known.kept
    assert report.fates["new"].rows == report.kept - known.kept
    bring(tmp_path / "alone", shipped, *files)
    assert set(differences(tmp_path / "twice", tmp_path / "alone").values()) == {0}
