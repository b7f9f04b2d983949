"""The first administrator of a home: made once, by whoever has the code that the server's owner was shown."""

import hmac
import secrets
from typing import Final

from seawall.acts import staffing
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office.homes import PRIVATE_FILE, Home
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
    file = home.folder / "keys" / FILE
    if not file.is_file():
        file.touch(mode=PRIVATE_FILE)
        file.write_text(secrets.token_urlsafe(_BYTES), encoding="ascii")
    return file.read_text(encoding="ascii")


def settle(home: Home, given: str, name: str, shown: str) -> None:
    """Add the first administrator; the code opens nothing afterwards.

    Raises:
        UnableToSettle: the code is wrong, or somebody was first.
        UnableToSignAs: the name is none to act under.
    """
    file = home.folder / "keys" / FILE
    right = file.is_file() and hmac.compare_digest(given.strip().encode(), code(home).encode())
    if not right or not needed():
        raise UnableToSettle
    who = Newcomer(name, shown, (ROLE,), "house")
    staffing.add(home.ledger, who, Signed(f"person.first:{name}", name, now()))
    file.unlink()


class UnableToSettle(Unable, ValueError):
    """The first administrator is there already, or the code is not the one that was shown."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="this code does not open the set-up: `seawall serve` shows it where it was started",
                zh="设置码不正确：请查看启动 `seawall serve` 的终端所显示的设置码",
            )
        )
