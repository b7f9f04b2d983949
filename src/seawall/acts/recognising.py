"""An application that comes again: is it the one that was decided?"""

from collections.abc import Mapping
from typing import Any

from seawall.acts import problems
from seawall.acts.admitting import TOKENS, Admission, Application, Problems, Values
from seawall.acts.in_force import Policies, Ready
from seawall.ledger.entry import Recorded
from seawall.policy import application, record

CHAMPION = "champion"
"""Under which name a decision's reference holds the policy asked, where a challenger answered."""


def recognised(
    entry: Recorded, asked: tuple[Application, str], policies: Policies, admission: Admission
) -> tuple[Values, Ready] | Problems:
    """Hold an application against the entry of its decision.

    Args:
        entry: the decision's.
        asked: the application, and the policy it is brought before now.
        policies: finds the version that decided.
        admission: finds whom personal values belong to; nothing is sealed.

    Returns:
        its values with tokens, and the version that decided; or why it is another application.
    """
    one, policy = asked
    content = entry.content
    if content is None:
        return (one.problem(problems.DECISION_ERASED, entry=entry.number),)
    by = content["policy"]["id"]
    if content["reference"].get(CHAMPION, by) != policy:
        return (one.problem(problems.DECIDED_OTHERWISE, policy=by, asked=policy),)
    if strangers := admission.recognised(one, content["input"]):
        return strangers
    ready = policies.of(by, content["policy"]["digest"])
    values = _values(one, content["input"], admission)
    if names := _differing(ready, values, content["input"]):
        return (one.problem(problems.CHANGED, names=", ".join(names)),)
    return values, ready


def _values(one: Application, known: Mapping[str, Any], admission: Admission) -> Values:
    """The application's values; where personal ones were given, and recognised, with the token of then."""
    of = {TOKENS[admission.vault.rules.fields[name].of] for name in one.personal}
    tokens = {token: known[token] for token in of if known.get(token) is not None}
    return Values({**one.keys, **tokens})


def _differing(ready: Ready, values: Values, before: Mapping[str, object]) -> list[str]:
    read, _ = application.read(ready.program, values)
    now = ready.decider.known({name: read.get(name) for name in ready.program.inputs})
    return [name for name in ready.program.inputs if record.plain(now[name]) != before[name]]
