"""What the register of policies holds, to be looked at: what is in force, what waits, what came before.

Lists are told from the latest on, a page at a time: `before` is the number of the last one that was
told. Everything is read in a bounded number of questions, however many rows there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from seawall.records.policy_register import Published, told_of
from seawall.records.rows import rows as _rows

PAGE = 50
EVERY = 100_000
"""So many publications no policy has: one a minute for two months."""


@dataclass(frozen=True)
class Offered:
    """A proposal in a list.

    Attributes:
        published_us: when it was published; None while it waits.
    """

    number: int
    policy: str
    digest: str
    proposed_by: str
    proposed_us: int
    approved_by: tuple[str, ...]
    published_us: int | None


@dataclass(frozen=True)
class Standing:
    """Where a policy stands.

    Attributes:
        in_force: what counts now; None where nothing was published yet.
        coming: what was published as in force from a later time on.
        waiting: proposals that were not published, the latest first.
        written: the digest of the version that was written last.
    """

    policy: str
    written: str
    in_force: Published | None
    coming: tuple[Published, ...]
    waiting: tuple[Offered, ...]


@dataclass(frozen=True)
class Stood:
    """Where a policy stands, and everything that was published of it, the latest first."""

    standing: Standing
    published: tuple[Published, ...]


@dataclass(frozen=True)
class Written:
    """A version in a list: who wrote it, and since when it was first in force, if it ever was."""

    number: int
    digest: str
    writers: tuple[str, ...]
    written_us: int
    in_force_us: int | None


def standings(at_us: int) -> tuple[Standing, ...]:
    """Where every policy of the register stands at a time, by id."""
    last = _rows("PolicyVersion").filter(policy=OuterRef("policy")).order_by("-number")
    names = _rows("PolicyVersion").filter(number=Subquery(last.values("number")[:1]))
    in_force = {row.policy: row for row in _in_force(at_us)}
    later = _publications().filter(effective_us__gt=at_us).order_by("effective_us", "number")
    coming = [told_of(row) for row in later]
    waiting = _offers(_waiting().order_by("-number")[:PAGE], {})
    return tuple(
        Standing(
            name,
            digest,
            told_of(in_force[name]) if name in in_force else None,
            tuple(each for each in coming if each.policy == name),
            tuple(each for each in waiting if each.policy == name),
        )
        for name, digest in names.order_by("policy").values_list("policy", "digest")
    )


def stood(policy: str, at_us: int) -> Stood | None:
    """Where one policy stands at a time, and how it came there; None where nobody wrote a version."""
    told = tuple(map(told_of, _publications().filter(policy=policy).order_by("-number")[:EVERY]))
    known = [each for each in told if max(each.effective_us, each.published_us) <= at_us]
    coming = [each for each in told if each.effective_us > at_us]
    rows = _rows("PolicyVersion").filter(policy=policy).order_by("-number")
    written = rows.values_list("digest", flat=True).first()
    if written is None:
        return None
    waiting = _waiting().filter(version__policy=policy).order_by("-number")[:PAGE]
    standing = Standing(
        policy,
        written,
        max(known, key=_order, default=None),
        tuple(sorted(coming, key=_order)),
        _offers(waiting, {}),
    )
    return Stood(standing, told)


def _order(each: Published) -> tuple[int, int]:
    """As `policy_register.in_force` chooses: the latest effective, and of these the last published."""
    return each.effective_us, each.number


def offered(
    policy: str, told: Iterable[Published], before: int | None = None
) -> tuple[Offered, ...]:
    """Proposals of a policy, the latest first; `told` is what was published of it."""
    rows = _proposals().filter(version__policy=policy)
    published = {each.proposal: each.published_us for each in told if each.proposal is not None}
    return _offers(_page(rows, before), published)


def versions(
    policy: str, told: Iterable[Published], before: int | None = None
) -> tuple[Written, ...]:
    """Versions of a policy, the latest first; `told` is what was published of it."""
    found = list(_page(_rows("PolicyVersion").defer("texts").filter(policy=policy), before))
    rows = _rows("Writing").filter(version_id__in=[row.number for row in found]).order_by("number")
    writers: dict[int, list[tuple[str, int]]] = {}
    for version, writer, at_us in rows.values_list("version_id", "writer", "written_us"):
        writers.setdefault(version, []).append((writer, at_us))
    since: dict[str, int] = {}
    for each in told:
        since[each.digest] = min(each.effective_us, since.get(each.digest, each.effective_us))
    return tuple(
        Written(
            row.number,
            row.digest,
            tuple(writer for writer, _ in writers[row.number]),
            min(at_us for _, at_us in writers[row.number]),
            since.get(row.digest),
        )
        for row in found
    )


def _publications() -> Any:  # noqa: ANN401 - a query over rows
    """With their versions, but not with these' texts."""
    return _rows("Publication").select_related("version").defer("version__texts")


def _proposals() -> Any:  # noqa: ANN401 - a query over rows
    """With their versions, but neither with these' texts nor with what was shown for them."""
    return _rows("Proposal").select_related("version").defer("version__texts", "evidence")


def _waiting() -> Any:  # noqa: ANN401 - a query over rows
    return _proposals().filter(publication__isnull=True)


def _page(rows: Any, before: int | None) -> Any:  # noqa: ANN401 - a query over rows
    chosen = rows if before is None else rows.filter(number__lt=before)
    return chosen.order_by("-number")[:PAGE]


def _in_force(at_us: int) -> Iterable[Any]:
    """As `policy_register.in_force` chooses: the latest effective by what had been published."""
    known = Q(effective_us__lte=at_us, published_us__lte=at_us)
    latest = (
        _rows("Publication")
        .filter(known, policy=OuterRef("policy"))
        .order_by("-effective_us", "-number")
    )
    found: Iterable[Any] = _publications().filter(number=Subquery(latest.values("number")[:1]))
    return found


def _offers(rows: Iterable[Any], published: Mapping[int, int]) -> tuple[Offered, ...]:
    """Proposals with who approved them; `published` says when, by number."""
    found = list(rows)
    approvers: dict[int, list[str]] = {}
    for number, name in (
        _rows("Approval").filter(proposal_id__in=[row.number for row in found]).order_by("number")
        .values_list("proposal_id", "approved_by")
    ):  # fmt: skip
        approvers.setdefault(number, []).append(name)
    return tuple(
        Offered(
            row.number,
            row.version.policy,
            row.version.digest,
            row.proposed_by,
            row.proposed_us,
            tuple(approvers.get(row.number, ())),
            published.get(row.number),
        )
        for row in found
    )
