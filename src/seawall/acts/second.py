"""The second person: what gives access counts once somebody else than who asked for it confirmed it.

Who makes people decides nothing; but who could make a person with any role, and sign in as him, would decide everything.
So what is asked waits (ISO/IEC 27002:2022, 5.3 and 5.18; NIST SP 800-53 AC-5). In a new house there is nobody else yet:
there one person is enough, and it is said. That door closes with the first other person who could have confirmed, and does
not open again when he leaves, or whoever makes people would open it by sending him away.
"""

from collections.abc import Collection
from typing import Final

from seawall.acts import indexing
from seawall.core.institution import inside
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.log import Ledger
from seawall.records import entry_index
from seawall.records import people_register as register
from seawall.records.people_register import Asked, PersonRow

CONFIRM: Final = "person.confirm"
"""The kind of entry by which what was asked counts."""
GONE: Final = Text(en="it is not asked any more, or otherwise", zh="该申请已撤销或已变更")
OWN: Final = Text(en="who asked for it does not confirm it", zh="申请人不得自行确认")
NOT_IN: Final = Text(
    en="the person did not set a password yet, so nobody can ask him whether it is he",
    zh="该人员尚未设置密码，无法向其本人核实",
)


def nobody_else(confirming: Collection[str], besides: Collection[str]) -> bool:
    """Whether nobody but these people has, or ever had, a role that confirms."""
    return not register.ever_had(confirming, besides=besides)


def stands_alone(ledger: Ledger, name: str) -> bool:
    """Whether what somebody may goes back to one person's word: his own does, or that of whoever confirmed him.

    Who says of another that his access is right adds nothing to that word.
    """
    indexing.catch_up(ledger)
    people, found = {row.name: row for row in register.people()}, {name}
    while new := entry_index.actors(CONFIRM, [f"person:{each}" for each in found]) - found:
        found |= new
    return any(people[each].alone for each in found if each in people)


def asking(row: PersonRow, asked: Asked, *, alone: bool) -> PersonRow:
    """A person after somebody asked this for him: what he is to lose is gone, what he is to gain waits.

    Args:
        row: the person.
        asked: all that he shall have.
        alone: whether nobody could confirm it: then it counts at once.
    """
    narrower = inside(asked.unit, row.unit)
    if narrower and set(asked.roles) <= set(row.roles):
        return row._replace(roles=asked.roles, unit=asked.unit, asked=None)
    if alone:
        return row._replace(roles=asked.roles, unit=asked.unit, asked=None, alone=True)
    # A role counts within a unit: of one that lies beside the other, nothing is kept.
    beside = not narrower and not inside(row.unit, asked.unit)
    kept = tuple(role for role in row.roles if role in asked.roles and not beside)
    return row._replace(roles=kept, unit=asked.unit if narrower else row.unit, asked=asked)


def told(asked: Asked) -> dict[str, object]:
    """What is asked, as the ledger tells it."""
    return {"roles": list(asked.roles), "unit": asked.unit, "by": asked.by}


class UnableToConfirm(Unable, ValueError):
    """Somebody is not the second person for this, or not yet."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="this cannot be confirmed: {why}", zh="无法确认：{why}"),
            why=why,
        )
