"""Which steps on a policy's way a person's roles include."""

from typing import Final

from seawall.acts.policy_doors import Verb
from seawall.console import access
from seawall.console.asking import Request

NEEDS: Final[dict[Verb, str]] = {
    "propose": "policies.propose",
    "approve": "policies.approve",
    "publish": "policies.publish",
    "roll_back": "policies.publish",
}


def verbs(request: Request) -> frozenset[Verb]:
    """The steps that a person may take at all."""
    may = access.permissions(request.user)
    return frozenset(verb for verb, needs in NEEDS.items() if needs in may)
