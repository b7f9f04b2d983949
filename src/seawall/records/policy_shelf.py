"""What the register of policies holds, to be looked at: what is in force, what waits, what came before.

Lists are told from the latest on, a page at a time: `before` is the number of the last one that was
told. Everything is read in a bounded number of questions, however many rows there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from seawall.records.policy_register import Published, told_of
from seawall.records.rows import rows as _rows

PAGE = 50


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
class Written:
    """A version in a list: who wrote it, and since when it was first in force, if it ever was."""

    number: int
    digest: str
    writers: tuple[str, ...]
    written_us: int
    in_force_us: int | None


def standings(at_us: int, policy: str | None = None) -> tuple[Standing, ...]:
    """Where every policy of the register stands at a time, or one of them; by id."""
    chosen = {} if policy is None else {"policy": policy}
    last = _rows("PolicyVersion").filter(policy=OuterRef("policy")).order_by("-number")
    names = _rows("PolicyVersion").filter(**chosen, number=Subquery(last.values("number")[:1]))
    in_force = {row.policy: row for row in _in_force(at_us, chosen)}
    coming = [told_of(row) for row in _coming(at_us, chosen)]
    waiting = _waiting(chosen)
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


def offered(policy: str, before: int | None = None, most: int = PAGE) -> tuple[Offered, ...]:
    """Proposals of a policy, the latest first."""
    rows = _proposals().filter(version__policy=policy)
    return _offers(_page(rows, before, most))


def versions(policy: str, before: int | None = None, most: int = PAGE) -> tuple[Written, ...]:
    """Versions of a policy, the latest first."""
    found = list(_page(_rows("PolicyVersion").defer("texts").filter(policy=policy), before, most))
    numbers = [row.number for row in found]
    writers: dict[int, list[tuple[str, int]]] = {}
    for version, writer, at_us in (
        _rows("Writing").filter(version_id__in=numbers).order_by("number")
        .values_list("version_id", "writer", "written_us")
    ):  # fmt: skip
        writers.setdefault(version, []).append((writer, at_us))
    since: dict[int, int] = {}
    for version, at_us in (
        _rows("Publication").filter(version_id__in=numbers).values_list("version_id", "effective_us")
    ):  # fmt: skip
        since[version] = min(at_us, since.get(version, at_us))
    return tuple(
        Written(
            row.number,
            row.digest,
            tuple(writer for writer, _ in writers[row.number]),
            min(at_us for _, at_us in writers[row.number]),
            since.get(row.number),
        )
        for row in found
    )


def publications(policy: str, before: int | None = None, most: int = PAGE) -> tuple[Published, ...]:
    """What was published of a policy, the latest first."""
    rows = _publications().filter(policy=policy)
    return tuple(map(told_of, _page(rows, before, most)))


def _publications() -> Any:  # noqa: ANN401 - a query over rows
    """With their versions, but not with these' texts."""
    return _rows("Publication").select_related("version").defer("version__texts")


def _proposals() -> Any:  # noqa: ANN401 - a query over rows
    """With their versions, but neither with these' texts nor with what was shown for them."""
    return _rows("Proposal").select_related("version").defer("version__texts", "evidence")


def _page(rows: Any, before: int | None, most: int) -> Any:  # noqa: ANN401 - a query over rows
    chosen = rows if before is None else rows.filter(number__lt=before)
    return chosen.order_by("-number")[:most]


def _in_force(at_us: int, chosen: dict[str, str]) -> Iterable[Any]:
    """As `policy_register.in_force` chooses: the latest effective by what had been published."""
    known = Q(effective_us__lte=at_us, published_us__lte=at_us)
    latest = (
        _rows("Publication")
        .filter(known, policy=OuterRef("policy"))
        .order_by("-effective_us", "-number")
    )
    rows = _publications().filter(**chosen)
    found: Iterable[Any] = rows.filter(number=Subquery(latest.values("number")[:1]))
    return found


def _coming(at_us: int, chosen: dict[str, str]) -> Iterable[Any]:
    rows = _publications().filter(**chosen)
    found: Iterable[Any] = rows.filter(effective_us__gt=at_us).order_by("effective_us", "number")
    return found


def _waiting(chosen: dict[str, str]) -> tuple[Offered, ...]:
    rows = _proposals().filter(publication__isnull=True)
    if chosen:
        rows = rows.filter(version__policy=chosen["policy"])
    return _offers(rows.order_by("-number")[:PAGE], waiting=True)


def _offers(rows: Iterable[Any], *, waiting: bool = False) -> tuple[Offered, ...]:
    found = list(rows)
    numbers = [row.number for row in found]
    approvers: dict[int, list[str]] = {}
    for number, name in (
        _rows("Approval").filter(proposal_id__in=numbers).order_by("number")
        .values_list("proposal_id", "approved_by")
    ):  # fmt: skip
        approvers.setdefault(number, []).append(name)
    published = _rows("Publication").filter(proposal_id__in=[] if waiting else numbers)
    told = dict(published.values_list("proposal_id", "published_us"))
    return tuple(
        Offered(
            row.number,
            row.version.policy,
            row.version.digest,
            row.proposed_by,
            row.proposed_us,
            tuple(approvers.get(row.number, ())),
            told.get(row.number),
        )
        for row in found
    )
