"""The register of watching: values that indicators had, and silences. Rows are only added."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps
from django.db import transaction

from seawall.records.rows import rows as _rows

if TYPE_CHECKING:
    pass

_CHUNK = 2_000


class ValueRow(NamedTuple):
    """A value; fields as in `watch_models.IndicatorValue`."""

    indicator: str
    segment: str
    ends_on: str
    value: float | None
    sample: float | None
    level: int
    known_us: int


class SilenceRow(NamedTuple):
    """A silence; fields as in `watch_models.AlertSilence`."""

    act: str
    reason: str
    asked_by: str
    since_us: int
    until_us: int
    indicator: str
    team: str
    segment: str


def values(indicator: str, since: str = "") -> dict[tuple[str, str], ValueRow]:
    """What an indicator's values were when last looked at, by segment and period from a day on."""
    rows = _rows("IndicatorValue").filter(indicator=indicator, ends_on__gte=since)
    told = rows.order_by("number").values_list(*ValueRow._fields)
    # A later row of the same period takes the place of an earlier one.
    return {(row[1], row[2]): ValueRow(*row) for row in told.iterator(_CHUNK)}


def latest() -> str:
    """The end of the last period that any indicator was looked at for; empty where none was."""
    row = _rows("IndicatorValue").order_by("-ends_on").values_list("ends_on", flat=True).first()
    return str(row or "")


def history(indicator: str, segment: str, ends_on: str) -> list[ValueRow]:
    """Everything that was ever known of one value, in order."""
    rows = _rows("IndicatorValue").filter(indicator=indicator, segment=segment, ends_on=ends_on)
    return [ValueRow(*row) for row in rows.order_by("number").values_list(*ValueRow._fields)]


def add(rows: Sequence[ValueRow]) -> None:
    """Keep values, all or none."""
    model = apps.get_model("records", "IndicatorValue")
    with transaction.atomic():
        _rows("IndicatorValue").bulk_create((model(**r._asdict()) for r in rows), batch_size=_CHUNK)


def silence(row: SilenceRow) -> bool:
    """Keep a silence, once for its act; whether it was new."""
    _, new = _rows("AlertSilence").get_or_create(act=row.act, defaults=row._asdict())
    return bool(new)


def silences(until_us: int) -> Iterator[tuple[int, SilenceRow]]:
    """Silences that end after a time, with their numbers."""
    for row in _rows("AlertSilence").filter(until_us__gt=until_us).order_by("number"):
        yield row.number, SilenceRow(*(getattr(row, name) for name in SilenceRow._fields))
