"""What waits for a second person: roles that somebody asked for another, tokens that somebody granted to a machine."""

from dataclasses import dataclass

from seawall.acts import granting
from seawall.acts.granting import Token
from seawall.core.institution import inside
from seawall.records import people_register as register
from seawall.records.people_register import PersonRow


@dataclass(frozen=True)
class Confirmations:
    """What somebody may confirm, or refuse.

    Attributes:
        people: for whom something is asked, the longest first.
        tokens: that wait, by their numbers.
    """

    people: tuple[PersonRow, ...] = ()
    tokens: tuple[tuple[int, Token], ...] = ()


def confirmations(name: str, unit: str) -> Confirmations:
    """What waits for somebody: of his unit, not asked by himself, and not about himself.

    Args:
        name: who looks.
        unit: his; what he confirms lies within it, before and afterwards.
    """
    return Confirmations(
        tuple(row for row in register.waiting() if _his(row, name, unit)),
        tuple(
            (number, token)
            for number, token in granting.listed().items()
            if token.waits and token.granted_by != name and inside(token.unit, unit)
        ),
    )


def _his(row: PersonRow, name: str, unit: str) -> bool:
    asked = row.asked
    return (
        asked is not None
        and name not in (row.name, asked.by)
        and inside(row.unit, unit)
        and inside(asked.unit, unit)
    )
