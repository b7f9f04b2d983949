"""Plays a kind at random: commands that often fit, and often nearly fit; and kinds at random."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from seawall.cases.case import Actor, Case, Command, Event
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, Stepped, step
from tests.cases.plain_machine import BUILT_IN, Act, PlainMachine, Told, listed

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = ("Ann", " ANN ", "Bob", "Ｂｏｂ", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Joe")
"""Ten people; two of them are spelled in two ways."""
VALUES: dict[str, tuple[Any, ...]] = {
    "text": ("x", "y"), "token": ("person_A", "loan_B"), "boolean": (True, False),
    "integer": (1, 3, 50, 80, 100, 0), "number": (0.5, 3.0, -1.0),
    "money": ("0.00", "10.00", "900.00", "1000.01", "5000.00"),
    "date": ("2026-03-01", "2026-06-30"), "time": ("2026-03-02T08:00:00Z", "2026-03-02T09:30:00Z"),
}  # fmt: skip


def value(told: Told, rng: Random) -> object:
    """A value that a field can hold."""
    if told["type"] == "choice":
        return rng.choice(list(told["among"]))
    fits = [
        each
        for each in VALUES[told["type"]]
        if told["type"] not in ("integer", "number", "money")
        or told.get("least", -1e9) <= float(each) <= told.get("most", 1e9)
    ]
    return rng.choice(fits)


class Play:
    """A case under play: the machine and the plain one side by side."""

    def __init__(self, kind: Kind, rng: Random) -> None:
        self.kind = kind
        self.told: dict[str, Any] = kind.declared
        self.plain = PlainMachine(self.told)
        self.rng = rng
        self.now = BEGIN
        self.case: Case | None = None
        self.events: list[Event] = []
        self.sent: list[tuple[Act, Command]] = []
        self.seen = {"done": 0, "ask": 0, "again": 0, "refused": 0, "approved": 0}

    def goes_on(self) -> None:
        """Send one command to both, and see that they agree."""
        self.now += timedelta(hours=self.rng.choice((0, 1, 1, 1, 30)))
        act, command = self._repeated() if self._chance(0.08) and self.sent else self._new()
        expected = self.plain.comes_to(act)
        before = self.case
        done = step(self.kind, self.case, command, self.now)
        came_to = self._came_to(done)
        assert came_to == expected, (act, expected, done)
        self.seen[came_to] += 1
        if isinstance(done, Refused) or not done.events:
            assert self.case is before
            return
        self.case = done.case
        self.events += done.events
        self.seen["approved"] += done.events[0].approved != ""
        self.sent.append((act, command))
        self.plain.follows(act, came_to)
        assert done.case.state == self.plain.state
        assert done.case.fields == self.plain.fields

    @staticmethod
    def _came_to(done: Stepped | Refused) -> str:
        if isinstance(done, Refused):
            assert done.problems
            return "refused"
        if not done.events:
            return "again"
        (event,) = done.events
        return "ask" if event.verb == "ask" else "done"

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _repeated(self) -> tuple[Act, Command]:
        """The same again, or another act under the same key."""
        act, command = self.rng.choice(self.sent)
        act, command = replace(act, at=self.now), replace(command, at=self.now)
        if self._chance(0.3):
            return replace(act, reason="another"), replace(command, reason="another")
        return act, command

    def _new(self) -> tuple[Act, Command]:
        act = self._approval() or self._any()
        fields = dict(act.fields)
        if act.verb == "approve":
            asked = self.case.asked.get(fields["verb"]) if self.case else None
            right = asked is not None and fields["digest"] == "right"
            fields["digest"] = asked.digest if asked and right else "0" * 64
        actor = Actor(act.name, frozenset(act.roles), "", act.for_)
        return act, Command(act.verb, actor, act.at, act.key, fields, act.reason, act.links)

    def _actor(self, roles: list[str]) -> tuple[str, str | None, tuple[str, ...]]:
        every = sorted(self.kind.roles)
        role = self.rng.choice(roles if roles and self._chance(0.92) else every)
        for_ = self.rng.choice(NAMES) if self._chance(0.12) else None
        return self.rng.choice(NAMES), for_, (role,)

    def _key(self) -> str:
        return f"key {self.rng.getrandbits(64):x}"

    def _approval(self) -> Act | None:
        """What waits is mostly approved until it can be done, and then done as it was asked for."""
        if not self.case or not self.case.asked or not self._chance(0.7):
            return None
        asked = self.case.asked[self.rng.choice(sorted(self.case.asked))]
        verb = self.told["verbs"][asked.verb]
        if len(asked.approvals) >= verb["approval"].get("people", 1) or self._chance(0.1):
            reason = asked.reason if self._chance(0.9) else "another"
            actor, fields = self._actor(listed(verb["roles"])), dict(asked.fields)
            return Act(asked.verb, *actor, self.now, self._key(), fields, reason, asked.links)
        fields = {"verb": asked.verb, "digest": "right" if self._chance(0.9) else "wrong"}
        return Act("approve", *self._actor(verb["approval"]["by"]), self.now, self._key(), fields)

    def _any(self) -> Act:
        if self.case and self._chance(0.25):
            return self._built_in()
        verbs = self.told["verbs"]
        here = self.case.state if self.case else None
        extensions = {clock.get("extension") for clock in self.told.get("clocks", {}).values()}
        fit = [name for name, verb in verbs.items() if self._leads(verb, here)]
        names = [name for name in (fit if self._chance(0.85) else verbs) if name not in extensions]
        name = self.rng.choice(names or sorted(set(verbs) - extensions))
        verb = verbs[name]
        reason = "because" if verb.get("reason") and self._chance(0.95) else ""
        links = self._links() if self._chance(0.05) else ()
        actor = self._actor(listed(verb["roles"]))
        return Act(name, *actor, self.now, self._key(), self._fields(verb), reason, links)

    def _leads(self, verb: Told, state: str | None) -> bool:
        since = listed(verb.get("from"))
        return not since if state is None else state in since or "*" in since

    def _fields(self, verb: Told) -> dict[str, Any]:
        told = self.told["fields"]
        needs = [*listed(verb.get("needs"))]
        if not verb.get("from"):
            needs += [name for name, each in told.items() if each.get("required")]
        sets = [name for name in listed(verb.get("sets")) if self._chance(0.6)]
        strays = [name for name in told if self._chance(0.01)]
        given = {n: value(told[n], self.rng) for n in dict.fromkeys((*needs, *sets, *strays))}
        return {
            n: None if self._chance(0.03) else v for n, v in given.items() if self._chance(0.99)
        }

    def _links(self) -> tuple[tuple[str, str], ...]:
        names = list(self.told.get("links", {})) or ["none"]
        name = self.rng.choice(names)
        kinds = listed(self.told.get("links", {}).get(name, {}).get("to")) or ["none"]
        return ((name, f"{self.rng.choice(kinds)}-{self.rng.randint(1, 3)}"),)

    def _built_in(self) -> Act:
        verb = self.rng.choice(
            [name for name in BUILT_IN if name not in ("upgrade", "warn", "breach")]
        )
        fields: dict[str, Any] = {}
        if verb == "edit":
            told = self.told["fields"]
            fields = {n: value(told[n], self.rng) for n in told if self._chance(0.2)}
        if verb in ("approve", "withdraw"):
            fields = {"verb": self.rng.choice([*self.told["verbs"]])}
        if verb == "approve":
            fields["digest"] = "right"
        if verb == "attach" and self._chance(0.7):
            fields = {"name": "a.pdf", "media": "application/pdf", "bytes": 9, "sha256": "0" * 64}
        links = self._links() if verb == "link" and self._chance(0.9) else ()
        reason = "a word" if self._chance(0.8) else ""
        return Act(verb, *self._actor([]), self.now, self._key(), fields, reason, links)


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


def random_kind(rng: Random) -> Kind:
    """A kind that can be read; whether its cases ever end is not asked."""
    states = [f"s{n}" for n in range(rng.randint(2, 4))]
    fields = {f"f{n}": _field(rng, kind) for n, kind in enumerate(rng.choices(list(VALUES), k=4))}
    names = ["go", "turn", "give", "leave", "come_back"]
    verbs: dict[str, Any] = {
        "begin": {
            "to": states[0],
            "roles": ["a", "b"],
            "sets": [*fields][:2],
            "title": both("begin"),
        }
    }
    for name in names:
        verbs[name] = dict(_verb(rng, states, fields, [*verbs]))
    final = {states[-1]: {"title": both("end"), "final": True}}
    return Kind.model_validate({
        "id": "made_up", "title": both("made up"), "meaning": both("made up"), "source": "chance",
        "owner": "c", "fields": fields,
        "states": {name: {"title": both(name)} for name in states[:-1]} | final, "verbs": verbs,
        "clocks": {name: _clock(rng, states, [*verbs]) for name in ("first", "second")},
        "links": {"other": {"title": both("other"), "to": ["made_up"], "most": rng.randint(1, 2)}},
        "retention": {"years": 1, "after": states[-1], "citation": "chance"},
    })  # fmt: skip


def _field(rng: Random, kind: str) -> dict[str, Any]:
    return {"type": kind, "title": both(kind), "required": rng.random() < 0.25}


def _verb(
    rng: Random, states: list[str], fields: dict[str, Any], others: list[str]
) -> Iterator[tuple[str, Any]]:
    yield "title", both("verb")
    yield "from", rng.choice([["*"], rng.sample(states, rng.randint(1, len(states)))])
    yield "roles", rng.sample(["a", "b", "c"], rng.randint(1, 2))
    if rng.random() < 0.8:
        yield "to", rng.choice(states)
    yield "needs", [name for name in fields if rng.random() < 0.2]
    yield "sets", [name for name in fields if rng.random() < 0.3]
    yield "reason", rng.random() < 0.2
    if rng.random() < 0.25:
        yield "duties", [rng.choice(others)]
    if rng.random() < 0.3:
        yield "guard", _condition(rng, fields)
    if rng.random() < 0.5:
        when = {"when": _condition(rng, fields)} if rng.random() < 0.4 else {}
        by = rng.sample(["a", "b", "c"], rng.randint(1, 3))
        yield "approval", {"people": rng.randint(1, 3), "by": by, **when}


def _clock(rng: Random, states: list[str], verbs: list[str]) -> Told:
    limit = {"within": "5 calendar days"}
    starts, stops = (rng.sample([*states, *verbs], rng.randint(1, 2)) for _ in range(2))
    pauses = rng.sample(states, rng.randint(0, 1))
    told = {"title": both("clock"), "limit": limit, "owner": "c"}
    return {**told, "starts": starts, "stops": stops, "pauses": pauses}


def _condition(rng: Random, fields: dict[str, Any]) -> str:
    name = rng.choice([*fields])
    tests = {
        "boolean": f"{name}", "integer": f"{name} > 3", "number": f"{name} < 1",
        "money": f"{name} <= 1000", "date": f"{name} > DATE '2026-05-01'", "text": f"{name} = 'x'",
        "token": f"{name} LIKE 'loan%'", "time": f"{name} IS NOT NULL",
    }  # fmt: skip
    test = tests[fields[name]["type"]]
    return rng.choice(
        [test, f"NOT ({test})", f"has_link_other OR {test}", f"{test} AND age_days < 3"]
    )
