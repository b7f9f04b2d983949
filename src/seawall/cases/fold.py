"""A case from its events alone: each is done again, and must come out as it was written."""

from collections.abc import Iterable, Mapping

from seawall.cases.act import UnableToReadEvent, command_of
from seawall.cases.case import Case, Event
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, step
from seawall.core.problem import Unable


def fold(kind_of: Mapping[str, Kind], events: Iterable[Event]) -> Case:
    """The case that events tell of.

    Args:
        kind_of: every version of the kind that the events name, by digest.
        events: all of one case, in order.

    Raises:
        UnableToFold: there is none; a version is not known; or an event is not the one that the
            machine makes of its command: the chain is broken, or it could not follow.
    """
    case: Case | None = None
    for event in events:
        case = followed(kind_of, case, event)
    if case is None:
        raise UnableToFold("-", 0, "there are no events")
    return case


def followed(kind_of: Mapping[str, Kind], case: Case | None, event: Event) -> Case:
    """The case after one more event. Raises like `fold`."""
    kind = kind_of.get(event.kind_digest)
    if kind is None:
        raise UnableToFold(event.case, event.number, f"no kind has digest {event.kind_digest}")
    try:
        stepped = step(kind, case, command_of(event), event.at)
    except UnableToReadEvent as error:
        raise UnableToFold(event.case, event.number, str(error)) from None
    if isinstance(stepped, Refused):
        why = " ".join(problem.sentence() for problem in stepped.problems)
        raise UnableToFold(event.case, event.number, why)
    if [made.digest for made in stepped.events] != [event.digest]:
        raise UnableToFold(event.case, event.number, _difference(stepped.events, event))
    return stepped.case


def _difference(made: tuple[Event, ...], event: Event) -> str:
    if not made:
        return "its key was used before"
    told, ours = event.content, made[0].content
    names = ", ".join(name for name in ours if ours[name] != told[name])
    return f"not what the machine makes of it: {names}"


class UnableToFold(Unable, ValueError):
    """Events are not the history of a case."""

    def __init__(self, case: str, number: int, why: str) -> None:
        super().__init__(f"event {number} of case {case} cannot follow: {why}")
