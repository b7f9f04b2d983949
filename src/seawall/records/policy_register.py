"""The register of policies: who wrote, proposed, approved and published which version, since when.

Rows are only added. The rule of four eyes is kept by the database itself (migration
`0003_four_eyes` and `0004_closer_guards`); what it refuses comes back as `UnableToRegister`. Every change names its act, so
that one that is told again is done once.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction

from seawall.core.period import moment_at
from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.records.rows import rows as _rows

if TYPE_CHECKING:
    from seawall.records.models import Approval, PolicyVersion, Proposal, Publication


@dataclass(frozen=True)
class Version:
    """A policy's text.

    Attributes:
        policy: the policy's id.
        digest: of what it says.
        texts: file names with their texts: the base, its overlays, the cases.
    """

    policy: str
    digest: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Proposed:
    """A proposal as an approver sees it.

    Attributes:
        evidence: what was shown for it, as canonical JSON, and its SHA-256.
        makers: who cannot approve it: who proposed it, and who wrote the version.
        approved_by: who did.
    """

    number: int
    version: Version
    evidence: str
    evidence_digest: str
    makers: frozenset[str]
    approved_by: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """A proposal that is not published yet; times in µs since 1970.

    Attributes:
        makers: who cannot approve it.
        approved_by: who did.
    """

    number: int
    policy: str
    digest: str
    proposed_by: str
    proposed_us: int
    makers: frozenset[str]
    approved_by: frozenset[str]


@dataclass(frozen=True)
class Published:
    """A version in force from a time on; `proposal` is None for a rollback. Times in µs since 1970."""

    number: int
    policy: str
    digest: str
    proposal: int | None
    effective_us: int
    published_by: str
    published_us: int
    reason: str


@dataclass(frozen=True)
class Signed:
    """Who does something, when (µs since 1970), as which act: the key under which it is done once."""

    act: str
    by: str
    at_us: int


@dataclass(frozen=True)
class Step:
    """A step on a policy's way, as the register has it: what an entry of the ledger must tell.

    Attributes:
        verb: `propose`, `approve`, `publish` or `roll_back`.
        evidence_digest: of what was shown; empty for a rollback.
        effective_us: since when in force; None where it puts nothing in force.
        writers: the version's, as the register has them now; for a proposal only.
    """

    act: str
    verb: str
    by: str
    policy: str
    digest: str
    evidence_digest: str
    effective_us: int | None = None
    writers: frozenset[str] = frozenset()


@contextmanager
def change() -> Iterator[None]:
    """All that is registered inside is there together, or not at all.

    What must be there before, such as the ledger's entry, is written inside, last.

    Raises:
        UnableToRegister: the database refuses it, and says why.
    """
    try:
        with transaction.atomic(durable=True):
            yield
    except IntegrityError as error:
        raise UnableToRegister(verbatim(str(error).splitlines()[0])) from None


def write(version: Version, signed: Signed) -> None:
    """Keep a version's text, and its writer as one of its makers."""
    kept, _ = _rows("PolicyVersion").get_or_create(
        policy=version.policy, digest=version.digest, defaults={"texts": _json(version.texts)}
    )
    if json.loads(kept.texts) != dict(version.texts):
        raise UnableToRegister(
            Text(
                en="these files decide as {digest} does, which was written with other words and keeps them; "
                "propose that version, or change what is decided",
                zh="所提交文件的决策与 {digest} 完全相同，而该版本已以其他文字写入并予保留；请提交该版本，或修改决策内容",
            ).filled(digest=version.digest[:12])
        )
    _rows("Writing").get_or_create(
        version=kept, writer=signed.by, defaults={"written_us": signed.at_us}
    )


def propose(policy: str, digest: str, evidence: str, signed: Signed) -> int:
    """Propose a version that was written; returns the proposal's number."""
    version = _version(policy, digest)
    row = _once("Proposal", signed.act, {
        "version": version, "evidence": evidence, "evidence_digest": _sha256(evidence),
        "proposed_by": signed.by,
    }, proposed_us=signed.at_us)  # fmt: skip
    return int(row.number)


def approve(proposal: int, digest: str, evidence_digest: str, signed: Signed) -> None:
    """Approve exactly the version and the evidence that were shown."""
    _once("Approval", signed.act, {
        "proposal_id": proposal, "digest": digest, "evidence_digest": evidence_digest,
        "approved_by": signed.by,
    }, approved_us=signed.at_us)  # fmt: skip


