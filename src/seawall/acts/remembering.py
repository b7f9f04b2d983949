"""Store the events that features look back on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seawall.acts.application_files import applications
from seawall.core.problem import Place, Problem, refusal
from seawall.policy import application, window_problems
from seawall.policy.program import Program
from seawall.policy.window import EventStore, Stream
from seawall.policy.window_online import Features, read_events


@dataclass(frozen=True)
class Remembered:
    """What became of the events of a file.

    Attributes:
        new: how many were stored.
        known: how many were stored before.
        problems: rows that could not be stored, values that could not be read, and events that were
            stored before with another content.
    """

    new: int
    known: int
    problems: tuple[Problem, ...]


def remember(store: EventStore, program: Program, stream: str, file: Path) -> Remembered:
    """Store a file of events, so that the features of a policy can be answered.

    Args:
        store: keeps them.
        program: declares the stream, and the features that are prepared.
        stream: its name.
        file: as for `application_files.applications`: a row per event, with the stream's columns.

    Raises:
        UnableToUseInput: the policy has no such stream, or the file holds no events.
    """
    streams = {meant.window.events: meant.stream for meant in program.features.values()}
    if stream not in streams:
        known = ", ".join(streams) or "–"
        raise refusal(window_problems.STREAM_UNKNOWN, Place(program.id), name=stream, known=known)
    declared = streams[stream]
    rows = [typed(declared, row) for row in applications(file, declared.columns)]
    facts_, found = read_events(rows, name=str(file), stream=declared)
    store.prepare(Features(program.features).definitions)
    new, changed = store.add(stream, facts_)
    told = [
        Problem(window_problems.EVENT_CHANGED, Place(str(file)), {"id": id_}) for id_ in changed
    ]
    return Remembered(new, len(facts_) - new, (*found, *told))


def typed(stream: Stream, row: Mapping[str, object]) -> dict[str, object]:
    """A row's values by their columns' kinds; what cannot be read stays, and is then told."""
    found: dict[str, object] = {}
    for name, kind in stream.columns.items():
        value = None if row.get(name) == "" else row.get(name)
        read = application.typed(value, kind)
        found[name] = value if read is None else read
    return found
