"""What the stores say, held against the ledger: decisions made again, the register's steps told.

A decision, decided again from its own record, must come out the same. The register of policies is
rows, which somebody with the database in his hands can write; the ledger is what was done.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from seawall.acts import problems, publishing, step_telling
from seawall.acts.decision_entries import KIND, SHADOWS, UnableToReadDecision
from seawall.acts.in_force import Policies
from seawall.core.canonical import canonical
from seawall.core.problem import Place, Problem, Unable
from seawall.core.text import Text, verbatim
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Reader
from seawall.policy import record
from seawall.records import policy_register as register

Agreement = Literal["agrees", "differs", "erased", "unreadable"]


@dataclass(frozen=True)
class Verified:
    """What came of a decision, decided again.

    Attributes:
        entry: the number of its entry.
        subject: whose decision it is, as the ledger tells.
        agreement: `erased`: there is nothing left to decide again. `unreadable`: no version of the
            policy is known that made it, or the entry holds no record.
        why: what differs, or why it cannot be read; None where it agrees.
    """

    entry: int
    subject: str
    agreement: Agreement
    why: Text | None = None


def verify(ledger: Reader, policies: Policies) -> Iterator[Verified]:
    """Decide everything again that the ledger says was decided, in its order.

    A decision agrees where every part of its record is the same: truths, values, reasons, offer;
    compared as the ledger writes them (RFC 8785, which knows one kind of number).
    """
    for entry in ledger.entries():
        told = entry.told
        if told["kind"] == KIND:
            yield Verified(entry.number, told["subject"], *_again(entry, policies))


def again(ledger: Reader, policies: Policies, number: int) -> Verified:
    """Decide one again from its record.

    Raises:
        UnableToFindEntry: there is no entry of this number.
        UnableToReadDecision: it tells of no decision.
    """
    entry = ledger.entry(number)
    told = entry.told
    if told["kind"] != KIND:
        raise UnableToReadDecision(told["act"], number)
    return Verified(number, told["subject"], *_again(entry, policies))


def _again(entry: Recorded, policies: Policies) -> tuple[Agreement, Text | None]:
    content = entry.content
    if content is None:
        return "erased", None
    shadows = content.pop(SHADOWS, [])
    try:
        differing = [name for each in (content, *shadows) for name in _differing(each, policies)]
    except Unable as error:
        return "unreadable", error.said
    except (KeyError, TypeError) as error:
        return "unreadable", verbatim(str(error))
    names = verbatim(", ".join(dict.fromkeys(differing)))
    return ("differs", names) if differing else ("agrees", None)


def _differing(content: dict[str, Any], policies: Policies) -> list[str]:
    """The parts of a record that come out otherwise."""
    ready = policies.of(content["policy"]["id"], content["policy"]["digest"])
    again = json.loads(record.replayed(ready.decider, json.dumps(content)))
    names = sorted(content.keys() | again.keys())
    return [name for name in names if canonical(content.get(name)) != canonical(again.get(name))]


def register_wrong(ledger: Reader) -> Iterator[Problem]:
    """Where the register of policies is not what the ledger tells; nothing where it is.

    Every row's act must have its entry, of the same person, version, evidence, writers and time; every
    entry its row; every version in force the text of its digest.
    """
    steps = register.steps()
    yield from step_telling.wrong(ledger, steps)
    acts = {each.act for each in steps}
    for entry in ledger.entries():
        if entry.told["kind"] in _STEPS and entry.told["act"] not in acts:
            yield step_telling.of_step(
                problems.STEP_UNREGISTERED, entry.told["act"], entry=entry.number
            )
    for policy, digest in sorted({(s.policy, s.digest) for s in steps if s.effective_us}):
        yield from _version_wrong(policy, digest)


_STEPS = {f"policy.{verb}" for verb in ("propose", "approve", "publish", "roll_back")}


def _version_wrong(policy: str, digest: str) -> Iterator[Problem]:
    try:
        publishing.program(publishing.version(policy, digest))
    except Unable as why:
        facts: dict[str, object] = {"policy": policy, "digest": digest[:12], "why": why.said}
        yield Problem(problems.VERSION_UNTRUSTED, Place(policy), facts)
