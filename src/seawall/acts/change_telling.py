"""Changes of people and tokens, by whatever path: the ledger is told of each, and people are held against what it tells.

The change log is written by the database (`records.change_log`): a page, a command, a bulk statement and somebody
with the database's file all leave their row. Who stands behind a change, the act's own entry says; a change without one
was made around the office, and `compare` finds what it left.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

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
    """Whose roles, unit or right to sign in are others than the ledger's acts left them."""
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
    return _spelt(row.roles, row.unit, asked, active=row.is_active)


def _spelt(roles: Any, unit: object, asked: Any, *, active: bool) -> str:  # noqa: ANN401 - of a body
    waits = f" (asked: {_joined(asked['roles'])} @ {asked['unit']})" if asked else ""
    return f"{_joined(roles)} @ {unit}{waits}{'' if active else ' (left)'}"


def _joined(roles: Iterable[str]) -> str:
    return "+".join(sorted(roles))


def _told(ledger: Reader) -> dict[str, str]:
    """What the acts of `staffing` left of each person, by name."""
    known: dict[str, tuple[object, object, object, bool]] = {}
    for entry in ledger.entries():
        kind, body = entry.told["kind"], entry.content
        if not kind.startswith("person.") or body is None:
            continue
        name = entry.told["subject"].removeprefix("person:")
        roles, unit, asked, active = known.get(name, ((), "", None, True))
        if kind in _LEAVING_ROLES:
            roles, unit, asked = body.get("roles", roles), body.get("unit", unit), body.get("asked")
        if kind in ("person.leave", "person.return"):
            active, asked = kind == "person.return", body.get("asked")
        known[name] = roles, unit, asked, active
    return {
        name: _spelt(roles, unit, asked, active=active)
        for name, (roles, unit, asked, active) in known.items()
    }


_LEAVING_ROLES = frozenset({
    "person.add", "person.assign", "person.confirm", "person.refuse", "person.return", "person.reset",
})  # fmt: skip
"""Acts that say which roles they left; returns of the first years say none, and left them as they were."""
