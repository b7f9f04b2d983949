"""Policies on their way into force in a home: proposed with what a replay showed, approved, published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from seawall.acts import publishing
from seawall.acts.publishing import Replayed, Signed
from seawall.core.measure import Column
from seawall.office import judging, packs
from seawall.office.homes import Home
from seawall.records import starting
from seawall.records.policy_register import Proposed, Published, Version


@dataclass(frozen=True)
class Desk:
    """Where a home's policies are proposed, approved and published; opened by `desk`."""

    home: Home

    def propose(self, name: str, signed: Signed, writers: Sequence[str] = ()) -> int:
        """Propose a shipped policy or a file; a home with a book adds its replay. See `acts.publishing`."""
        version = texts(name)
        shown = self._replayed(name) if self.home.book.snapshot().tables else None
        return publishing.propose(
            self.home.ledger, version, signed, writers=writers, replayed=shown
        )

    def approve(self, number: int, evidence_digest: str, signed: Signed) -> None:
        """Approve a proposal as it was seen."""
        publishing.approve(self.home.ledger, number, evidence_digest, signed)

    def publish(self, number: int, signed: Signed, effective: datetime) -> Published:
        """Put an approved proposal in force from a time on."""
        return publishing.publish(self.home.ledger, number, signed, effective)

    def roll_back(self, policy: str, digest: str, signed: Signed, reason: str) -> Published:
        """Bring back a version that was in force; its digest may be shortened."""
        version = publishing.version(policy, digest)
        return publishing.roll_back(self.home.ledger, version, signed, reason)

    def proposal(self, number: int) -> Proposed:
        """A proposal, to be looked at."""
        return publishing.proposal(number)

    def in_force(self, policy: str, at: datetime) -> tuple[Published, Version] | None:
        """What is in force at a time; None where nothing was."""
        return publishing.in_force(policy, at)

    def publications(self, policy: str) -> tuple[Published, ...]:
        """Everything that was published of a policy, in order."""
        return publishing.publications(policy)

    def report(self, digest: str) -> Path:
        """Where the replay's report of this digest lies."""
        return self.home.folder / "evidence" / f"{digest}.html"

    def _replayed(self, name: str) -> Replayed:
        """Replay a policy over the home's book; the report is kept under its digest."""
        told = judging.replayed(self.home, packs.policy(name), judging.Asked(), None)
        aside = judging.write_replay(told, self.report("new"))
        digest = sha256(aside.read_bytes()).hexdigest()
        aside.replace(self.report(digest))
        rates = told.answers["replay_rates"].to_pylist()[0]
        shares: list[Column] = [
            c for c in told.measures["replay_rates"].columns if c.unit == "share"
        ]
        return Replayed(told.past, digest, {each.name: rates[each.name] for each in shares})


def desk(home: Home) -> Desk:
    """The desk of a home; its office's database is opened."""
    starting.start(home.records)
    return Desk(home)


def texts(name: str) -> Version:
    """A policy's texts, with those it extends and the cases beside it, as they can be published.

    Raises:
        UnableToUseInput: the text is not a policy.
    """
    program = packs.policy(name)
    files = [Path(file) for file in program.files]
    beside = files[-1].with_name(f"{files[-1].stem}{publishing.CASES}")
    texts = {
        file.name: file.read_text(encoding="utf-8") for file in (*files, beside) if file.is_file()
    }
    return Version(program.id, program.digest, texts)
