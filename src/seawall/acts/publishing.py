"""Put a policy in force: one person proposes, another approves exactly that, then it is published.

Each verb is one row in the register and one entry in the ledger, under one act's key. The entry is
durable before the row is: no policy is in force that the ledger does not tell of. Told again, an
act is done once.

What may differ when a step that was stopped is told again (a replay of a book that grew, the time of
"at once") is part of the act's key, so that no half-done step stands in the way of the next try.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from seawall.acts.signing import Signed, checked
from seawall.core import pack
from seawall.core.period import microseconds, moment_at
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.policy import cases, reading, record
from seawall.policy.cases import SUFFIX, Cases
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program
from seawall.records import policy_register as register
from seawall.records.policy_register import Proposed, Published, Version


@dataclass(frozen=True)
class Replayed:
    """What a replay showed.

    Attributes:
        over: what was replayed.
        report: SHA-256 of the report, as the approver can open it.
        rates: shares of the outcomes.
    """

    over: Text
    report: str
    rates: dict[str, float]

    def told(self) -> dict[str, object]:
        """The same as JSON's values."""
        return {"over": self.over.model_dump(), "report": self.report, "rates": self.rates}


def program(version: Version) -> Program:
    """The policy that a version's texts say.

    Raises:
        UnableToUseInput: they are no policy.
        UnableToTrustVersion: they say something else than their digest.
    """
    texts = [(name, text) for name, text in version.texts.items() if not name.endswith(SUFFIX)]
    sheets = [pack.parse_placed(text, name, Sheet) for name, text in texts]
    read = reading.program(sheets)
    if (read.id, read.digest) != (version.policy, version.digest):
        raise UnableToTrustVersion(version)
    return read


def propose(
    ledger: Ledger,
    version: Version,
    signed: Signed,
    *,
    writers: Sequence[str] = (),
    replayed: Replayed | None = None,
) -> int:
    """Propose a version: its cases must pass; returns the proposal's number.

    Args:
        ledger: keeps the entry.
        version: the texts of the policy, of what it extends, and of its cases.
        signed: who proposes.
        writers: who wrote it beside him; none of them may approve it.
        replayed: what a replay over history showed, for the approver.

    Raises:
        UnableToPropose: it has no cases, or some fail.
        UnableToUseInput: the texts are no policy.
        UnableToRegister: the register refuses it.
    """
    evidence = record.canonical({
        "policy": version.policy, "digest": version.digest,
        "cases": cases_passed(version), "replay": replayed.told() if replayed else None,
    })  # fmt: skip
    signed = _about(signed, digest(evidence))
    told = _registered(signed)
    makers = sorted({signed.by, *map(checked, writers)})
    with register.change():
        for writer in makers:
            register.write(version, register.Signed(told.act, writer, told.at_us))
        number = register.propose(version.policy, version.digest, evidence, told)
        ledger.append(
            _entry(
                "policy.propose",
                signed,
                version,
                digests={"evidence": digest(evidence)},
                # Not its number: a proposal stopped half-way may get another one when told again.
                body={"writers": makers, "evidence": json.loads(evidence)},
            )
        )
    return number


def approve(ledger: Ledger, number: int, evidence_digest: str, signed: Signed) -> None:
    """Approve a proposal, by somebody who is none of its makers.

    Args:
        ledger: keeps the entry.
        number: the proposal's.
        evidence_digest: of the evidence that the approver saw, which names the version, its cases
            and the report.
        signed: who approves.

    Raises:
        UnableToApprove: a maker approves, or something else was proposed than was seen.
        UnableToRegister: the register refuses it.
    """
    seen = register.proposal(number)
    if signed.by in seen.makers:
        raise UnableToApprove(
            number,
            Text(
                en="{by} made it, and a maker never approves his own change",
                zh="{by} 是其制作者，制作者不得批准自己的变更",
            ).filled(by=signed.by),
        )
    if evidence_digest != seen.evidence_digest:
        raise UnableToApprove(
            number,
            Text(
                en="its evidence is another than was seen: review it again",
                zh="其依据与所见的不同：请重新审阅",
            ),
        )
    signed = _about(signed, evidence_digest)
    with register.change():
        register.approve(number, seen.version.digest, evidence_digest, _registered(signed))
        ledger.append(
            _entry(
                "policy.approve",
                signed,
                seen.version,
                digests={"evidence": evidence_digest},
                body={"proposal": number},
            )
        )


def publish(
    ledger: Ledger, number: int, signed: Signed, effective: datetime | None = None
) -> Published:
    """Put an approved proposal's version in force, once; told again, it is as it was published then.

    Args:
        ledger: keeps the entry.
        number: the proposal's.
        signed: who publishes.
        effective: from when on, not before now; at once where None.

    Raises:
        UnableToRegister: nobody else approved it, the time has passed, or it was published before, as
            in force from another time on.
    """
    seen = register.proposal(number)
    before = register.published(number)
    if before is not None and effective in (None, moment_at(before.effective_us)):
        return before
    effective = effective or signed.at
    signed = _about(signed, effective.isoformat())
    with register.change():
        published = register.publish(number, microseconds(effective), _registered(signed))
        ledger.append(
            _entry(
                "policy.publish",
                signed,
                seen.version,
                digests={"evidence": seen.evidence_digest},
                body={
                    "proposal": number,
                    "effective": moment_at(published.effective_us).isoformat(),
                },
            )
        )
    return published


