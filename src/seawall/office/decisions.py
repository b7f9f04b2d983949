"""Decisions as people look at them: searched, shown in words, decided again, opened, made by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from seawall.acts import decision_entries, indexing, opening, problems, verifying
from seawall.acts.admitting import TOKENS
from seawall.acts.application_files import IDS
from seawall.acts.deciding import Decided, Order
from seawall.acts.decision_entries import SHADOWS
from seawall.acts.signing import Signed
from seawall.acts.verifying import Verified
from seawall.core.institution import HOUSE
from seawall.core.problem import Place, Problem, Unable, UnableToUseInput, refusal
from seawall.core.text import Text, verbatim
from seawall.ledger.entry import Recorded
from seawall.office import live, units
from seawall.office.deciding import Counter
from seawall.office.ledgers import CATCH_UP_MOST
from seawall.policy import retelling
from seawall.policy.declaration import Input
from seawall.policy.program import OUTCOMES
from seawall.policy.retelling import Retold
from seawall.records import entry_index as index
from seawall.records import policy_register as register
from seawall.records.entry_index import DecisionRow, Sought
from seawall.vault.declaration import Of, Purpose, SealedField
from seawall.vault.opening import Ask

REASON_MOST = 300
"""Characters of why somebody opens a person's data."""
HAND = Place("form")


@dataclass(frozen=True)
class Listing:
    """A page of decisions.

    Attributes:
        after: where the next page begins: `Sought.after`; None at the end.
        behind: how many entries of the ledger the index does not know yet.
    """

    rows: tuple[DecisionRow, ...]
    after: tuple[int, int] | None
    behind: int


@dataclass(frozen=True)
class Shown:
    """One decision.

    Attributes:
        row: whose it is, when and for whom it was made.
        entry: the ledger's.
        content: the record as it stands; empty once erased.
        retold: the same in words; None once erased, or where no version of the policy is known that made it.
        reference: what else the institution knows it by, such as the arm of a trial.
        shadows: what policies would have decided that a trial asked beside.
        tokens: whose data can be opened: the customer's token, the device's.
    """

    row: DecisionRow
    entry: Recorded
    content: Mapping[str, Any]
    retold: Retold | None
    reference: Mapping[str, str]
    shadows: tuple[Retold, ...]
    tokens: Mapping[Of, str]


@dataclass(frozen=True)
class Field:
    """What a form asks for, to decide by hand.

    Attributes:
        asked: type, limits, unit; None where the application is only remembered by it.
        sealed: how it is kept, where it is personal.
    """

    name: str
    title: Text
    asked: Input | None = None
    sealed: SealedField | None = None

    @property
    def token(self) -> bool:
        """Whether a token is asked for, and not what it stands for."""
        return self.sealed is None and self.name.endswith("_token")


@dataclass(frozen=True)
class Opening:
    """What somebody wants to see of a decision's customer or device, and why.

    Attributes:
        of: the customer, or the device.
        reason: in his own words; names no person.
    """

    of: Of
    fields: tuple[str, ...]
    purpose: str
    reason: str


def listing(counter: Counter, sought: Sought) -> Listing:
    """A page of decisions, the latest first."""
    behind = indexing.catch_up(counter.desk.ledger, CATCH_UP_MOST).behind
    rows = index.decisions(_whole(sought)._replace(most=sought.most + 1))
    page = tuple(rows[: sought.most])
    more = len(rows) > sought.most
    return Listing(page, (page[-1].at_us, page[-1].entry) if more else None, behind)


def every(sought: Sought) -> Iterator[DecisionRow]:
    """The same list, page by page to its end."""
    which = _whole(sought)
    while page := index.decisions(which):
        yield from page
        which = which._replace(after=(page[-1].at_us, page[-1].entry))


def _whole(sought: Sought) -> Sought:
    """With a policy, the outcomes are told: the index is by both."""
    return sought._replace(outcomes=sought.outcomes or (OUTCOMES if sought.policy else ()))


def policies() -> list[str]:
    """Every policy that was ever written, by id."""
    return register.policies()


