"""What a kind of case declares: at most 60 lines of YAML that the one machine runs."""

from functools import cached_property
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictBool,
    WithJsonSchema,
    model_validator,
)
from pydantic import Field as Limits

from seawall.cases.limit import Limit, ToldTime
from seawall.core.canonical import canonical
from seawall.core.text import Text

CONFIG = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
FieldType = Literal[
    "text", "integer", "number", "money", "date", "time", "boolean", "token", "choice"
]
LIMITED: tuple[FieldType, ...] = ("text", "integer", "number", "money")
ANY_OPEN = "*"
EVERYONE = "everyone"
"""As a reader: whoever sees cases at all."""
MACHINE = "machine"
"""The role of what is no person; every kind knows it."""
BETWEEN = " / "
TEXT_MOST = 4000
"""Characters that a text may have where its field says no other limit."""

Name = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _listed(value: object) -> object:
    """One name as a list of one, so that `roles: officer` needs no brackets."""
    return (value,) if isinstance(value, str) else value


_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def _two(value: object) -> object:
    """`closed / 已结案` as a text in both languages."""
    if not isinstance(value, str) or value.count(BETWEEN) != 1:
        return value
    return dict(zip(("en", "zh"), value.split(BETWEEN), strict=True))


_LINE: dict[str, object] = {"type": "string", "pattern": "^.+ / .+$"}
_BOTH: dict[str, object] = {
    "type": "object",
    "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
    "required": ["en", "zh"],
    "additionalProperties": False,
}
_TOLD: dict[str, object] = {"anyOf": [_LINE, _BOTH]}
Told = Annotated[Text, BeforeValidator(_two), WithJsonSchema(_TOLD)]
"""A text as `English / 中文` on one line, or as a mapping of `en` and `zh`."""
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed), WithJsonSchema(_SCHEMA)]
States = Annotated[
    tuple[Annotated[str, Limits(pattern=r"^(\*|[a-z][a-z0-9_]{0,39})$")], ...],
    BeforeValidator(_listed),
    WithJsonSchema(_SCHEMA),
]
"""Names of states, or `*` for every open one."""


class Field(BaseModel):
    """What a case of the kind can know.

    Attributes:
        among: what a choice can be, each with what people call it.
        required: it is given when a case is opened, and never taken away.
        most: of a text its characters, of a number or amount its value; `least` likewise.
        unit: for people, such as "CNY".
    """

    model_config = CONFIG

    type: FieldType
    title: Told
    among: dict[Name, Told] | None = None
    required: StrictBool = False
    least: float | None = None
    most: float | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Field":
        if (self.type == "choice") != (self.among is not None):
            raise ValueError("a choice, and nothing else, is `among` something")
        limited = self.least is not None or self.most is not None
        if limited and self.type not in LIMITED:
            raise ValueError(f"only {', '.join(LIMITED)} have `least` and `most`")
        return self


class State(BaseModel):
    """A state of a case; from a final one nothing leads on but what names it."""

    model_config = CONFIG

    title: Told
    final: StrictBool = False


def _state(value: object) -> object:
    """A state that is not final may be its title alone."""
    return {"title": value} if isinstance(value, str) else value


_STATE: dict[str, object] = {
    "type": "object",
    "properties": {"title": _TOLD, "final": {"type": "boolean"}},
    "required": ["title"],
    "additionalProperties": False,
}
ToldState = Annotated[State, BeforeValidator(_state), WithJsonSchema({"anyOf": [_LINE, _STATE]})]


class Approval(BaseModel):
    """Others must agree before a verb is done.

    Attributes:
        people: how many of them.
        by: roles that may.
        when: an expression; where it is false, nobody has to.
    """

    model_config = CONFIG

    people: int = Limits(default=1, ge=1, le=9)
    by: Names = Limits(min_length=1)
    when: str | None = None


class Verb(BaseModel):
    """What can be done with a case.

    Attributes:
        from_: states it is done in; "*" is every open one; none opens a case.
        to: the state it leads to; none stays.
        roles: who may.
        guard: an expression that must be true of the case as it would be after it.
        needs: fields that must be given with it.
        sets: fields that may.
        reason: whether it must say why.
        duties: verbs whose doers may not do this one.
        effects: whom to `notify` (a role), what to `open` (a kind).
    """

    model_config = CONFIG

    title: Told
    from_: States = Limits(default=(), alias="from")
    to: Name | None = None
    roles: Names = Limits(min_length=1)
    guard: str | None = None
    needs: Names = ()
    sets: Names = ()
    reason: StrictBool = False
    approval: Approval | None = None
    duties: Names = ()
    effects: tuple[dict[Literal["notify", "open"], Name], ...] = ()

    @model_validator(mode="after")
    def _opens_whole(self) -> "Verb":
        if self.opens and self.to is None:
            raise ValueError("a verb without `from` opens a case, and needs `to`")
        if self.opens and self.approval is not None:
            raise ValueError("a case must be there before its opening can wait for approval")
        return self

    @property
    def opens(self) -> bool:
        """Whether a case begins with it."""
        return not self.from_


