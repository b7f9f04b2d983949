"""Every decision of a ledger, decided again from its own record: the same must come out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from seawall.acts.decision_entries import KIND, SHADOWS
from seawall.acts.in_force import Policies
from seawall.core.canonical import canonical
from seawall.core.problem import Unable
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Reader
from seawall.policy import record

Agreement = Literal["agrees", "differs", "erased", "unreadable"]


@dataclass(frozen=True)
class Verified:
    """What came of a decision, decided again.

    Attributes:
        entry: the number of its entry.
        subject: whose decision it is, as the ledger tells.
        agreement: `erased`: there is nothing left to decide again. `unreadable`: no version of the
            policy is known that made it, or the entry holds no record.
        why: what differs, or why it cannot be read; empty where it agrees.
    """

    entry: int
    subject: str
    agreement: Agreement
    why: str = ""


def verify(ledger: Reader, policies: Policies) -> Iterator[Verified]:
    """Decide everything again that the ledger says was decided, in its order.

    A decision agrees where every part of its record is the same: truths, values, reasons, offer;
    compared as the ledger writes them (RFC 8785, which knows one kind of number).
    """
    for entry in ledger.entries():
        told = entry.told
        if told["kind"] == KIND:
            yield Verified(entry.number, told["subject"], *_again(entry, policies))


def _again(entry: Recorded, policies: Policies) -> tuple[Agreement, str]:
    content = entry.content
    if content is None:
        return "erased", ""
    shadows = content.pop(SHADOWS, [])
    try:
        differing = [name for each in (content, *shadows) for name in _differing(each, policies)]
    except (Unable, KeyError, TypeError) as error:
        return "unreadable", str(error)
    return ("differs", ", ".join(dict.fromkeys(differing))) if differing else ("agrees", "")


def _differing(content: dict[str, Any], policies: Policies) -> list[str]:
    """The parts of a record that come out otherwise."""
    ready = policies.of(content["policy"]["id"], content["policy"]["digest"])
    again = json.loads(record.replayed(ready.decider, json.dumps(content)))
    names = sorted(content.keys() | again.keys())
    return [name for name in names if canonical(content.get(name)) != canonical(again.get(name))]
