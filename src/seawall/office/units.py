"""Units of an institution: who sees which cases, and for which unit somebody acts."""

from dataclasses import replace

from seawall.cases.case import Actor
from seawall.cases.vetoes import within
from seawall.core.institution import HOUSE


def sees(unit: str, case_unit: str) -> bool:
    """Whether somebody of a unit sees what belongs to another.

    What belongs to no unit (`""`), such as what its machines open, is the house's: seen by those who work for the whole
    house, and by nobody of a part of it or of another house.

    >>> sees("house", ""), sees("house", "house/online"), sees("house/online", ""), sees("other", "house")
    (True, True, False, False)
    """
    return (
        unit == ""
        or (case_unit == "" and unit == HOUSE)
        or (case_unit != "" and within(case_unit, unit))
    )


def seen(unit: str, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """Which of the units that there are somebody sees; None where he sees them all."""
    mine = tuple(each for each in known if sees(unit, each))
    return None if mine == known else mine


def acting(actor: Actor, case_unit: str) -> Actor:
    """Somebody as he acts on a case: for the whole house where the case is the whole house's."""
    whole = case_unit == "" and sees(actor.unit, case_unit)
    return replace(actor, unit="") if whole else actor
