"""Keep what somebody has written of a policy, until he proposes it or throws it away.

Looking at a text while it is written leaves no trace; keeping it is an act, and the ledger tells of
it by the texts' digests. The texts themselves stay in the row: a draft is nobody's word yet.
"""

from seawall.acts.publishing import digest
from seawall.acts.signing import Signed
from seawall.core.period import microseconds
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.records import draft_register as register
from seawall.records import policy_register
from seawall.records.draft_register import Draft


def keep(ledger: Ledger, draft: Draft, signed: Signed, *, seen_us: int | None) -> Draft:
    """Keep a draft; returns it as it was kept.

    Args:
        ledger: keeps the entry.
        draft: what was written; whose it is and when are the signature's.
        signed: who keeps it.
        seen_us: when the draft was kept that he opened; None where there was none.

    Raises:
        UnableToKeepDraft: another one was kept since.
    """
    at_us = microseconds(signed.at)
    kept = Draft(draft.policy, signed.by, draft.text, draft.cases, draft.base, at_us)
    digests = {"text": digest(draft.text), "cases": digest(draft.cases)}
    with policy_register.change():
        register.keep(kept, seen_us=seen_us)
        ledger.append(_entry("policy.draft", signed, draft.policy, digests))
    return kept


def drop(ledger: Ledger, policy: str, signed: Signed) -> None:
    """Throw one's draft of a policy away; nothing happens where there is none."""
    with policy_register.change():
        if register.drop(policy, signed.by):
            ledger.append(_entry("policy.draft_drop", signed, policy, {}))


def draft(policy: str, writer: str) -> Draft | None:
    """Somebody's draft of a policy; None where there is none."""
    return register.draft(policy, writer)


def _entry(kind: str, signed: Signed, policy: str, digests: dict[str, str]) -> Entry:
    return Entry(
        kind=kind,
        subject=f"policy:{policy}",
        actor=signed.by,
        at=signed.at,
        act=signed.act,
        digests=digests,
        body={},
    )
