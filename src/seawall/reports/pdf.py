"""A report on paper: the same sections, charts as drawings, set by typst."""

import json
from collections.abc import Iterable, Sequence

import typst

from seawall.core.measure import Column
from seawall.core.problem import Unable
from seawall.core.text import Language, Text
from seawall.reports import charts, drawing, fonts
from seawall.reports.leaf import Grid, Leaf, Section, shown

_WIDTH = 620
_COLUMNS_MOST = 13


class UnableToWritePdf(Unable):
    """No font on this machine can print Chinese."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="no font here can print Chinese; `seawall doctor` says how to get one",
                zh="本机没有可印中文的字体；`seawall doctor` 说明如何取得",
            )
        )


def document(leaf: Leaf, language: Language) -> bytes:
    """The report as PDF in one language.

    Raises:
        UnableToWritePdf: the machine has no font with simplified Chinese.
    """
    family = fonts.cjk_family()
    if family is None:
        raise UnableToWritePdf
    title = leaf.title.in_(language)
    text = "\n".join((
        f'#set document(title: "{title}")',
        '#set page(paper: "a4", margin: (x: 16mm, y: 18mm), numbering: "1 / 1")',
        f'#set text(font: "{family}", size: 9pt, lang: "{language}")',
        "#set par(justify: false)",
        "#show heading.where(level: 2): set block(above: 14pt, below: 6pt)",
        f"= {plain(title)}",
        f"#text(fill: gray)[{plain(leaf.about.in_(language))}]",
        _tiles(leaf, language),
        *(_section(part, language) for part in leaf.sections),
    ))  # fmt: skip
    written: bytes = typst.compile(text.encode(), format="pdf")
    return written


def _tiles(leaf: Leaf, language: Language) -> str:
    cells = ", ".join(
        f"[#text(size: 12pt, weight: 600)[{plain(shown(value, column).in_(language))}] \\ "
        f"#text(fill: gray)[{plain(column.title.in_(language))}]]"
        for column, value in leaf.tiles
    )
    return f"#v(6pt)\n#grid(columns: (1fr, 1fr, 1fr, 1fr), row-gutter: 9pt, {cells})"


def _section(part: Section, language: Language) -> str:
    drawn = _drawing(part.chart, language) if part.chart else ""
    grids = "\n".join(
        _grid(grid, language) for grid in part.grids if len(grid.columns) <= _COLUMNS_MOST
    )
    return (
        f"#block(breakable: false)[== {plain(part.title.in_(language))}\n"
        f"#text(fill: luma(90))[{plain(part.meaning.in_(language))}]\n\n{drawn}]\n{grids}"
    )


def _drawing(spec: charts.Spec, language: Language) -> str:
    svg = drawing.svg(spec, language, width=_WIDTH)
    return f'#image(bytes({json.dumps(svg, ensure_ascii=False)}), format: "svg", width: 100%)\n'


def _grid(grid: Grid, language: Language) -> str:
    caption = f"*{plain(grid.caption.in_(language))}*\n" if grid.caption else ""
    cells = [
        [
            shown(value, column).in_(language)
            for value, column in zip(row, grid.columns, strict=True)
        ]
        for row in grid.rows
    ]
    return caption + table(grid.columns, cells, language)


def table(
    columns: Sequence[Column],
    cells: Iterable[Sequence[str]],
    language: Language,
    *,
    points: float = 6.2,
    across: bool = False,
) -> str:
    """A table as typst's markup: figures to the right, its heading on every sheet of paper.

    Args:
        columns: what is told.
        cells: rows of texts.
        language: of the headings.
        points: how large it is set.
        across: whether it takes the whole width, which texts share.
    """
    right = ("count", "money", "share", "rate_annual", "days", "months", "index")
    align = ", ".join("right" if column.unit in right else "left" for column in columns)
    widths = ", ".join("1fr" if across and each.unit == "label" else "auto" for each in columns)
    heads = ", ".join(f"[*{plain(column.title.in_(language))}*]" for column in columns)
    told = ", ".join(f"[{plain(text)}]" for row in cells for text in row)
    return (
        f"#[#set text(size: {points}pt)\n#table(columns: ({widths},), "
        f"align: ({align},), stroke: (x, y) => (bottom: 0.3pt + luma(200)), inset: 3pt, "
        f"table.header({heads}), {told})]\n"
    )


def plain(text: str) -> str:
    """Text with everything escaped that typst would read as markup."""
    return "".join("\\" + each if each in "\\#$*_`@<>[]~-=+/" else each for each in text)
