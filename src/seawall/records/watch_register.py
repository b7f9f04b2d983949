"""The register of watching: values that indicators had, and silences. Rows are only added."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db import connection, transaction

from seawall.records.case_register import CaseRow
from seawall.records.rows import rows as _rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

_CHUNK = 2_000
_CASES = CaseRow._fields


class ValueRow(NamedTuple):
    """A value; fields as in `watch_models.IndicatorValue`."""

    indicator: str
    segment: str
    ends_on: str
    value: float | None
    sample: float | None
    level: int
    known_us: int
    low: float | None = None
    high: float | None = None
    held: int | None = None


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


def course(indicator: str, segment: str, since: str) -> list[ValueRow]:
    """What an indicator's value in a segment was, period by period from a day on, as it is known now."""
    rows = _rows("IndicatorValue").filter(indicator=indicator, segment=segment, ends_on__gte=since)
    told = rows.order_by("ends_on", "number").values_list(*ValueRow._fields)
    return list({row[2]: ValueRow(*row) for row in told}.values())


def standings(since: Mapping[str, str]) -> dict[tuple[str, str], ValueRow]:
    """The last value of every segment of some indicators, by indicator and segment.

    Args:
        since: by indicator, the day from which on periods count.
    """
    wanted = _wanted("indicator, since", since.items())
    join = "v.indicator = wanted.indicator AND v.ends_on >= wanted.since"
    return {(row.indicator, row.segment): row for row in _joined(wanted, join)}


def courses(since: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], list[ValueRow]]:
    """The same as `course`, of several indicators and segments; the day from which on by both."""
    wanted = _wanted("indicator, segment, since", ((*of, day) for of, day in since.items()))
    join = "v.indicator = wanted.indicator AND v.segment = wanted.segment AND v.ends_on >= wanted.since"
    found: dict[tuple[str, str], dict[str, ValueRow]] = {of: {} for of in since}
    for row in _joined(wanted, join):
        found[row.indicator, row.segment][row.ends_on] = row
    return {of: list(each.values()) for of, each in found.items()}


_Wanted = tuple[str, list[str]]
"""A table of what is wanted, written into the question, and its values."""


def _wanted(columns: str, rows: Iterable[tuple[str, ...]]) -> _Wanted:
    told = list(rows)
    line = f"({', '.join(['%s'] * len(columns.split(',')))})"
    sql = f"WITH wanted({columns}) AS (VALUES {', '.join([line] * len(told))})"
    return sql, [value for row in told for value in row]


def _joined(wanted: _Wanted, join: str) -> list[ValueRow]:
    """Values that are wanted, in the order of their periods; a later row of a period comes later."""
    sql, values = wanted
    if not values:
        return []
    columns = ", ".join(f"v.{name}" for name in ValueRow._fields)
    order = "ORDER BY v.ends_on, v.number"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{sql} SELECT {columns} FROM wanted JOIN records_indicatorvalue v ON {join} {order}",
            values,
        )
        return [ValueRow(*row) for row in cursor.fetchall()]


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


def silence(row: SilenceRow) -> tuple[SilenceRow, bool]:
    """Keep a silence, once for its act: as it was kept first, and whether that was now."""
    kept, new = _rows("AlertSilence").get_or_create(act=row.act, defaults=row._asdict())
    return SilenceRow(*(getattr(kept, name) for name in SilenceRow._fields)), bool(new)


def silences(until_us: int) -> Iterator[tuple[int, SilenceRow]]:
    """Silences that end after a time, with their numbers."""
    for row in _rows("AlertSilence").filter(until_us__gt=until_us).order_by("number"):
        yield row.number, SilenceRow(*(getattr(row, name) for name in SilenceRow._fields))


class Ended(NamedTuple):
    """Which alerts that are over a list is of; any where empty.

    Attributes:
        indicators: of these only; all where None.
        state, level: the state it ended in, the level it had.
        units: whose they are, exactly; all where None.
        after: the last row of the page before, as its `changed_us` and `case_id`.
        most: rows of a page.
    """

    indicators: tuple[str, ...] | None = None
    state: str = ""
    level: str = ""
    after: tuple[int, str] | None = None
    most: int = 50
    units: tuple[str, ...] | None = None


def ended(which: Ended) -> list[CaseRow]:
    """A page of alerts that are over, those that ended last first."""
    from django.db.models import Q  # noqa: PLC0415 - needs Django's set-up

    rows = _over(which.indicators)
    if which.state:
        rows = rows.filter(state=which.state)
    if which.units is not None:
        rows = rows.filter(unit__in=which.units)
    if which.level:
        rows = rows.filter(content__contains=f'"level":"{which.level}"')
    if which.after is not None:
        at, case_id = which.after
        rows = rows.filter(changed_us__lte=at).filter(Q(changed_us__lt=at) | Q(case_id__gt=case_id))
    told = rows.order_by("-changed_us", "case_id").values_list(*_CASES)
    return [CaseRow(*row) for row in told[: which.most]]


def outcomes(indicator: str) -> list[tuple[str, int]]:
    """How often alerts of an indicator ended in each state, the most frequent first."""
    from django.db.models import Count  # noqa: PLC0415 - needs Django's set-up

    told = _over((indicator,)).values_list("state").annotate(times=Count("case_id"))
    return [(state, times) for state, times in told.order_by("-times", "state")]


def _over(indicators: tuple[str, ...] | None) -> "QuerySet[Any]":
    """Alerts that are over. What an alert is about stands in its content, as canonical JSON."""
    from django.db.models import Q  # noqa: PLC0415 - needs Django's set-up

    rows = _rows("CaseNow").filter(kind="alert", is_open__in=[False])
    if indicators is None:
        return rows
    named = Q(pk__in=[])
    for name in indicators:
        named |= Q(content__contains=f'"indicator":"{name}"')
    return rows.filter(named)


def silence_page(after: int | None, most: int) -> list[tuple[int, SilenceRow]]:
    """A page of silences, the newest first, from before a number on."""
    rows = _rows("AlertSilence").filter(**({} if after is None else {"number__lt": after}))
    told = rows.order_by("-number").values_list("number", *SilenceRow._fields)
    return [(row[0], SilenceRow(*row[1:])) for row in told[:most]]
