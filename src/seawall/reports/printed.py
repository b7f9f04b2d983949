"""A list on paper: as many rows as people read, set by typst."""

from decimal import Decimal

import typst

from seawall.core.measure import Column
from seawall.core.text import Language
from seawall.reports import fonts
from seawall.reports.leaf import shown
from seawall.reports.pdf import UnableToWritePdf, plain, table
from seawall.reports.sheet import Sheet, limited, said

ROWS_MOST = 5_000
"""Paper bears so many rows."""
_COLUMNS_UPRIGHT = 6


def document(sheet: Sheet, language: Language) -> bytes:
    """The list as PDF in one language.

    Raises:
        UnableToBearRows: it has more than `ROWS_MOST`.
        UnableToWritePdf: the machine has no font with simplified Chinese.
    """
    family = fonts.cjk_family()
    if family is None:
        raise UnableToWritePdf
    title, about = sheet.title.in_(language), sheet.about.in_(language)
    cells = [
        [_shown(value, column, language) for value, column in zip(row, sheet.columns, strict=True)]
        for row in limited(sheet.rows, ROWS_MOST, "PDF")
    ]
    text = "\n".join((
        f"#set document(title: [{plain(title)}])",
        f'#set page(paper: "a4", flipped: {_wide(sheet)}, margin: 14mm, numbering: "1 / 1")',
        f'#set text(font: "{family}", size: 9pt, lang: "{language}")',
        "#set smartquote(enabled: false)",
        f"= {plain(title)}",
        *([f"#text(fill: gray)[{plain(about)}]\n"] if about else []),
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