def publish(proposal: int, effective_us: int, signed: Signed) -> Published:
    """Put an approved proposal's version in force from a time on; a proposal is published once."""
    row = _rows("Proposal").select_related("version").filter(number=proposal).first()
    if row is None:
        raise UnableToRegister(_NO_PROPOSAL.filled(number=proposal))
    before = published(proposal)
    if before is None and effective_us < signed.at_us:
        raise UnableToRegister(
            Text(
                en="a policy is not published in hindsight: give --since a time that has not passed, in "
                "UTC",
                zh="策略不能事后发布：--since 须为尚未过去的 UTC 时间",
            )
        )
    if before is not None and before.effective_us != effective_us:
        raise UnableToRegister(
            Text(
                en="proposal {number} was published before, as in force from {since} on; propose it "
                "again, or roll back",
                zh="提案 {number} 已发布过，自 {since} 起生效；请重新提交，或回滚",
            ).filled(number=proposal, since=moment_at(before.effective_us))
        )
    with _approved(proposal):
        return told_of(_once("Publication", signed.act, {
            "policy": row.version.policy, "version": row.version, "proposal_id": proposal,
            "effective_us": effective_us, "published_by": signed.by, "reason": "",
        }, published_us=signed.at_us))  # fmt: skip


@contextmanager
def _approved(proposal: int) -> Iterator[None]:
    """Where the database finds no approval, the sentence says how to get one."""
    try:
        yield
    except IntegrityError as error:
        if _NOT_APPROVED not in str(error):
            raise
        raise UnableToRegister(
            Text(
                en="only what another person approved is published; approve it first: `seawall policy "
                "approve {number} EVIDENCE`",
                zh="只有经他人批准的内容才能发布；请先批准：`seawall policy approve {number} EVIDENCE`",
            ).filled(number=proposal)
        ) from None


_NOT_APPROVED = "only what another person approved is published"
"""As the guard `not_approved` of migration `0003_four_eyes` says it."""


def roll_back(policy: str, digest: str, reason: str, signed: Signed) -> Published:
    """Bring a version that was in force before back at once."""
    return told_of(_once("Publication", signed.act, {
        "policy": policy, "version": _version(policy, digest), "proposal_id": None,
        "published_by": signed.by, "reason": reason,
    }, published_us=signed.at_us, effective_us=signed.at_us))  # fmt: skip


def version(policy: str, digest: str) -> Version:
    """A version that was written, by its digest or the beginning of it.

    Raises:
        UnableToRegister: there is none, or several.
    """
    rows = list(_rows("PolicyVersion").filter(policy=policy, digest__startswith=digest)[:2])
    if len(rows) != 1:
        how = _SEVERAL if rows else _NO_VERSION
        raise UnableToRegister(how.filled(digest=digest, policy=policy))
    return _text(rows[0])


def texts(known: Collection[tuple[str, str]]) -> dict[tuple[str, str], Version]:
    """Many versions at once, by policy and digest."""
    digests = {digest for _, digest in known}
    found = {(row.policy, row.digest): _text(row)
             for row in _rows("PolicyVersion").filter(digest__in=digests)}  # fmt: skip
    return {each: found[each] for each in known}


def published(proposal: int) -> Published | None:
    """What was published of a proposal; None where nothing was."""
    row = (
        _rows("Publication")
        .select_related("version")
        .filter(proposal_id=proposal)
        .order_by("number")
        .first()
    )
    return None if row is None else told_of(row)


def standing(policy: str, at_us: int) -> Published | None:
    """What is in force at a time, by what had been published by then, without its texts; None where nothing was.

    Every batch of decisions asks it, and has read the texts long ago.
    """
    row = _last(_PUBLISHED, policy, at_us)
    return None if row is None else Published(*row)


def in_force(policy: str, at_us: int) -> tuple[Published, Version] | None:
    """The same with its texts."""
    row = _last(f"{_PUBLISHED}, version.texts", policy, at_us)
    if row is None:
        return None
    *told, texts = row
    found = Published(*told)
    return found, Version(found.policy, found.digest, json.loads(texts))


