"""What the case of an alert tells, in people's words: the indicator by its title, its segment, numbers in their unit."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from seawall.acts.alert_cases import KIND, read, segment_of_words
from seawall.cases.case import Value
from seawall.core.measure import Unit
from seawall.core.text import Text, verbatim
from seawall.office import packs, warning
from seawall.reports.leaf import SEGMENTS
from seawall.warning import explaining
from seawall.warning.indicator import Indicator

Said = Callable[[Value], Text]
"""How one field's value is said."""
_NUMBERS: Final = ("value", "low", "high")


def words(kind: str, fields: Mapping[str, Value]) -> Mapping[str, Said]:
    """How fields of a case are said where they are not said as they stand; none of a kind that is no alert.

    Args:
        kind: the case's.
        fields: all that the case holds: numbers of an event alone are in the unit of the case's indicator.
    """
    if kind != KIND:
        return {}
    declared = _declared().get(str(fields.get("indicator", "")))
    numbers = {} if declared is None else dict.fromkeys(_NUMBERS, _number(declared))
    return {
        **numbers,
        "indicator": _title,
        "segment": lambda value: explaining.place(
            segment_of_words(str(value)), SEGMENTS, packs.names()
        ),
        "cause": _cause,
        "explained_by": _cause,
        "told": _told,
    }


@cache
def _declared() -> Mapping[str, Indicator]:
    return {each.declared.id: each.declared for each in packs.indicators()}


def _title(value: Value) -> Text:
    declared = _declared().get(str(value))
    return verbatim(str(value)) if declared is None else declared.title


def _number(declared: Indicator) -> Said:
    unit: Unit = warning.trends()[declared.measure].unit

    def said(value: Value) -> Text:
        if isinstance(value, int | float):
            return verbatim(explaining.said(value, unit))
        return verbatim(str(value))

    return said


def _cause(value: Value) -> Text:
    cause = read(str(value))
    where = explaining.place(cause.segment, SEGMENTS, packs.names())
    return _OF.filled(title=_title(cause.indicator), where=where)


def _told(value: Value) -> Text:
    """Who was told, a line each, as `acts.watching` writes them: role, way, time (UTC)."""
    titles, lines = packs.roles().titles, list[Text]()
    for line in filter(None, str(value).split("\n")):
        role, way, at = line.split(" ")
        when = f"{at[:10]} {at[11:16]}"
        lines.append(_LINE.filled(role=titles.get(role, verbatim(role)), way=_WAYS[way], at=when))
    return Text(en="\n".join(each.en for each in lines), zh="\n".join(each.zh for each in lines))


_OF = Text(en="{title}, {where}", zh="{title}（{where}）")
_LINE = Text(en="{role}, {way}, {at} UTC", zh="{role}，{way}，{at} UTC")
_WAYS: Final = {
    "page": Text(en="called at once", zh="即时呼叫"),
    "message": Text(en="by message", zh="消息"),
    "mail": Text(en="by e-mail", zh="邮件"),
    "list": Text(en="by the list of alerts", zh="预警列表"),
}
