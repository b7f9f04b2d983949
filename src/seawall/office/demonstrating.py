"""The demonstration: simulated persons publish policies, decide a month for good, work on what they are warned of."""

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from seawall.acts import publishing as acts
from seawall.acts.alert_cases import ever_raised, open_alerts
from seawall.acts.deciding import Decided, Order
from seawall.acts.deriving import Progress
from seawall.acts.proving import Proved, prove
from seawall.acts.signing import Signed, now
from seawall.core.period import month_ends
from seawall.core.problem import Problem
from seawall.core.steps import Steps
from seawall.ledger.audit import Audit
from seawall.office import (
    alerts,
    backtesting,
    deciding,
    measuring,
    packs,
    publishing,
    rehearsing,
    witnessing,
)
from seawall.office.alerts import Watchman
from seawall.office.homes import Home
from seawall.office.rehearsing import Rehearsed
from seawall.policy.program import Program
from seawall.vault.algorithms import AES

ORIGIN = "tidewater.example/ledger"
MAKER, CHECKER, MACHINE = "alice", "bob", "origination-1"
POLICIES = ("instalment_loan", "micro_loan")
TERM_MICRO_MOST = 90
"""Days: a loan asked for so long or shorter is brought before the micro-loan's policy."""
DECIDED_MOST = 3_000
DECIDED_DAYS = 30
LEFT_DAYS = 12
"""Amber alerts of the last days are left to whoever looks at the demonstration: their deadline is ten working days."""
_SEEN_AFTER = timedelta(hours=27)
"""When the watch of a day's end is over, see `alerts.Watchman.watch_through`; in hours after its beginning."""


@dataclass(frozen=True)
class Demonstrated:
    """What was done, and what the stores say of it.

    Attributes:
        published: policies that came into force now; none the second time.
        outcomes: decisions by outcome; those made before, too.
        refused: what was not decided, and why.
        months, raised, open: month-ends watched now, alerts that ever were raised, and open ones.
        waiting: open ones that nobody took.
        rehearsed: an incident and a drill.
        proved: of every case.
        audit: of the whole ledger.
        again: decisions, decided again from their records, by what came of it.
    """

    published: tuple[str, ...]
    outcomes: dict[str, int]
    new: int
    refused: tuple[Problem, ...]
    months: int
    raised: int
    open: int
    waiting: int
    rehearsed: Rehearsed
    proved: Proved
    audit: Audit
    again: dict[str, int]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        wrong = (*self.refused, *self.audit.problems, *self.proved.problems)
        return not wrong and set(self.again) <= {"agrees"}


def last_day(at: datetime) -> date:
    """The last day that a lender simulated now knows: the last whose end was looked at before now.

    Then nothing that the demonstration's persons do lies in the future, and their deadlines are of this week.
    """
    return (at - _SEEN_AFTER).date()


def demonstrate(
    home: Home, progress: Progress = lambda *_: None, *, left_days: int = LEFT_DAYS
) -> Demonstrated:
    """Publish, decide the book's last applications, watch, handle, verify; a second time nothing is done twice."""
    if not home.ledger_key.exists():
        home.start_ledger(ORIGIN)
    if not home.vault.ring_file.exists():
        home.vault.make_ring(AES.name)
    with _told(progress, "publishing"):
        published = tuple(each for each in POLICIES if _published(home, each))
    with _told(progress, "deciding"):
        counter = deciding.counter(home)
        told = [each for policy in POLICIES for each in _decided(home, counter, policy)]
    watchman, until = alerts.watchman(home), _last_known(home)
    months = _watched(watchman, until, progress, left_days=left_days)
    with _told(progress, "handling"):
        rehearsed = rehearsing.rehearse(watchman.desk, rehearsing.morning(until))
        rehearsing.leave(watchman.desk, rehearsing.morning(until + timedelta(days=1)))
    with _told(progress, "backtesting"):
        _backtested(watchman)
    with _told(progress, "verifying"):
        audit, proved = witnessing.audit_ledger(home, ()), prove(watchman.desk)
        again: dict[str, int] = dict(Tally(each.agreement for each in counter.verify()))
    opened = [row for _, row in open_alerts().values()]
    return Demonstrated(
        months=months,
        raised=sum(1 for _ in ever_raised()),
        open=len(opened),
        waiting=sum(row.state == "raised" for row in opened),
        rehearsed=rehearsed,
        proved=proved,
        published=published,
        outcomes=dict(Tally(each.content["outcome"] for each in told if each.content)),
        new=sum(each.new for each in told),
        refused=tuple(problem for each in told if not each.content for problem in each.problems),
        audit=audit,
        again=again,
    )


