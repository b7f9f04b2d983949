"""Erase people's data, or hold it: every certificate and every hold is an entry.

An erasure is marked in the vault first: from there on every process refuses the person, and his
certificate is fixed. Then the ledger tells of it, and only then is his key destroyed. Stopped anywhere,
`finish` goes on: no key is destroyed that the ledger does not tell of, and whoever is told of is marked.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import NamedTuple

from seawall.acts.signing import Signed, checked
from seawall.core.canonical import canonical
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry, Recorded
from seawall.ledger.log import Ledger
from seawall.vault import erasure
from seawall.vault.erasure import Erasure, Order
from seawall.vault.store import Vault

KIND = "vault.erase"
HOLD, RELEASE = "vault.hold", "vault.release"


def erase(ledger: Ledger, vault: Vault, tokens: Sequence[str], *, by: Order) -> list[Erasure]:
    """Destroy people's keys; their certificates, in order, an entry each. A second time gives the same.

    Raises:
        UnableToSignAs: nobody goes by this name.
        UnableToFindPerson: there is no such token; nobody is erased.
        UnableToErase: somebody is under a hold; nobody is erased.
        UnableToWriteStore: the ledger failed; they are marked, and their keys wait for `finish`.
        UnableToScrub: keys are deleted, their bytes not yet overwritten; call again.
    """
    checked(by.actor)
    certificates = vault.order_erasure(tokens, by=by)
    _carry_out(ledger, vault, certificates)
    return certificates


def replay(ledger: Ledger, vault: Vault, certificates: Iterable[Erasure]) -> int:
    """After a restore: erase again whom certificates say to be erased; how many. Holds do not stop it.

    Certificates are believed: they come from the ledger, or from a list that its owner kept.
    """
    vault.order_again(certificates)
    return finish(ledger, vault)


def replay_told(ledger: Ledger, vault: Vault, certificates: Iterable[Erasure]) -> int:
    """The same where the vault's rows alone are from before: the ledger tells of every erasure.

    Raises:
        UnableToReplay: it does not tell of one; nobody is erased.
    """
    acts = {_entry(each).act: each for each in certificates}
    for act in acts.keys() - ledger.find_all(list(acts)).keys():
        raise UnableToReplay(acts[act].token)
    return replay(ledger, vault, acts.values())


def finish(ledger: Ledger, vault: Vault) -> int:
    """Carry out what was stopped half-way; how many people's keys were destroyed."""
    return _carry_out(ledger, vault, vault.ordered_erasures())


def _carry_out(ledger: Ledger, vault: Vault, certificates: Sequence[Erasure]) -> int:
    ledger.append_all([_entry(each) for each in certificates])
    return vault.finish_erasures([each.token for each in certificates])


def _entry(certificate: Erasure) -> Entry:
    told = json.loads(certificate.text())
    digest = hashlib.sha256(canonical(told)).hexdigest()
    return Entry(
        kind=KIND,
        subject=certificate.token,
        actor=certificate.actor,
        at=certificate.at,
        act=f"{KIND}:{certificate.token}:{digest[:32]}",
        digests={"certificate": digest},
        body=told,
    )


def certificates(entries: Iterable[Recorded]) -> list[Erasure]:
    """The certificates among a ledger's entries; of an erased body, whose data was erased, at least."""
    return [_certificate(each) for each in entries if each.told["kind"] == KIND]


def _certificate(entry: Recorded) -> Erasure:
    if entry.body is not None:
        return erasure.parse(entry.body.decode())
    told = {"token": entry.told["subject"], "actor": entry.told["actor"], "at": entry.told["at"]}
    return erasure.parse(json.dumps({**told, "reason": "", "fields": [], "kek": "", "key": ""}))


class Hold(NamedTuple):
    """Whom a hold is on, and its kind."""

    token: str
    kind: str


def hold(ledger: Ledger, vault: Vault, on: Hold, *, signed: Signed, reason: str) -> None:
    """Put somebody under a hold; one that stands already changes nothing, and is not told.

    Raises:
        UnableToFindPerson: there is no such token, or the person is erased.
        UnableToHold: the pack declares no such hold.
    """
    entry = _of_hold(HOLD, on, signed, reason)
    vault.hold(*on, by=_order(signed, reason), record=lambda: ledger.append(entry))


def release(ledger: Ledger, vault: Vault, on: Hold, *, signed: Signed, reason: str) -> None:
    """Lift a hold; none there changes nothing, and is not told."""
    entry = _of_hold(RELEASE, on, signed, reason)
    vault.release(*on, record=lambda: ledger.append(entry))


def _of_hold(kind: str, on: Hold, signed: Signed, reason: str) -> Entry:
    body = {"hold": on.kind, "reason": reason}
    return Entry(
        kind=kind, subject=on.token, actor=signed.by, at=signed.at, act=signed.act, body=body
    )


def _order(signed: Signed, reason: str) -> Order:
    return Order(signed.by, reason, signed.at.replace(tzinfo=UTC))


class UnableToReplay(Unable, LookupError):
    """A certificate of erasure that is not this ledger's."""

    def __init__(self, token: str) -> None:
        super().__init__(
            Text(
                en="the ledger tells of no such erasure of {token}: give what `seawall vault erasures` "
                "printed, or `seawall restore --erasures` where the ledger is from before, too",
                zh="账本中没有对 {token} 的此次删除：请提供 `seawall vault erasures` 的输出；若账本早于"
                "该删除，另用 `seawall restore --erasures`",
            ),
            token=token,
        )