def _last(columns: str, policy: str, at_us: int) -> tuple[Any, ...] | None:
    """Columns of the publication that counts at a time."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE.format(columns=columns), [policy, at_us, at_us])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


_PUBLISHED = (
    "each.number, each.policy, version.digest, each.proposal_id, each.effective_us, each.published_by, "
    "each.published_us, each.reason"
)
# Django would build the statement anew each time, which takes longer than it runs.
_IN_FORCE = """
SELECT {columns}
FROM records_publication AS each JOIN records_policyversion AS version ON version.number = each.version_id
WHERE each.policy = %s AND each.effective_us <= %s AND each.published_us <= %s
ORDER BY each.effective_us DESC, each.number DESC LIMIT 1
"""


def proposal(number: int) -> Proposed:
    """A proposal, to be looked at.

    Raises:
        UnableToRegister: there is no such proposal.
    """
    row = _rows("Proposal").select_related("version").filter(number=number).first()
    if row is None:
        raise UnableToRegister(_NO_PROPOSAL.filled(number=number))
    writers = _rows("Writing").filter(version=row.version).values_list("writer", flat=True)
    approvers = _rows("Approval").filter(proposal=row).order_by("number")
    return Proposed(
        number=row.number,
        version=_text(row.version),
        evidence=row.evidence,
        evidence_digest=row.evidence_digest,
        makers=frozenset((row.proposed_by, *writers)),
        approved_by=tuple(approvers.values_list("approved_by", flat=True)),
    )


def waiting(most: int) -> list[Waiting]:
    """Proposals that are not published yet, the latest first."""
    published = _rows("Publication").filter(proposal__isnull=False).values("proposal_id")
    rows = _rows("Proposal").exclude(number__in=published).select_related("version")
    found = list(rows.order_by("-number")[:most])
    makers = _names("Writing", "version_id", "writer", [row.version_id for row in found])
    approvers = _names("Approval", "proposal_id", "approved_by", [row.number for row in found])
    return [
        Waiting(
            row.number, row.version.policy, row.version.digest, row.proposed_by, row.proposed_us,
            makers.get(row.version_id, frozenset()) | {row.proposed_by},
            approvers.get(row.number, frozenset()),
        )
        for row in found
    ]  # fmt: skip


def _names(model: str, of: str, name: str, numbers: list[int]) -> dict[int, frozenset[str]]:
    """The names in some rows, by what they are of."""
    held: dict[int, frozenset[str]] = {}
    rows = _rows(model).filter(**{f"{of}__in": numbers})
    for number, told in rows.values_list(of, name):
        held[number] = held.get(number, frozenset()) | {told}
    return held


def steps() -> list[Step]:
    """Every step on every policy's way."""
    writers: dict[int, set[str]] = {}
    for number, writer in _rows("Writing").values_list("version_id", "writer"):
        writers.setdefault(number, set()).add(writer)
    proposals = {row.number: row for row in _rows("Proposal").select_related("version")}
    return [
        *(
            _proposing(row, frozenset(writers.get(row.version_id, ())))
            for row in proposals.values()
        ),
        *(_approving(row, proposals[row.proposal_id].version) for row in _rows("Approval").all()),
        *map(_publishing, _rows("Publication").select_related("version", "proposal")),
    ]


def _proposing(row: "Proposal", writers: frozenset[str]) -> Step:
    version, evidence = row.version, _sha256(row.evidence)
    return Step(
        row.act, "propose", row.proposed_by, version.policy, version.digest, evidence, None, writers
    )


def _approving(row: "Approval", version: "PolicyVersion") -> Step:
    return Step(
        row.act, "approve", row.approved_by, version.policy, row.digest, row.evidence_digest
    )


def _publishing(row: "Publication") -> Step:
    verb, evidence = (
        ("publish", row.proposal.evidence_digest) if row.proposal else ("roll_back", "")
    )
    version = row.version
    return Step(
        row.act, verb, row.published_by, row.policy, version.digest, evidence, row.effective_us
    )


def policies() -> list[str]:
    """The ids of all policies of which a version was written, in order."""
    return sorted(set(_rows("PolicyVersion").values_list("policy", flat=True)))


def publications(policy: str) -> tuple[Published, ...]:
    """Everything that was published of a policy, in order."""
    rows = _rows("Publication").select_related("version").filter(policy=policy).order_by("number")
    return tuple(map(told_of, rows))


def _once(model: str, act: str, told: Mapping[str, object], **times: int) -> Any:  # noqa: ANN401 - a row of the model
    """Add a row, or find the one that this act added before; it must have said the same."""
    row = _rows(model).filter(act=act).first()
    if row is None:
        return _rows(model).create(act=act, **told, **times)
    if any(getattr(row, name) != value for name, value in told.items()):
        raise UnableToRegister(
            Text(
                en="the act {act} was done before, and said something else",
                zh="行为 {act} 已做过，内容不同",
            ).filled(act=act)
        )
    return row


def _version(policy: str, digest: str) -> "PolicyVersion":
    row: PolicyVersion | None = _rows("PolicyVersion").filter(policy=policy, digest=digest).first()
    if row is None:
        raise UnableToRegister(
            Text(
                en="nobody wrote a version {digest} of {policy}",
                zh="{policy} 没有人写过版本 {digest}",
            ).filled(digest=digest[:12], policy=policy)
        )
    return row


def _text(row: "PolicyVersion") -> Version:
    return Version(row.policy, row.digest, json.loads(row.texts))


def told_of(row: "Publication") -> Published:
    """A row, with its version at hand, as what it tells."""
    return Published(
        number=row.number,
        policy=row.policy,
        digest=row.version.digest,
        proposal=row.proposal_id,  # type: ignore[attr-defined]
        effective_us=row.effective_us,
        published_by=row.published_by,
        published_us=row.published_us,
        reason=row.reason,
    )


def _json(texts: Mapping[str, str]) -> str:
    return json.dumps(dict(texts), ensure_ascii=False, separators=(",", ":"))


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_NO_PROPOSAL = Text(en="there is no proposal {number}", zh="没有提案 {number}")
_SEVERAL = Text(
    en="several versions begin with {digest} in {policy}", zh="{policy} 有多个版本以 {digest} 开头"
)
_NO_VERSION = Text(
    en="no version begins with {digest} in {policy}", zh="{policy} 没有以 {digest} 开头的版本"
)


class UnableToRegister(Unable):
    """The register refuses a change."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="the register refuses this: {why}", zh="登记簿拒绝此项：{why}"), why=why
        )
