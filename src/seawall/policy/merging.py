"""A policy and its overlays as one: every part with the place it was written at."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from seawall.core.pack import Placed
from seawall.core.problem import Place, Problem, UnableToUseInput
from seawall.core.text import Text
from seawall.policy import problems
from seawall.policy.declaration import (
    Derived,
    Input,
    Rule,
    Score,
    Sheet,
    Table,
)
from seawall.policy.window import Stream, Window

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """One part of a policy, and where it stands."""

    value: T
    place: Callable[..., Place]
    """Where the text of a piece of the part begins, by its path inside the part."""


@dataclass(frozen=True)
class Merged:
    """A policy with its overlays laid on: what counts, from the base on."""

    id: str
    title: Text
    as_of: str | None
    customer: str | None
    unknown: str
    inputs: dict[str, Part[Input]]
    streams: dict[str, Part[Stream]]
    features: dict[str, Part[Window]]
    derived: dict[str, Part[Derived]]
    scores: dict[str, Part[Score]]
    tables: dict[str, Part[Table]]
    rules: dict[str, Part[Rule]]
    offer: tuple[str, ...]
    files: tuple[str, ...]
    digest: str
    place: Callable[..., Place]


_SECTIONS = ("inputs", "streams", "features", "derived", "scores", "tables")


def merged(sheets: Sequence[Placed[Sheet]]) -> Merged:
    """Lay overlays on a policy.

    Args:
        sheets: the policy, then its overlays, each on the one before.

    Raises:
        UnableToUseInput: an overlay drops what is not there.
    """
    parts: dict[str, dict[str, Part[object]]] = {name: {} for name in (*_SECTIONS, "rules")}
    offer: list[str] = []
    found: list[Problem] = []
    for sheet in sheets:
        found += _dropped(parts, offer, sheet)
        for section in _SECTIONS:
            for name, value in getattr(sheet.declared, section).items():
                parts[section][name] = Part(value, _placer(sheet, section, name))
        for number, rule in enumerate(sheet.declared.rules):
            parts["rules"][rule.id] = Part(rule, _placer(sheet, "rules", number))
        offer += [name for name in sheet.declared.offer if name not in offer]
    if found:
        raise UnableToUseInput(tuple(found))
    last = sheets[-1]
    settings = {
        name: next((v for s in reversed(sheets) if (v := getattr(s.declared, name))), None)
        for name in ("as_of", "customer", "unknown")
    }
    settings["unknown"] = settings["unknown"] or "refer"
    return Merged(
        id=last.declared.id,
        title=last.declared.title,
        **settings,  # type: ignore[arg-type]
        **parts,  # type: ignore[arg-type]
        offer=tuple(offer),
        files=tuple(sheet.name for sheet in sheets),
        digest=_digest(last.declared.id, settings, parts, offer),
        place=last.place,
    )


def _placer(sheet: Placed[Sheet], *start: int | str) -> Callable[..., Place]:
    return lambda *path: sheet.place(*start, *path)


def _dropped(
    parts: dict[str, dict[str, Part[object]]], offer: list[str], sheet: Placed[Sheet]
) -> list[Problem]:
    found = []
    for section, names in sheet.declared.drop.model_dump().items():
        held = offer if section == "offer" else parts[section]
        for name in names:
            if name not in held:
                facts = {"what": f"drop.{section}", "name": name, "known": ", ".join(held)}
                where = sheet.place("drop", section)
                found.append(Problem(problems.NAME_UNKNOWN, where, dict(facts)))
            elif section == "offer":
                offer.remove(name)
            else:
                del parts[section][name]
    return found


def _digest(
    name: str, settings: object, parts: dict[str, dict[str, Part[object]]], offer: list[str]
) -> str:
    """SHA-256 over what the policy says, whatever its layout, comments and files are.

    The order of rules counts, since reasons are told in it; so does that of table rows.
    """
    said = {
        section: [[key, _plain(part.value)] for key, part in held.items()]
        for section, held in parts.items()
    }
    text = json.dumps(
        {"id": name, "settings": settings, "offer": offer, **said},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
