"""Open people's data, or look people up: for a declared purpose, once the ledger tells of it.

The entry is durable before anything is decrypted. An act opens once: told again, it is refused, so that
nobody opens twice behind one entry. An opening that fails after its entry leaves a record too many,
never one too few.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from seawall.acts.signing import checked
from seawall.core.canonical import canonical
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.vault.opening import Ask, LookUp, Recorder, Unsealing, Wanted
from seawall.vault.plain import Plain
from seawall.vault.store import Vault

KIND, FIND = "vault.open", "vault.find"


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
        UnableToSignAs: nobody goes by the actor's name, whose limits are counted by it.
        UnableToOpenAgain: the act was told before.
        UnableToUseVault: as `Vault.open_all`.
        UnableToWriteStore: the ledger failed; nothing is opened.
    """
    checked(ask.actor)
    return vault.open_all(wanted, ask=ask, record=_recorder(ledger, act))


def export(ledger: Ledger, vault: Vault, token: str, *, ask: Ask, act: str) -> Plain:
    """Everything held on one person, as JSON. Arguments and refusals as `open_all`."""
    checked(ask.actor)
    return vault.export(token, ask=ask, record=_recorder(ledger, act))


@dataclass(frozen=True)
class Sought:
    """By which values people are looked up.

    Attributes:
        country: whose identity numbers and telephones, where a value does not say so itself.
    """

    field: str
    values: Sequence[Plain]
    country: str


def find(
    ledger: Ledger, vault: Vault, sought: Sought, *, ask: Ask, act: str
) -> list[tuple[str, ...]]:
    """For each value the tokens of all who have it: whether somebody is known is a disclosure, too.

    The entry names the field, how many values were asked for, and whom it found; never a value, nor a
    digest of one, which would confirm a guess. Arguments and refusals as `open_all`.
    """
    checked(ask.actor)

    def record(made: LookUp) -> None:
        _once(ledger, _found(made, act))

    return vault.look_up(
        sought.field, sought.values, country=sought.country, ask=ask, record=record
    )


def _recorder(ledger: Ledger, act: str) -> Recorder:
    return lambda unsealing: _once(ledger, _entry(unsealing, act))


def _once(ledger: Ledger, entry: Entry) -> None:
    if not ledger.append(entry).new:
        raise UnableToOpenAgain(entry.act)


def _found(made: LookUp, act: str) -> Entry:
    return Entry(
        kind=FIND,
        subject=subject(made.tokens) if made.tokens else f"field:{made.field}",
        actor=made.ask.actor,
        at=made.ask.at,
        act=act,
        body={
            **_asked(made.ask),
            "field": made.field,
            "values": made.values,
            "found": list(made.tokens),
        },
    )


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
            **_asked(unsealing.ask),
            "reveals": unsealing.reveals,
            "values": values,
        },
    )


def _asked(ask: Ask) -> dict[str, str | None]:
    """What for; the reason only where one was given."""
    told = {"purpose": ask.purpose, "approval": ask.approval}
    return told if ask.reason is None else {**told, "reason": ask.reason}


def subject(tokens: Sequence[str]) -> str:
    """Whom an entry is about: the token, or a digest of many; the body names them."""
    if len(tokens) == 1:
        return tokens[0]
    return f"people:{hashlib.sha256(canonical(list(tokens))).hexdigest()}"


class UnableToOpenAgain(Unable, ValueError):
    """An act that was told before does not open anything."""

    def __init__(self, act: str) -> None:
        super().__init__(
            Text(
                en="the act {act!r} was told before, so nothing is opened: open as a new act, with an "
                "entry of its own",
                zh="行为 {act!r} 已登记过，因此不予开启：请作为新的行为开启，并有自己的账本条目",
            ),
            act=act,
        )
