"""Tables of reports on a terminal."""

from typing import Literal

from rich.markup import escape
from rich.table import Table

from seawall.cli.screen import Screen
from seawall.reports.leaf import Grid, shown

_LEFT = ("label", "date")


def show(screen: Screen, grid: Grid) -> None:
    """A table of a report, as its page shows it."""
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for column in grid.columns:
        justify: Literal["left", "right"] = "left" if column.unit in _LEFT else "right"
        table.add_column(column.title.in_(screen.language), justify=justify)
    for row in grid.rows:
        cells = zip(row, grid.columns, strict=True)
        table.add_row(
            *(escape(shown(value, column).in_(screen.language)) for value, column in cells)
        )
    screen.show(table)
