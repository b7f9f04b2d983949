"""Charts in templates: drawn in the browser from the specification that reports draw too, with figures to read."""

from typing import Any

from django import template

from seawall.console import exporting
from seawall.console.templatetags.seawall import language
from seawall.core.measure import Column
from seawall.core.text import Text
from seawall.office import library
from seawall.reports import charts
from seawall.reports.charts import Spec
from seawall.reports.leaf import Grid, briefly, shown

register = template.Library()
FIGURES = frozenset({"count", "money", "share", "rate_annual", "days", "months", "index", "hours",
                     "minutes", "milliseconds"})  # fmt: skip
"""Units whose values stand at the right of their column."""


@register.inclusion_tag("console/parts/chart.html")
def chart(
    name: str, spec: Spec, caption: Text | str, grid: Grid | None = None, pictures: str = ""
) -> dict[str, Any]:
    """A chart with its figures beneath: `{% chart "growth" section.chart section.title section.grids.0 %}`.

    Args:
        name: the chart's own on its page, of letters, digits and hyphens.
        spec: as `reports.charts` makes it; texts in it may be in both languages.
        caption: what it shows: its name for those who do not see it.
        grid: the figures, for those who read them; a chart without them stands beside a table.
        pictures: the address at which the server draws it, with `FORM` where png, svg or csv goes; where there
            is none, the browser draws PNG and SVG.
    """
    return {
        "name": name,
        "caption": caption,
        "spec": charts.spoken(spec, language()),
        "library": library.version(),
        "links": [(form.upper(), pictures.replace("FORM", form)) for form in ("png", "svg", "csv")]
        if pictures
        else [],
        "grid": table(grid) | {"label": caption} if grid is not None else None,
    }


@register.inclusion_tag("console/parts/grid.html", name="grid")
def grid_(grid: Grid) -> dict[str, Any]:
    """A table of figures: `{% grid section.grids.0 %}`."""
    return {"grid": table(grid)}


@register.inclusion_tag("console/parts/stat.html")
def stat(column: Column, value: object, currency: str = "") -> dict[str, Any]:
    """A figure at a glance, with the whole of it beneath: `{% stat column value reading.currency %}`."""
    brief, whole = briefly(value, column), shown(value, column)
    return {
        "name": column.title,
        "brief": brief,
        "whole": whole if brief.in_(language()) != whole.in_(language()) else None,
        "currency": currency if column.unit == "money" else "",
    }


def table(grid: Grid) -> dict[str, Any]:
    """A grid as its template takes it: headings and cells, each with whether it is a figure."""
    right = [column.unit in FIGURES for column in grid.columns]
    return {
        "caption": grid.caption,
        "heads": [(column.title, side) for column, side in zip(grid.columns, right, strict=True)],
        "rows": [
            [
                (shown(value, column), side)
                for value, column, side in zip(row, grid.columns, right, strict=True)
            ]
            for row in grid.rows
        ],
    }


@register.inclusion_tag("console/parts/exports.html", takes_context=True)
def exports(context: template.Context, at: str = "") -> dict[str, Any]:
    """Links that give a list as a file, with the page's filters; `at` its address, where it is not the page's own."""
    return {"request": context["request"], "forms": exporting.FORMS, "at": at}
