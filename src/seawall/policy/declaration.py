"""What a policy file says: inputs, derived values, scores, tables, rules, and what unknown means.

An *overlay* has the same sections and the name of the policy it `extends`: what it names again it
replaces, what it names anew it adds (rules at the end), what it lists under `drop` is gone.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from seawall.core.expression.types import DeclaredKind
from seawall.core.text import Text
from seawall.policy.window import Name, Stream, Window

CONFIG = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
Outcome = Literal["approve", "refer", "decline"]
Hit = Literal["first", "unique", "collect"]


def _as_text(value: object) -> object:
    """A plain YAML scalar as the expression that means it, so that `limit: 5000` needs no quotes."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(' ', 'seconds')}'"
    return f"DATE '{value.isoformat()}'" if isinstance(value, date) else value


Formula = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(min_length=1),
    WithJsonSchema({"type": ["string", "number", "boolean"], "minLength": 1}),
]
"""An expression of the house's language; a number, date or truth value may stand bare."""


class Input(BaseModel):
    """One thing the policy asks of an application.

    A value that is not of the type, or outside the limits, is no value: it reads as missing.

    Attributes:
        type: its kind.
        title: what people call it.
        required: an application without it is referred, whatever the rules say.
        least, most: limits, both included.
        among: the only texts it can be.
        unit: for people, such as "CNY a month".
    """

    model_config = CONFIG

    type: DeclaredKind
    title: Text
    required: StrictBool = False
    least: float | None = None
    most: float | None = None
    among: tuple[str, ...] | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Input":
        numeric = self.type in ("integer", "number")
        if not numeric and (self.least is not None or self.most is not None):
            msg = "only integers and numbers have `least` and `most`"
            raise ValueError(msg)
        limits = [limit for limit in (self.least, self.most) if limit is not None]
        if self.type == "integer" and not all(
            each.is_integer() and abs(each) < 2**63 for each in limits
        ):
            msg = "`least` and `most` of an integer are whole numbers below 2^63"
            raise ValueError(msg)
        if self.type != "text" and self.among is not None:
            msg = "only texts have `among`"
            raise ValueError(msg)
        return self


class Derived(BaseModel):
    """A value computed from inputs and from other values."""

    model_config = CONFIG

    title: Text
    is_: Formula = Field(alias="is")


STEPS = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0)


class Round(BaseModel):
    """How an amount is rounded: `{to: 0.01, mode: half_up}`, `{to: 100, mode: down}`."""

    model_config = CONFIG

    to: float
    mode: Literal["half_up", "down", "up"] = "half_up"

    @field_validator("to")
    @classmethod
    def _power_of_ten(cls, to: float) -> float:
        if to not in STEPS:
            msg = f"amounts are rounded to one of: {', '.join(f'{step:g}' for step in STEPS)}"
            raise ValueError(msg)
        return to


class Output(BaseModel):
    """What a table gives: one column of results.

    Attributes:
        collect: for tables of hit policy `collect`: how the values of all matching rows become one.
        otherwise: the value where no row matches; without it the value is then missing.
        round: how an amount is rounded.
    """

    model_config = CONFIG

    type: DeclaredKind
    title: Text
    collect: Literal["sum", "min", "max"] | None = None
    otherwise: Formula | None = None
    round: Round | None = None


class Row(BaseModel):
    """A row of a table.

    Attributes:
        when: a cell per column, such as `"< 25"`, `IN ('a', 'b')`, `BETWEEN 1 AND 3`, `IS NULL`, or
            a bare value it must equal; a column that is left out may be anything.
        give: a value per output.
    """

    model_config = CONFIG

    when: dict[Name, Formula] = {}
    give: dict[Name, Formula] = Field(min_length=1)
    cite: str | None = None