def shown(counter: Counter, number: int) -> Shown | None:
    """The decision that an entry tells of; None where there is no such entry, or it tells of something else."""
    ledger = counter.desk.ledger
    if not 0 <= number < ledger.size:
        return None
    entry = ledger.entry(number)
    if entry.told["kind"] != decision_entries.KIND:
        return None
    (row,) = indexing.read([entry]).decisions
    content = entry.content or {}
    inputs = content.get("input", {})
    return Shown(
        row=row,
        entry=entry,
        content=content,
        retold=_retold(counter, content),
        reference={n: v for n, v in content.get("reference", {}).items() if n not in IDS},
        shadows=tuple(
            told for each in content.get(SHADOWS, ()) if (told := _retold(counter, each))
        ),
        tokens={of: inputs[name] for of, name in TOKENS.items() if inputs.get(name)},
    )


def _retold(counter: Counter, content: Mapping[str, Any]) -> Retold | None:
    try:
        return retelling.retold(counter.program(content), content)
    except (Unable, KeyError, TypeError):
        return (
            None  # erased, or no record of a version that is known: the entry is shown as it stands
        )


def again(counter: Counter, number: int) -> Verified:
    """Decide it again from its own record. Raises as `verifying.again`."""
    return verifying.again(counter.desk.ledger, counter.desk.policies, number)


def purposes(counter: Counter) -> dict[str, Purpose]:
    """What for a person's data may be opened."""
    return counter.desk.vault.rules.purposes


def sealed(counter: Counter, of: Of) -> dict[str, SealedField]:
    """The fields of a person, or of a device, that lie sealed."""
    rules = counter.desk.vault.rules
    return {name: rules.fields[name] for name in rules.of(of)}


def open_(counter: Counter, of: Shown, wanted: Opening, signed: Signed) -> dict[str, str]:
    """Values of a decision's customer or device by field, once the ledger tells of it; absent ones are absent.

    Raises:
        UnableToUseInput: no reason is given.
        UnableToOpenAgain, UnableToUseVault: as `opening.open_all`.
    """
    if not 0 < len(wanted.reason.strip()) <= REASON_MOST:
        raise refusal(problems.OPENING_WITHOUT_REASON, HAND, most=REASON_MOST)
    token = of.tokens.get(wanted.of)
    if token is None:
        raise refusal(problems.NOBODY_TO_OPEN, HAND)
    at = signed.at.replace(tzinfo=UTC)  # the vault wants the zone told
    ask = Ask(wanted.purpose, signed.by, at, reason=wanted.reason.strip())
    found = opening.open_all(
        counter.desk.ledger,
        counter.desk.vault,
        [(token, name) for name in wanted.fields],
        ask=ask,
        act=signed.act,
    )
    return {name: value.reveal() for (_, name), value in found.items()}


def form(counter: Counter, policy: str, at: datetime) -> list[Field]:
    """What deciding by hand asks for: the policy's inputs but tokens, then what is sealed.

    Raises:
        UnableToDecideBy: the policy is not in force.
    """
    ready, rules = counter.desk.policies.at(policy, at), counter.desk.vault.rules
    inputs = ready.program.inputs
    left_out = (*TOKENS.values(), *IDS)
    asked = [Field(name, each.title, each) for name, each in inputs.items() if name not in left_out]
    remembered = sorted(ready.keys - set(inputs) - set(left_out))
    return [
        *asked,
        *(Field(name, verbatim(name)) for name in remembered),
        *(Field(name, each.title, sealed=each) for name, each in rules.fields.items()),
    ]


def by_hand(counter: Counter, order: Order, given: Mapping[str, object]) -> Decided:
    """Decide one application that a person wrote down; told again under its id, the same decision.

    Raises:
        UnableToUseInput: it is refused, and nothing was decided.
        UnableToDecideBy: the policy is not in force.
    """
    (answer,) = counter.decide(order, [given], name=str(HAND))
    if isinstance(answer, Problem):
        raise UnableToUseInput((answer,))
    taken = Problem(problems.ID_TAKEN, HAND, {"id": answer.id})
    (told,) = live.heard(
        counter.desk.ledger, [(taken, answer)], lambda unit: units.sees(order.unit or HOUSE, unit)
    )
    if told.entry is None:
        raise UnableToUseInput(told.problems)
    return told
