"""Open people's data: for a declared purpose, once the ledger tells of it.

The entry is durable before anything is decrypted. An act opens once: told again, it is refused, so that
nobody opens twice behind one entry. An opening that fails after its entry leaves a record too many,
never one too few.
"""

import hashlib
from collections.abc import Sequence

from seawall.core.canonical import canonical
from seawall.core.problem import Unable
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.vault.opening import Ask, Recorder, Unsealing, Wanted
from seawall.vault.plain import Plain
from seawall.vault.store import Vault

KIND = "vault.open"


def open_all(
    ledger: Ledger, vault: Vault, wanted: Sequence[Wanted], *, ask: Ask, act: str
) -> dict[Wanted, Plain]:
    """Open values for a purpose; what is not there is absent, and not told.

    Args:
        ledger: keeps the entry: who opened what, and what for; never a value.
        vault: where the values lie.
        wanted: tokens and fields.
        ask: who, what for, when, and by whose approval.
        act: the act's key; each opening has its own.

    Raises:
        UnableToOpenAgain: the act was told before.
        UnableToUseVault: as `Vault.open_all`.
        UnableToWriteStore: the ledger failed; nothing is opened.
    """
    return vault.open_all(wanted, ask=ask, record=_recorder(ledger, act))


def export(ledger: Ledger, vault: Vault, token: str, *, ask: Ask, act: str) -> Plain:
    """Everything held on one person, as JSON. Arguments and refusals as `open_all`."""
    return vault.export(token, ask=ask, record=_recorder(ledger, act))


def _recorder(ledger: Ledger, act: str) -> Recorder:
    def record(unsealing: Unsealing) -> None:
        if not ledger.append(_entry(unsealing, act)).new:
            raise UnableToOpenAgain(act)

    return record


def _entry(unsealing: Unsealing, act: str) -> Entry:
    values = [list(each) for each in unsealing.values]
    return Entry(
        kind=KIND,
        subject=subject(sorted({token for token, _ in unsealing.values})),
        actor=unsealing.ask.actor,
        at=unsealing.ask.at,
        act=act,
        digests={"values": hashlib.sha256(canonical(values)).hexdigest()},
        body={
            "purpose": unsealing.ask.purpose,
            "approval": unsealing.ask.approval,
            "reveals": unsealing.reveals,
            "values": values,
        },
    )


def subject(tokens: Sequence[str]) -> str:
    """Whom an entry is about: the token, or a digest of many; the body names them."""
    if len(tokens) == 1:
        return tokens[0]
    return f"people:{hashlib.sha256(canonical(list(tokens))).hexdigest()}"


class UnableToOpenAgain(Unable, ValueError):
    """An act that was told before does not open anything."""

    def __init__(self, act: str) -> None:
        super().__init__(
            f"the act {act!r} was told before, so nothing is opened: open as a new act, with an entry "
            "of its own"
        )
