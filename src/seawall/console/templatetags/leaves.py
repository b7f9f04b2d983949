"""A report's leaf on a page: its figures as the report itself writes them."""

from collections.abc import Iterable

from django import template

from seawall.console.templatetags.seawall import said
from seawall.core.measure import Column
from seawall.reports import leaf

register = template.Library()


@register.simple_tag
def figure(value: object, column: Column) -> str:
    """A figure of a column, in the language of the page."""
    return said(leaf.shown(value, column))


@register.filter
def beside(row: Iterable[object], columns: Iterable[Column]) -> list[tuple[Column, object]]:
    """A row's figures, each with its column."""
    return list(zip(columns, row, strict=True))


@register.filter
def side(column: Column) -> str:
    """The class of a column's cells: numbers stand at the right."""
    return "num" if column.unit in leaf.NUMERIC else ""
