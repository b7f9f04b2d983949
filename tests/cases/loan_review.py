"""A small kind of case for tests, and the people who work on it."""

from datetime import UTC, datetime, timedelta

from seawall.cases.case import Actor, Case, Command, Event
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, Stepped, step

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


REVIEW = Kind.model_validate({
    "id": "loan_review",
    "title": both("Loan review"),
    "meaning": both("A loan is looked at again."),
    "source": "for tests",
    "owner": "head",
    "fields": {
        "loan": {"type": "token", "title": both("loan"), "required": True},
        "amount": {"type": "money", "title": both("amount"), "least": 0, "most": 100000},
        "note": {"type": "text", "title": both("note"), "most": 200},
        "written_off": {"type": "money", "title": both("written off")},
        "since": {"type": "date", "title": both("since")},
        "grade": {"type": "choice", "title": both("grade"), "among": {"a": both("A"), "b": both("B")}},
    },
    "states": {
        "open": {"title": both("open")},
        "looked_at": {"title": both("looked at")},
        "waiting": {"title": both("waiting")},
        "closed": {"title": both("closed"), "final": True},
    },
    "verbs": {
        "open_review": {
            "title": both("Open"), "to": "open", "roles": ["analyst", "machine"],
            "sets": ["amount", "note", "since", "grade"],
        },
        "look": {
            "title": both("Look at"), "from": "open", "to": "looked_at", "roles": "analyst",
            "needs": "amount", "sets": "note",
        },
        "wait": {"title": both("Wait"), "from": "looked_at", "to": "waiting", "roles": "analyst"},
        "go_on": {"title": both("Go on"), "from": "waiting", "to": "looked_at", "roles": "analyst"},
        "write_off": {
            "title": both("Write off"), "from": "looked_at", "to": "closed",
            "roles": ["analyst", "head"], "needs": "written_off", "reason": True,
            "guard": "written_off <= amount", "duties": ["look"],
            "approval": {"people": 2, "by": ["head", "officer"], "when": "written_off > 100"},
            "effects": [{"notify": "finance"}],
        },
        "close": {"title": both("Close"), "from": "*", "to": "closed", "roles": "head"},
        "reopen": {"title": both("Reopen"), "from": "closed", "to": "open", "roles": "head",
                   "reason": True},
    },
    "clocks": {
        "answer": {
            "title": both("Answer"), "limit": {"within": "5 working days"},
            "calendar": "cn_office", "starts": "open", "pauses": "waiting",
            "stops": "closed", "since": "since", "owner": "head", "when": "amount > 0",
        },
    },
    "links": {"finding": {"title": both("finding"), "to": "finding", "most": 2}},
    "retention": {"years": 5, "after": "closed", "citation": "for tests"},
})  # fmt: skip

ALICE = Actor("Alice", frozenset({"head"}))
BOB = Actor("Bob", frozenset({"analyst"}))
CAROL = Actor("Carol", frozenset({"officer"}))
DAVE = Actor("Dave", frozenset({"officer", "analyst"}))
ERIN = Actor("Erin", frozenset({"analyst"}))
MACHINE = Actor("clockwork", frozenset({"machine"}))


class Desk:
    """Does things with one case, an hour after each other, and remembers."""

    def __init__(self, kind: Kind = REVIEW) -> None:
        self.kind = kind
        self.now = START
        self.events: list[Event] = []
        self.held: Case | None = None

    @property
    def case(self) -> Case:
        assert self.held is not None
        return self.held

    def tries(self, actor: Actor, verb: str, **also: object) -> Stepped | Refused:
        self.now += timedelta(hours=1)
        given = {"key": f"{verb} {self.now}", "at": self.now, **also}
        return step(self.kind, self.held, Command(verb, actor, **given), self.now)  # type: ignore[arg-type]

    def does(self, actor: Actor, verb: str, **also: object) -> Stepped:
        done = self.tries(actor, verb, **also)
        assert isinstance(done, Stepped), done
        self.held = done.case
        self.events += done.events
        return done

    def codes(self, actor: Actor, verb: str, **also: object) -> set[str]:
        """Why it is refused; nothing where it is not."""
        done = self.tries(actor, verb, **also)
        return {problem.code for problem in done.problems} if isinstance(done, Refused) else set()
