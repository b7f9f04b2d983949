"""Charts as Vega-Lite specifications, in both languages, for pages and paper alike.

A text in a specification may be `{"en": ..., "zh": ...}`; `spoken` picks one language. Amber and
red are for thresholds only; series use one blue-to-teal family, categories a quiet palette.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from seawall.core.measure import Column, Measure
from seawall.core.text import Language, Text

Spec = dict[str, Any]

PALETTE = ("#1f5f8b", "#3a9188", "#7a6fb0", "#b0793f", "#6b7f95", "#94546a", "#4d7c3a", "#2f4b66")
ON_DARK = {
    "#1f5f8b": "#5aa3d6", "#3a9188": "#55b5aa", "#7a6fb0": "#a79edb", "#b0793f": "#d29d63",
    "#6b7f95": "#9fb2c6", "#94546a": "#d08aa2", "#4d7c3a": "#86b56f", "#2f4b66": "#9db8d2",
    "#a9c9dd": "#2f5873", "#3f83b0": "#6fb0da", "#123a57": "#cfe6f5", "#eef4f8": "#22313d",
    "#22303c": "#e3e9ee", "#d99a1b": "#e8b54d", "#c2372e": "#ef6f66",
}  # fmt: skip
"""Every colour drawn with, as it is on a dark ground: what is light there is dark here."""
_TIME_FORMAT = "%Y-%m"
_CURVE = Text(en="Curve ", zh="曲线 ")
_ZOOM = {"type": "interval", "encodings": ["x"], "zoom": "wheel![event.shiftKey]"}
"""The wheel alone scrolls the page; with Shift it zooms."""
_FIGURES = {"share": ".1%", "money": ".3~s", "count": ","}


def lines(
    measure: Measure, rows: pa.Table, *, x: str, ys: tuple[str, ...], series: str | None = None
) -> Spec:
    """Lines of one or several columns over an axis; `series` splits one column instead."""
    kept = _records(rows, (x, *ys, *([series] if series else [])))
    axis = _axis(_column(measure, x))
    spec: Spec = {"data": {"values": kept}, "height": 260}
    if series is None:
        known = (name for name in ys if rows[name].null_count < rows.num_rows)
        titles = {name: _column(measure, name).title for name in known}
        kept[:] = [
            {x: row[x], "what": name, "value": row[name]} for row in kept for name in titles
            if row[name] is not None
        ]  # fmt: skip
        domain = [_both(title) for title in titles.values()]
        for row in kept:
            row["what"] = _both(titles[str(row["what"])])
        value, colour, unit = "value", "what", _column(measure, ys[0]).unit
        scale: Spec = {"domain": domain, "range": list(PALETTE[: len(domain)])}
    else:
        value, colour, unit = ys[0], series, _column(measure, ys[0]).unit
        for row in kept:
            row[series] = _named(row[series], _column(measure, series))
        scale = {"range": list(PALETTE)}
    spec["mark"] = {"type": "line", "point": {"size": 14, "filled": True}, "strokeWidth": 1.8}
    spec["encoding"] = {
        "x": axis,
        "y": _number(value, unit, None),
        "color": {"field": colour, "type": "nominal", "title": None, "scale": scale,
                  "sort": None, "legend": {"orient": "bottom", "columns": 4}},
        "tooltip": [_told(axis, _column(measure, x)), {"field": colour, "type": "nominal", "title": ""},
                    {"field": value, "format": _format(unit), "title": ""}],
    }  # fmt: skip
    if _column(measure, x).unit == "date":
        spec["params"] = [{"name": "zoom", "select": _ZOOM, "bind": "scales"}]
    return spec


def cohorts(measure: Measure, rows: pa.Table, *, x: str, ys: tuple[str, ...]) -> Spec:
    """One curve per cohort, light to dark with time, over its age; a menu picks what is shown.

    The cohort is the measure's first column, a date.
    """
    cohort = measure.columns[0]
    titles = [_both(_column(measure, name).title) for name in ys]
    kept = _records(rows, (cohort.name, x, "loans", *ys))
    return {
        "data": {"values": kept}, "height": 320,
        "params": [
            {"name": "shown", "value": ys[0],
             "bind": {"input": "select", "options": list(ys), "labels": titles, "name": _both(_CURVE)}},
            {"name": "over", "select": {"type": "point", "fields": [cohort.name],
                                        "on": "pointerover"}},
        ],
        "transform": [{"calculate": "datum[shown]", "as": "value"}],
        "mark": {"type": "line", "strokeWidth": 1.6},
        "encoding": {
            "x": _axis(_column(measure, x)),
            "y": _number("value", "share", None),
            "color": {"field": cohort.name, "type": "temporal", "title": None,
                      "scale": {"range": ["#a9c9dd", "#123a57"]},
                      "legend": {"orient": "right", "format": _TIME_FORMAT, "gradientLength": 200}},
            "detail": {"field": cohort.name},
            "opacity": {"condition": {"param": "over", "value": 1}, "value": 0.55},
            "tooltip": [
                {"field": cohort.name, "type": "temporal", "format": _TIME_FORMAT,
                 "title": _both(cohort.title)},
                {"field": x, "title": _both(_column(measure, x).title)},
                {"field": "value", "format": ".2%", "title": ""},
                {"field": "loans", "format": ",", "title": _both(_column(measure, "loans").title)},
            ],
        },
    }  # fmt: skip


def bars(measure: Measure, rows: pa.Table, *, x: str, y: str) -> Spec:
    """Bars of one column over the values of another, in their order, each with its figure."""
    kept = [
        {x: _named(str(row[x]), _column(measure, x)), y: row[y]} for row in _records(rows, (x, y))
    ]
    unit = _column(measure, y).unit
    return {
        "data": {"values": kept}, "height": 240,
        "layer": [
            {"mark": {"type": "bar", "color": PALETTE[0], "cornerRadiusEnd": 2}},
            {"mark": {"type": "text", "dy": -6, "fontSize": 10},
             "encoding": {"text": {"field": y, "format": _FIGURES.get(unit, ".3~g")},
                          "color": {"value": "#6b7f95"}}},
        ],
        "encoding": {
            "x": {"field": x, "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelAngle": 0, "labelLimit": 110}},
            "y": _number(y, unit, _column(measure, y).title),
            "tooltip": [{"field": x, "title": ""},
                        {"field": y, "format": _format(unit), "title": ""}],
        },
    }  # fmt: skip


def ranked(measure: Measure, rows: pa.Table, *, y: str, x: str, colour: str) -> Spec:
    """Bars lying down: one column by the labels of another, in their order, coloured by a third."""
    shade = _column(measure, colour)
    kept = _records(rows, (y, x, colour))
    for row in kept:
        row[colour] = _named(row[colour], shade)
    unit = _column(measure, x).unit
    return {
        "data": {"values": kept}, "height": {"step": 20},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            "y": {"field": y, "type": "nominal", "sort": None, "title": None,
                  "axis": {"labelLimit": 190}},
            "x": _number(x, unit, _column(measure, x).title),
            "color": {"field": colour, "type": "nominal", "sort": None,
                      "title": _both(shade.title), "scale": {"range": list(PALETTE)},
                      "legend": {"orient": "bottom"}},
            "tooltip": [{"field": y, "title": ""}, {"field": colour, "title": ""},
                        {"field": x, "format": _format(unit), "title": ""}],
        },
    }  # fmt: skip


def grouped(measure: Measure, rows: pa.Table, *, x: str, group: str, y: str) -> Spec:
    """Bars side by side: one column over another, grouped by a third."""
    kept = _records(rows, (x, group, y))
    spec = bars(measure, rows, x=x, y=y)
    spec["data"] = {"values": kept}
    spec["encoding"]["x"]["title"] = _both(_column(measure, x).title)
    spec["encoding"]["xOffset"] = {"field": group, "type": "ordinal"}
    spec["encoding"]["color"] = {
        "field": group, "type": "ordinal", "scale": {"range": ["#a9c9dd", "#3f83b0", "#123a57"]},
        "title": _both(_column(measure, group).title), "legend": {"orient": "bottom"},
    }  # fmt: skip
    spec["encoding"]["tooltip"].insert(1, {"field": group, "title": ""})
    del spec["layer"][0]["mark"]["color"]
    return spec


def matrix(measure: Measure, rows: pa.Table) -> Spec:
    """A transition matrix as a heat map, from rows to columns, shares written in the cells."""
    state, next_state = _column(measure, "state"), _column(measure, "next_state")
    kept = [
        {**row, "state": _named(row["state"], state),
         "next_state": _named(row["next_state"], next_state)}
        for row in _records(rows, ("state", "next_state", "share", "loans"))
    ]  # fmt: skip
    order = [_both(title) for title in state.labels.values()]
    ends: Spec = {"type": "nominal", "sort": order, "axis": {"labelAngle": 0, "labelLimit": 90}}
    share: Spec = {"field": "share", "type": "quantitative", "format": ".1%"}
    return {
        "data": {"values": kept}, "height": 300,
        "encoding": {
            "x": ends | {"field": "next_state", "title": _both(next_state.title)},
            "y": ends | {"field": "state", "title": _both(state.title)},
            "tooltip": [{"field": "state", "title": ""}, {"field": "next_state", "title": "→"},
                        share | {"title": ""}, {"field": "loans", "format": ",", "title": "n"}],
        },
        "layer": [
            {"mark": "rect", "encoding": {"color": {
                "field": "share", "type": "quantitative", "legend": None,
                "scale": {"range": ["#eef4f8", "#1f5f8b"], "domain": [0, 1]}}}},
            {"mark": {"type": "text", "fontSize": 11}, "encoding": {
                "text": share,
                "color": {"condition": {"test": "datum.share > 0.5", "value": "white"},
                          "value": "#22303c"}}},
        ],
    }  # fmt: skip


def alike(specs: Iterable[Spec]) -> None:
    """Give charts that stand side by side one scale of their values, so that heights compare."""
    axes = [
        (spec, y)
        for spec in specs
        if (y := spec["encoding"].get("y", {})).get("type") == "quantitative"
    ]
    values = [
        float(row[name]) for spec, y in axes for row in spec["data"]["values"]
        for name in _measured(spec, y) if row.get(name) is not None
    ]  # fmt: skip
    for _, y in axes:
        if values:
            y["scale"] = {"domain": [min(0.0, *values), max(values)], "nice": True}


def _measured(spec: Spec, y: Spec) -> tuple[str, ...]:
    """The fields that a chart's values come from: those of its menu, where it has one."""
    menus = (each.get("bind") for each in spec.get("params", ()))
    return next((tuple(m["options"]) for m in menus if isinstance(m, dict)), (y["field"],))


