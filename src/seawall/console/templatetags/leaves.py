"""A report's leaf on a page: the figures at its head, as the report itself writes them."""

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
def hyphened(name: str) -> str:
    """A measure's name as a chart's own on its page."""
    return name.replace("_", "-")