def roll_back(ledger: Ledger, version: Version, signed: Signed, reason: str) -> Published:
    """Bring a version that was in force before back at once.

    Raises:
        UnableToRegister: it never was.
    """
    with register.change():
        published = register.roll_back(version.policy, version.digest, reason, _registered(signed))
        ledger.append(
            _entry(
                "policy.roll_back",
                signed,
                version,
                digests={},
                body={"reason": reason, "effective": moment_at(published.effective_us).isoformat()},
            )
        )
    return published


def standing(policy: str, at: datetime) -> Published | None:
    """What is in force at a time, by what had been published by then; None where nothing was."""
    return register.standing(policy, microseconds(at))


def in_force(policy: str, at: datetime) -> tuple[Published, Version] | None:
    """The same with its texts."""
    return register.in_force(policy, microseconds(at))


def version(policy: str, digest: str) -> Version:
    """A version that was written, by its digest or the beginning of it.

    Raises:
        UnableToRegister: there is none, or several.
    """
    return register.version(policy, digest)


def publications(policy: str) -> tuple[Published, ...]:
    """Everything that was published of a policy, in order."""
    return register.publications(policy)


def proposal(number: int) -> Proposed:
    """A proposal, to be looked at. Raises UnableToRegister: there is none of this number."""
    return register.proposal(number)


def cases_passed(version: Version) -> dict[str, object]:
    """How many cases pass, and which cases they are.

    Raises:
        UnableToPropose: it has no cases, or some fail.
    """
    texts = {name: text for name, text in version.texts.items() if name.endswith(SUFFIX)}
    if not texts:
        raise UnableToPropose(
            version,
            Text(
                en="it has no cases; write them into POLICY.cases.yaml beside it",
                zh="它没有用例；请写入旁边的 POLICY.cases.yaml",
            ),
        )
    decider = Decider(program(version))
    verdicts = [
        verdict
        for name, text in texts.items()
        for verdict in cases.verdicts(decider, pack.parse_placed(text, name, Cases))
    ]
    if failed := [f"{each.place}: {each.name}" for each in verdicts if each.wrong]:
        raise UnableToPropose(
            version,
            Text(
                en="{n} cases fail, the first is {first}", zh="{n} 个用例未通过，首个是 {first}"
            ).filled(n=len(failed), first=failed[0]),
        )
    return {"passed": len(verdicts), "digest": digest("\n".join(texts.values()))}


def _about(signed: Signed, what: str) -> Signed:
    """The same act, of just this: its key says so."""
    return replace(signed, act=f"{signed.act}:{what[:_SAID]}")


_SAID = 26
"""Characters: a time with its microseconds, or enough of a digest."""


def _registered(signed: Signed) -> register.Signed:
    """The same as the register keeps it."""
    return register.Signed(signed.act, signed.by, microseconds(signed.at))


def _entry(
    kind: str,
    signed: Signed,
    version: Version,
    *,
    digests: dict[str, str],
    body: dict[str, object],
) -> Entry:
    return Entry(
        kind=kind,
        subject=f"policy:{version.policy}",
        actor=signed.by,
        at=signed.at,
        act=signed.act,
        digests={"policy": version.digest, **digests},
        body=body,
    )


def digest(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return sha256(text.encode()).hexdigest()


class UnableToApprove(Unable, ValueError):
    """A proposal is not approved; the database would refuse it, too, and say less."""

    def __init__(self, number: int, why: Text) -> None:
        super().__init__(
            Text(en="proposal {number} is not approved: {why}", zh="提案 {number} 未获批准：{why}"),
            number=number,
            why=why,
        )


class UnableToTrustVersion(Unable, RuntimeError):
    """A version's texts do not say what their digest names."""

    def __init__(self, version: Version) -> None:
        super().__init__(
            Text(
                en="the texts kept for {policy} {digest} say something else: somebody changed them "
                "behind the office's back; compare with the ledger, and restore a backup",
                zh="所存的 {policy} {digest} 文本与其摘要不符：有人绕过系统改动过；请与账本比对，并恢复"
                "备份",
            ),
            policy=version.policy,
            digest=version.digest[:12],
        )


class UnableToPropose(Unable, ValueError):
    """A version is not ready to be proposed."""

    def __init__(self, version: Version, why: Text) -> None:
        super().__init__(
            Text(
                en="{policy} {digest} cannot be proposed: {why}",
                zh="{policy} {digest} 不能提交：{why}",
            ),
            policy=version.policy,
            digest=version.digest[:12],
            why=why,
        )
