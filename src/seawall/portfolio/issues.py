"""What is wrong with rows, found one by one: the list that an import's statements add to."""

from typing import cast

import pyarrow as pa

from seawall.core.problem import Kind, Place, Problem
from seawall.portfolio import problems, reading, tape
from seawall.portfolio.delimited import Reject

SCHEMA = pa.schema(
    [("file", pa.int32()), ("row", pa.int32())]
    + [(name, pa.string()) for name in ("name", "value", "code", "detail")]
)
"""Of an issue: where (`file` counts the import's files), which column, its value, the kind of
problem's `code`, and the `detail` that its sentence wants to know."""

_CODES: dict[str, Kind] = {kind.code: kind for kind in problems.KINDS}


def rejects(issues: pa.Table, files: tuple[str, ...]) -> tuple[Reject, ...]:
    """Every issue as a reject, in the order of files and rows."""
    ordered = issues.sort_by([("file", "ascending"), ("row", "ascending")])
    return tuple(_reject(issue, files) for issue in ordered.to_pylist())


def _reject(issue: dict[str, str | int | None], files: tuple[str, ...]) -> Reject:
    kind = _CODES[str(issue["code"])]
    name = str(issue["name"])
    place = Place(files[int(issue["file"] or 0)], row=int(issue["row"] or 0), column=name)
    return Reject(
        Problem(kind, place, _facts(kind, name, issue["detail"])), str(issue["value"] or "")
    )


_DETAILS = {
    problems.VALUE_OUT_OF_RANGE.code: "range",
    problems.VALUE_NOT_AMONG.code: "among",
    problems.ROW_TWICE.code: "first",
    problems.ROW_OLDER.code: "held",
    problems.ROW_DIFFERS.code: "held",
    problems.DATES_OUT_OF_ORDER.code: "earlier",
    problems.PAID_AFTER_OBSERVED.code: "observed",
    problems.CURRENCY_SECOND.code: "currency",
    problems.RECEIVED_TOO_MUCH.code: "lent",
    problems.PARTS_ODD.code: "parts",
}


def _facts(kind: Kind, name: str, detail: str | int | None) -> dict[str, object]:
    """What the kind's sentence wants to know."""
    if kind is problems.VALUE_UNREADABLE:
        wanted = reading.NAMES[cast(tape.Type, detail)]
        return {"wanted": wanted.en, "wanted_zh": wanted.zh}
    facts: dict[str, object] = {"later": name, "column": name}
    if kind.code in _DETAILS:
        facts[_DETAILS[kind.code]] = detail
    return facts
