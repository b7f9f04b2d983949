"""Alerts as cases of kind `alert`, and back: what is open, what people closed, how causes are spelled."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, cast

from seawall.core.canonical import canonical
from seawall.core.period import moment_at, utc
from seawall.records import case_register
from seawall.records.case_register import CaseRow, Listed
from seawall.warning.alert import Closed, Notice, OpenAlert
from seawall.warning.cause import Cause, Segment
from seawall.warning.routing import Way

KIND = "alert"
LEVELS = ("green", "amber", "red")
_BY_PEOPLE = frozenset({"explained", "false_alarm"})
_MOST = 100_000


def open_alerts() -> dict[Cause, tuple[OpenAlert, CaseRow]]:
    """The alerts that are open, with their cases."""
    rows = case_register.listed(Listed(KIND, is_open=True, most=_MOST))
    found = [(_alert(row), row) for row in rows if "cause" in fields_of(row)]
    return {alert.cause: (alert, row) for alert, row in found}


def _alert(row: CaseRow) -> OpenAlert:
    fields = fields_of(row)
    level = LEVELS.index(fields["level"])
    explained = fields.get("explained_by")
    return OpenAlert(
        cause=read(fields["cause"]),
        since=date.fromisoformat(fields["since"]),
        level=level,
        raised_at=moment_at(row.opened_us),
        due_at=_moment(fields["due_at"]),
        acknowledged=0 if row.state == "raised" else level,
        explained_by=read(explained) if explained else None,
        notices=tuple(_notice(line) for line in fields.get("told", "").split("\n") if line),
    )


def _notice(line: str) -> Notice:
    to, by, at = line.split(" ")
    return Notice(to, cast("Way", by), _moment(at))


def closed() -> Iterator[Closed]:
    """Alerts that people closed while verdicts may still stand above green."""
    for row in case_register.listed(Listed(KIND, is_open=False, most=_MOST)):
        fields = fields_of(row)
        if row.state in _BY_PEOPLE and "cause" in fields:
            level = LEVELS.index(fields["level"])
            yield Closed(read(fields["cause"]), date.fromisoformat(fields["as_of"]), level)


def ever_raised() -> Iterator[tuple[date, Cause]]:
    """When each alert that ever was raised was raised, and what it was about."""
    for row in case_register.listed(Listed(KIND, is_open=None, most=_MOST)):
        if "cause" in fields_of(row):
            yield moment_at(row.opened_us).date(), read(fields_of(row)["cause"])


def ended_alerts() -> Iterator[tuple[str, str]]:
    """The indicator of each alert that is over, and the state it ended in."""
    for row in case_register.listed(Listed(KIND, is_open=False, most=_MOST)):
        yield fields_of(row)["indicator"], row.state


def fields_of(row: CaseRow) -> dict[str, Any]:
    """What lists know of a case's fields."""
    fields: dict[str, Any] = json.loads(row.content)["fields"]
    return fields


def shown(segment: Segment) -> str:
    """A segment for people: `channel=app, region=west`; `–` is the whole book."""
    return ", ".join(f"{name}={value}" for name, value in segment) or "–"


def segment_of_words(text: str) -> Segment:
    """A segment from what people write, as `shown` does; what names no value is left out.

    >>> segment_of_words("region=west, channel=app"), segment_of_words("–")
    ((('channel', 'app'), ('region', 'west')), ())
    """
    pairs = (part.partition("=") for part in text.split(","))
    return tuple(sorted((name.strip(), value.strip()) for name, equals, value in pairs if equals))


def spelled(cause: Cause) -> str:
    """A cause as cases hold it."""
    return canonical([cause.indicator, [list(pair) for pair in cause.segment]]).decode()


def read(text: str) -> Cause:
    """A cause from what `spelled` gave."""
    indicator, pairs = json.loads(text)
    return Cause(indicator, tuple((name, value) for name, value in pairs))


def json_of(segment: Segment) -> str:
    """A segment as rows hold it."""
    return canonical([list(pair) for pair in segment]).decode()


def segment_of(text: str) -> Segment:
    """A segment from what `json_of` gave."""
    return tuple((name, value) for name, value in json.loads(text))


def _moment(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))
