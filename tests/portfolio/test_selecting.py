"""A selected part of the book against a second way: the whole book broken down, and a book of that part alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from seawall.acts.simulating import make_lender
from seawall.core.engine import DuckEngine
from seawall.core.measure import Selection
from seawall.core.steps import Steps
from seawall.office import homes, measuring, packs, tables
from seawall.portfolio import selecting, tape
from seawall.simulator.truth import Plan

Rows = list[dict[str, Any]]
NAMES = [each.name for each in tables.measures(packs.conventions())]
OF_THE_WHOLE = {"growth": ("disbursed_mix", "balance_mix")}
"""What is told as a share of all loans asked about."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> measuring.Reading:
    home = homes.home(tmp_path_factory.mktemp("selecting"))
    make_lender(home.desk(), Plan(loans=1_500, seed=5), packs.lender(), progress=lambda *_: None)
    return measuring.read(home)


def _answer(reading: measuring.Reading, name: str, *by: str) -> Rows:
    rows: Rows = reading.answer(reading.measure(name), by).to_pylist()
    return rows


def _alike(left: Rows, right: Rows, *, besides: tuple[str, ...] = ()) -> None:
    """The same rows: exact, floats to 1e-9; besides some columns."""
    kept = [[key for key in row if key not in besides] for row in (*left, *right)]
    assert len(left) == len(right)
    for one, other, keys in zip(left, right, kept, strict=False):
        for key in keys:
            same = (
                pytest.approx(other[key], rel=1e-9) if isinstance(one[key], float) else other[key]
            )
            assert one[key] == same, key


@pytest.mark.parametrize("name", [each for each in NAMES if each != "concentration"])
@pytest.mark.parametrize("segment", ["product", "channel"])
def test_one_segment_alone_is_the_same_as_its_rows_of_the_whole(
    whole: measuring.Reading, name: str, segment: str
) -> None:
    every = _answer(whole, name, segment)
    for value in {row[segment] for row in every}:
        alone = _answer(replace(whole, only=Selection(among=((segment, (value,)),))), name)
        rows = [row for row in every if row[segment] == value]
        _alike(alone, rows, besides=OF_THE_WHOLE.get(name, ()))


def _part(reading: measuring.Reading, where: str) -> DuckEngine:
    """An engine that holds the loans of a condition, and nothing else, as if they were the book."""
    engine = DuckEngine()
    facts = {each.name: {c.name for c in each.columns} for each in tape.TABLES}
    for name in (*facts, *selecting.DERIVED):
        loans = f"WHERE loan_id IN (SELECT loan_id FROM loan WHERE {where})"
        has = "loan_id" in facts.get(name, {"loan_id"})
        sql = f"SELECT * FROM {name} {loans if has else ''}"
        engine.show(name, reading.engine.table(Steps().then("part", sql)))
    return engine


@pytest.mark.parametrize("name", NAMES)
def test_a_selection_is_the_same_as_a_book_of_these_loans_alone(
    whole: measuring.Reading, name: str
) -> None:
    where = (
        "channel IN ('app', 'partner') AND region IS NOT NULL "
        "AND disbursed_on BETWEEN DATE '2024-02-10' AND DATE '2025-06-30'"
    )
    regions = whole.engine.table(Steps().then("r", "SELECT DISTINCT region FROM loan"))
    known = tuple(sorted(each for each in regions["region"].to_pylist() if each is not None))
    only = Selection(
        among=(("channel", ("app", "partner")), ("region", known)),
        made_from=date(2024, 2, 10), made_until=date(2025, 6, 30),
    )  # fmt: skip
    selected, small = replace(whole, only=only), replace(whole, engine=_part(whole, where))
    assert 0 < _answer(selected, "summary")[0]["loans"] < 1_500
    _alike(_answer(selected, name, "product"), _answer(small, name, "product"))


def test_loans_without_a_value_are_selected_by_name() -> None:
    sql = selecting.loans(Selection(among=(("grade", ("A", None)),)))
    assert sql.endswith("WHERE (l.grade IN ('A') OR l.grade IS NULL)")


def test_nothing_among_nothing() -> None:
    assert selecting.loans(Selection(among=(("grade", ()),))).endswith("WHERE (FALSE)")


def test_a_value_is_a_value_and_no_sql(whole: measuring.Reading) -> None:
    attack = Selection(among=(("product", ("x') OR TRUE --", "'; DROP VIEW loan; --")),))
    [row] = _answer(replace(whole, only=attack), "summary")
    assert row["loans"] == 0
    assert _answer(whole, "summary")[0]["loans"] == 1_500


def test_a_name_that_is_no_segment_never_reaches_sql(whole: measuring.Reading) -> None:
    reading = replace(whole, only=Selection(among=(("product OR TRUE --", ("x",)),)))
    with pytest.raises(selecting.UnableToSelect, match="no segment"):
        reading.answer(reading.measure("summary"))


def test_the_last_month_end_is_the_books_whichever_loans_are_selected(
    whole: measuring.Reading,
) -> None:
    """Loans that ended long ago owe nothing today; they do not move today to when they last did."""
    early = Selection(made_until=date(2023, 3, 31))
    [row] = _answer(replace(whole, only=early), "summary")
    assert row["loans"] > 0
    assert row["balance"] < row["disbursed"] / 2
