"""A list as an XLSX workbook: typed cells, row by row, in constant memory."""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from seawall.core.measure import Column
from seawall.core.text import Language, Text
from seawall.reports.sheet import Sheet, limited, said

ROWS_MOST = 100_000
"""A workbook bears so many rows; writing them takes some seconds."""
_LETTERS_MOST = 32_767
_DIGITS_MOST = 15
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_UNSAFE = re.compile(r"[\[\]:*?/\\']")
_ABOUT = Text(en="About", zh="说明")
_NUMBERS = {
    "count": "#,##0", "money": "#,##0.00", "share": "0.00%", "rate_annual": "0.00%",
    "days": "#,##0", "months": "#,##0", "hours": "#,##0.00", "minutes": "#,##0.00",
    "milliseconds": "#,##0", "index": "0.0000",
}  # fmt: skip
_WIDTHS = {"label": 24, "money": 18, "date": 12}
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - XLSX has no time zones; the same rows give the same bytes


def write(
    sheet: Sheet, language: Language, target: IO[bytes], *, scratch: Path | None = None
) -> None:
    """Write the list as a workbook: the rows, and a worksheet that says what they are.

    Texts are texts, whatever they begin with: no cell is a formula or a link. Numbers of more than
    15 digits, which Excel cannot hold, are texts too.

    Args:
        sheet: the list.
        language: of headings and labels.
        target: a file open for writing, from its beginning.
        scratch: where rows lie until the end; the system's folder for such files where None.

    Raises:
        UnableToBearRows: it has more than `ROWS_MOST`.
    """
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "tmpdir": str(scratch) if scratch else None,
    }  # fmt: skip
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": sheet.title.in_(language), "created": _MADE})
        _Writer(book, sheet, language).write()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, sheet: Sheet, language: Language) -> None:
        self._book, self._sheet, self._language = book, sheet, language
        self._head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._numbers = {
            unit: book.add_format({"num_format": form}) for unit, form in _NUMBERS.items()
        }

    def write(self) -> None:
        self._rows()
        about = self._book.add_worksheet(_ABOUT.in_(self._language))
        about.set_column(0, 0, 100)
        for place, text in enumerate((self._sheet.title, self._sheet.about)):
            about.write_string(place, 0, text.in_(self._language)[:_LETTERS_MOST])

    def _rows(self) -> None:
        name = _UNSAFE.sub(" ", self._sheet.title.in_(self._language)).strip()[:31] or "1"
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 0)
        columns = self._sheet.columns
        for place, column in enumerate(columns):
            page.set_column(place, place, _WIDTHS.get(column.unit, 14))
            page.write_string(0, place, column.title.in_(self._language), self._head)
        at = 0
        for at, row in enumerate(limited(self._sheet.rows, ROWS_MOST, "XLSX"), 1):
            for place, (value, column) in enumerate(zip(row, columns, strict=True)):
                self._cell(page, at, place, said(value, column, self._language), column)
        page.autofilter(0, 0, at, len(columns) - 1)

    def _cell(self, page: Worksheet, row: int, place: int, value: object, column: Column) -> None:
        if value is None:
            return
        if isinstance(value, date) and _held(value):
            page.write_datetime(row, place, value, self._dated(value))
        elif isinstance(value, int | float | Decimal) and _exact(value):
            page.write_number(row, place, value, self._numbers.get(column.unit))
        else:
            page.write_string(row, place, str(value)[:_LETTERS_MOST])

    def _dated(self, value: date) -> Format:
        return self._time if isinstance(value, datetime) else self._day


def _held(day: date) -> bool:
    return (day.date() if isinstance(day, datetime) else day) >= _FIRST_DAY


def _exact(number: float | Decimal) -> bool:
    """Whether Excel's numbers hold it: finite, and of no more digits than they keep."""
    if isinstance(number, float):
        return math.isfinite(number)
    digits = Decimal(number)
    return digits.is_finite() and len(digits.normalize().as_tuple().digits) <= _DIGITS_MOST
