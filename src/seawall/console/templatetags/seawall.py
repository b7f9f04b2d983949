"""What templates say: words in both languages at their place, and figures as people of a language write them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from django import template
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from seawall.console.asking import KEY
from seawall.core.text import Language, Text
from seawall.reports.sheet import NO, YES

register = template.Library()
_NONE = "—"
_HUNDRED, _FIVE_DIGITS = 100, 10_000
_FEW, _MANY = 2, 6
"""Decimals of a record's number: cents of large ones; of small ones, such as a daily fee, what tells them apart."""


def language() -> Language:
    """The language that is spoken now."""
    return "zh" if (translation.get_language() or "en").startswith("zh") else "en"


@register.simple_tag
def say(en: str, zh: str, **facts: object) -> str:
    """Words in the language of the page; `{placeholders}` take facts.

    `{% say "{n} loans" "{n} 笔贷款" n=count %}`
    """
    return said(Text(en=en, zh=zh).filled(**facts) if facts else Text(en=en, zh=zh))


@register.filter
def said(text: object) -> str:
    """A text's words in the language of the page; anything else as it is."""
    return text.in_(language()) if isinstance(text, Text) else str(text)


@register.filter
def number(value: object, places: int = 0) -> str:
    """A number with its thousands apart; a dash where there is none."""
    return _NONE if not _is_number(value) else f"{value:,.{places}f}"


@register.filter
def plain(value: object) -> str:
    """A value of a record as people read it: a word for truth, no more decimals than tell it apart.

    Numbers of up to four digits stand together, since they may be years.
    """
    if isinstance(value, bool):
        return said(YES if value else NO)
    if not isinstance(value, int | float):
        return _NONE if value is None or value == "" else str(value)
    places = _FEW if abs(value) >= _HUNDRED else _MANY
    whole, _, decimals = f"{value:,.{places}f}".partition(".")
    whole = whole if abs(value) >= _FIVE_DIGITS else whole.replace(",", "")
    kept = decimals.rstrip("0")
    return f"{whole}.{kept}" if kept else whole


@register.filter
def percent(value: object, places: int = 1) -> str:
    """A fraction as a percentage."""
    return _NONE if not _is_number(value) else f"{float(value) * 100:,.{places}f}%"  # type: ignore[arg-type]


@register.filter
def money(value: object, currency: str = "") -> str:
    """An amount with its currency's code behind it."""
    if not _is_number(value):
        return _NONE
    return f"{value:,.2f} {currency}".rstrip()


@register.filter
def moment(value: object) -> str | SafeString:
    """A time, in the person's own time zone; whole microseconds since 1970 or a datetime (UTC)."""
    if value is None or value == "":
        return _NONE
    at = value if isinstance(value, datetime) else datetime.fromtimestamp(int(value) / 1e6, UTC)  # type: ignore[call-overload]
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    shown = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), f"{shown:%Y-%m-%d %H:%M}"
    )


@register.filter
def day(value: object) -> str:
    """A day, as both languages write it."""
    return value.isoformat()[:10] if isinstance(value, date) else str(value or _NONE)


@register.filter
def of_key(mapping: Mapping[str, object], key: str) -> object:
    """What a mapping holds under a key that a template knows as a variable."""
    return mapping.get(key, "")


@register.simple_tag
def form_key() -> SafeString:
    """The hidden field that names a form's act: sent twice, it is done once."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, uuid4().hex)


@register.simple_tag(takes_context=True)
def asked(context: template.Context, **changes: object) -> str:
    """The page's own query with some values changed; a None takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and value == value  # noqa: PLR0124 - NaN is none
