"""The report: self-contained, bilingual throughout, every section drawn or said to be empty."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from seawall.acts.simulating import make_lender
from seawall.core.measure import Column
from seawall.core.text import LANGUAGES
from seawall.office import homes, measuring, packs, tables
from seawall.reports import charts, fonts, html, leaf, pdf, portfolio
from seawall.simulator.truth import Plan


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> portfolio.Told:
    at = homes.home(tmp_path_factory.mktemp("report"))
    plan = Plan(loans=800, months=24)
    make_lender(at.desk(), plan, packs.lender(), progress=lambda *_: None)
    reading = measuring.read(at)
    return measuring.told(reading, lambda *_: None)


def test_every_measure_has_a_section_and_all_but_the_summary_a_chart(told: portfolio.Told) -> None:
    parts = portfolio.sections(told)
    assert [part.name for part in parts] == [m.name for m in tables.measures(packs.conventions())]
    assert [part.name for part in parts if part.chart is None] == ["summary"]


def test_the_page_asks_nothing_of_the_network(told: portfolio.Told) -> None:
    page = html.page(portfolio.leaf(told))
    body = page.split("<script>", 1)[0] + page.rsplit("</script>", 3)[-1]
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page.split("<script>", 1)[0])
    assert "@import" not in body
    assert "url(" not in body


def test_every_text_of_the_page_is_in_both_languages(told: portfolio.Told) -> None:
    page = html.page(portfolio.leaf(told)).split("<script>", 1)[0]
    english, chinese = page.count('<span lang="en">'), page.count('<span lang="zh-CN">')
    assert english == chinese > 100


def test_charts_speak_one_language_at_a_time(told: portfolio.Told) -> None:
    for part in portfolio.sections(told):
        for language in LANGUAGES:
            spoken = repr(charts.spoken(part.chart, language))
            assert "'zh':" not in spoken
    drawn = charts.spoken(portfolio.sections(told)[1].chart, "zh")
    assert "逾期1–30天" in repr(drawn)
    assert "正常" not in repr(drawn)  # its bar would leave no room for those that are late


def test_every_colour_drawn_with_has_one_for_a_dark_ground(told: portfolio.Told) -> None:
    drawn = set(
        re.findall(r"#[0-9a-f]{6}", repr([each.chart for each in portfolio.sections(told)]))
    )
    assert drawn
    assert drawn | set(charts.PALETTE) <= charts.ON_DARK.keys()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Shanghai"])
def test_a_chart_names_the_months_of_its_rows_wherever_it_is_read(
    told: portfolio.Told, zone: str
) -> None:
    drawn = {each.name: charts.spoken(each.chart, "en") for each in portfolio.sections(told)}
    spec = json.dumps([drawn["vintage"], drawn["growth"]])
    done = subprocess.run(
        [sys.executable, "-c", _DRAW], input=spec, env={**os.environ, "TZ": zone},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    vintage, growth = json.loads(done.stdout)
    months = {f"{day:%Y-%m}" for day in told.answers["vintage"]["vintage"].to_pylist()}
    assert set(re.findall(r"month of disbursement: (\d{4}-\d\d)", vintage)) == months
    ticks = {month: float(place) for place, month in re.findall(_TICK, growth)}
    points = [(month, float(place)) for month, place in re.findall(_POINT, growth)]
    assert {month for month, _ in points} == {
        f"{day:%Y-%m}" for day in told.answers["growth"]["month_end"].to_pylist()
    }
    places = [(ticks[month], place) for month, place in points if month in ticks]
    assert len(places) > 5
    assert all(tick == pytest.approx(place) for tick, place in places)


_TICK = r'translate\(([\d.]+),[\d.]+\)"[^<]*>(\d{4}-\d\d)<'
_POINT = r'month: (\d{4}-\d\d)" [^<]*translate\(([\d.]+),'
_DRAW = """
import json, sys, vl_convert
schema = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "width": 900}
print(json.dumps([vl_convert.vegalite_to_svg(schema | spec) for spec in json.load(sys.stdin)]))
"""


def test_a_line_without_any_value_is_not_in_the_legend(told: portfolio.Told) -> None:
    assert set(told.answers["lgd"]["lgd_discounted"].to_pylist()) == {None}
    [chart] = [each.chart for each in portfolio.sections(told) if each.name == "lgd"]
    assert "discounted" not in repr(chart)


def test_a_text_in_the_data_cannot_end_the_script(told: portfolio.Told) -> None:
    page = html.page(portfolio.leaf(told))
    data = page.split('id="specs">', 1)[1].split("</script>", 1)[0]
    assert "</" not in data


def test_an_empty_answer_says_so(told: portfolio.Told) -> None:
    empty = {name: rows.slice(0, 0) if name != "summary" else rows
             for name, rows in told.answers.items()}  # fmt: skip
    bare = portfolio.Told(**{**vars(told), "answers": empty, "as_of": date(2020, 1, 31)})
    assert "Nothing to show" in html.page(portfolio.leaf(bare))


@pytest.mark.skipif(fonts.cjk_family() is None, reason="no font here can print Chinese")
def test_the_pdf_is_written_in_both_languages(told: portfolio.Told, tmp_path: Path) -> None:
    for language in LANGUAGES:
        written = pdf.document(portfolio.leaf(told), language)
        (tmp_path / f"{language}.pdf").write_bytes(written)
        assert written.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (Decimal("9352123456.12"), "9.35 bn", "93.5 亿"), (44_153_811, "44.2 m", "4,415 万"),
        (151_353_000, "151 m", "1.51 亿"), (14_023, "14,023", "1.40 万"), (-3, "-3", "-3"), (None, "–", "–"),
        (99_999_999, "100 m", "10,000 万"),
    ],
)  # fmt: skip
def test_a_figure_at_a_glance_has_three_or_four_digits(
    value: object, english: str, chinese: str
) -> None:
    brief = leaf.briefly(value, Column("balance", "money", leaf.SEGMENTS["product"]))
    assert (brief.en, brief.zh) == (english, chinese)
