"""The record of a decision: all that is needed to replay it years later, byte for byte.

A record is one line of canonical JSON: keys sorted, no spaces, numbers as the shortest text that
reads back the same, UTF-8. `replayed` decides again from what the record says was known.
"""

import json
from collections.abc import Mapping
from datetime import date

from seawall.core.expression.types import Value
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.policy import application
from seawall.policy.decider import Decider
from seawall.policy.decision import Decision
from seawall.policy.program import Check, Program


def record(decider: Decider, given: Mapping[str, object], *, reference: Mapping[str, str]) -> str:
    """Decide, and write down everything.

    Args:
        decider: the policy.
        given: a value per input and feature, as for `Decider.decide`.
        reference: what the institution knows the decision by (application id, time, arm …); texts,
            carried as they are.
    """
    return canonical(content(decider, given, reference=reference))


def content(
    decider: Decider, given: Mapping[str, object], *, reference: Mapping[str, str]
) -> dict[str, object]:
    """The same as JSON's values."""
    program = decider.program
    decision, values = decider.decide(given), decider.values(given)
    known, asked = decider.known(given), frozenset(program.asked)
    return {
        "policy": {"id": program.id, "digest": program.digest},
        "reference": dict(reference),
        "input": {name: plain(known[name]) for name in program.inputs},
        "features": {name: plain(known[name]) for name in program.features},
        "values": {name: plain(values[name]) for name in values if name not in asked},
        "checks": {
            check.id: truth for check, truth in zip(program.checks, decision.truths, strict=True)
        },
        "outcome": decision.outcome,
        "reasons": [
            {"code": code, **told(program, code, values).model_dump()} for code in decision.reasons
        ],
        "offer": offered(program, decision),
    }


def replayed(decider: Decider, text: str) -> str:
    """The record that the same policy gives for what a record says was known.

    Raises:
        UnableToReplay: the record was made by another policy, or is no record.
    """
    try:
        held = json.loads(text)
        digest, policy = held["policy"]["digest"], held["policy"]["id"]
        known_then = {**held["input"], **held["features"]}
        reference = dict(held["reference"])
    except (ValueError, KeyError, TypeError):
        raise UnableToReplay(Text(en="it is not a decision record", zh="它不是决策记录")) from None
    if digest != decider.program.digest:
        raise UnableToReplay(
            Text(
                en="it was made by {policy} {digest}, this policy is {ours} {our_digest}",
                zh="它由 {policy} {digest} 作出，而此策略是 {ours} {our_digest}",
            ).filled(
                policy=policy,
                digest=digest[:12],
                ours=decider.program.id,
                our_digest=decider.program.digest[:12],
            )
        )
    types = decider.program.types
    known = {
        name: application.typed(known_then.get(name), types[name].kind)
        for name in decider.program.asked
    }
    return record(decider, known, reference=reference)


def told(program: Program, code: str, values: Mapping[str, object]) -> Text:
    """What the customer may be told for a reason's code, given all values of the policy."""
    check = program.check(code.removeprefix("unknown:"))
    return asked(program, check, values) if code.startswith("unknown:") else check.reason


def asked(program: Program, check: Check, values: Mapping[str, object]) -> Text:
    """What the customer may be told where a check could not be answered: what is missing."""
    if check.waits is not None:
        return check.waits
    lacking = _lacking(program, check, values)
    titles = [program.titles[name] for name in check.roots if name in lacking or not lacking]
    listed = Text(
        en=", ".join(title.en for title in titles), zh="、".join(title.zh for title in titles)
    )
    return _NEEDS.filled(what=listed)


def _lacking(program: Program, check: Check, values: Mapping[str, object]) -> set[str]:
    """What is missing and matters: what a check is led to through missing values only.

    A named value that is known in spite of a missing input (a scorecard's `missing`, a COALESCE) does
    not wait for it; inside one formula, all that is missing counts. Empty where only computing failed,
    as by a division by zero.
    """
    needs = {name: step.needs for step in program.steps for name in step.gives}
    waiting, found = list(check.expression.names), set[str]()
    while waiting:
        name = waiting.pop()
        if values.get(name) is None and name not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found.intersection(program.asked)


def offered(program: Program, decision: Decision) -> dict[str, bool | int | float | str | None]:
    """The offer by name."""
    return {name: plain(value) for name, value in zip(program.offer, decision.offer, strict=True)}


def canonical(value: object) -> str:
    """A value as canonical JSON."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def plain(value: Value) -> bool | int | float | str | None:
    """A value as JSON can hold it: dates and times in ISO 8601."""
    return value.isoformat() if isinstance(value, date) else value


_NEEDS = Text(
    en="To decide, we need to know more about: {what}.", zh="为作出决定，还需了解：{what}。"
)


class UnableToReplay(Unable, ValueError):
    """A record cannot be replayed with this policy."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="the record cannot be replayed: {why}", zh="该记录无法重放：{why}"), why=why
        )
