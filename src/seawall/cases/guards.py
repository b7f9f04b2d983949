"""Conditions of a kind: expressions over a case's fields and a few things the machine knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from seawall.cases import values
from seawall.cases.case import Case, Links, Value
from seawall.cases.kind import Kind
from seawall.core.expression import language, python, types
from seawall.core.expression.language import NOWHERE, Expression
from seawall.core.problem import Place

KNOWN: dict[str, types.Type] = {
    "state": types.TEXT,
    "age_days": types.INTEGER.required,
    "state_days": types.INTEGER.required,
}
"""The state a case is in (NULL before it is opened), whole days since it was opened, and since it
came into its state."""
HAS_LINK = "has_link_"


def inputs(kind: Kind) -> dict[str, types.Type]:
    """Every name that a condition of the kind may use, with its type."""
    fields = {name: values.TYPES[each.type] for name, each in kind.fields.items()}
    linked = {f"{HAS_LINK}{name}": types.BOOLEAN.required for name in kind.links}
    return {**fields, **linked, **KNOWN}


def parsed(kind: Kind, text: str, where: Place = NOWHERE) -> Expression:
    """A condition, read. Raises `UnableToUseInput` with every problem."""
    return language.parse(text, inputs=inputs(kind), where=where)


def truth(kind: Kind, text: str, seen: Mapping[str, types.Value]) -> bool | None:
    """Whether a condition is true of what is seen; None where that is not known."""
    used, function = _compiled(text, _Version(kind.digest, kind))
    found = function(*(seen[name] for name in used))
    return found if isinstance(found, bool) else None


def names(kind: Kind, text: str) -> tuple[str, ...]:
    """What a condition looks at."""
    return _compiled(text, _Version(kind.digest, kind))[0]


@dataclass(frozen=True)
class _Version:
    """A kind, known by its digest: to compare what it declares would take longer than to look it up."""

    digest: str
    kind: Kind = field(compare=False)


@lru_cache(maxsize=4096)
def _compiled(text: str, of: _Version) -> tuple[tuple[str, ...], Callable[..., types.Value]]:
    expression = language.parse(text, inputs=inputs(of.kind))
    return expression.names, python.python_function(expression)


def sight(
    kind: Kind, case: Case | None, fields: Mapping[str, Value], links: Links, at: datetime
) -> dict[str, types.Value]:
    """What conditions see of a case with these fields and links."""
    linked = {name for name, _ in links}
    known = {
        "state": case.state if case else None,
        "age_days": (at - case.opened_at).days if case else 0,
        "state_days": (at - case.state_since).days if case else 0,
    }
    told = {name: values.seen(fields.get(name), each) for name, each in kind.fields.items()}
    return {**told, **{f"{HAS_LINK}{name}": name in linked for name in kind.links}, **known}
