"""Who handles cases on a page, and which case he may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, QueryDict

from seawall.acts.handling import UnableToFindCase
from seawall.acts.signing import now
from seawall.cases.case import Actor, Command, Links
from seawall.console import access, place
from seawall.console.asking import Request, key, whole
from seawall.console.routing import owned
from seawall.office import readers, units
from seawall.office.cases import Counter, Seen
from seawall.records import case_lists
from seawall.records.case_lists import Line


def actor(request: Request) -> Actor:
    """Somebody, with his roles and his unit."""
    return Actor(request.user.name, access.roles(request.user), request.user.unit)


def here() -> datetime:
    """The time now, aware."""
    return place.cases().desk.clock()


@dataclass(frozen=True)
class Looked:
    """A case that somebody may see, and he as he acts on it."""

    counter: Counter
    seen: Seen
    actor: Actor


def look(request: Request, case_id: str) -> Looked:
    """A case.

    Raises:
        Http404: there is none, or none that he may see; which of both is not told.
    """
    counter = place.cases()
    try:
        seen = counter.seen(case_id)
    except UnableToFindCase:
        raise Http404 from None
    owned(request, seen.case.unit)
    if not readers.reads(counter, actor(request), seen):
        raise Http404
    return Looked(counter, seen, units.acting(actor(request), seen.case.unit))


def visible(request: Request, ids: Sequence[str]) -> list[Line]:
    """Of some cases those that somebody may see in a list, in no order."""
    counter, reader = place.cases(), actor(request)
    return [
        line
        for line in case_lists.lines(ids)
        if access.sees(request.user, line.unit) and readers.reads_line(counter, reader, line)
    ]


def revision(sent: QueryDict) -> int | None:
    """The case as it was when a form was shown; None where the form does not say."""
    return whole(str(sent.get("revision", "")))


def command(
    request: Request, who: Actor, verb: str, fields: dict[str, object], links: Links = ()
) -> Command:
    """What a form asks for: with its key, its reason, and the case as it was when the form was shown."""
    return Command(
        verb=verb,
        actor=who,
        at=now().replace(tzinfo=here().tzinfo),
        key=key(request, verb),
        fields=fields,
        reason=request.POST.get("reason", "").strip().replace("\r\n", "\n"),
        links=links,
        revision=revision(request.POST),
    )
