"""Policies on their way into force in a home: what `acts.publishing` needs, and what a replay shows."""

import json
import secrets
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from seawall.acts import publishing
from seawall.acts.publishing import Replayed
from seawall.acts.signing import Signed
from seawall.ledger.log import Ledger
from seawall.office import judging, packs
from seawall.office.homes import Home
from seawall.records import starting
from seawall.records.policy_register import Version


def opened(at: Home) -> Ledger:
    """The home's ledger, once the office's database is open, in which the register of policies is."""
    ledger = at.ledger
    starting.start(at.records)
    return ledger


def propose(at: Home, version: Version, signed: Signed, writers: Sequence[str] = ()) -> int:
    """Propose what `texts` gave; a home with a book adds its replay. See `acts.publishing`."""
    shown = replayed(at, version) if at.book.snapshot().tables else None
    return publishing.propose(opened(at), version, signed, writers=writers, replayed=shown)


def texts(name: str) -> Version:
    """A policy's texts, with those it extends and the cases beside it, as they can be published.

    Raises:
        UnableToUseInput: the text is not a policy.
    """
    program = packs.policy(name)
    files = [Path(file) for file in program.files]
    beside = packs.cases_beside(files[-1])
    held = {
        file.name: file.read_text(encoding="utf-8") for file in (*files, beside) if file.is_file()
    }
    return Version(program.id, program.digest, held)


def report(at: Home, digest: str) -> Path:
    """Where the replay's report of this digest lies."""
    return at.folder / "evidence" / f"{digest}.html"


def evidence(at: Home, number: int) -> Path | None:
    """The report that was shown for a proposal; None where there was no book to replay, or it is gone."""
    shown = json.loads(publishing.proposal(number).evidence)["replay"]
    file = None if shown is None else report(at, shown["report"])
    return file if file is not None and file.is_file() else None


def replayed(at: Home, version: Version) -> Replayed:
    """Replay a version over the home's book; the report is kept under its digest."""
    own = secrets.token_hex(8)  # several may be proposed at a time
    scratch = at.folder / "scratch" / f"propose-{own}"
    try:
        asked = judging.Asked(scratch=scratch.name)
        told = judging.replayed(at, publishing.program(version), asked, None)
        aside = judging.write_replay(told, report(at, f"new-{own}"))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    digest = sha256(aside.read_bytes()).hexdigest()
    aside.replace(report(at, digest))
    rates = told.answers["replay_rates"].to_pylist()[0]
    shares = [each.name for each in told.measures["replay_rates"].columns if each.unit == "share"]
    return Replayed(told.past, digest, {name: rates[name] for name in shares})
