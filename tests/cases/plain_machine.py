"""The machine once more, plainly, over the YAML's own mappings: what each command must come to.

Written from docs/cases.md, beside the machine and not after it: no module of the room is used. It
keeps a list of what was done and looks it all through again each time; conditions are put to DuckDB.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import duckdb

Told = dict[str, Any]
"""A mapping of the YAML."""
SQL_TYPES = {
    "text": "VARCHAR", "token": "VARCHAR", "choice": "VARCHAR", "boolean": "BOOLEAN",
    "integer": "BIGINT", "number": "DOUBLE", "money": "DOUBLE", "date": "DATE", "time": "TIMESTAMP",
}  # fmt: skip
BUILT_IN = ("approve", "withdraw", "edit", "link", "comment", "attach", "upgrade", "warn", "breach")


@dataclass
class Act:
    """A command, as the tests make it."""

    verb: str
    name: str
    for_: str | None
    roles: tuple[str, ...]
    at: datetime
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass
class Done:
    """What was done: the act, what it came to, and the case before and after it."""

    act: Act
    came_to: str
    before: tuple[str, dict[str, Any], frozenset[tuple[str, str]]]
    after: tuple[str, dict[str, Any], frozenset[tuple[str, str]]]


def person(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def behind(act: Act) -> set[str]:
    return {person(each) for each in (act.name, act.for_) if each}


def listed(value: object) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []


class PlainMachine:
    """One case, by what was done to it."""

    def __init__(self, kind: Told) -> None:
        self.kind = kind
        self.done: list[Done] = []

    @property
    def state(self) -> str:
        return self.done[-1].after[0]

    @property
    def fields(self) -> dict[str, Any]:
        return self.done[-1].after[1] if self.done else {}

    @property
    def links(self) -> frozenset[tuple[str, str]]:
        return self.done[-1].after[2] if self.done else frozenset()

    def final(self, state: str) -> bool:
        told = self.kind["states"][state]
        return isinstance(told, dict) and bool(told.get("final"))

    def comes_to(self, act: Act) -> str:
        """`again`, `done`, `ask` or `refused`."""
        for each in self.done:
            if each.act.key == act.key:
                same = (each.act.verb, each.act.name, each.act.for_, each.act.fields,
                        each.act.reason, each.act.links)  # fmt: skip
                ours = (act.verb, act.name, act.for_, act.fields, act.reason, act.links)
                return "again" if same == ours else "refused"
        if act.for_ is not None and person(act.for_) == person(act.name):
            return "refused"
        if act.verb in self.kind["verbs"]:
            return self._own(act)
        return "done" if self.done and self._built_in(act) else "refused"

    def follows(self, act: Act, came_to: str) -> None:
        """Take note of what was done."""
        before = (self.state if self.done else "", self.fields, self.links)
        state, fields, links = before
        if came_to == "done":
            verb = self.kind["verbs"].get(act.verb)
            if verb is not None or act.verb == "edit":
                fields = {k: v for k, v in {**fields, **act.fields}.items() if v is not None}
            state = (verb or {}).get("to", state)
            links |= frozenset(act.links)
        self.done.append(Done(act, came_to, before, (state, fields, links)))

    def _needs(self, verb: Told) -> set[str]:
        opens = not verb.get("from")
        required = {n for n, f in self.kind["fields"].items() if f.get("required") and opens}
        return required | set(listed(verb.get("needs")))

    def _may_set(self, verb: Told) -> set[str]:
        return self._needs(verb) | set(listed(verb.get("sets")))

    def _own(self, act: Act) -> str:
        verb = self.kind["verbs"][act.verb]
        stands = (
            set(act.roles) & set(listed(verb["roles"]))
            and self._fields_fit(act, self._may_set(verb), self._needs(verb))
            and (act.reason.strip() or not verb.get("reason"))
            and self._links_fit(act)
            and not self._did_another_duty(act, listed(verb.get("duties")))
            and self._leads(verb)
            and self._extends(act)
            and (not verb.get("guard") or self._true(verb["guard"], act) is True)
        )
        if not stands:
            return "refused"
        approval = verb.get("approval")
        if not approval or (approval.get("when") and self._true(approval["when"], act) is False):
            return "done"
        asked = self._asked(act.verb)
        if asked is None or not self._alike(self.done[asked].act, act):
            return "ask"
        return (
            "done" if len(self._approved_by(act.verb)) >= approval.get("people", 1) else "refused"
        )

    def _alike(self, one: Act, other: Act) -> bool:
        """Whether two acts set and link the same, for the same reason."""

        told = [(act.fields, act.links, act.reason) for act in (one, other)]
        return told[0] == told[1]

    def _fields_fit(self, act: Act, may: set[str], needs: set[str]) -> bool:
        given = {name for name, value in act.fields.items() if value is not None}
        taken = set(act.fields) - given
        kept = {n for n in taken if self.kind["fields"].get(n, {}).get("required")}
        return set(act.fields) <= may and needs <= given and not kept

    def _links_fit(self, act: Act) -> bool:
        declared = self.kind.get("links", {})
        after = self.links | frozenset(act.links)
        known = all(
            name in declared and to.rsplit("-", 1)[0] in listed(declared[name]["to"])
            for name, to in act.links
        )
        return known and all(
            sum(each == name for each, _ in after) <= link.get("most", 1)
            for name, link in declared.items()
        )

    def _leads(self, verb: Told) -> bool:
        since = listed(verb.get("from"))
        if not self.done:
            return not since
        return self.state in since or ("*" in since and not self.final(self.state))

    def _extends(self, act: Act) -> bool:
        """Clocks are no matter of this machine; kinds with extensions are tried by scenarios."""
        return not any(
            clock.get("extension") == act.verb for clock in self.kind.get("clocks", {}).values()
        )

    def _pairs(self) -> set[tuple[str, str]]:
        return {(person(d.act.name), person(d.act.for_)) for d in self.done if d.act.for_}

    def _with_delegates(self, people: set[str]) -> set[str]:
        pairs = self._pairs()
        return people | {a for a, b in pairs if b in people} | {b for a, b in pairs if a in people}

    def _did_another_duty(self, act: Act, duties: list[str]) -> bool:
        did: set[str] = set()
        for each in self.done:
            if each.came_to == "done" and each.act.verb in duties:
                did |= behind(each.act)
        return bool(self._with_delegates(did) & behind(act))

    def _makers(self) -> set[str]:
        made: set[str] = set()
        for number, each in enumerate(self.done):
            sets = each.act.verb in self.kind["verbs"] or each.act.verb == "edit"
            if number == 0 or (each.came_to == "done" and sets and each.act.fields):
                made |= behind(each.act)
        return made

    def _asked(self, verb: str) -> int | None:
        """The number of the ask that still stands: nothing was changed, withdrawn or done since."""
        for number in reversed(range(len(self.done))):
            each = self.done[number]
            if each.came_to == "ask" and each.act.verb == verb:
                return number
            if each.came_to == "ask":
                continue
            spoke = each.act.verb in ("approve", "withdraw")
            about = each.act.fields.get("verb") if spoke else each.act.verb
            touched = each.act.verb in (*self.kind["verbs"], "edit") and bool(each.act.fields)
            changed = each.before[0] != each.after[0] or touched or bool(each.act.links)
            if changed or (about == verb and each.act.verb != "approve"):
                return None
        return None

    def _approved_by(self, verb: str) -> list[set[str]]:
        """Who approved what stands, each counted once, and nobody who has an interest."""
        number = self._asked(verb)
        if number is None:
            return []
        taken = self._with_delegates(self._makers() | behind(self.done[number].act))
        counted = []
        for each in self.done[number:]:
            if each.act.verb == "approve" and each.act.fields["verb"] == verb:
                if behind(each.act) & taken:
                    continue
                counted.append(behind(each.act))
                taken |= self._with_delegates(behind(each.act))
        return counted

    def _built_in(self, act: Act) -> bool:
        everybody = {"machine", self.kind["owner"]} | {
            role
            for verb in self.kind["verbs"].values()
            for role in (*listed(verb["roles"]), *listed(verb.get("approval", {}).get("by")))
        }
        if not set(act.roles) & everybody:
            return False
        if act.verb in ("comment", "attach"):
            told = {"name", "media", "bytes", "sha256"} if act.verb == "attach" else set()
            return act.fields.keys() == told and (act.verb == "attach" or bool(act.reason.strip()))
        if act.verb in ("approve", "withdraw"):
            return self._about_request(act)
        if self.final(self.state):
            return False
        if act.verb == "link":
            return bool(act.links) and not act.fields and self._links_fit(act)
        return act.verb == "edit" and self._edits(act)

    def _about_request(self, act: Act) -> bool:
        about = str(act.fields.get("verb"))
        number = self._asked(about) if about in self.kind["verbs"] else None
        if number is None:
            return False
        verb, asker = self.kind["verbs"][about], behind(self.done[number].act)
        if act.verb == "withdraw":
            return bool(asker & behind(act) or set(act.roles) & set(listed(verb["roles"])))
        taken = self._with_delegates(self._makers() | asker)
        for each in self._approved_by(about):
            taken |= self._with_delegates(each)
        may = set(act.roles) & set(listed(verb["approval"]["by"]))
        return bool(may) and act.fields.get("digest") == "right" and not taken & behind(act)

    def _edits(self, act: Act) -> bool:
        verbs = self.kind["verbs"].values()
        settled = any(
            each.came_to == "done" and self._asked_before(number)
            for number, each in enumerate(self.done)
        )
        mine = {
            n for v in verbs if set(act.roles) & set(listed(v["roles"])) for n in self._may_set(v)
        }
        bound = set(self._bound())
        return bool(act.fields) and not settled and self._fields_fit(act, mine - bound, set())

    def _asked_before(self, number: int) -> bool:
        """Whether an act was done on approval: the last thing heard of its verb was an ask."""
        earlier = PlainMachine(self.kind)
        earlier.done = self.done[:number]
        act = self.done[number].act
        verb = self.kind["verbs"].get(act.verb, {})
        approval = verb.get("approval")
        if not approval:
            return False
        when = approval.get("when")
        return not when or earlier._true(when, act) is not False

    def _bound(self) -> Iterator[str]:
        """Fields that acts under approval set, or by which it is told whether approval is needed."""
        for verb in self.kind["verbs"].values():
            if verb.get("approval"):
                yield from self._may_set(verb)
                when = verb["approval"].get("when", "")
                yield from (name for name in self.kind["fields"] if name in _words(when))

    def _true(self, condition: str, act: Act) -> bool | None:
        """A condition over the case as it would be, by DuckDB."""
        fields = {**self.fields, **act.fields}
        linked = {name for name, _ in self.links | frozenset(act.links)}
        known: dict[str, tuple[str, Any]] = {
            name: (SQL_TYPES[told["type"]], fields.get(name))
            for name, told in self.kind["fields"].items()
        }
        for name in self.kind.get("links", {}):
            known[f"has_link_{name}"] = ("BOOLEAN", name in linked)
        known["state"] = ("VARCHAR", self.state if self.done else None)
        opened = self.done[0].act.at if self.done else act.at
        known["age_days"] = ("BIGINT", (act.at - opened).days)
        used = [name for name in known if name in _words(condition)]
        columns = ", ".join(f'CAST(? AS {known[name][0]}) AS "{name}"' for name in used) or "1"
        values = tuple(_bare(known[name][1]) for name in used)
        return _asked_of_duckdb(f"SELECT {condition} FROM (SELECT {columns})", values)


@cache
def _asked_of_duckdb(query: str, values: tuple[object, ...]) -> bool | None:
    row = _connection().execute(query, values).fetchone()
    assert row is not None
    truth: bool | None = row[0]
    return truth


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _bare(value: object) -> object:
    """A time as DuckDB takes it for one without a zone."""
    return value.removesuffix("Z") if isinstance(value, str) and value.endswith("Z") else value


def _words(condition: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in condition).split())
