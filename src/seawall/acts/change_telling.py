"""Changes of people and tokens, by whatever path: the ledger is told of each, and people are held against what it tells.

The change log is written by the database (`records.change_log`): a page, a command, a bulk statement and somebody
with the database's file all leave their row. Who stands behind a change, the act's own entry says; a change without one
was made around the office, and `compare` finds what it left.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from seawall.acts import problems, second
from seawall.core.period import moment_at
from seawall.core.problem import Place, Problem
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger, Reader
from seawall.records import people_register as register
from seawall.records.people_register import ChangeRow, PersonRow

KIND = "row.change"
RECORDER = "recorder"
"""In whose name the database's own notes are told: a machine that decides nothing."""
_TOGETHER = 500


def tell(ledger: Ledger) -> int:
    """Tell the ledger of every change that it was not told of; how many there were.

    Stopped half-way and called again, no change is told twice: its number is the act's key.
    """
    count = 0
    while rows := register.untold_changes(_TOGETHER):
        ledger.append_all([_entry(row) for row in rows])
        register.changes_told([row.number for row in rows])
        count += len(rows)
    return count


def _entry(row: ChangeRow) -> Entry:
    body = {
        "table": row.kind,
        "operation": row.operation,
        "before": json.loads(row.before or "{}"),
        "after": json.loads(row.after or "{}"),
    }
    return Entry(kind=KIND, subject=row.subject, actor=RECORDER, at=moment_at(row.at_us),
                 act=f"change:{row.number}", body=body)  # fmt: skip


def compare(ledger: Reader) -> Iterator[Problem]:
    """Whose roles, unit or right to sign in, or what waits and who asked, are others than the ledger's acts left them."""
    told = _told(ledger)
    for row in register.people():
        stands = _standing(row)
        if told.get(row.name) != stands:
            facts: dict[str, object] = {
                "name": row.name,
                "stands": stands,
                "told": told.get(row.name, "-"),
            }
            yield Problem(problems.PERSON_OTHERWISE, Place(f"person:{row.name}"), facts)


def _standing(row: PersonRow) -> str:
    asked = second.told(row.asked) if row.asked else None
    return _Left(row.roles, row.unit, asked, row.alone, row.is_active).spelt


class _Left(NamedTuple):
    """What acts left of a person; roles and what is asked as entries' bodies have them."""

    roles: Any = ()
    unit: str = ""
    asked: Any = None
    alone: bool = False
    active: bool = True

    @property
    def spelt(self) -> str:
        asked = self.asked
        waits = (
            f" (asked by {asked['by']}: {_joined(asked['roles'])} @ {asked['unit']})"
            if asked
            else ""
        )
        marks = f"{' (alone)' if self.alone else ''}{'' if self.active else ' (left)'}"
        return f"{_joined(self.roles)} @ {self.unit}{waits}{marks}"

    def after(self, kind: str, body: dict[str, Any]) -> "_Left":
        """What an act left of it."""
        left = self
        if kind in _LEAVING_ROLES and "roles" in body:
            left = left._replace(
                roles=body["roles"], unit=body["unit"], asked=body.get("asked"), alone=bool(body.get("alone")),
            )  # fmt: skip
        if kind in ("person.leave", "person.return"):
            left = left._replace(active=kind == "person.return", asked=body.get("asked"))
        if kind == "person.review" and body["keeps"]:
            left = left._replace(alone=bool(body.get("alone")))
        return left


def _joined(roles: Iterable[str]) -> str:
    return "+".join(sorted(roles))


def _told(ledger: Reader) -> dict[str, str]:
    """What the acts of `staffing` left of each person, by name."""
    known: dict[str, _Left] = {}
    for entry in ledger.entries():
        kind, body = entry.told["kind"], entry.content
        if not kind.startswith("person.") or body is None:
            continue
        name = entry.told["subject"].removeprefix("person:")
        known[name] = known.get(name, _Left()).after(kind, body)
    return {name: left.spelt for name, left in known.items()}


_LEAVING_ROLES = frozenset({
    "person.add", "person.assign", "person.confirm", "person.refuse", "person.return", "person.reset", "person.invite",
})  # fmt: skip
"""Acts that say which roles they left; returns and invitations of the first years say none, and left them as they were."""