@contextmanager
def _told(progress: Progress, what: str) -> Iterator[None]:
    progress(what, 0.0)
    yield
    progress(what, 1.0)


def _backtested(watchman: Watchman) -> None:
    """Keep what alerts were worth against the planted troubles; the second time it is there."""
    if backtesting.kept(watchman.home) is None:
        indicators = tuple(watchman.rules.indicators.values())
        backtesting.keep(watchman.home, backtesting.run(watchman.home, indicators, None)[1], now())


def _last_known(home: Home) -> date:
    """The last day that the book knows of."""
    sql = "SELECT MAX(observed_on) AS until FROM loan"
    [row] = measuring.read(home).engine.table(Steps().then("known", sql)).to_pylist()
    until: date = row["until"]
    return until


def _watched(watchman: Watchman, until: date, progress: Progress, *, left_days: int) -> int:
    """Watch the book from its beginning, with people who take alerts on; how many month-ends, none the second time."""
    if any(ever_raised()):
        return 0
    reading = measuring.read(watchman.home)
    months = tuple(month_ends(reading.first, reading.as_of))
    for day, came in watchman.watch_through((*months, until)):
        if came.raised or came.updated:
            left = day > until - timedelta(days=left_days)
            morning = rehearsing.morning(day + timedelta(days=1))
            rehearsing.take_on(watchman.desk, morning, red_only=left)
        progress("watching", (day - reading.first).days / max((until - reading.first).days, 1))
    return len(months)


def _published(home: Home, policy: str) -> bool:
    """Have two persons put a shipped policy in force; whether they had to."""
    ledger, at = publishing.opened(home), now()
    if acts.in_force(policy, at) is not None:
        return False
    number = publishing.propose(
        home, publishing.texts(policy), Signed(f"demo:propose:{policy}", MAKER, at)
    )
    evidence = acts.proposal(number).evidence_digest
    acts.approve(ledger, number, evidence, Signed(f"demo:approve:{policy}", CHECKER, at))
    acts.publish(ledger, number, Signed(f"demo:publish:{policy}", CHECKER, at))
    return True


def _decided(home: Home, counter: deciding.Counter, policy: str) -> Iterator[Decided]:
    order = Order(policy, MACHINE, now(), "CN")
    rows = _applications(home, packs.policy(policy))
    for each in counter.decide(order, rows, name="application"):
        if isinstance(each, Decided):
            yield each


def _applications(home: Home, program: Program) -> list[Mapping[str, object]]:
    """The book's applications of its last days, as far as the policy asks for what they hold."""
    reading = measuring.read(home)
    held = reading.engine.table(
        Steps().then("held", "SELECT * FROM application LIMIT 0")
    ).column_names
    names = ", ".join(["application_id", *(name for name in program.inputs if name in held)])
    micro = "<=" if program.id == "micro_loan" else ">"
    sql = f"""
SELECT {names} FROM application
WHERE applied_at > (SELECT MAX(applied_at) FROM application) - INTERVAL {DECIDED_DAYS} DAY
  AND term_days {micro} {TERM_MICRO_MOST}
ORDER BY applied_at, application_id LIMIT {DECIDED_MOST}"""
    rows: list[Mapping[str, object]] = reading.engine.table(Steps().then("asked", sql)).to_pylist()
    return rows
