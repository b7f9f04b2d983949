"""What a vault's pack declares: its fields, the purposes of opening them, limits and holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seawall.core.problem import Kind, Place, Problem, UnableToUseInput
from seawall.core.text import Text
from seawall.vault import problems
from seawall.vault.forms import FORMS, SAID, FormName
from seawall.vault.plain import Plain

CONFIG = ConfigDict(extra="forbid", frozen=True)
TEXT_MOST = 1000
"""Characters of one value."""

_HIDDEN_LEAST = 4
_BULLETS_MOST = 8

Of = Literal["person", "device"]
Per = Literal["minute", "hour", "day"]
PER_US: dict[Per, int] = {"minute": 60_000_000, "hour": 3_600_000_000, "day": 86_400_000_000}
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


VALUES = Place("values")


@dataclass(frozen=True)
class Given:
    """A person's, or a device's, values as they come in.

    Attributes:
        values: by the field's name.
        country: ISO 3166-1 alpha-2: whose identity numbers, and whose telephone plan, where a value does
            not say so itself.
        of: whose values.
        where: what problems call the place they come from.
    """

    values: Mapping[str, Plain]
    country: str
    of: Of = "person"
    where: Place = VALUES


class Written(Given):
    """The same as they are sealed: checked, and each in its one way. Made by `Rules.written`."""


class Cited(BaseModel):
    """What every declared value carries: since when it holds, and on what ground."""

    model_config = CONFIG

    since: date
    cite: str = Field(min_length=1)


class Mask(BaseModel):
    """How much of a value may be shown: so many characters at each end, bullets between.

    Where fewer than four would be hidden, the first character alone is shown; at most eight bullets
    are, so that a form does not tell the length of a long text.
    """

    model_config = CONFIG

    first: int = Field(ge=0, le=8)
    last: int = Field(ge=0, le=8)

    def shown(self, text: str) -> str:
        """A value's masked form.

        >>> Mask(first=3, last=4).shown("13800138000")
        '138••••8000'
        """
        first, last = self.first, self.last
        if len(text) - first - last < _HIDDEN_LEAST:
            first, last = min(first, 1) * (len(text) > 1), 0
        hidden = min(len(text) - first - last, _BULLETS_MOST)
        return text[:first] + "•" * hidden + text[len(text) - last :]


class SealedField(Cited):
    """A field that is kept sealed.

    Attributes:
        of: whose field it is.
        form: how it is checked and written.
        found: whether equal values can be looked up, by a blind index.
        identifies: whether a value of it alone says who somebody is (see `vault.recognition`); such a
            field is one to be found by.
    """

    title: Text
    of: Of
    form: FormName
    mask: Mask
    found: bool
    identifies: bool = False

    @model_validator(mode="after")
    def _who_is_identified_is_found(self) -> "SealedField":
        if self.identifies and not self.found:
            raise ValueError("a field that identifies must be one to be found by")
        return self


class Rate(BaseModel):
    """So many values opened at most by one actor in any stretch of time."""

    model_config = CONFIG

    most: int = Field(ge=1)
    per: Per


class Purpose(Cited):
    """Why a field may be opened.

    Attributes:
        reveals: the whole value, or its masked form only.
        fields: which fields; all where empty.
        bulk_over: more values than this at once need an approval.
        rates: limits for one actor, counted over all purposes.
    """

    title: Text
    reveals: Literal["whole", "masked"]
    fields: tuple[Name, ...] = ()
    bulk_over: int = Field(ge=0)
    rates: tuple[Rate, ...] = Field(min_length=1)


class HoldKind(Cited):
    """A statutory hold: while it stands, no erasure, and opening for its purposes only."""

    title: Text
    purposes: tuple[Name, ...]


class Rules(BaseModel):
    """The file `vault/fields.yaml`."""

    model_config = CONFIG

    title: Text
    fields: dict[Name, SealedField] = Field(min_length=1, max_length=100)
    purposes: dict[Name, Purpose] = Field(min_length=1)
    holds: dict[Name, HoldKind] = {}

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> "Rules":
        for purpose in self.purposes.values():
            if strange := set(purpose.fields) - self.fields.keys():
                raise ValueError(f"no such fields: {', '.join(sorted(strange))}")
        for hold in self.holds.values():
            if strange := set(hold.purposes) - self.purposes.keys():
                raise ValueError(f"no such purposes: {', '.join(sorted(strange))}")
        return self

    def of(self, whose: Of) -> tuple[str, ...]:
        """The names of a person's, or of a device's, fields."""
        return tuple(name for name, each in self.fields.items() if each.of == whose)

    def written(self, given: Given) -> "Written":
        """Values as they are sealed: each checked, and written in its one way; such are given back as they are.

        Raises:
            UnableToUseInput: carries every problem, and no value.
        """
        if isinstance(given, Written):
            return given
        made: dict[str, Plain] = {}
        wrong: list[Problem] = []
        for name, value in given.values.items():
            found = self._one(name, value, given)
            if isinstance(found, Problem):
                wrong.append(found)
            else:
                made[name] = found
        if wrong:
            raise UnableToUseInput(tuple(wrong))
        return Written(made, given.country, given.of, given.where)

    def _one(self, name: str, value: Plain, given: Given) -> Plain | Problem:
        declared = self.fields.get(name)
        if declared is None or declared.of != given.of:
            known = ", ".join(self.of(given.of))
            return _problem(problems.FIELD_UNKNOWN, name, given, known=known)
        found = _normalised(declared.form, value, given.country)
        return found if isinstance(found, Plain) else _problem(found, name, given)


def _problem(kind: Kind, name: str, given: Given, **more: object) -> Problem:
    form = SAID.get(given.country, "4 to 32 digits and letters")
    facts = {"field": name, "of": given.of, "country": given.country, "form": form}
    return Problem(kind, replace(given.where, column=name), {**facts, "limit": TEXT_MOST, **more})


def _normalised(form: FormName, value: Plain, country: str) -> Plain | Kind:
    if not 0 < len(value.reveal()) <= TEXT_MOST:
        return problems.VALUE_NOT_TEXT
    found = FORMS[form](value.reveal(), country)
    return found if isinstance(found, Kind) else Plain(found)


class Case(BaseModel):
    """One case: a given text, and what becomes of it."""

    model_config = CONFIG

    name: str = Field(min_length=1)
    field: Name
    country: str = Field(pattern="^[A-Z]{2}$")
    given: str
    becomes: str | None = None
    shown: str | None = None
    problem: str | None = None


class Cases(BaseModel):
    """The file `vault/fields.cases.yaml`."""

    model_config = CONFIG

    cases: tuple[Case, ...] = Field(min_length=1)
