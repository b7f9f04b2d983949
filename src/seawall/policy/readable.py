"""A policy as tables to read: what it asks, computes and decides, in words of both languages.

Made of the declaration (what is called how, and in which order) and of what it means (its conditions
in words, as `explain` says them). Every line keeps the place where its text stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from seawall.core.expression import language
from seawall.core.pack import Placed
from seawall.core.problem import Place
from seawall.core.text import Text
from seawall.policy import explain, reading
from seawall.policy.declaration import Rule as Declared
from seawall.policy.declaration import Sheet
from seawall.policy.grids import Card, Grid, cards, grids
from seawall.policy.merging import Merged, merged
from seawall.policy.program import Check, Define, Program

Standing = Literal["house", "verified", "unverified"]
"""Of a rule: of the house, of a law that somebody compared it with, of a law that nobody did."""


@dataclass(frozen=True)
class Asked:
    """An input; `limits` says what counts as a value of it, and is empty where anything does."""

    name: str
    title: Text
    kind: Text
    required: bool
    limits: Text
    unit: str | None
    place: Place


@dataclass(frozen=True)
class Value:
    """A feature or a derived value: how it is computed, in words and as written."""

    name: str
    title: Text
    words: Text
    written: str
    place: Place


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        words, written: its condition.
        then, unknown: what follows where it holds, and where that is not known; codes of `explain.THEN`.
        reason: what customers are told.
        standing: whose rule it is, and whether its law was verified.
    """

    id: str
    words: Text
    written: str
    then: str
    unknown: str
    reason: Text
    source: str
    standing: Standing
    verified_on: date | None
    since: date | None
    until: date | None
    place: Place


@dataclass(frozen=True)
class Readable:
    """A whole policy, to be read.

    Attributes:
        extends: the policies below it, the base first; empty for one that stands alone.
        unknown: what follows where a rule cannot be answered and does not say.
        offer: the names an approval carries, with what they are called.
    """

    id: str
    digest: str
    title: Text
    about: Text
    since: date
    cite: str
    extends: tuple[str, ...]
    unknown: str
    inputs: tuple[Asked, ...]
    features: tuple[Value, ...]
    derived: tuple[Value, ...]
    scores: tuple[Card, ...]
    tables: tuple[Grid, ...]
    rules: tuple[Rule, ...]
    offer: tuple[tuple[str, Text], ...]
    program: Program = field(compare=False, repr=False)


def readable(sheets: Sequence[Placed[Sheet]]) -> Readable:
    """A policy to be read.

    Args:
        sheets: its file, then its overlays, each on the one before.

    Raises:
        UnableToUseInput: they are no policy; carries every problem with its place.
    """
    whole, program, last = merged(sheets), reading.program(sheets), sheets[-1].declared
    return Readable(
        id=program.id,
        digest=program.digest,
        title=program.title,
        about=last.about,
        since=last.since,
        cite=last.cite,
        extends=tuple(sheet.declared.id for sheet in sheets[:-1]),
        unknown=whole.unknown,
        inputs=tuple(_inputs(whole)),
        features=tuple(_features(whole, program)),
        derived=tuple(_derived(whole, program)),
        scores=tuple(cards(whole, program)),
        tables=tuple(grids(whole, program)),
        rules=tuple(_rules(whole, program)),
        offer=tuple((name, program.titles[name]) for name in program.offer),
        program=program,
    )


def _inputs(whole: Merged) -> Iterator[Asked]:
    for name, part in whole.inputs.items():
        asked = part.value
        kind, told = explain.KINDS[asked.type], explain.limits(asked)
        limits = Text(en=told.en.removeprefix(", "), zh=told.zh.removeprefix("，"))
        yield Asked(name, asked.title, kind, asked.required, limits, asked.unit, part.place())


def _features(whole: Merged, program: Program) -> Iterator[Value]:
    for name, part in whole.features.items():
        told = explain.feature(program, name, program.features[name])
        written = f"{part.value.of} {part.value.events} / {part.value.over}"
        yield Value(name, part.value.title, told, written, part.place())


def _derived(whole: Merged, program: Program) -> Iterator[Value]:
    """Each in the order in which the text has them."""
    steps = {step.name: step for step in program.steps if isinstance(step, Define)}
    for name, part in whole.derived.items():
        words = explain.in_words(program, steps[name].expression.node)
        yield Value(name, part.value.title, words, part.value.is_, part.place())


def _rules(whole: Merged, program: Program) -> Iterator[Rule]:
    checks = {check.id: check for check in program.checks}
    for name, part in whole.rules.items():
        check, declared = checks[name], part.value
        # What a rule says, even where it is not asked because its law is not verified; its days apart.
        said = language.parse(declared.when, inputs=program.types)
        yield Rule(
            id=name,
            words=explain.in_words(program, said.node),
            written=declared.when,
            then=check.then,
            unknown=check.unknown,
            reason=declared.reason,
            source=check.source,
            standing=_standing(declared, check),
            verified_on=check.verified_on,
            since=declared.since,
            until=declared.until,
            place=part.place("when"),
        )


def _standing(declared: Declared, check: Check) -> Standing:
    if declared.law is None:
        return "house"
    return "unverified" if check.verified_on is None else "verified"
