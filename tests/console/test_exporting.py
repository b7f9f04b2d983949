"""Lists as files: they open again, in the language of the page, and only for who may take them away."""

import csv
import io
from collections.abc import Iterator
from typing import Any, cast

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.test import RequestFactory

from seawall.console import exporting
from seawall.console.asking import Request
from seawall.core.measure import Column
from seawall.core.text import Text
from seawall.office.homes import Home
from seawall.records.models import Person
from seawall.reports.sheet import Sheet

_ATTACK = '=HYPERLINK("http://evil.example","x")'
_NEEDS = "portfolio.export"
_COLUMNS = (
    Column("name", "label", Text(en="name", zh="姓名")),
    Column("n", "count", Text(en="number", zh="数量")),
)


def _sheet(rows: Any = ((_ATTACK, 3), ("张三", 4))) -> Sheet:  # noqa: ANN401 - any rows
    return Sheet(Text(en="Cases/open", zh="案件"), _COLUMNS, rows)


def _request(form: str, name: str = "alice", language: str = "en") -> Request:
    request = cast("Request", RequestFactory().get("/", {"as": form} if form else {}))
    request.user = Person.objects.get(name=name)
    request.language = "zh" if language == "zh" else "en"
    return request


def _content(answer: HttpResponseBase | None) -> bytes:
    assert answer is not None
    content: bytes = cast("HttpResponse", answer).getvalue()  # each of the three kinds has it
    answer.close()
    return content


@pytest.mark.usefixtures("lender")
def test_a_page_is_a_page_where_no_file_is_asked_for_and_reads_no_row() -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        raise AssertionError("read")
        yield ()

    for form in ("", "exe", "CSV"):
        assert exporting.answer(_request(form), _sheet(rows()), needs=_NEEDS) is None


@pytest.mark.usefixtures("lender")
def test_a_csv_opens_again_with_the_attack_as_text() -> None:
    answer = exporting.answer(_request("csv", language="zh"), _sheet(), needs=_NEEDS)
    rows = list(csv.reader(io.StringIO(_content(answer).decode("utf-8-sig"))))
    assert rows == [["姓名", "数量"], [f"'{_ATTACK}", "3"], ["张三", "4"]]
    assert answer is not None
    assert "filename*=utf-8''%E6%A1%88%E4%BB%B6.csv" in answer.headers["Content-Disposition"]


@pytest.mark.usefixtures("lender")
def test_a_workbook_opens_again_with_the_attack_as_text(lender: Home) -> None:
    before = set((lender.folder / "scratch").iterdir())
    book = openpyxl.load_workbook(
        io.BytesIO(_content(exporting.answer(_request("xlsx"), _sheet(), needs=_NEEDS)))
    )
    page = book.worksheets[0]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["name", "number"], [_ATTACK, 3], ["张三", 4],
    ]  # fmt: skip
    assert page["A2"].data_type == "s"
    assert set((lender.folder / "scratch").iterdir()) == before


@pytest.mark.usefixtures("lender")
def test_a_pdf_is_one_and_named_without_a_path() -> None:
    answer = exporting.answer(_request("pdf"), _sheet(), needs=_NEEDS)
    assert _content(answer).startswith(b"%PDF")
    assert answer is not None
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Cases-open.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"


@pytest.mark.usefixtures("lender")
def test_who_may_look_may_not_take_away_without_a_permission_of_its_own() -> None:
    with pytest.raises(PermissionDenied):
        exporting.answer(_request("csv", "ivan"), _sheet(), needs=_NEEDS)
    assert exporting.answer(_request("csv", "bob"), _sheet(), needs=_NEEDS) is not None
