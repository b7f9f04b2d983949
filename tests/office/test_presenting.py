"""What pages of the portfolio tell: charts of the same numbers as tables, and an account of each."""

from datetime import date
from typing import Any

import pytest

from seawall.acts.simulating import make_lender
from seawall.core.measure import Selection
from seawall.core.steps import Steps
from seawall.office import answering, homes, measuring, packs, presenting, tables
from seawall.office.answering import Answers, Asked
from seawall.office.homes import Home
from seawall.reports import charts, leaf
from seawall.simulator.truth import Plan

NAMES = [each.name for each in tables.measures(packs.conventions())]
ONLY = Selection(among=(("channel", ("app", None)),), made_from=date(2024, 1, 1))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = homes.home(tmp_path_factory.mktemp("presenting"))
    plan = Plan(700, 9, months=24)
    make_lender(home.desk(), plan, packs.lender(), progress=lambda *_: None)
    return home


@pytest.fixture(scope="module")
def answers(home: Home) -> Answers:
    return Answers(home)


def _points(spec: charts.Spec) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = spec["data"]["values"]
    return values


@pytest.mark.parametrize("name", [each for each in NAMES if each != "summary"])
def test_a_chart_draws_numbers_of_its_table_and_no_others(answers: Answers, name: str) -> None:
    told = presenting.tell(answers, Asked(name))
    assert told.chart is not None
    whole = answers.answer(Asked(name)).rows.to_pylist()
    in_table = {round(float(str(v)), 6) for row in whole for v in row.values()
                if v is not None and not isinstance(v, str | date)}  # fmt: skip
    drawn = {v for point in _points(told.chart) for v in point.values()
             if isinstance(v, int | float)}  # fmt: skip
    assert drawn
    assert drawn <= in_table


def test_each_segments_chart_is_the_chart_of_its_loans_alone(answers: Answers) -> None:
    """Asked a second way: the book restricted to one channel, not broken down."""
    told = presenting.tell(answers, Asked("roll_rate", ("channel",)))
    assert told.chart is None
    assert len(told.parts) > 1
    for part in told.parts:
        only = Selection(among=(("channel", part.values),))
        alone = presenting.tell(answers, Asked("roll_rate", only=only)).chart
        assert alone is not None
        assert _points(part.chart) == _points(alone)


def test_charts_side_by_side_have_one_scale(answers: Answers) -> None:
    for name in ("vintage", "growth", "delinquency"):
        told = presenting.tell(answers, Asked(name, ("channel",)))
        scales = [part.chart["encoding"]["y"]["scale"]["domain"] for part in told.parts]
        assert all(scale == scales[0] for scale in scales)
    most = max(
        row["ever_30"] for row in answers.answer(Asked("vintage", ("channel",))).rows.to_pylist()
    )
    told = presenting.tell(answers, Asked("vintage", ("channel",)))
    assert told.parts[0].chart["encoding"]["y"]["scale"]["domain"][1] >= most - 1e-6


def test_the_account_makes_the_number_again(home: Home, answers: Answers) -> None:
    told = presenting.tell(answers, Asked("vintage", ("product",), ONLY, date(2025, 10, 31)))
    steps = Steps(told.account.steps)
    again = measuring.opened(home).engine.table(steps)
    assert again.num_rows == told.rows > 0
    facts = {title.en: value.en for title, value in told.account.facts}
    assert facts["Loans"] == "channel: app, –; disbursed from 2024-01-01"
    assert facts["As of"] == "2025-10-31; balances of 2025-10-31"
    assert facts["Broken down by"] == "product"
    assert facts["Conventions"].startswith("in force since 2026-01-01: Market practice")
    assert facts["SHA-256 of the book's manifest"] == home.book.snapshot().digest


def test_a_page_shows_the_latest_months_and_says_how_many_rows_there_are(answers: Answers) -> None:
    told = presenting.tell(answers, Asked("growth"))
    assert told.rows == 24
    assert told.grid.rows[-1][0] == date(2025, 12, 31)
    long = presenting.tell(answers, Asked("vintage"))
    assert len(long.grid.rows) == presenting.ROWS_SHOWN < long.rows


def test_a_sheet_has_every_row_in_the_order_of_the_answer(answers: Answers) -> None:
    asked = Asked("vintage", ("channel",))
    made = presenting.sheet(answers, asked)
    rows = answers.answer(asked).rows
    assert [column.name for column in made.columns] == rows.column_names
    assert list(made.rows) == [tuple(row.values()) for row in rows.to_pylist()]


def test_concentration_lists_the_segments_asked_for(answers: Answers) -> None:
    told = presenting.tell(answers, Asked("concentration", ("channel", "grade")))
    assert [row[0] for row in told.grid.rows] == ["channel", "grade"]
    assert told.chart is not None


def test_the_overviews_figures_are_the_summarys(home: Home, answers: Answers) -> None:
    reading = measuring.read(home, only=ONLY)
    [row] = reading.answer(reading.measure("summary")).to_pylist()
    shown = presenting.overview(answers, Asked("summary", only=ONLY))
    assert {column.name: value for column, value in shown.tiles} == row
    assert [told.name for told in shown.others] == list(presenting.OVERVIEW)


def test_a_picture_says_of_what_and_when(answers: Answers) -> None:
    spec = presenting.picture(answers, Asked("growth", only=ONLY))
    assert spec is not None
    assert spec["title"]["subtitle"]["zh"].startswith(
        "截至 2025-12-31 · CNY · 渠道：app, –；放款日自 2024-01-01"
    )
    assert presenting.picture(answers, Asked("summary")) is None


def test_filters_are_segments_of_loans() -> None:
    assert set(answering.FILTERS) <= set(leaf.SEGMENTS)
