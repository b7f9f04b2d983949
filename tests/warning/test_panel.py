from datetime import date

import numpy as np
import pyarrow as pa

from seawall.warning.cause import segment
from seawall.warning.panel import panel

JAN, FEB, MAR = date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)


def rows(*told: tuple[str | None, date, float | None, float | None]) -> pa.Table:
    channel, ends_on, part, whole = zip(*told, strict=True)
    return pa.table({"channel": pa.array(channel, pa.string()), "ends_on": pa.array(ends_on),
                     "part": pa.array(part, pa.float64()), "whole": pa.array(whole, pa.float64())})  # fmt: skip


def test_rows_in_any_order_become_series_by_segment() -> None:
    made = panel(
        rows(("web", FEB, 3, 30), ("app", JAN, 1, 10), ("web", JAN, 2, 20), ("app", FEB, 0, 0)),
        ("channel",), "share",
    )  # fmt: skip
    assert made.segments == (segment(channel="app"), segment(channel="web"))
    assert made.ends_on == (JAN, FEB)
    np.testing.assert_array_equal(made.values, [[0.1, np.nan], [0.1, 0.1]])
    np.testing.assert_array_equal(made.whole, [[10, 0], [20, 30]])


def test_a_missing_period_and_a_missing_value_are_nothing() -> None:
    made = panel(rows(("app", JAN, 5, None), ("web", MAR, None, None)), ("channel",), "level")
    np.testing.assert_array_equal(made.values, [[5, np.nan], [np.nan, np.nan]])


def test_the_whole_book_is_one_series_without_columns() -> None:
    made = panel(rows(("x", JAN, 1, 4), ("x", FEB, 2, 4)).drop_columns(["channel"]), (), "share")
    assert made.segments == ((),)
    assert made.values.tolist() == [[0.25, 0.5]]


def test_a_segment_without_name_is_one_of_its_own() -> None:
    made = panel(rows((None, JAN, 1, 4), ("app", JAN, 2, 4)), ("channel",), "share")
    assert {dict(each)["channel"] for each in made.segments} == {"app", "–"}


def test_a_panel_can_be_cut_to_what_was_known() -> None:
    made = panel(rows(("a", JAN, 1, 4), ("a", FEB, 2, 4), ("a", MAR, 3, 4)), ("channel",), "share")
    cut = made.until(date(2024, 3, 30))
    assert cut.ends_on == (JAN, FEB)
    assert cut.values.tolist() == [[0.25, 0.5]]
