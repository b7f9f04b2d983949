"""A kind's fields as widgets, and what came back as values: typed by the declaration, whatever the kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from django.http import QueryDict
from django.utils import timezone

from seawall.cases import values
from seawall.cases.case import Case, Links, Value
from seawall.cases.choices import Choice
from seawall.cases.kind import TEXT_MOST, Field, Kind
from seawall.console.asking import whole
from seawall.core.problem import Problem
from seawall.core.text import Text, verbatim
from seawall.office.alert_words import Said

PREFIX: Final = "f."
"""Of a field's name in a form, so that a kind may call its fields as it likes."""
LINK: Final = "link."
LONG: Final = 200
"""Characters from which a text gets a box of several lines."""
Known = str | bool | datetime | Text | None


@dataclass(frozen=True)
class Widget:
    """A field in a form.

    Attributes:
        value: as the browser has it.
        told: what is wrong with it.
    """

    name: str
    field: Field
    value: str
    needed: bool
    told: tuple[Problem, ...] = ()

    @property
    def id(self) -> str:
        """Of the input in the page and in what comes back."""
        return f"{PREFIX}{self.name}"

    @property
    def sort(self) -> str:
        """Which widget it is."""
        long = self.field.type == "text" and (self.field.most is None or self.field.most > LONG)
        return "long" if long else self.field.type

    @property
    def most(self) -> int:
        """Characters of a text."""
        return int(self.field.most if self.field.most is not None else TEXT_MOST)

    @property
    def help(self) -> Text:
        """What would be a value."""
        return values.wanted(self.field)

    @property
    def helped(self) -> bool:
        """Whether there is more to say of a value than its widget shows."""
        return (
            self.field.type in ("token", "money", "integer", "number")
            or self.field.least is not None
        )


@dataclass(frozen=True)
class LinkWidget:
    """A link in a form; `value` is the case that it leads to."""

    name: str
    title: Text
    to: str
    value: str

    @property
    def id(self) -> str:
        """Of the input in the page and in what comes back."""
        return f"{LINK}{self.name}"


@dataclass(frozen=True)
class Form:
    """A verb as a form."""

    choice: Choice
    widgets: tuple[Widget, ...]
    links: tuple[LinkWidget, ...]
    reason: str
    problems: tuple[Problem, ...] = ()


def form(
    kind: Kind, case: Case | None, choice: Choice, sent: QueryDict | None = None,
    problems: tuple[Problem, ...] = (),
) -> Form:  # fmt: skip
    """A verb as a form: with what is known, or with what was typed and what is wrong with that."""
    known = case.fields if case else {}
    widgets = tuple(
        Widget(
            name,
            field,
            _typed(sent, f"{PREFIX}{name}", shown(known.get(name), field)),
            needed=name in choice.needed,
            told=tuple(each for each in problems if each.where.column == name),
        )
        for name, field in choice.fields.items()
    )
    links = tuple(
        LinkWidget(name, link.title, ", ".join(link.to), _typed(sent, f"{LINK}{name}", ""))
        for name, link in kind.links.items()
        if choice.links
    )
    return Form(choice, widgets, links, _typed(sent, "reason", ""), problems)


def _typed(sent: QueryDict | None, name: str, known: str) -> str:
    return known if sent is None or name not in sent else str(sent[name])


def shown(value: Value, field: Field) -> str:
    """A value as a browser's widget takes it; times in the person's own zone."""
    if value is None:
        return ""
    if field.type == "boolean":
        return "true" if value else "false"
    if field.type == "time" and isinstance(value, str):
        return timezone.localtime(_aware(value)).strftime("%Y-%m-%dT%H:%M")
    return f"{value:g}" if isinstance(value, float) else str(value)


def given(choice: Choice, case: Case | None, sent: QueryDict) -> dict[str, object]:
    """What a form gives: what the verb needs, and what is not as it was; an emptied field is taken away.

    What cannot be read goes on as it was typed, for the machine to refuse.
    """
    known = case.fields if case else {}
    found: dict[str, object] = {}
    for name, field in choice.fields.items():
        text = str(sent.get(f"{PREFIX}{name}", "")).strip()
        if not text:
            if name in known and f"{PREFIX}{name}" in sent:
                found[name] = None
        elif name in choice.needed or text != shown(known.get(name), field):
            found[name] = READS[field.type](text.replace("\r\n", "\n"))
    return found


def linked(kind: Kind, sent: QueryDict) -> Links:
    """The links that a form gives."""
    told = ((name, str(sent.get(f"{LINK}{name}", "")).strip()) for name in kind.links)
    return tuple((name, to) for name, to in told if to)


def _whole(text: str) -> object:
    number = whole(text[1:] if text[:1] in ("+", "-") else text)
    if number is None:
        return text
    return -number if text.startswith("-") else number


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _time(text: str) -> object:
    """A time that was typed in the person's own zone, in UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    aware = at if at.tzinfo else at.replace(tzinfo=timezone.get_current_timezone())
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


READS: Final[Mapping[str, Callable[[str], object]]] = {
    "text": str, "token": str, "choice": str, "date": str, "money": lambda text: text.replace(",", ""),
    "integer": _whole, "number": _number, "time": _time,
    "boolean": lambda text: {"true": True, "false": False}.get(text, text),
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """A field of a case, as people read it."""

    name: str
    title: Text
    value: Known
    sort: str


def facts(
    kind: Kind,
    fields: Mapping[str, Value],
    names: Iterable[str] | None = None,
    *,
    words: Mapping[str, Said] = MappingProxyType({}),
) -> tuple[Fact, ...]:
    """Fields as people read them, in the kind's order; built-in verbs' own words stand as they are.

    Args:
        kind: of the case.
        fields: what is known.
        names: which are wanted; all where None.
        words: how some are said otherwise than as they stand, see `office.alert_words`.
    """
    wanted = kind.fields if names is None else names
    return tuple(
        Fact(
            name,
            kind.fields[name].title,
            words[name](fields[name]) if name in words else read(fields[name], kind.fields[name]),
            kind.fields[name].type,
        )
        for name in wanted
        if name in kind.fields and fields.get(name) is not None
    )


def read(value: Value, field: Field) -> Known:
    """A value as people read it."""
    if field.among is not None and isinstance(value, str):
        return field.among.get(value, verbatim(value))
    if field.type == "time" and isinstance(value, str):
        return _aware(value)
    if value is None or isinstance(value, bool):
        return value
    text = (
        f"{value:,}"
        if isinstance(value, int)
        else f"{value:g}"
        if isinstance(value, float)
        else value
    )
    return f"{text} {field.unit}" if field.unit else text


def _aware(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
