"""Silence alerts: nobody is told of them for some time, with a reason; they stay in every list."""

from datetime import datetime, timedelta

from seawall.acts.alert_cases import json_of, segment_of, shown
from seawall.acts.signing import Signed
from seawall.core.period import microseconds, moment_at
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.records import watch_register
from seawall.records.watch_register import SilenceRow
from seawall.warning.alert import Silence

_REMEMBERED = timedelta(days=30)


def silence(ledger: Ledger, asked: Silence, signed: Signed) -> bool:
    """Silence some alerts: nobody is told of them; they stay in every list. Whether it was new.

    Asked again as the same act, the silence stays as it was kept, and the ledger is told of that one.
    """
    row, new = watch_register.silence(
        SilenceRow(signed.act, asked.reason, signed.by, microseconds(asked.since),
                   microseconds(asked.until), asked.indicator or "", asked.team or "",
                   json_of(asked.segment))
    )  # fmt: skip
    if new or ledger.find(signed.act) is None:
        told = row._asdict() | {"segment": shown(segment_of(row.segment))}
        del told["act"], told["asked_by"]
        ledger.append(Entry(kind="warning.silence", subject="warning:silences", actor=row.asked_by,
                            at=signed.at, act=signed.act, body=told))  # fmt: skip
    return new


def page(after: int | None = None, most: int = 50) -> tuple[Silence, ...]:
    """A page of all silences that ever were, the newest first, from before a number on."""
    return tuple(_silence(number, row) for number, row in watch_register.silence_page(after, most))


def silences(at: datetime) -> tuple[Silence, ...]:
    """Silences that count, or counted lately: what waited through one waits anew from its end."""
    since = microseconds(at) - _REMEMBERED // timedelta(microseconds=1)
    return tuple(_silence(number, row) for number, row in watch_register.silences(since))


def _silence(number: int, row: SilenceRow) -> Silence:
    return Silence(
        str(number), row.reason, row.asked_by, moment_at(row.since_us), moment_at(row.until_us),
        row.indicator or None, row.team or None, segment_of(row.segment),
    )  # fmt: skip
