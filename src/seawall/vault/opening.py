"""Opening: who asks, what he may have, and the record that must stand before he gets it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from seawall.core import period
from seawall.core.text import Text, verbatim
from seawall.vault.database import Session
from seawall.vault.declaration import PER_US, Purpose, Rules
from seawall.vault.refusals import UnableToOpen, UnableToOpenSoMuch

Wanted = tuple[str, str]
"""A token and the name of a field."""


@dataclass(frozen=True)
class Ask:
    """Who asks, and what for.

    Attributes:
        purpose: one that the pack declares.
        actor: who; the key of his limits.
        at: the time, with its zone.
        approval: what allows opening more at once than the purpose does; whoever passes it has
            checked it.
        reason: why now, in the actor's words; names no person.
    """

    purpose: str
    actor: str
    at: datetime
    approval: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Unsealing:
    """What is about to be opened: what a ledger keeps of it. Holds no value.

    Attributes:
        values: every token and field.
        reveals: `whole` or `masked`.
    """

    ask: Ask
    values: tuple[Wanted, ...]
    reveals: str


@dataclass(frozen=True)
class LookUp:
    """What is about to be told: who has some values. Holds no value, and no digest of one.

    Attributes:
        field: by which people are looked up.
        values: how many are asked for.
        tokens: who has one of them.
    """

    ask: Ask
    field: str
    values: int
    tokens: tuple[str, ...]


Recorder = Callable[[Unsealing], None]
"""Records an opening. Returns once the record is durable; raises otherwise, and nothing is opened.

It may be called, and succeed, for an opening that then fails: a record too many, never one too few.
"""


LookUpRecorder = Callable[[LookUp], None]
"""Records a look-up, as `Recorder` an opening."""


def microseconds(at: datetime) -> int:
    """Since 1970 in UTC.

    Raises:
        ValueError: the time has no zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return period.microseconds(at)


_VALUE = Text(en="a value", zh="该值")
_TOO_MANY = Text(en="more than {most} at once need an approval", zh="一次超过 {most} 个须经批准")


def purpose_of(rules: Rules, ask: Ask, fields: Sequence[str]) -> Purpose:
    """The purpose asked for, if it allows all that is wanted: a field for each value.

    Raises:
        UnableToOpen: it is not declared, not for these fields, or not for so many at once.
    """
    purpose = rules.purposes.get(ask.purpose)
    if purpose is None:
        raise UnableToOpen(
            _VALUE,
            Text(
                en="the pack declares no purpose {purpose!r}", zh="规则包未声明目的 {purpose!r}"
            ).filled(purpose=ask.purpose),
        )
    if not ask.actor:
        raise UnableToOpen(_VALUE, Text(en="nobody asks", zh="没有申请人"))
    for field in fields:
        if field not in rules.fields:
            raise UnableToOpen(
                verbatim(field), Text(en="the pack declares no such field", zh="规则包未声明此字段")
            )
        if purpose.fields and field not in purpose.fields:
            raise UnableToOpen(
                verbatim(field),
                Text(en="not for the purpose {purpose}", zh="不可用于目的 {purpose}").filled(
                    purpose=ask.purpose
                ),
            )
    if len(fields) > purpose.bulk_over and not ask.approval:
        why = _TOO_MANY.filled(most=purpose.bulk_over)
        raise UnableToOpen(
            Text(en="{n} values together", zh="一次 {n} 个值").filled(n=len(fields)), why
        )
    return purpose


def count(session: Session, purpose: Purpose, ask: Ask, values: int) -> None:
    """Count what an actor opens against his limits, for every process alike.

    A clock that went back does not help: openings dated later than now count too.

    Raises:
        UnableToOpenSoMuch: a limit would be passed; nothing is counted then.
    """
    now = microseconds(ask.at)
    for rate in purpose.rates:
        sql = "SELECT COALESCE(SUM(opened), 0) FROM vault_opening WHERE actor = ? AND at_us > ?"
        opened = int(session.rows(sql, ask.actor, now - PER_US[rate.per])[0][0])
        if opened + values > rate.most:
            raise UnableToOpenSoMuch(ask.actor, rate.most, rate.per)
    session.rows("INSERT INTO vault_opening VALUES (?, ?, ?)", ask.actor, now, values)
    session.rows(
        "DELETE FROM vault_opening WHERE actor = ? AND at_us <= ?",
        ask.actor,
        now - max(PER_US.values()),
    )
