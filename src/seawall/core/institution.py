"""The parts of an institution, as paths: `house/online` lies within `house`."""

from typing import Final

HOUSE: Final = "house"
"""The whole institution, within which all its parts lie."""


def inside(unit: str, above: str) -> bool:
    """Whether a unit is another, or lies within it.

    >>> inside("house/online", "house"), inside("house", "house/online"), inside("houseboat", "house")
    (True, False, False)
    """
    return unit == above or unit.startswith(f"{above}/")
