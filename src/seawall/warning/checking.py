"""What is wrong with indicators, each with its place: alone, against what exists, and together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePath

from seawall.core.measure import Trend
from seawall.core.pack import Placed
from seawall.core.problem import Kind, Place, Problem
from seawall.warning import judging, problems
from seawall.warning.detectors.threshold import Threshold
from seawall.warning.indicator import Indicator

Sheet = Placed[Indicator]


@dataclass(frozen=True)
class Known:
    """What indicators may name.

    Attributes:
        trends: by name.
        roles: who may own one.
        playbooks: ids of what there is to do.
    """

    trends: Mapping[str, Trend]
    roles: frozenset[str]
    playbooks: frozenset[str]


def findings(sheets: Sequence[Sheet], known: Known) -> Iterator[Problem]:
    """Everything that is wrong with a set of indicators; empty where nothing is."""
    for sheet in sheets:
        yield from _of_measure(sheet, known)
        yield from _of_thresholds(sheet)
        yield from _of_people(sheet, known)
        misfits = tuple(_of_samples(sheet))
        yield from misfits or failing(sheet, known)
    yield from _of_ids(sheets)
    yield from _of_parents(sheets)


def misplaced(sheet: Sheet) -> Iterator[Problem]:
    """A file whose path does not say what it holds: `<risk>/<id>.yaml`."""
    wanted = f"{sheet.declared.risk}/{sheet.declared.id}.yaml"
    if "/".join(PurePath(sheet.name).parts[-2:]) != wanted:
        yield _wrong(problems.MISPLACED, sheet.place("id"), wanted=wanted)


def _of_measure(sheet: Sheet, known: Known) -> Iterator[Problem]:
    declared = sheet.declared
    trend = known.trends.get(declared.measure)
    if trend is None:
        yield _unknown(problems.MEASURE_UNKNOWN, sheet, "measure", known.trends)
        return
    if declared.period not in trend.periods:
        place, offered = sheet.place("period"), ", ".join(trend.periods)
        yield _wrong(problems.PERIOD_NOT_OFFERED, place, measure=trend.name,
                     period=declared.period, known=offered)  # fmt: skip
    yield from _of_segments(sheet, trend)


def _of_segments(sheet: Sheet, trend: Trend) -> Iterator[Problem]:
    seen: set[frozenset[str]] = set()
    for number, segments in enumerate(sheet.declared.by):
        place, offered = sheet.place("by", number), ", ".join(trend.segments) or "–"
        for name in segments:
            if name not in trend.segments:
                yield _wrong(problems.SEGMENT_NOT_OFFERED, place, measure=trend.name,
                             segment=name, known=offered)  # fmt: skip
        if frozenset(segments) in seen or len(set(segments)) < len(segments):
            said = ", ".join(segments) or "[]"
            yield _wrong(problems.SEGMENTATION_TWICE, place, segments=said)
        seen.add(frozenset(segments))


def _of_thresholds(sheet: Sheet) -> Iterator[Problem]:
    declared, given = sheet.declared, sheet.declared.thresholds
    used = [each for each in declared.detectors if isinstance(each, Threshold)]
    own = given is None or any((each.amber, each.red) != (given.amber, given.red) for each in used)
    if (used and own) or (given is not None and not used):
        yield _wrong(problems.THRESHOLDS_MISFIT, sheet.place("detectors"))
    if given is None:
        return
    beyond = {"up": given.red - given.amber, "down": given.amber - given.red,
              "both": abs(given.red) - abs(given.amber)}[declared.direction]  # fmt: skip
    if beyond <= 0:
        place = sheet.place("thresholds", "red")
        yield _wrong(problems.THRESHOLDS_DISORDERED, place, direction=declared.direction,
                     amber=given.amber, red=given.red)  # fmt: skip
    if (given.citation is None) == (given.rationale is None):
        yield _wrong(problems.THRESHOLDS_UNSOURCED, sheet.place("thresholds"))


def _of_people(sheet: Sheet, known: Known) -> Iterator[Problem]:
    declared = sheet.declared
    if declared.owner not in known.roles:
        yield _unknown(problems.ROLE_UNKNOWN, sheet, "owner", known.roles)
    if (declared.playbook is None) == (declared.advice is None):
        yield _wrong(problems.NO_WAY_OUT, sheet.place("playbook" if declared.advice else "id"))
    elif declared.playbook is not None and declared.playbook not in known.playbooks:
        yield _unknown(problems.PLAYBOOK_UNKNOWN, sheet, "playbook", known.playbooks)


def _of_samples(sheet: Sheet) -> Iterator[Problem]:
    for number, case in enumerate(sheet.declared.cases):
        if case.sample is not None and len(case.sample) != len(case.values):
            place = sheet.place("cases", number, "sample")
            yield _wrong(problems.CASE_MISFIT, place, name=case.name,
                         values=len(case.values), samples=len(case.sample))  # fmt: skip


def failing(sheet: Sheet, known: Known) -> Iterator[Problem]:
    """The cases of an indicator in which another level comes out than is expected."""
    trend = known.trends.get(sheet.declared.measure)
    for number, case in enumerate(sheet.declared.cases):
        found = judging.tried(sheet.declared, case, trend.unit if trend else "index")
        if found != case.expect:
            place = sheet.place("cases", number, "expect")
            yield _wrong(
                problems.CASE_FAILS, place, name=case.name, expected=case.expect, found=found
            )


def _of_ids(sheets: Sequence[Sheet]) -> Iterator[Problem]:
    first: dict[str, Sheet] = {}
    for sheet in sheets:
        held = first.setdefault(sheet.declared.id, sheet)
        if held is not sheet:
            yield _wrong(problems.TWICE, sheet.place("id"), name=held.declared.id, first=held.name)


def _of_parents(sheets: Sequence[Sheet]) -> Iterator[Problem]:
    by_id = {sheet.declared.id: sheet for sheet in sheets}
    for sheet in sheets:
        for number, name in enumerate(sheet.declared.explained_by):
            if name not in by_id:
                yield _wrong(
                    problems.PARENT_UNKNOWN, sheet.place("explained_by", number), name=name
                )
    parents = {name: each.declared.explained_by for name, each in by_id.items()}
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        circle = list(error.args[1])
        place = by_id[circle[0]].place("explained_by")
        yield _wrong(problems.PARENT_CIRCLE, place, names=" → ".join(circle))


def _unknown(kind: Kind, sheet: Sheet, key: str, known: Collection[str]) -> Problem:
    named = getattr(sheet.declared, key)
    return _wrong(kind, sheet.place(key), name=named, known=", ".join(sorted(known)) or "–")


def _wrong(kind: Kind, place: Place, /, **facts: object) -> Problem:
    return Problem(kind, place, facts)
