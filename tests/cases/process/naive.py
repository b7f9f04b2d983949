"""Every process measure again, case by case and row by row: slow, obvious, and no SQL."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Any

Row = dict[str, Any]
Rows = list[Row]
HOUR_US = 3_600_000_000


def cases(log: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in sorted(log, key=lambda row: (row["happened_us"], row["ordinal"])):
        found[row["case_id"]].append({**row, "lifecycle": (row["lifecycle"] or "complete").lower()})
    return found


def hours(values: list[int]) -> tuple[float, float, float]:
    """Median, mean, and nine tenths by nearest rank."""
    place = -(-9 * len(values) // 10)
    return (
        median(values) / HOUR_US, fmean(values) / HOUR_US, sorted(values)[place - 1] / HOUR_US
    )  # fmt: skip


def took(rows: Rows) -> int:
    return int(rows[-1]["happened_us"] - rows[0]["happened_us"])


def day(us: int) -> date:
    return date(1970, 1, 1) + timedelta(days=us // (24 * HOUR_US))


def path(rows: Rows) -> tuple[str, ...]:
    return tuple(row["activity"] for row in rows)


def summary(log: Rows) -> Rows:
    held = cases(log)
    lasted = [took(rows) for rows in held.values()]
    middle, mean, most_of = hours(lasted)
    times = [row["happened_us"] for row in log]
    return [{
        "cases": len(held), "events": len(log), "variants": len({path(r) for r in held.values()}),
        "activities": len({row["activity"] for row in log}),
        "actors": len({row["actor"] for row in log} - {None}),
        "first_on": day(min(times)), "last_on": day(max(times)), "least_hours": min(lasted) / HOUR_US,
        "median_hours": middle, "mean_hours": mean, "p90_hours": most_of,
        "most_hours": max(lasted) / HOUR_US,
    }]  # fmt: skip


def variants(log: Rows) -> Rows:
    held = cases(log)
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for rows in held.values():
        found[path(rows)].append(took(rows))
    return [
        {"cases": len(each), "share": len(each) / len(held), "events": len(sequence),
         "median_hours": median(each) / HOUR_US, "path": " → ".join(sequence)}
        for sequence, each in found.items()
    ]  # fmt: skip


def pairs(log: Rows) -> Iterator[tuple[Row, Row]]:
    for rows in cases(log).values():
        yield from pairwise(rows)


def _moves(log: Rows, key: str) -> dict[tuple[str, str], list[tuple[str, int]]]:
    found = defaultdict(list)
    for one, two in pairs(log):
        waited = two["happened_us"] - one["happened_us"]
        found[one[key], two[key]].append((one["case_id"], waited))
    return found


def graph(log: Rows) -> Rows:
    told = []
    for (one, two), each in _moves(log, "activity").items():
        middle, mean, most_of = hours([waited for _, waited in each])
        told.append({
            "activity": one, "next_activity": two, "times": len(each),
            "cases": len({case for case, _ in each}), "median_hours": middle, "mean_hours": mean,
            "p90_hours": most_of,
        })  # fmt: skip
    return told


def bottlenecks(log: Rows) -> Rows:
    moves = _moves(log, "activity")
    whole = sum(waited for each in moves.values() for _, waited in each)
    return [
        {"activity": one, "next_activity": two, "times": len(each),
         "median_hours": median(waited for _, waited in each) / HOUR_US,
         "total_hours": sum(waited for _, waited in each) / HOUR_US,
         "share": sum(waited for _, waited in each) / whole if whole else None}
        for (one, two), each in moves.items()
    ]  # fmt: skip


def handovers(log: Rows) -> Rows:
    return [
        {"actor": one, "next_actor": two, "times": len(each), "cases": len({c for c, _ in each}),
         "median_hours": median(waited for _, waited in each) / HOUR_US}
        for (one, two), each in _moves(log, "actor").items()
        if None not in (one, two) and one != two
    ]  # fmt: skip


def ends(log: Rows) -> Rows:
    held = cases(log).values()
    first = Counter(rows[0]["activity"] for rows in held)
    last = Counter(rows[-1]["activity"] for rows in held)
    return [
        {"activity": name, "started": first[name], "started_share": first[name] / len(held),
         "ended": last[name], "ended_share": last[name] / len(held)}
        for name in first | last
    ]  # fmt: skip


def activities(log: Rows) -> Rows:
    waited: dict[str, list[int]] = defaultdict(list)
    worked: dict[str, list[int]] = defaultdict(list)
    for rows in cases(log).values():
        last_done: int | None = None
        open_starts: dict[str, tuple[int, int | None]] = {}
        for row in rows:
            name, now = row["activity"], row["happened_us"]
            since = None if last_done is None else now - last_done
            if row["lifecycle"] == "start":
                open_starts[name] = (now, since)
            if row["lifecycle"] == "complete":
                if name in open_starts:
                    begun, since = open_starts.pop(name)
                    worked[name].append(now - begun)
                if since is not None:
                    waited[name].append(since)
                last_done = now
    return [
        {"activity": name, "events": len(rows),
         "completed": sum((row["lifecycle"] or "complete").lower() == "complete" for row in rows),
         "cases": len({row["case_id"] for row in rows}), "timed": len(worked[name]),
         **_told("waiting", waited[name]), **_told("working", worked[name])}
        for name in {row["activity"] for row in log}
        for rows in [[row for row in log if row["activity"] == name]]
    ]  # fmt: skip


def _told(what: str, values: list[int]) -> dict[str, float | None]:
    middle, mean = hours(values)[:2] if values else (None, None)
    return {f"{what}_median_hours": middle, f"{what}_mean_hours": mean}


def rework(log: Rows) -> Rows:
    times: dict[str, Counter[str]] = defaultdict(Counter)
    loops: Counter[str] = Counter()
    for case, rows in cases(log).items():
        before = None
        for row in rows:
            if row["lifecycle"] == "complete":
                times[row["activity"]][case] += 1
                loops[row["activity"]] += before == row["activity"]
                before = row["activity"]
    return [
        {"activity": name, "cases": len(counts), "repeats": counts.total() - len(counts),
         "cases_repeating": sum(n > 1 for n in counts.values()), "loops": loops[name],
         "share": sum(n > 1 for n in counts.values()) / len(counts),
         "returns": counts.total() - len(counts) - loops[name], "times_most": max(counts.values())}
        for name, counts in times.items()
    ]  # fmt: skip


def durations(log: Rows) -> Rows:
    return [
        {"case_id": case, "events": len(rows), "began_on": day(rows[0]["happened_us"]),
         "ended_on": day(rows[-1]["happened_us"]), "hours": took(rows) / HOUR_US}
        for case, rows in cases(log).items()
    ]  # fmt: skip


def throughput(log: Rows) -> Rows:
    held = cases(log).values()
    weeks = {week(row["happened_us"]) for row in log}
    return [
        {"week": each, "events": sum(week(row["happened_us"]) == each for row in log),
         "began": sum(week(rows[0]["happened_us"]) == each for rows in held),
         "ended": sum(week(rows[-1]["happened_us"]) == each for rows in held),
         "running": sum(week(rows[0]["happened_us"]) <= each < week(rows[-1]["happened_us"])
                        for rows in held)}
        for each in weeks
    ]  # fmt: skip


def week(us: int) -> date:
    found = day(us)
    return found - timedelta(days=found.weekday())


MEASURES: dict[str, Callable[[Rows], Rows]] = {
    each.__name__: each
    for each in (
        summary, variants, graph, ends, activities, rework, durations, throughput, handovers,
        bottlenecks,
    )
}  # fmt: skip
