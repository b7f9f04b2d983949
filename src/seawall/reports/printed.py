"""A list on paper: as many rows as people read, set by typst."""

from decimal import Decimal
from itertools import islice

import typst

from seawall.core.measure import Column
from seawall.core.text import Language, Text
from seawall.reports import fonts
from seawall.reports.leaf import shown
from seawall.reports.pdf import UnableToWritePdf, plain, table
from seawall.reports.sheet import Sheet, said

ROWS_MOST = 5_000
"""Paper bears so many rows; a longer list says so, and CSV or XLSX give it whole."""
_COLUMNS_UPRIGHT = 6
_CUT = Text(
    en="The first {most:,} rows only; CSV and XLSX have them all.",
    zh="仅前 {most:,} 行；CSV 与 XLSX 含全部行。",
)


def document(sheet: Sheet, language: Language) -> bytes:
    """The list as PDF in one language.

    Raises:
        UnableToWritePdf: the machine has no font with simplified Chinese.
    """
    family = fonts.cjk_family()
    if family is None:
        raise UnableToWritePdf
    rows = list(islice(sheet.rows, ROWS_MOST + 1))
    cut = _CUT.filled(most=ROWS_MOST).in_(language) if len(rows) > ROWS_MOST else ""
    title, about = sheet.title.in_(language), sheet.about.in_(language)
    cells = [
        [_shown(value, column, language) for value, column in zip(row, sheet.columns, strict=True)]
        for row in rows[:ROWS_MOST]
    ]
    text = "\n".join((
        f"#set document(title: [{plain(title)}])",
        f'#set page(paper: "a4", flipped: {_wide(sheet)}, margin: 14mm, numbering: "1 / 1")',
        f'#set text(font: "{family}", size: 9pt, lang: "{language}")',
        "#set smartquote(enabled: false)",
        f"= {plain(title)}",
        *(f"#text(fill: gray)[{plain(each)}]\n" for each in (about, cut) if each),
        table(sheet.columns, cells, language, points=_points(sheet), across=True),
    ))  # fmt: skip
    written: bytes = typst.compile(text.encode(), format="pdf")
    return written


def _wide(sheet: Sheet) -> str:
    return "true" if len(sheet.columns) > _COLUMNS_UPRIGHT else "false"


def _points(sheet: Sheet) -> float:
    return 8 if len(sheet.columns) <= _COLUMNS_UPRIGHT else 7


def _shown(value: object, column: Column, language: Language) -> str:
    if column.unit == "money" and isinstance(value, Decimal):
        return f"{value:,.2f}"  # a report rounds to whole units, a list of contracts may not
    return shown(said(value, column, language), column).in_(language)
