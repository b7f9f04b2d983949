"""Tables on terminals of any width: a figure is whole, or it is in the next block of columns."""

import re
from decimal import Decimal

import pyarrow as pa
import pytest
from rich.cells import cell_len

from seawall.cli.answers import answer
from seawall.cli.screen import Screen
from seawall.core.measure import Column, Measure, Unit
from seawall.core.steps import Steps
from seawall.core.text import Language, Text

UNITS: tuple[Unit, ...] = ("date", "count", "money", "share", "money", "share", "count", "money")
MEASURE = Measure(
    name="wide",
    title=Text(en="Wide", zh="宽表"),
    meaning=Text(en="", zh=""),
    columns=tuple(
        Column(f"c{n}", unit, Text(en=f"heading number {n}", zh=f"第{n}列的很长的标题"))
        for n, unit in enumerate(UNITS)
    ),
    steps=lambda _: Steps(),
    source="",
)
ROWS = pa.table({
    "region": ["north", "地区"],
    "c0": ["2026-01-31", "2026-02-28"],
    **{
        f"c{n}": [Decimal(f"{n}234567.25"), Decimal(f"{n}7.50")] if unit == "money" else [n, n + 90]
        for n, unit in enumerate(UNITS) if n
    },
})  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [48, 60, 80, 100, 140, 200])
def test_no_figure_is_cut_whatever_the_width(
    width: int, language: Language, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    answer(Screen(language), MEASURE, ("region",), ROWS)
    told = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "…" not in told
    assert max(map(cell_len, told.splitlines())) <= width
    for n, unit in enumerate(UNITS):
        if n and unit == "money":
            assert f"{n},234,567.25" in told
    blocks = told.count("north")
    assert blocks == told.count("2026-01-31") == told.count("2026-02-28")
    assert (blocks > 1) is (width <= 100)


def test_an_answer_without_rows_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    answer(Screen("zh"), MEASURE, ("region",), ROWS.slice(0, 0))
    assert "没有相关事实" in capsys.readouterr().out
