"""For each route that names an object: an object of the house, so that the guards can be tried on it."""

from collections.abc import Callable

from seawall.office.homes import Home

Kwargs = dict[str, object]


def bob(home: Home) -> Kwargs:
    """A person of the house."""
    del home
    return {"name": "bob"}


def no_token(home: Home) -> Kwargs:
    """A number that no token has: revoking it is refused after the guards."""
    del home
    return {"number": 999}


EXAMPLES: dict[str, Callable[[Home], Kwargs]] = {
    "person": bob,
    "person_assign": bob,
    "person_leave": bob,
    "person_invite": bob,
    "person_review": bob,
    "token_revoke": no_token,
}
"""By the route's name."""
