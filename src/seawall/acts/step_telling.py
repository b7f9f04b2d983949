"""Steps on a policy's way, as the register has them, held against what the ledger tells of them."""

from collections.abc import Iterator, Sequence

from seawall.acts import problems
from seawall.core.period import moment_at
from seawall.core.problem import Kind, Place, Problem
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Reader
from seawall.records.policy_register import Step


def wrong(ledger: Reader, steps: Sequence[Step]) -> Iterator[Problem]:
    """Which steps the ledger does not tell of, or tells otherwise; nothing where it tells them all so.

    An entry is durable before its row: a row without one was written around the office.
    """
    entries = ledger.find_all([each.act for each in steps])
    for step in steps:
        yield from _one_wrong(step, entries.get(step.act))


def _one_wrong(step: Step, entry: Recorded | None) -> Iterator[Problem]:
    if entry is None:
        facts = {
            "by": step.by,
            "verb": step.verb,
            "policy": step.policy,
            "digest": step.digest[:12],
        }
        yield of_step(problems.STEP_UNTOLD, step.act, **facts)
    elif names := ", ".join(_otherwise(step, entry)):
        yield of_step(problems.STEP_OTHERWISE, step.act, entry=entry.number, names=names)


def _otherwise(step: Step, entry: Recorded) -> Iterator[str]:
    """The names of what an entry tells otherwise than the register; an erased body tells nothing."""
    since = step.effective_us
    registered = {
        "kind": f"policy.{step.verb}",
        "actor": step.by,
        "subject": f"policy:{step.policy}",
        "policy": step.digest,
        "evidence": step.evidence_digest,
        "effective": None if since is None else moment_at(since).isoformat(),
    }
    told = {**(entry.content or {}), **entry.told, **entry.told["digests"]}
    yield from (name for name, value in registered.items() if told.get(name, value) != value)
    # Who wrote a version too, in another proposal's name, is a maker more; one may not be missing.
    if step.verb == "propose" and not step.writers.issuperset(told.get("writers", ())):
        yield "writers"


def of_step(kind: Kind, act: str, **facts: object) -> Problem:
    """A problem with a step, at its act."""
    return Problem(kind, Place(act), facts)
