"""An act: a command as one kind reads it, on one case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from seawall.cases import guards, problems, values
from seawall.cases.case import Actor, Case, Command, Event, Json, Links, Value, digest
from seawall.cases.kind import Field, Kind, Verb
from seawall.core import problem
from seawall.core.expression import types
from seawall.core.problem import Place, Problem, Unable
from seawall.core.text import Text

ASK = "ask"
"""The verb of an event that asks for approval of another."""
EDIT = "edit"
"""The built-in verb that sets fields of the kind, as its own verbs do."""
UPGRADE = "upgrade"


def _told(en: str, zh: str) -> Field:
    return Field(type="text", title=Text(en=en, zh=zh), required=True)


_VERB = {"verb": _told("verb", "动作")}
_DIGEST = {"digest": _told("digest of what is approved", "所批准内容的摘要")}
_CLOCK = {
    "clock": _told("clock", "时钟"),
    "due": Field(type="time", title=Text(en="due", zh="到期时间")),
}
_FILE = {
    "name": _told("name of the file", "文件名"),
    "media": _told("type of the file", "文件类型"),
    "bytes": Field(
        type="integer", title=Text(en="size in bytes", zh="字节数"), required=True, least=1
    ),
    "sha256": _told("digest of the file", "文件摘要"),
}
TOLD: dict[str, dict[str, Field]] = {
    "approve": _VERB | _DIGEST, "withdraw": _VERB,
    "link": {}, "comment": {}, "attach": _FILE, "upgrade": {}, "warn": _CLOCK, "breach": _CLOCK,
}  # fmt: skip
"""What a command of a built-in verb tells; `edit` speaks of the kind's own fields."""


@dataclass(frozen=True)
class Act:
    """A command, the kind it goes by, and the case it finds (none where it opens one)."""

    kind: Kind
    case: Case | None
    command: Command

    @property
    def is_own(self) -> bool:
        """Whether the verb is one of the kind's own."""
        return self.command.verb in self.kind.verbs

    @property
    def verb(self) -> Verb:
        """The declaration of the verb, where it is one of the kind's own."""
        return self.kind.verbs[self.command.verb]

    @property
    def state(self) -> str:
        """Of the case after it."""
        here = self.case.state if self.case else ""
        return self.verb.to or here if self.is_own else here

    @cached_property
    def given(self) -> dict[str, Value]:
        """What the command gives, as events hold it; what cannot be read is absent."""
        declared = TOLD.get(self.command.verb, self.kind.fields)
        named = {name: declared[name] for name in self.command.fields if name in declared}
        given = {name: (self.command.fields[name], field) for name, field in named.items()}
        return {name: values.read(*pair) for name, pair in given.items() if values.fits(*pair)}

    @property
    def fields(self) -> dict[str, Value]:
        """Of the case after it."""
        return laid(self.case.fields if self.case else {}, self.given)

    @property
    def links(self) -> Links:
        """Of the case after it."""
        return joined(self.case.links if self.case else (), self.command.links)

    @property
    def sight(self) -> dict[str, types.Value]:
        """What conditions see of the case after it."""
        return guards.sight(self.kind, self.case, self.fields, self.links, self.command.at)

    @cached_property
    def digest(self) -> str:
        """Of exactly what would happen to the case: what others approve."""
        return digest(
            {
                "case": self.case.id if self.case else "",
                "kind": self.kind.digest,
                "verb": self.command.verb,
                "from": self.case.state if self.case else "",
                "to": self.state,
                "sets": self.given,
                "fields": self.fields,
                "adds": self.command.links,
                "links": self.links,
                "reason": self.command.reason,
            }
        )

    def problem(self, kind: problem.Kind, about: str | None = None, /, **facts: object) -> Problem:
        """A problem of this act, and the field that it is about."""
        what = self.case.id if self.case else self.kind.id
        where = Place(f"{what}, {self.command.verb}", column=about)
        return Problem(
            kind, where, {"verb": self.command.verb, "actor": self.command.actor.name, **facts}
        )

    def misfits(self, allowed: Mapping[str, Field], needed: frozenset[str]) -> Iterator[Problem]:
        """What is wrong with the fields given, where only some are allowed, and some needed."""
        given = self.command.fields
        for name in sorted(map(str, given.keys() - allowed.keys())):
            known = ", ".join(allowed) or "-"
            yield self.problem(problems.FIELD_NOT_SET, name, field=name, known=known)
        for name, field in allowed.items():
            facts = {"field": name, "type": field.type, "wanted": values.wanted(field)}
            takes_away = name in given and field.required
            if given.get(name) is None and (name in needed or takes_away):
                yield self.problem(problems.FIELD_MISSING, name, **facts)
            elif name in given and not values.fits(given[name], field):
                yield self.problem(problems.FIELD_MISFIT, name, **facts)


def laid(fields: Mapping[str, Value], given: Mapping[str, Value]) -> dict[str, Value]:
    """Fields with what is given laid over them; None takes a value away."""
    both = {**fields, **given}
    return {name: value for name, value in both.items() if value is not None}


def joined(links: Links, more: Links) -> Links:
    """Links with more of them; the same one twice is one."""
    return tuple(dict.fromkeys((*links, *((name, to) for name, to in more))))


def intent(command: Command) -> str:
    """The digest of what a command means to do, its values as events hold them."""
    return digest(
        {
            "verb": command.verb,
            "actor": command.actor.name,
            "on_behalf_of": command.actor.on_behalf_of,
            "fields": command.fields,
            "links": command.links,
            "reason": command.reason,
        }
    )


def command_of(event: Event) -> Command:
    """The command that an event came from."""
    actor = Actor(event.actor, frozenset(event.roles), event.unit, event.on_behalf_of)
    verb, fields, links = event.verb, event.fields, event.links
    if event.verb == ASK:
        verb, fields, links = _asked(event.fields)
    return Command(verb, actor, event.at, event.key, fields, event.reason, links)


def _asked(told: Mapping[str, Json]) -> tuple[str, Mapping[str, Json], Links]:
    """What approval was asked for."""
    verb, fields, links = told.get("verb"), told.get("set"), told.get("links")
    if not (isinstance(verb, str) and isinstance(fields, dict) and isinstance(links, list)):
        raise UnableToReadEvent(
            Text(en="it asks for approval of nothing", zh="它请求批准，却未指明事项")
        )
    pairs = [link for link in links if isinstance(link, list) and len(link) == 2]  # noqa: PLR2004
    return verb, fields, tuple((str(name), str(to)) for name, to in pairs)


class UnableToReadEvent(Unable, ValueError):
    """An event is none that the machine would make."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="an event cannot be read: {why}", zh="无法读取事件：{why}"), why=why
        )
