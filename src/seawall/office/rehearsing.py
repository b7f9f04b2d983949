"""The demonstration's persons handle what was watched: alerts morning by morning, one incident, one drill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from seawall.acts import handling
from seawall.acts.alert_cases import LEVELS, open_alerts
from seawall.acts.handling import Desk
from seawall.cases import drill, playbook_run
from seawall.cases.case import Actor, Case, Command, written
from seawall.cases.drill import Drill, Score
from seawall.cases.playbook_run import Event
from seawall.office import packs

ANALYST = Actor("carol", frozenset({"risk_analyst"}))
OPERATOR = Actor("ivan", frozenset({"it_operator"}))
OFFICER = Actor("sara", frozenset({"security_officer"}))
EXECUTIVE = Actor("emil", frozenset({"executive", "chief_risk_officer"}))
CARE = Actor("heidi", frozenset({"customer_care"}), "house/online")
RISK = Actor("rosa", frozenset({"risk_officer"}))
DRILL, AHEAD = "gateway_down_on_payday", "leak_on_a_forum"
_STEP = timedelta(minutes=4)
_TAKEN_ON: Mapping[str, Mapping[str, object]] = {
    "acknowledge": {},
    "act": {"measures": "Looked into with the team; the limit stays. / 已与团队核查，维持阈值。"},
}


@dataclass(frozen=True)
class Rehearsed:
    """What came of it.

    Attributes:
        incident: the case's id.
        drill: the case's id.
        score: of the drill.
    """

    incident: str
    drill: str
    score: Score


def rehearse(desk: Desk, at: datetime) -> Rehearsed:
    """Handle an incident to its end, and run one drill; told again, it is done once.

    Args:
        desk: where cases are handled.
        at: when the day begins.
    """
    incident = _incident(_Hand(desk, at))
    planned = packs.drill(DRILL)
    began = at + timedelta(hours=2)
    events = tuple(_played(planned, began))
    run = playbook_run.fold(planned.plan, events, events[-1].at, exercise=True)
    score = drill.score(planned, run, began_at=began)
    return Rehearsed(incident, _drill(_Hand(desk, began), planned, score), score)


def take_on(desk: Desk, at: datetime, *, red_only: bool) -> None:
    """An analyst takes on and acts upon every alert, or every red one, that nobody took, or that rose since."""
    for alert, row in open_alerts().values():
        if alert.acknowledged or (red_only and alert.level != _RED):
            continue
        for turn, (verb, fields) in enumerate(_TAKEN_ON.items()):
            when = at + turn * _STEP
            command = Command(verb, ANALYST, when, f"demo:{verb}:{written(when)}", fields)
            handling.handle(desk, row.case_id, command)


def leave(desk: Desk, at: datetime) -> None:
    """Leave something to whoever looks at the demonstration: a complaint, a drill ahead, an approval to be given.

    Args:
        desk: where cases are handled.
        at: the morning on which he looks; told again, the same is left.
    """
    complaint = {
        "customer": "person_AAAAAAAAAAAAAAAAAAAAAAAAAA", "jurisdiction": "cn", "channel": "app",
        "subject": "price", "summary": "A late fee was charged although the instalment was paid on its day.",
        "received_on": f"{at:%Y-%m-%d}",
    }  # fmt: skip
    _Hand(desk, at).open("complaint", "receive", CARE, complaint)
    ahead = {
        "title": packs.drill(AHEAD).sheet.title.en, "playbook": packs.drill(AHEAD).sheet.playbook,
        "sort": "technical", "exercise": True, "planned_on": f"{at + timedelta(days=5):%Y-%m-%d}",
    }  # fmt: skip
    _Hand(desk, at).open("drill", "plan", OFFICER, ahead, key="demo:drill:ahead")
    red = [row for alert, row in open_alerts().values() if alert.level == _RED]
    for row in red[:1]:
        told = {
            "explanation": "Cause found and followed up; the limit stays. / 原因已查明并持续跟进，维持阈值。"
        }
        handling.handle(desk, row.case_id, Command("explain", ANALYST, at, "demo:explain", told))


_RED = LEVELS.index("red")


class _Hand:
    """Does one thing after another with one case, four minutes apart."""

    def __init__(self, desk: Desk, at: datetime) -> None:
        self._desk = desk
        self.at = at
        self.case: Case | None = None

    def open(
        self, kind: str, verb: str, who: Actor, fields: Mapping[str, object], *, key: str = ""
    ) -> None:
        """Open a case; told again, the same one."""
        command = Command(verb, who, self.at, key or f"demo:{kind}", fields)
        self.case = handling.open_case(self._desk, kind, command).case

    def do(self, verb: str, who: Actor, /, **fields: object) -> Case:
        """Do something with it; told again, it is done once."""
        assert self.case is not None  # noqa: S101 - it was opened
        self.at += _STEP
        key = f"demo:{verb}:{who.name}:{self.at - _STEP:%H%M}"
        command = Command(verb, who, self.at, key, fields)
        came = handling.handle(self._desk, self.case.id, command)
        assert came.case is not None  # noqa: S101 - it is open
        self.case = came.case
        return came.case


def _incident(hand: _Hand) -> str:
    """An outage is an incident, closed by another's word."""
    fields = {
        "summary": "Payments fail at the gateway.", "system": "payment_gateway", "jurisdiction": "cn",
        "exercise": False, "detected_at": written(hand.at),
    }  # fmt: skip
    hand.open("incident", "detect", OPERATOR, fields)
    hand.do("acknowledge", OPERATOR)
    hand.do("classify", OFFICER, severity="major", personal_data=False, customers_hit=412)
    hand.do("contain", OPERATOR, containment="Payments go by the second gateway.")
    hand.do(
        "tell_authority", OFFICER, authority="the local supervisor", notified_at=written(hand.at)
    )
    hand.do("recover", OPERATOR, recovered_at=written(hand.at))
    hand.do(
        "review", OFFICER, root_cause="A certificate ran out.", lessons="Certificates are watched."
    )
    asked = hand.do("close", OFFICER)
    if "close" in asked.asked:
        hand.do("approve", EXECUTIVE, verb="close", digest=asked.asked["close"].digest)
        hand.do("close", OFFICER)
    assert hand.case is not None  # noqa: S101 - it was opened
    return hand.case.id


