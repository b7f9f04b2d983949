"""Policies in force, ready to decide: read from the register and compiled once by their digest.

The register is rows, which somebody with the database in his hands can write; so the ledger is asked
whether it tells of every step that put a version in force, once for each publication.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from seawall.acts import publishing, step_telling
from seawall.acts.application_files import IDS
from seawall.core.problem import Unable
from seawall.core.text import Text, in_each
from seawall.ledger.log import Reader
from seawall.policy.decider import Decider
from seawall.policy.program import Program
from seawall.policy.window import EventStore, Stream
from seawall.policy.window_online import Features
from seawall.records import policy_register as register
from seawall.records.policy_register import Published, Version

APPLICATIONS = "application"
"""The stream that applications are remembered in, where a policy looks back on one of this name."""


@dataclass(frozen=True)
class Ready:
    """A policy, compiled, and what it looks back on."""

    decider: Decider
    features: Features

    @property
    def program(self) -> Program:
        """The policy."""
        return self.decider.program

    @cached_property
    def stream(self) -> Stream | None:
        """How it knows applications as events; None where it looks back on none.

        The stream is known by a text, which is the application's own id.
        """
        for meant in self.program.features.values():
            known_by = meant.stream.columns[meant.stream.id]
            if (meant.window.events, known_by) == (APPLICATIONS, "text"):
                return meant.stream if meant.stream.id in IDS else None
        return None

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every name that an application may bring: what it does not look back on is looked up."""
        return frozenset((*self.program.inputs, *(self.stream.columns if self.stream else ())))


class Policies:
    """The policies of an office, by id and time; each version is compiled once in a process.

    Args:
        events: made ready to answer what a version looks back on.
        sealed: names of sealed fields, which no policy may ask for in the clear.
        ledger: tells who put what in force.
    """

    def __init__(self, events: EventStore, sealed: Iterable[str], ledger: Reader) -> None:
        self._events = events
        self._ledger = ledger
        self._told: set[Published] = set()
        self._sealed = frozenset(sealed)
        self._ready: dict[tuple[str, str], Ready] = {}

    def at(self, policy: str, time: datetime) -> Ready:
        """What is in force at a time (UTC).

        Raises:
            UnableToDecideBy: nothing is, the ledger does not tell how it came to be, or it asks for
                personal data in the clear.
            UnableToTrustVersion: its text was changed behind the office's back.
        """
        published = publishing.standing(policy, time)
        if published is None:
            raise UnableToDecideBy(
                policy,
                Text(en="no version of it is in force: publish one", zh="没有生效的版本：请先发布"),
            )
        self._check_told(published)
        return self.of(published.policy, published.digest)

    def _check_told(self, published: Published) -> None:
        """Hold every step of a version against the ledger; a row that changed is another publication."""
        if published in self._told:
            return
        version = (published.policy, published.digest)
        steps = [each for each in register.steps() if (each.policy, each.digest) == version]
        for wrong in step_telling.wrong(self._ledger, steps):
            raise UnableToDecideBy(
                published.policy,
                Text(
                    en="the register and the ledger disagree on {digest}: {wrong}",
                    zh="登记簿与账本对 {digest} 的记载不一致：{wrong}",
                ).filled(digest=published.digest[:12], wrong=in_each(wrong.sentence)),
            )
        self._told.add(published)

    def of(self, policy: str, digest: str) -> Ready:
        """A version by its digest, whether in force or not.

        Raises:
            UnableToRegister: nobody wrote one.
        """
        ready = self._ready.get((policy, digest))
        return ready or self._made(publishing.version(policy, digest))

    def _made(self, version: Version) -> Ready:
        known = (version.policy, version.digest)
        if known not in self._ready:
            program = publishing.program(version)
            if clear := sorted(self._sealed.intersection(program.inputs)):
                raise UnableToDecideBy(
                    version.policy,
                    Text(
                        en="it asks in the clear for what is sealed: {fields}",
                        zh="它以明文索取已封存的内容：{fields}",
                    ).filled(fields=", ".join(clear)),
                )
            features = Features(program.features)
            self._events.prepare(features.definitions)
            self._ready[known] = Ready(Decider(program), features)
        return self._ready[known]


class UnableToDecideBy(Unable, LookupError):
    """A policy cannot decide for good."""

    def __init__(self, policy: str, why: Text) -> None:
        super().__init__(
            Text(en="{policy} does not decide: {why}", zh="{policy} 不能用于决策：{why}"),
            policy=policy,
            why=why,
        )
