"""What takes minutes with a policy: its replay over history, its whole check, its proposal.

Each is begun with one call, runs beside (`running`), and gives a value that a page shows.
"""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from pydantic import TypeAdapter

from seawall.acts import drafting
from seawall.acts import publishing as publishing_acts
from seawall.acts.publishing import program
from seawall.acts.signing import Signed
from seawall.ledger.log import Ledger
from seawall.office import judging, publishing
from seawall.office.homes import Home
from seawall.office.running import Run, Runs, Say
from seawall.office.sketching import Edited, keep, proposable
from seawall.policy import glance
from seawall.policy.glance import Mark, Sketch
from seawall.records.policy_register import Version
from seawall.reports import replay as replay_report
from seawall.reports.leaf import Leaf

REPLAY, CHECK, PROPOSAL = "replay", "check", "proposal"
_LEAF = TypeAdapter(Leaf)
_MARKS = TypeAdapter(tuple[Mark, ...])


@dataclass(frozen=True)
class Over:
    """What a replay is held against, and over which applications of the book.

    Attributes:
        against: another version; what was decided then where None.
        where: a condition on applications; all where None.
        as_of: later applications and outcomes are not seen; the book's last month-end where None.
    """

    against: Version | None = None
    where: str | None = None
    as_of: date | None = None


def over(policy: str, against: str, where: str) -> Over:
    """What a form asks: the digest of another version, and a condition; empty for none.

    Raises:
        UnableToRegister: no version has this digest.
    """
    other = publishing_acts.version(policy, against) if against else None
    return Over(other, where.strip() or None)


def runs(at: Home) -> Runs:
    """The runs of a home."""
    return Runs(at.folder / "scratch" / "runs")


def begin_replay(at: Home, version: Version, over: Over, by: str) -> Run:
    """Replay a version over the home's book, beside; `replayed` gives what it told.

    Raises:
        UnableToBegin: too much is under way.
    """
    work = partial(_replay, at, version, over)
    return runs(at).begin(work, kind=REPLAY, about=version.policy, by=by)


def begin_check(at: Home, drawn: Sketch, by: str) -> Run:
    """Check a text as `seawall policy check` does, beside; `checked` gives what was found.

    Raises:
        UnableToBegin: too much is under way.
    """
    return runs(at).begin(partial(_check, drawn), kind=CHECK, about=drawn.policy, by=by)


def begin_proposal(
    at: Home, drawn: Sketch, signed: Signed, *, writers: tuple[str, ...] = ()
) -> Run:
    """Propose a text, beside, since its replay may take minutes; `proposed` gives the number.

    What cannot be a version is refused at once. The writer's draft is gone once it is proposed.

    Raises:
        UnableToUseInput: the text is no policy.
        UnableToBegin: too much is under way.
    """
    version = proposable(drawn)
    work = partial(_propose, at, version, signed, writers)
    return runs(at).begin(work, kind=PROPOSAL, about=drawn.policy, by=signed.by)


def submit(
    at: Home, ledger: Ledger, opened: Edited, signed: Signed, *, writers: tuple[str, ...] = ()
) -> Run:
    """Keep what an editor holds, and propose it: where that fails, the draft is still there.

    Args:
        at: the home.
        ledger: its ledger.
        opened: what the editor holds, and what it opened with.
        signed: who proposes.
        writers: who wrote it beside him; none of them may approve it.

    Raises:
        UnableToUseInput: the text is no policy; nothing was kept.
        UnableToPropose: it has no cases, or some fail; likewise.
        UnableToKeepDraft: his draft was kept from elsewhere since he opened it.
        UnableToBegin: too much is under way.
    """
    publishing_acts.cases_passed(proposable(opened.sketch))
    kept = replace(signed, act=f"draft:{signed.act}")
    keep(ledger, opened.sketch, opened.base, kept, seen_us=opened.seen_us)
    return begin_proposal(at, opened.sketch, signed, writers=writers)


def replayed(at: Home, id_: str) -> Leaf | None:
    """What a replay told; None while it runs."""
    told = runs(at).result(id_)
    return None if told is None else _LEAF.validate_python(told["leaf"])


def checked(at: Home, id_: str) -> tuple[Mark, ...] | None:
    """What a whole check found; None while it runs."""
    told = runs(at).result(id_)
    return None if told is None else _MARKS.validate_python(told["marks"])


def proposed(at: Home, id_: str) -> int | None:
    """The number that a proposal got; None while it runs."""
    told = runs(at).result(id_)
    return None if told is None else int(told["number"])


def _replay(at: Home, version: Version, over: Over, say: Say) -> Mapping[str, object]:
    scratch = at.folder / "scratch" / f"replay-{secrets.token_hex(8)}"
    asked = judging.Asked(where=over.where, as_of=over.as_of, scratch=scratch.name)
    against = None if over.against is None else program(over.against)
    try:
        told = judging.replayed(at, program(version), asked, against, say=say)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return {
        "leaf": _LEAF.dump_python(replay_report.leaf(told), mode="json"),
        "digest": version.digest,
    }


def _check(drawn: Sketch, say: Say) -> Mapping[str, object]:
    del say
    return {"marks": _MARKS.dump_python(glance.whole(drawn), mode="json")}


def _propose(
    at: Home, version: Version, signed: Signed, writers: tuple[str, ...], say: Say
) -> Mapping[str, object]:
    number = publishing.propose(at, version, signed, writers, say)
    dropped = replace(signed, act=f"drop:{signed.act}")
    drafting.drop(publishing.opened(at), version.policy, dropped)
    return {"number": number}
