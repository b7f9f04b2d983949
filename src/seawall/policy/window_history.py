"""Windows over history: one row per decision, by SQL, for DuckDB and Spark alike.

Events and decisions of one stream and key become *points* in time, one row per key and time. What
the windows ask is then a frame over the points of a key, whose bounds are integers:

- counts, sums and extremes: a frame of the window's length, over when events happened;
- what happened but was not yet known: a running sum of how much of it stands in the frame
  (it enters when the event happens and leaves when it is known, or when the frame leaves it);
- the latest event: a running maximum, over when events could first be seen;
- distinct values: for each value, the times at which some event of it counts are a few intervals;
  a running sum of their beginnings and ends says how many values count now.

Only an extreme cannot be corrected so: for the decisions that had an event in their frame which
they did not know of, it is computed again, by a join on key and slice of time.
"""

from collections.abc import Mapping

from seawall.core.steps import Steps
from seawall.policy.window import SCALE, Meaning, Stream
from seawall.policy.window_points import (
    Column,
    Group,
    Queries,
    asked,
    events,
    framed,
    listed,
    only,
    points,
    us,
)


def history(windows: Mapping[str, Meaning], *, queries: Queries | None = None) -> Steps:
    """Every feature for every decision of a relation.

    Args:
        windows: by the feature's name.
        queries: the relation of decisions; `Queries()` where None.

    Returns:
        Steps that read the streams' relations (each named as its stream) and the decisions, and
        give one row per decision: its id, and a column per feature.
    """
    over = queries or Queries()
    groups: dict[tuple[str, tuple[str, ...]], Group] = {}
    for name, each in windows.items():
        place = (each.window.events, each.window.by)
        group = groups.setdefault(place, Group(f"g{len(groups)}", each, over))
        group.members[name] = each
    steps = Steps()
    streams = {group.first.window.events: group.first.stream for group in groups.values()}
    for name, stream in streams.items():
        steps = _once(steps, name, stream)
    for group in groups.values():
        steps = _windows(steps, group)
    return steps.then("features", _features(tuple(groups.values()), tuple(windows), over))


def _once(steps: Steps, name: str, stream: Stream) -> Steps:
    """Each event once: of those with one id the first known, as a store keeps the first it is told."""
    columns = listed("e", (f'"{column}"' for column in stream.columns))
    at, id_ = f'e."{stream.at}"', f'e."{stream.id}"'
    known = f'COALESCE(e."{stream.known_at}", {at})' if stream.known_at else at
    there = f"{id_} IS NOT NULL AND {at} IS NOT NULL"
    return steps.then(
        f"{name}_twice",
        f'SELECT {id_} AS id FROM "{name}" AS e WHERE {there} GROUP BY {id_} HAVING COUNT(*) > 1',
    ).then(f"{name}_once", f"""
SELECT {columns} FROM "{name}" AS e LEFT JOIN {name}_twice AS t ON {id_} = t.id
WHERE t.id IS NULL AND {there}
UNION ALL
SELECT {columns} FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY {id_} ORDER BY {known}, {at}) AS window_copy
  FROM "{name}" AS e JOIN {name}_twice AS t ON {id_} = t.id WHERE {there}
) AS e WHERE e.window_copy = 1""")  # fmt: skip


def _windows(steps: Steps, group: Group) -> Steps:
    """The group's windows, per key and time."""
    g = group.name
    made = [framed(group, name, each) for name, each in group.members.items()]
    if _recomputes(group):
        longest = max(group.extremes.values(), key=lambda m: m.window.microseconds)
        known = group.column(Column("happened", "known_us", "MAX"))
        made.append(f"MAX({known}) OVER {group.frame(longest, own=False)} AS known_last_us")
    steps = steps.then(f"{g}_events", events(group)).then(f"{g}_asked", asked(group))
    for name, each in group.members.items():
        if each.window.of == "distinct":
            steps = _intervals(steps, group, name, each)
    steps = steps.then(f"{g}_points", points(group))
    chosen = ", ".join([*group.keys, "at_us", *made])
    steps = steps.then(f"{g}_windows", f"SELECT {chosen} FROM {g}_points")
    return _again(steps, group) if _recomputes(group) else steps