def _drill(hand: _Hand, planned: Drill, score: Score) -> str:
    """The drill as a case: planned, run, and reviewed by somebody else."""
    title = planned.sheet.title.en
    hand.open("drill", "plan", OFFICER, {
        "title": title, "playbook": planned.sheet.playbook, "sort": "technical", "exercise": True,
        "planned_on": f"{hand.at:%Y-%m-%d}",
    })  # fmt: skip
    hand.do("start", OPERATOR, started_at=written(hand.at))
    met = f"{score.met} of {len(score.lines)} checks hold."
    hand.do("end", OPERATOR, ended_at=written(hand.at), observations=met, people=4)
    lessons = "\n".join(each.en for each in score.lessons) or "None."
    hand.do("review", RISK, passed=True, lessons=lessons)
    assert hand.case is not None  # noqa: S101 - it was opened
    return hand.case.id


def _played(planned: Drill, began: datetime) -> Iterator[Event]:
    """An exercise as four people play it: in order, in good time, but they forget to call customer care."""
    at = began + timedelta(minutes=1)
    yield Event("started", at, OPERATOR.name)
    for name, value in planned.facts.items():
        yield Event("known", at, OPERATOR.name, name=name, value=value)
    for step_id in planned.steps:
        step = planned.plan.steps[step_id]
        at += _STEP
        for piece in step.evidence:
            yield Event("attached", at, OPERATOR.name, step_id, piece.id, "0" * 64)
        for tell in step.tell:
            if tell.whom != "customer_care":
                yield Event("told", at, OFFICER.name, step_id, tell.whom)
        if step.decide:
            to = planned.plan.branch(step_id, planned.facts).to
            yield Event("decided", at, OFFICER.name, step_id, to)
        else:
            yield Event("done", at, OPERATOR.name, step_id)


def morning(day: date) -> datetime:
    """Two o'clock in UTC, when the offices of the demonstration's lender open."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