class Table(BaseModel):
    """A decision table.

    `first`: the first matching row counts. `unique`: exactly one row may match. `collect`: all
    matching rows count, joined as each output says. Where it is not known whether a row matches
    that could matter, the outputs are missing: a table never passes over what it does not know.
    """

    model_config = CONFIG

    title: Text
    hit: Hit = "first"
    columns: dict[Name, Formula] = Field(min_length=1)
    gives: dict[Name, Output] = Field(min_length=1)
    rows: tuple[Row, ...] = Field(min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _rows_fit(self) -> "Table":
        for number, row in enumerate(self.rows, 1):
            if strange := row.when.keys() - self.columns.keys():
                msg = f"row {number} has cells for columns the table lacks: {_listed(strange)}"
                raise ValueError(msg)
            if row.give.keys() != self.gives.keys():
                msg = f"row {number} must give exactly: {_listed(self.gives)}"
                raise ValueError(msg)
        collecting = {name for name, output in self.gives.items() if output.collect}
        if collecting != (set(self.gives) if self.hit == "collect" else set()):
            msg = "outputs say how they `collect` where, and only where, the table's hit is collect"
            raise ValueError(msg)
        return self


class Band(BaseModel):
    """Points for a range of a characteristic; see `Row.when` for how `is` is written."""

    model_config = CONFIG

    is_: Formula | None = Field(default=None, alias="is")
    points: float


class Characteristic(BaseModel):
    """One part of a scorecard: the first band that fits gives its points.

    Attributes:
        of: an expression.
        bands: from the first tried to the last; the last may be without `is`: all the rest of the
            values that are there.
        missing: points where the value is missing; without it the whole score is then missing.
    """

    model_config = CONFIG

    title: Text
    of: Formula
    bands: tuple[Band, ...] = Field(min_length=1, max_length=100)
    missing: float | None = None


class Score(BaseModel):
    """A scorecard: `start` plus the points of every characteristic."""

    model_config = CONFIG

    title: Text
    start: float = 0
    parts: dict[Name, Characteristic] = Field(min_length=1, max_length=100)


class Law(BaseModel):
    """The legal source of a rule.

    Attributes:
        cite: title, number and article of the source.
        verified_on: when somebody compared the rule with the primary text. A rule whose law nobody
            has verified answers *unknown*, never pass or fail.
    """

    model_config = CONFIG

    cite: str = Field(min_length=1)
    verified_on: date | None


class Rule(BaseModel):
    """A rule: when it holds, what follows.

    Attributes:
        when: a boolean expression.
        then: `decline`, `refer` (to a person), or `note` (kept with the decision, changes nothing).
        reason: what the customer may be told; complete sentences.
        unknown: what follows where `when` is neither true nor false; where not given, the policy's
            `unknown`, and nothing for a `note`. `ignore` is for rules that only matter where
            something is known.
        since, until: the first and the last application day the rule is in force for.
        cite: where the rule comes from, for rules of the house; `law`, for rules of law.
    """

    model_config = CONFIG

    id: Name
    when: Formula
    then: Literal["decline", "refer", "note"]
    reason: Text
    unknown: Literal["decline", "refer", "ignore"] | None = None
    since: date | None = None
    until: date | None = None
    cite: str | None = None
    law: Law | None = None

    @model_validator(mode="after")
    def _sourced(self) -> "Rule":
        if (self.cite is None) == (self.law is None):
            msg = "a rule needs its source: either `cite` (of the house) or `law`"
            raise ValueError(msg)
        return self


class Drop(BaseModel):
    """What an overlay takes out of the policy it extends."""

    model_config = CONFIG

    inputs: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    offer: tuple[str, ...] = ()


PARTS_MOST = 1000
"""Of one section, so that no file keeps its reader busy for long."""


class Sheet(BaseModel):
    """One policy file: a policy, or an overlay over one.

    Attributes:
        extends: the policy this is an overlay of: a file's name, without `.yaml`, in its folder.
        as_of: the input that says which day an application is of; rules with `since` or `until`
            need it.
        customer: the input that holds the customer's token.
        streams: the events that features are about; over a book, its tables go by these names.
        features: what is asked of the past, as of the `as_of` input, which must be a timestamp.
        unknown: what follows where a rule cannot be answered: refer, or decline.
        offer: the values an approval carries (limit, price, term); an approval that lacks one of
            them is referred instead.
    """

    model_config = CONFIG

    id: Name
    title: Text
    about: Text
    since: date
    cite: str = Field(min_length=1)
    extends: Name | None = None
    as_of: Name | None = None
    customer: Name | None = None
    unknown: Literal["refer", "decline"] | None = None
    inputs: dict[Name, Input] = Field(default={}, max_length=PARTS_MOST)
    streams: dict[Name, Stream] = Field(default={}, max_length=PARTS_MOST)
    features: dict[Name, Window] = Field(default={}, max_length=PARTS_MOST)
    derived: dict[Name, Derived] = Field(default={}, max_length=PARTS_MOST)
    scores: dict[Name, Score] = Field(default={}, max_length=PARTS_MOST)
    tables: dict[Name, Table] = Field(default={}, max_length=PARTS_MOST)
    rules: tuple[Rule, ...] = Field(default=(), max_length=2000)
    offer: tuple[Name, ...] = ()
    drop: Drop = Drop()

    @model_validator(mode="after")
    def _ids_once(self) -> "Sheet":
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                msg = f"two rules are called {rule.id!r}"
                raise ValueError(msg)
            seen.add(rule.id)
        if self.extends is None and self.drop != Drop():
            msg = "only an overlay (with `extends`) can `drop`"
            raise ValueError(msg)
        return self


def _listed(names: object) -> str:
    return ", ".join(sorted(names))  # type: ignore[call-overload]
