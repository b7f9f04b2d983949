"""What takes minutes with a policy: its replay over history, its whole check, its proposal.

Each may be done twice, and the second time gives what the first did: a proposal's act is named when it is
asked for, and an act is done once.
"""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from seawall.acts import drafting
from seawall.acts.publishing import program
from seawall.acts.signing import Signed
from seawall.office import judging, publishing
from seawall.office.homes import Home
from seawall.policy import glance
from seawall.policy.glance import Mark, Sketch
from seawall.records.policy_register import Version
from seawall.reports import replay as replay_report
from seawall.reports.leaf import Leaf

_CONFIG: Final = ConfigDict(extra="forbid", frozen=True)
LEAF: Final = TypeAdapter(Leaf)
MARKS: Final = TypeAdapter(tuple[Mark, ...])


class Texts(BaseModel):
    """A version of a policy; fields as in `records.policy_register.Version`."""

    model_config = _CONFIG

    policy: str
    digest: str
    texts: dict[str, str]

    @property
    def version(self) -> Version:
        """The version."""
        return Version(self.policy, self.digest, self.texts)


class Replaying(Texts):
    """A version to be replayed over the book.

    Attributes:
        against: another version; what was decided then where None.
        where: a condition on applications; all where None.
    """

    against: Texts | None = None
    where: str | None = None


class Checking(BaseModel):
    """A text to be checked; fields as in `policy.glance.Sketch`."""

    model_config = _CONFIG

    policy: str
    name: str
    text: str
    beneath: dict[str, str]
    cases: str
    cases_name: str


class Proposing(Texts):
    """A version to be proposed.

    Attributes:
        writers: who wrote it, too.
        act, by, at: who proposes, as `acts.signing.Signed`; the time is UTC.
    """

    writers: tuple[str, ...]
    act: str
    by: str
    at: datetime


def replay(at: Home, told: Replaying) -> Mapping[str, object]:
    """The report of a replay, as JSON's values."""
    scratch = at.folder / "scratch" / f"replay-{secrets.token_hex(8)}"
    asked = judging.Asked(where=told.where, scratch=scratch.name)
    against = None if told.against is None else program(told.against.version)
    try:
        done = judging.replayed(at, program(told.version), asked, against)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return {"leaf": LEAF.dump_python(replay_report.leaf(done), mode="json")}


def check(at: Home, told: Checking) -> Mapping[str, object]:
    """What the whole check of a text finds."""
    del at
    found = glance.whole(Sketch(**told.model_dump()))
    return {"marks": MARKS.dump_python(found, mode="json")}


def propose(at: Home, told: Proposing) -> Mapping[str, object]:
    """Propose a version; the proposer's draft is gone then."""
    signed = Signed(told.act, told.by, told.at)
    number = publishing.propose(at, told.version, signed, told.writers)
    dropped = replace(signed, act=f"drop:{signed.act}")
    drafting.drop(publishing.opened(at), told.policy, dropped)
    return {"number": number}