class Clock(BaseModel):
    """How long something may take.

    Attributes:
        statute: the limit of law that it keeps, by its name in `limits/statutory.yaml`; what the law
            says of limit, calendar, longer times and citation is taken from there.
        limit: how long, where no statute says it.
        calendar: whose working days and hours count.
        longer: what it may be extended to, step by step.
        starts: verbs and states that start it.
        pauses: states that hold it.
        stops: verbs and states that end it.
        since: a field with the day or time that it counts from, where that is known.
        when: an expression; the clock counts only while it is true.
        owner: the role that is told.
        extension: the verb that extends it.
        citation: the law, rule or practice it comes from.
    """

    model_config = CONFIG

    title: Told
    statute: Name | None = None
    limit: Limit | None = None
    calendar: Name | None = None
    longer: tuple[ToldTime, ...] = ()
    starts: Names = Limits(min_length=1)
    pauses: Names = ()
    stops: Names = Limits(min_length=1)
    since: Name | None = None
    when: str | None = None
    owner: Name
    extension: Name | None = None
    citation: str | None = None

    @model_validator(mode="after")
    def _told_how_long(self) -> "Clock":
        if self.statute is None and self.limit is None:
            raise ValueError("say how long: a `limit`, or the `statute` that sets it")
        if self.extension is not None and self.statute is None and not self.longer:
            raise ValueError("say what the extension leads to: `longer`")
        return self


class Link(BaseModel):
    """How a case leads to others.

    Attributes:
        to: kinds it can lead to.
        most: how many such links a case can have.
    """

    model_config = CONFIG

    title: Told
    to: Names = Limits(min_length=1)
    most: int = Limits(default=1, ge=1, le=1000)


class Retention(BaseModel):
    """How long a case is kept, counted from when it came into a state."""

    model_config = CONFIG

    years: int = Limits(ge=1, le=100)
    after: Name
    citation: str


class Kind(BaseModel):
    """A kind of case.

    Attributes:
        meaning: what it is for, in a sentence.
        source: the standard, law or practice that it follows.
        owner: the role that answers for the kind, and may move a case to another version of it.
        readers: roles that read its cases beside those that move or approve them; `everyone` who sees cases at all. Without
            any, who only opens one reads that one: personal and sensitive matter is nobody else's.
        assignee: the text field that names who has a case in hand, if there is one; lists look it up.
    """

    model_config = CONFIG

    id: Name
    title: Told
    meaning: Told
    source: str
    owner: Name
    readers: Names = ()
    assignee: Name | None = None
    fields: dict[Name, Field]
    states: dict[Name, ToldState]
    verbs: dict[Name, Verb]
    clocks: dict[Name, Clock] = {}
    links: dict[Name, Link] = {}
    retention: Retention

    @property
    def declared(self) -> dict[str, object]:
        """What was declared, as JSON's values; the same kind is read from it again."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @cached_property
    def text(self) -> str:
        """What was declared, as canonical JSON, from which the same kind is read again."""
        return canonical(self.model_dump(mode="json", by_alias=True, exclude_unset=True)).decode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what was declared, in hexadecimal; it names this version of the kind."""
        return sha256(self.text.encode()).hexdigest()

    @cached_property
    def roles(self) -> frozenset[str]:
        """Every role that has something to do with a case of the kind."""
        doers = {role for verb in self.verbs.values() for role in verb.roles}
        asked = {role for verb in self.verbs.values() if verb.approval for role in verb.approval.by}
        return frozenset(doers | asked | {self.owner, MACHINE})

    def read_by(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles reads every case of the kind."""
        return EVERYONE in self.readers or not self.reading.isdisjoint(roles)

    @cached_property
    def reading(self) -> frozenset[str]:
        """The roles that read every case of the kind, where not everybody does."""
        moving = {role for verb in self.verbs.values() if not verb.opens for role in verb.roles}
        asked = {role for verb in self.verbs.values() if verb.approval for role in verb.approval.by}
        return frozenset({*moving, *asked, *self.readers, self.owner, MACHINE})

    @cached_property
    def heading(self) -> str | None:
        """The field that a case is called by: its first required text, else its first text."""
        texts = [name for name, field in self.fields.items() if field.type == "text"]
        required = (name for name in texts if self.fields[name].required)
        return next(required, texts[0] if texts else None)

    def open_states(self) -> frozenset[str]:
        """The states that are not final."""
        return frozenset(name for name, state in self.states.items() if not state.final)

    def leads(self, verb: Verb, state: str) -> bool:
        """Whether a verb is done in a state."""
        starred = ANY_OPEN in verb.from_ and not self.states[state].final
        return starred or state in verb.from_

    def needed(self, verb: Verb) -> frozenset[str]:
        """The fields that must be given with a verb; one that opens needs all that are required."""
        required = {name for name, field in self.fields.items() if verb.opens and field.required}
        return frozenset({*verb.needs, *required})

    def settable(self, verb: Verb) -> frozenset[str]:
        """The fields that a verb may set."""
        return self.needed(verb) | {*verb.sets}
