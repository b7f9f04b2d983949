"""The demonstration: two simulated persons publish policies, and a simulated month is decided for good."""

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seawall.acts import publishing as acts
from seawall.acts.alert_cases import ever_raised, open_alerts
from seawall.acts.deciding import Decided, Order
from seawall.acts.proving import Proved, prove
from seawall.acts.signing import Signed, now
from seawall.core.period import month_ends
from seawall.core.problem import Problem
from seawall.core.steps import Steps
from seawall.ledger.audit import Audit
from seawall.office import alerts, deciding, measuring, packs, publishing, witnessing
from seawall.office.homes import Home
from seawall.office.rehearsing import Rehearsed, morning, rehearse
from seawall.policy.program import Program
from seawall.vault.algorithms import AES

ORIGIN = "tidewater.example/ledger"
MAKER, CHECKER, MACHINE = "alice", "bob", "origination-1"
POLICIES = ("instalment_loan", "micro_loan")
TERM_MICRO_MOST = 90
"""Days: a loan asked for so long or shorter is brought before the micro-loan's policy."""
DECIDED_MOST = 3_000


@dataclass(frozen=True)
class Demonstrated:
    """What was done, and what the stores say of it.

    Attributes:
        published: policies that came into force now; none the second time.
        outcomes: decisions by outcome; those made before, too.
        refused: what was not decided, and why.
        months, raised, open: month-ends watched now, alerts that ever were raised, and open ones.
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
    rehearsed: Rehearsed
    proved: Proved
    audit: Audit
    again: dict[str, int]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        wrong = (*self.refused, *self.audit.problems, *self.proved.problems)
        return not wrong and set(self.again) <= {"agrees"}


def demonstrate(home: Home) -> Demonstrated:
    """Publish, decide the book's last applications, verify; a second time nothing is done twice."""
    if not home.ledger_key.exists():
        home.start_ledger(ORIGIN)
    if not home.vault.ring_file.exists():
        home.vault.make_ring(AES.name)
    published = tuple(each for each in POLICIES if _published(home, each))
    counter = deciding.counter(home)
    told = [each for policy in POLICIES for each in _decided(home, counter, policy)]
    watchman, reading = alerts.watchman(home), measuring.read(home)
    months = () if any(ever_raised()) else tuple(month_ends(reading.first, reading.as_of))
    for _ in watchman.watch_through(months) if months else ():
        pass
    rehearsed = rehearse(watchman.desk, morning(reading.as_of))
    return Demonstrated(
        months=len(months),
        raised=sum(1 for _ in ever_raised()),
        open=len(open_alerts()),
        rehearsed=rehearsed,
        proved=prove(watchman.desk),
        published=published,
        outcomes=dict(Tally(each.content["outcome"] for each in told if each.content)),
        new=sum(each.new for each in told),
        refused=tuple(problem for each in told if not each.content for problem in each.problems),
        audit=witnessing.audit_ledger(home, ()),
        again=dict(Tally(each.agreement for each in counter.verify())),
    )


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
    """The book's applications of its last month, as far as the policy asks for what they hold."""
    reading = measuring.read(home)
    held = reading.engine.table(
        Steps().then("held", "SELECT * FROM application LIMIT 0")
    ).column_names
    names = ", ".join(["application_id", *(name for name in program.inputs if name in held)])
    micro = "<=" if program.id == "micro_loan" else ">"
    sql = f"""
SELECT {names} FROM application
WHERE applied_at >= DATE_TRUNC('month', (SELECT MAX(applied_at) FROM application))
  AND term_days {micro} {TERM_MICRO_MOST}
ORDER BY applied_at, application_id LIMIT {DECIDED_MOST}"""
    rows: list[Mapping[str, object]] = reading.engine.table(Steps().then("asked", sql)).to_pylist()
    return rows
