"""Who does something: the name that stands in the ledger."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from seawall.core.period import utc
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.log import Ledger

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}")


def checked(name: str) -> str:
    """A name that somebody acts under.

    Raises:
        UnableToSignAs: the name is not 1 to 63 small letters, digits, `.`, `_`, `@` or `-`: one person
            must not go by two spellings.
    """
    if not _NAME.fullmatch(name):
        raise UnableToSignAs(name)
    return name


@dataclass(frozen=True)
class Signed:
    """Who does something, when (UTC), and as which act: the key under which it is done once.

    Raises:
        UnableToSignAs: as `checked`.
    """

    act: str
    by: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a name that could be spelt in two ways."""
        checked(self.by)


@dataclass(frozen=True)
class Teller:
    """Who tells a ledger what he does, and when (UTC); the act's key follows from what is done.

    Raises:
        UnableToSignAs: as `checked`.
    """

    ledger: Ledger
    by: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a name that could be spelt in two ways."""
        checked(self.by)


def now() -> datetime:
    """The time at which somebody acts, in UTC, as the house keeps times."""
    return utc(datetime.now(UTC))


def fresh(verb: str) -> str:
    """The key of an act that is not to be told again, such as an opening on the command line."""
    return f"{verb}:{uuid4().hex}"


class UnableToSignAs(Unable, ValueError):
    """A name is not one that a person acts under."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="{name!r} is no name to act under: write 1 to 63 small letters, digits, '.', '_', "
                "'@' or '-'",
                zh="{name!r} 不能作为行为人名称：请用 1 至 63 个小写字母、数字或 '.'、'_'、'@'、'-'",
            ),
            name=name,
        )