def _intervals(steps: Steps, group: Group, name: str, meaning: Meaning) -> Steps:
    """Per value, when it begins and when it ceases to count: +1 and -1.

    Events of one value, in the order in which they could first be seen, run together as long as
    each begins before the ones before it have all ended.
    """
    g, keys = group.name, ", ".join(group.keys)
    counts, value = group.counts(meaning), group.value(meaning)
    where = " AND ".join([*([counts] if counts else []), f"{value} IS NOT NULL"])
    starts = "GREATEST(at_us, known_us)" if group.late else "at_us"
    ends = f"at_us + {meaning.window.microseconds}"
    order = f"PARTITION BY {keys}, what ORDER BY starts_us, ends_us"
    spans = f"""
SELECT {keys}, starts_us, LEAD(starts_us) OVER ({order}) AS next_us,
  MAX(ends_us) OVER ({order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_us,
  MAX(ends_us) OVER ({order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS ends_us
FROM (SELECT {keys}, {value} AS what, {starts} AS starts_us, {ends} AS ends_us
  FROM {g}_events WHERE {where}) AS e
WHERE starts_us < ends_us"""
    return steps.then(f"{g}_spans_{name}", spans).then(f"{g}_ends_{name}", f"""
SELECT {keys}, starts_us AS at_us, 1 AS step FROM {g}_spans_{name}
WHERE covered_us IS NULL OR starts_us > covered_us
UNION ALL
SELECT {keys}, ends_us AS at_us, -1 AS step FROM {g}_spans_{name}
WHERE next_us IS NULL OR next_us > ends_us""")  # fmt: skip


def _recomputes(group: Group) -> bool:
    return group.late and bool(group.extremes)


def _again(steps: Steps, group: Group) -> Steps:
    """Extremes of decisions that had an event in their frame which they did not know of."""
    g, keys = group.name, listed("q", [*group.keys, "at_us"])
    slice_us = max(m.window.microseconds for m in group.extremes.values())
    matched = " AND ".join(f"q.{key} = e.{key}" for key in group.keys)
    made = []
    for name, meaning in group.extremes.items():
        counts = group.counts(meaning)
        inside = f"e.at_us >= q.at_us - {meaning.window.microseconds}"
        inside += f" AND e.{counts}" if counts else ""
        value = only(inside, f"e.{group.value(meaning)}")
        made.append(f'{meaning.window.of.upper()}({value}) AS "{name}"')
    open_ = f"""
SELECT DISTINCT {keys} FROM {g}_asked AS q
JOIN {g}_windows AS e ON {matched} AND q.at_us = e.at_us
WHERE e.known_last_us >= q.at_us"""
    # A window is no longer than a slice, so it lies in the decision's slice and the one before.
    sliced = " UNION ALL ".join(
        f"SELECT q.*, q.at_us // {slice_us} - {back} AS slice FROM {g}_open AS q" for back in (0, 1)
    )
    return steps.then(f"{g}_open", open_).then(f"{g}_sliced", sliced).then(f"{g}_again", f"""
SELECT {keys}, {", ".join(made)} FROM {g}_sliced AS q
JOIN {g}_events AS e ON {matched} AND q.slice = e.at_us // {slice_us}
WHERE e.at_us < q.at_us AND e.known_us < q.at_us
GROUP BY {keys}""")  # fmt: skip


def _features(groups: tuple[Group, ...], names: tuple[str, ...], queries: Queries) -> str:
    """One row per decision: every feature by its name."""
    told = {name: _told(group, name) for group in groups for name in group.members}
    chosen = ", ".join(
        [f'q."{queries.id}" AS "{queries.id}"', *(f'{told[name]} AS "{name}"' for name in names)]
    )
    read, joins = [f'"{queries.id}"'], []
    for group in groups:
        g, own = group.name, [*group.keys, "at_us"]
        reads = zip([*group.read_keys(), us(queries.at)], own, strict=True)
        read += [f"{text} AS {g}_{column}" for text, column in reads]
        for step in ("windows", "again") if _recomputes(group) else ("windows",):
            matched = " AND ".join(f"q.{g}_{column} = {g}_{step}.{column}" for column in own)
            joins.append(f"LEFT JOIN {g}_{step} ON {matched}")
    return "\n".join(
        [
            f"SELECT {chosen}",
            f"FROM (SELECT {', '.join(read)} FROM {queries.relation}) AS q",
            *joins,
        ]
    )


def _told(group: Group, name: str) -> str:
    """A feature of a decision; NULL where it has no point, for then a key or its time is NULL."""
    g, meaning = group.name, group.members[name]
    value, at = f'{g}_windows."{name}"', f"q.{g}_at_us"
    total = f"CAST(TRY_CAST({value} AS BIGINT) AS DOUBLE)"
    match meaning.window.of:
        case "since_last":
            inside = f"{value} >= {at} - {meaning.window.microseconds}"
            return only(inside, f"CAST(({at} - {value}) // 1000000 AS DOUBLE)")
        case "sum":
            return f"{total} / {SCALE}E0"
        case "mean":
            number = f'{g}_windows."{name}.n"'
            return only(f"{number} > 0", f"{total} / CAST({number} * {SCALE} AS DOUBLE)")
        case "min" | "max" if group.late:
            known = f"{g}_windows.known_last_us >= {at}"
            return f'CASE WHEN {known} THEN {g}_again."{name}" ELSE {value} END'
    return value
