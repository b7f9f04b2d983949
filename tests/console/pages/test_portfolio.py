"""Pages of the portfolio: their numbers are the book's own, asked a second way; what they offer is what they may."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seawall.core.measure import Selection
from seawall.core.text import LANGUAGES
from seawall.office import measuring, packs, presenting, tables
from seawall.office.homes import Home
from seawall.records.models import Person
from seawall.reports import leaf

As = Callable[[str], Client]
NAMES = [each.name for each in tables.measures(packs.conventions())]
APP = Selection(among=(("channel", ("app",)),))


def _said(page: str) -> list[str]:
    """The texts between the elements of a page, without those of scripts."""
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    return [text for each in re.findall(r">([^<>]+)<", page) if (text := unescape(each).strip())]


def _specs(page: str) -> list[dict[str, Any]]:
    return [
        json.loads(each)
        for each in re.findall(r'<script type="application/json">(.*?)</script>', page)
    ]


def _rows(home: Home, name: str, *by: str, only: Selection = APP) -> list[dict[str, Any]]:
    reading = measuring.read(home, only=only)
    rows: list[dict[str, Any]] = reading.answer(reading.measure(name), by).to_pylist()
    return rows


def _in(language: str) -> None:
    Person.objects.filter(name="alice").update(language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_measures_page_shows_the_numbers_of_the_book(
    as_: As, lender: Home, name: str, language: str
) -> None:
    _in(language)
    page = as_("alice").get(f"/portfolio/{name}/", {"channel": "app"})
    assert page.status_code == 200
    measure = measuring.read(lender).measure(name)
    said = _said(page.text)
    assert measure.title.in_(language) in said  # type: ignore[arg-type]
    columns = {column.name: column for column in measure.columns}
    last = _rows(lender, name)[-1]
    if name != "vintage":  # of which the page shows the first rows
        for key, value in last.items():
            assert leaf.shown(value, columns[key]).in_(language) in said or key == "segment", key  # type: ignore[arg-type]
    _in("en")


def test_a_chart_has_the_numbers_of_its_table(as_: As, lender: Home) -> None:
    [spec] = _specs(as_("alice").get("/portfolio/roll_rate/", {"channel": "app"}).text)
    drawn = sorted((p["month_end"][:10], p["share"]) for p in spec["data"]["values"])
    rows = _rows(lender, "roll_rate")
    assert drawn == sorted((row["month_end"].isoformat(), round(row["share"], 6)) for row in rows)


def test_broken_down_each_segment_has_a_chart_and_its_picture_is_of_its_loans(
    as_: As, lender: Home
) -> None:
    alice = as_("alice")
    page = alice.get("/portfolio/growth/", {"by": "channel", "product": "instalment"}).text
    channels = {row["channel"] for row in _rows(lender, "growth", "channel", only=Selection())}
    assert 1 < len(_specs(page)) <= len(channels)
    links = [
        unescape(each) for each in re.findall(r'href="(/portfolio/chart/growth\.csv[^"]*)"', page)
    ]
    assert all("by=" not in link and "channel=" in link for link in links)
    assert alice.get(links[0]).status_code == 200


def test_the_summary_page_tells_figures_and_where_they_come_from(as_: As, lender: Home) -> None:
    page = as_("alice").get("/portfolio/", {"channel": "app", "by": "product"}).text
    said = _said(page)
    [whole] = _rows(lender, "summary")
    measure = measuring.read(lender).measure("summary")
    for column in measure.columns:
        assert leaf.briefly(whole[column.name], column).en in said, column.name
    for row in _rows(lender, "summary", "product"):
        assert f"{row['loans']:,}" in said
    assert lender.book.snapshot().digest in said
    assert "channel: app" in said
    assert len(_specs(page)) == len(presenting.OVERVIEW)


def test_the_filters_stay_in_the_address_of_every_link(as_: As) -> None:
    query = "by=product&channel=app&as_of=2025-10-31&made_from=2025-01-01"
    page = as_("alice").get(f"/portfolio/vintage/?{query}").text
    tabs = re.findall(
        r'href="(/portfolio/[^"]*)"', page.split('class="tabs"')[1].split("</nav>")[0]
    )
    assert len(tabs) == 7
    assert all(unescape(tab).endswith(f"?{query}") for tab in tabs)
    assert 'name="made_from" value="2025-01-01"' in page
    assert re.search(r'value="app" checked', page)
    assert '<option value="product" selected>' in page


def test_a_day_that_is_none_and_a_day_that_nobody_knows_are_refused_in_a_sentence(as_: As) -> None:
    alice = as_("alice")
    for day, sentence in (
        ("31.12.2025", "31.12.2025 is no day"),
        ("1999-01-01", "nothing of 1999-01-01"),
    ):
        answer = alice.get("/portfolio/", {"as_of": day})
        assert answer.status_code == 409
        assert sentence in unescape(answer.text)


def test_an_attack_in_the_address_is_a_value_like_any_other(as_: As, lender: Home) -> None:
    attack = "x') OR TRUE --<script>alert(1)</script>"
    page = as_("alice").get("/portfolio/", {"channel": attack}).text
    assert "<script>alert" not in page
    assert [
        row["loans"]
        for row in _rows(lender, "summary", only=Selection(((("channel", (attack,))),)))
    ] == [0]
    assert as_("alice").get("/portfolio/", {"by": "loan_id; DROP"}).status_code == 200


def test_what_is_not_there_is_not_found(as_: As) -> None:
    alice = as_("alice")
    for path in ("/portfolio/profit/", "/portfolio/chart/profit.png", "/portfolio/chart/growth.exe",
                 "/portfolio/chart/summary.png"):  # fmt: skip
        assert alice.get(path).status_code == 404, path


def test_pictures_are_pictures_in_the_readers_language(as_: As) -> None:
    alice = as_("alice")
    _in("zh")
    svg = alice.get("/portfolio/chart/growth.svg", {"channel": "app"})
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert "渠道：app" in svg.text
    assert 'filename="growth.svg"' in svg.headers["Content-Disposition"]
    assert alice.get("/portfolio/chart/growth.png").content.startswith(b"\x89PNG")
    _in("en")


def test_a_measure_is_taken_away_whole(as_: As, lender: Home) -> None:
    alice = as_("alice")
    rows = _rows(lender, "vintage")
    text = b"".join(alice.get("/portfolio/vintage/", {"as": "csv", "channel": "app"})).decode(
        "utf-8-sig"
    )
    told = list(csv.reader(io.StringIO(text)))
    assert len(told) == len(rows) + 1
    assert told[-1][2] == str(rows[-1]["loans"])
    answer = alice.get("/portfolio/vintage/", {"as": "xlsx", "channel": "app"})
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert book.worksheets[0].max_row == len(rows) + 1
    assert "channel: app" in str(book.worksheets[1]["A2"].value)
    assert alice.get("/portfolio/growth/", {"as": "pdf"}).content.startswith(b"%PDF")


@pytest.mark.parametrize("path", ["/portfolio/", "/portfolio/vintage/"])
def test_a_page_asks_the_offices_database_little(as_: As, path: str) -> None:
    alice = as_("alice")
    alice.get(path)
    with CaptureQueriesContext(connection) as asked:
        alice.get(path)
    assert len(asked) == 3, [each["sql"][:80] for each in asked]


@pytest.mark.parametrize(
    "path",
    ["/portfolio/", "/portfolio/growth/", "/portfolio/measures/", "/portfolio/chart/growth.png"],
)
def test_who_may_not_see_the_portfolio_sees_nothing_of_it(as_: As, path: str) -> None:
    assert as_("ivan").get(path).status_code == 403
    for stranger in ("charlie", "heidi"):
        assert as_(stranger).get(path).status_code in {403, 404}
    assert as_("dana").get(path).status_code == 200


def test_an_empty_book_says_what_to_do(as_: As, lender: Home) -> None:
    (lender.folder / "book").rename(lender.folder / "aside")
    try:
        for path in ("/portfolio/", "/portfolio/growth/", "/portfolio/measures/"):
            assert "The book is empty" in as_("alice").get(path).text
    finally:
        (lender.folder / "aside").rename(lender.folder / "book")


def test_all_measures_are_listed_with_what_they_mean(as_: As) -> None:
    said = _said(as_("alice").get("/portfolio/measures/").text)
    for measure in tables.measures(packs.conventions()):
        assert measure.meaning.en in said


def test_a_day_in_the_past_shows_that_days_book(as_: As, lender: Home) -> None:
    reading = measuring.read(lender, date(2025, 10, 31))
    [row] = reading.answer(reading.measure("summary")).to_pylist()
    said = _said(as_("alice").get("/portfolio/", {"as_of": "2025-10-31"}).text)
    assert f"{row['open_loans']:,}" in said
