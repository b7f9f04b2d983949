"""What takes minutes with a policy is asked for here and done in the background; a page comes back to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from seawall.acts import publishing
from seawall.acts.signing import Signed
from seawall.core.text import Text
from seawall.ledger.log import Ledger
from seawall.office.sketching import Edited, keep, proposable
from seawall.office.work import jobs, policy_work
from seawall.office.work.jobs import Job
from seawall.policy.glance import Mark, Sketch
from seawall.records import work_register as register
from seawall.records.policy_register import Version
from seawall.reports.leaf import Leaf

REPLAY: Final = "policy.replay"
CHECK: Final = "policy.check"
PROPOSAL: Final = "policy.propose"
_LATEST = 10


@dataclass(frozen=True)
class Over:
    """What a replay is held against, and over which applications of the book.

    Attributes:
        against: another version; what was decided then where None.
        where: a condition on applications; all where None.
    """

    against: Version | None = None
    where: str | None = None


@dataclass(frozen=True)
class Run:
    """Work on a policy, as far as it is.

    Attributes:
        job: who asked, when, and whether it is over.
        policy: which one it is about.
    """

    job: Job
    policy: str

    @property
    def why(self) -> Text | None:
        """Why it failed; None where it did not."""
        return self.job.problem

    @property
    def leaf(self) -> Leaf | None:
        """What a replay told; None for other work, and while it runs."""
        told = self.job.result.get("leaf")
        return None if told is None else policy_work.LEAF.validate_python(told)

    @property
    def marks(self) -> tuple[Mark, ...] | None:
        """What a whole check found; None for other work, and while it runs."""
        told = self.job.result.get("marks")
        return None if told is None else policy_work.MARKS.validate_python(told)

    @property
    def number(self) -> int | None:
        """The number that a proposal got; None for other work, and while it runs."""
        told: Any = self.job.result.get("number")
        return told if isinstance(told, int) else None


def over(policy: str, against: str, where: str) -> Over:
    """What a form asks: the digest of another version, and a condition; empty for none.

    Raises:
        UnableToRegister: no version has this digest.
    """
    other = publishing.version(policy, against) if against else None
    return Over(other, where.strip() or None)


def begin_replay(version: Version, asked: Over, signed: Signed) -> Job:
    """Ask for a version's replay over the home's book."""
    against = None if asked.against is None else _texts(asked.against)
    told = {**_texts(version), "against": against, "where": asked.where}
    return jobs.ask(REPLAY, told, signed)


def begin_check(drawn: Sketch, signed: Signed) -> Job:
    """Ask for the whole check of a text, as `seawall policy check` does it."""
    return jobs.ask(CHECK, {**asdict(drawn), "beneath": dict(drawn.beneath)}, signed)


def submit(ledger: Ledger, opened: Edited, signed: Signed, *, writers: tuple[str, ...] = ()) -> Job:
    """Keep what an editor holds, and ask for its proposal: where that fails, the draft is still there.

    Args:
        ledger: keeps the draft's entry.
        opened: what the editor holds, and what it opened with.
        signed: who proposes.
        writers: who wrote it beside him; none of them may approve it.

    Raises:
        UnableToUseInput: the text is no policy; nothing was kept.
        UnableToPropose: it has no cases, or some fail; likewise.
        UnableToKeepDraft: his draft was kept from elsewhere since he opened it.
    """
    version = proposable(opened.sketch)
    publishing.cases_passed(version)
    drafted = replace(signed, act=f"draft:{signed.act}")
    keep(ledger, opened.sketch, opened.base, drafted, seen_us=opened.seen_us)
    told = {
        **_texts(version),
        "writers": writers,
        "act": signed.act,
        "by": signed.by,
        "at": signed.at,
    }
    return jobs.ask(PROPOSAL, told, signed)


def run(number: int) -> Run | None:
    """Work on a policy, as far as it is; None where there is none of this number, or it is other work."""
    row = register.row(number)
    if row is None or row.task not in (REPLAY, CHECK, PROPOSAL):
        return None
    return Run(jobs.job(number), json.loads(row.arguments)["policy"])


def latest(policy: str) -> tuple[Job, ...]:
    """The latest replays of a policy, the latest first."""
    return tuple(jobs.latest(REPLAY, f'"policy":"{policy}"', _LATEST))


def _texts(version: Version) -> Mapping[str, object]:
    return {"policy": version.policy, "digest": version.digest, "texts": dict(version.texts)}
