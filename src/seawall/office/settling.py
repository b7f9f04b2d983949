"""The first administrator of a home: made once, by whoever has the code that the server's owner was shown."""

import hmac
from collections.abc import Collection
from pathlib import Path
from typing import Final

from seawall.acts import staffing
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.core.institution import HOUSE
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import secret_files
from seawall.office.homes import Home
from seawall.records import people_register as register

FILE: Final = "setup.code"
"""Beside the home's keys, for its owner only, until the first administrator is there."""
ROLE: Final = "administrator"
_BYTES: Final = 16


def needed() -> bool:
    """Whether nobody can add people yet: whoever was to, and never set a password, cannot."""
    return not any(
        ROLE in (*row.roles, *(row.asked.roles if row.asked else ()))
        and row.is_active
        and register.came_in(row.name)
        for row in register.people()
    )


def newcomer(name: str, shown: str) -> Newcomer:
    """An administrator of the whole house.

    Raises:
        UnableToSignAs: the name is none to act under.
    """
    return Newcomer(name, shown, (ROLE,), HOUSE)


def code(home: Home) -> str:
    """The code, made where there is none yet; shown on the server's own terminal, and nowhere else."""
    return secret_files.made_once(_file(home), _BYTES)


def settle(
    home: Home, given: str, first: Newcomer, *, password: str, confirming: Collection[str]
) -> None:
    """Add the first administrator, who can sign in; the code opens nothing afterwards.

    Stopped in between, the same is done again by the same code.

    Where there are people who could confirm it, as after the last administrator left, he waits for one of them.

    Args:
        home: whose administrator he is.
        given: the code, as somebody typed it.
        first: the administrator, from `newcomer`.
        password: his own.
        confirming: as `staffing.add`.

    Raises:
        UnableToSettle: the code is wrong, or somebody was first.
    """
    if not _opens(home, given.strip()) or not needed():
        raise UnableToSettle
    signed = Signed(f"person.first:{first.name}", first.name, now())
    staffing.add(home.ledger, first, signed, confirming=confirming)
    register.give_password(first.name, password)
    _file(home).unlink(missing_ok=True)


def _file(home: Home) -> Path:
    return home.folder / "keys" / FILE


def _opens(home: Home, given: str) -> bool:
    """Whether the code is the one that was shown; no code at all never is, whatever the file holds."""
    return (
        given != ""
        and _file(home).is_file()
        and hmac.compare_digest(given.encode(), code(home).encode())
    )


class UnableToSettle(Unable, ValueError):
    """The first administrator is there already, or the code is not the one that was shown."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="this code does not open the set-up: `seawall serve` shows it where it was started",
                zh="设置码不正确：请查看启动 `seawall serve` 的终端所显示的设置码",
            )
        )
