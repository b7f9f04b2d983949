"""The first administrator of a home: made once, by whoever has the code that the server's owner was shown."""

import hmac
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
    """Whether nobody can add people yet."""
    return not any(ROLE in row.roles and row.is_active for row in register.people())


def code(home: Home) -> str:
    """The code, made where there is none yet; shown on the server's own terminal, and nowhere else."""
    return secret_files.made_once(_file(home), _BYTES)


def settle(home: Home, given: str, name: str, shown: str) -> None:
    """Add the first administrator; the code opens nothing afterwards.

    Raises:
        UnableToSettle: the code is wrong, or somebody was first.
        UnableToSignAs: the name is none to act under.
    """
    if not _opens(home, given.strip()) or not needed():
        raise UnableToSettle
    who = Newcomer(name, shown, (ROLE,), HOUSE)
    staffing.add(home.ledger, who, Signed(f"person.first:{name}", name, now()))
    _file(home).unlink()


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
