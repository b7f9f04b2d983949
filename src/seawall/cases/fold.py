"""A case from its events alone: each is done again, and must come out as it was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seawall.cases.act import ASK, UnableToReadEvent, command_of
from seawall.cases.built_in import BUILT_IN
from seawall.cases.case import Case, Event
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, step
from seawall.core.problem import Unable, sentences
from seawall.core.text import Text


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
        raise UnableToFold("-", 0, Text(en="there are no events", zh="没有任何事件"))
    return case


def followed(kind_of: Mapping[str, Kind], case: Case | None, event: Event) -> Case:
    """The case after one more event. Raises like `fold`."""
    kind = kind_of.get(event.kind_digest)
    if kind is None:
        raise UnableToFold(
            event.case,
            event.number,
            Text(en="no kind has digest {digest}", zh="没有摘要为 {digest} 的类型").filled(
                digest=event.kind_digest
            ),
        )
    try:
        stepped = step(kind, case, command_of(event), event.at)
    except UnableToReadEvent as error:
        raise UnableToFold(event.case, event.number, error.said) from None
    if isinstance(stepped, Refused):
        why = sentences(stepped.problems)
        raise UnableToFold(event.case, event.number, why)
    if [made.digest for made in stepped.events] != [event.digest]:
        raise UnableToFold(event.case, event.number, _difference(stepped.events, event))
    return stepped.case


@dataclass(frozen=True)
class Moment:
    """One event of a case, in words.

    Attributes:
        did: what was done.
        state: the case's, after it.
        moved: whether that is another one than before.
    """

    event: Event
    did: Text
    state: Text
    moved: bool


def timeline(kind_of: Mapping[str, Kind], events: Iterable[Event]) -> tuple[Moment, ...]:
    """Events in words, each in those of the version of the kind that it goes by.

    Args:
        kind_of: every version that the events name, by digest.
        events: of one case, in order.
    """
    told: list[Moment] = []
    for event in events:
        kind = kind_of[event.kind_digest]
        moved = not told or told[-1].event.state != event.state
        told.append(Moment(event, title(kind, event), kind.states[event.state].title, moved))
    return tuple(told)


def title(kind: Kind, event: Event) -> Text:
    """What an event did, in words."""
    if event.verb in BUILT_IN:
        return BUILT_IN[event.verb].title
    if event.verb == ASK:
        return _ASKED.filled(verb=kind.verbs[str(event.fields["verb"])].title)
    return kind.verbs[event.verb].title


_ASKED = Text(en="Ask for approval: {verb}", zh="申请批准：{verb}")


def _difference(made: tuple[Event, ...], event: Event) -> Text:
    if not made:
        return Text(en="its key was used before", zh="其键已被使用过")
    told, ours = event.content, made[0].content
    names = ", ".join(name for name in ours if ours[name] != told[name])
    return Text(
        en="not what the machine makes of it: {names}", zh="与状态机所得不符：{names}"
    ).filled(names=names)


class UnableToFold(Unable, ValueError):
    """Events are not the history of a case."""

    def __init__(self, case: str, number: int, why: Text) -> None:
        super().__init__(
            Text(
                en="event {number} of case {case} cannot follow: {why}",
                zh="案件 {case} 的第 {number} 个事件不能接续：{why}",
            ),
            number=number,
            case=case,
            why=why,
        )
