import csv
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.warning.truths import Surge, surges

DAYS = [date(2000 + n // 12, n % 12 + 1, 28) for n in range(60)]
ALL = frozenset({"x"})


@given(st.lists(st.floats(1, 10), min_size=2, max_size=60), st.integers(1, 6))
def test_a_surge_is_a_rise_that_comes_and_surges_do_not_overlap(
    values: list[float], ahead: int
) -> None:
    found = surges(DAYS, values, Surge(rise=0.2, ahead=ahead), seen_by=ALL)
    for one in found:
        start, full = DAYS.index(one.starts_on), DAYS.index(one.full_on)
        assert values[full] >= 1.2 * values[start]
        assert all(each < 1.2 * values[start] for each in values[start:full])
        assert full - start <= ahead
        assert one.full_on <= one.ends_on
    assert all(one.ends_on < other.starts_on for one, other in pairwise(found))


@given(st.lists(st.floats(1, 10), min_size=2, max_size=60))
def test_a_series_that_only_falls_has_none(values: list[float]) -> None:
    assert surges(DAYS, sorted(values, reverse=True), Surge(rise=0.2, ahead=4), seen_by=ALL) == ()


@pytest.mark.real
def test_the_card_delinquencies_of_2007_and_2021_are_surges(real_data: Path) -> None:
    with (real_data / "fred_md_qd" / "DRCCLACBS.csv").open(encoding="utf-8") as file:
        rows = [(date.fromisoformat(row["date"]), float(row["DRCCLACBS"]))
                for row in csv.DictReader(file)]  # fmt: skip
    days, values = zip(*rows, strict=True)
    found = surges(days, values, Surge(rise=0.2, ahead=4), seen_by=ALL)
    years = [one.starts_on.year for one in found]
    assert 2007 in years
    assert 2021 in years
    assert not {2010, 2011, 2012, 2013, 2017, 2018} & set(years)
