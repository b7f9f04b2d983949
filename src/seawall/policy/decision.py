"""What a policy answers, and the record that lets anyone replay it."""

from typing import NamedTuple

from seawall.core.expression.types import Value
from seawall.policy.declaration import Outcome


class Decision(NamedTuple):
    """The answer to one application.

    Attributes:
        outcome: approve, refer (to a person) or decline.
        reasons: rules that ask for this outcome, in the policy's order; `unknown:ID` where a rule
            asks for it because it could not be answered.
        offer: the values an approval carries, in the policy's order; they are computed always.
        truths: TRUE, FALSE or None (unknown) for every check, in the policy's order.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    offer: tuple[Value, ...]
    truths: tuple[bool | None, ...]