def spoken(value: Any, language: Language) -> Any:  # noqa: ANN401 - any part of a JSON document
    """A specification with every text in one language."""
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            return value[language]
        return {name: spoken(each, language) for name, each in value.items()}
    if isinstance(value, list):
        return [spoken(each, language) for each in value]
    return value


def _records(rows: pa.Table, names: Iterable[str]) -> list[dict[str, Any]]:
    """Rows as JSON-ready values: days as local midnights, money as numbers (no cents are drawn)."""
    return [
        {name: _plain(value) for name, value in row.items()}
        for row in rows.select(list(dict.fromkeys(names))).to_pylist()
    ]


def _plain(value: object) -> Any:  # noqa: ANN401 - any value of a JSON document
    if value is None or isinstance(value, int | float | str | dict):
        return round(value, 6) if isinstance(value, float) else value
    if isinstance(value, date):
        # A bare date is midnight in Greenwich to JavaScript, and the day before west of it.
        return f"{value.isoformat()}T00:00"
    return float(str(value))


def _column(measure: Measure, name: str) -> Column:
    return next(column for column in measure.columns if column.name == name)


def _both(text: Text) -> Any:  # noqa: ANN401 - a marked text inside a JSON document
    return {"en": text.en, "zh": text.zh}


def _named(value: str, column: Column) -> Any:  # noqa: ANN401 - see `_both`
    return _both(column.labels[value]) if value in column.labels else value


def _axis(column: Column) -> Spec:
    if column.unit == "date":
        # By month, as ticks are: the end of July would else stand at the tick of August.
        return {"field": column.name, "type": "temporal", "timeUnit": "yearmonth", "title": None,
                "axis": {"format": _TIME_FORMAT, "labelOverlap": True}}  # fmt: skip
    return {"field": column.name, "type": "quantitative", "title": _both(column.title),
            "axis": {"tickMinStep": 1}}  # fmt: skip


def _told(axis: Spec, column: Column) -> Spec:
    """What stands under the pointer, said as the axis says it."""
    timed = {"format": _TIME_FORMAT} if column.unit == "date" else {}
    return axis | {"axis": None, "title": _both(column.title)} | timed


def _number(name: str, unit: str, title: Text | None) -> Spec:
    axis: Spec = {"format": _format(unit)}
    return {"field": name, "type": "quantitative", "axis": axis,
            "title": None if title is None else _both(title)}  # fmt: skip


def _format(unit: str) -> str:
    return {"share": ".1%", "rate_annual": ".1%", "money": "~s", "count": "~s"}.get(unit, ".3~g")
