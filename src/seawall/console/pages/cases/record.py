"""One case: what is known, what is due, what waits, what can be done, and all that was done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from seawall.acts import attaching
from seawall.acts.case_rows import titled
from seawall.cases import choices, evidence
from seawall.cases.act import EDIT
from seawall.cases.case import Case, Event
from seawall.cases.choices import Choice
from seawall.cases.due import ALWAYS, Due
from seawall.cases.evidence import Attached
from seawall.cases.fold import Moment, timeline
from seawall.cases.kind import Clock, Kind
from seawall.console import access, place
from seawall.console.asking import Request
from seawall.console.exporting import saved
from seawall.console.pages.cases import forms, who
from seawall.console.pages.cases.forms import Fact
from seawall.console.pages.cases.who import Looked
from seawall.core.problem import Problem
from seawall.core.text import Text, verbatim
from seawall.office import alert_words, case_titles, packs, queues
from seawall.office.alert_words import Said
from seawall.office.cases import EVIDENCE, Seen
from seawall.office.queues import Shown
from seawall.records import case_register as register

LINKS_MOST = 50


@dataclass(frozen=True)
class Running:
    """A clock of a case, with what its kind says of it."""

    due: Due
    clock: Clock
    calendar: Text
    now: datetime


@dataclass(frozen=True)
class Done:
    """An event, as people read it."""

    moment: Moment
    facts: tuple[Fact, ...]

    @property
    def event(self) -> Event:
        """The event itself."""
        return self.moment.event

    @property
    def act(self) -> str:
        """The key under which the ledger tells of it."""
        return f"case:{self.event.case}:{self.event.number}"


@dataclass(frozen=True)
class Linked:
    """A case at the other end of a link; `shown` is None where one may not see it."""

    title: Text
    case_id: str
    shown: Shown | None


def page(request: Request, case_id: str) -> HttpResponse:
    """A case."""
    looked = who.look(request, case_id)
    return render(request, "console/cases/record.html", {**told(request, looked), "form": None})


def told(request: Request, looked: Looked) -> dict[str, object]:
    """All that a record shows."""
    seen, counter = looked.seen, looked.counter
    now = counter.desk.clock()
    may = access.may(request.user, "cases.handle")
    offered = choices.choices(seen.kind, seen.case, looked.actor, now) if may else ()
    return {
        "case": seen.case,
        "kind": seen.kind,
        "title": title(seen.kind, seen.case),
        "state": seen.kind.states[seen.case.state],
        "facts": forms.facts(seen.kind, seen.case.fields, words=_words(seen)),
        "clocks": [_running(looked, due, now) for due in seen.dues],
        "asked": [
            (each, forms.facts(seen.kind, each.request.fields, words=_words(seen)))
            for each in choices.requests(seen.kind, seen.case, looked.actor, now)
        ],
        "may": access.permissions(request.user),
        "offered": [forms.form(seen.kind, seen.case, each) for each in offered if not each.against],
        "held": [each for each in offered if each.against],
        "can_attach": any(each.verb == evidence.ATTACH and not each.against for each in offered),
        "done": history(looked),
        "files": tuple(evidence.files(seen.events)),
        "suffixes": ",".join(packs.evidence().suffixes),
        "most_mib": packs.evidence().most_mib,
        "leads_to": _linked(
            request, looked, ((seen.kind.links[n].title, to) for n, to in seen.case.links)
        ),
        "led_here": _linked(request, looked, _leading(looked)),
    }


def _running(looked: Looked, due: Due, now: datetime) -> Running:
    clock = looked.seen.kind.clocks[due.clock]
    return Running(due, clock, looked.counter.calendars[clock.calendar or ALWAYS].title, now)


def title(kind: Kind, case: Case) -> Text:
    """What a case is called by."""
    return case_titles.called(kind, titled(case, kind))


def history(looked: Looked) -> list[Done]:
    """All that was done, the latest first."""
    events, words = looked.seen.events, _words(looked.seen)
    kinds = looked.counter.desk.kinds.several({each.kind_digest for each in events})
    return [
        Done(moment, _set(kinds[moment.event.kind_digest], moment.event, words))
        for moment in reversed(timeline(kinds, events))
    ]


def _words(seen: Seen) -> Mapping[str, Said]:
    return alert_words.words(seen.kind.id, seen.case.fields)


def _set(kind: Kind, event: Event, words: Mapping[str, Said]) -> tuple[Fact, ...]:
    """What an event set of the case's own fields, or asks to set."""
    fields = event.fields.get("set") if event.verb == "ask" else event.fields
    own = event.verb in kind.verbs or event.verb in ("ask", EDIT)
    plain = (
        {n: v for n, v in fields.items() if not isinstance(v, list | dict)}
        if isinstance(fields, dict)
        else {}
    )
    return forms.facts(kind, plain, words=words) if own else ()


def _leading(looked: Looked) -> list[tuple[Text, str]]:
    """Cases that lead here; what each calls its link, only its own kind knows."""
    found = register.leading_to(looked.seen.case.id, LINKS_MOST)
    kinds = looked.counter.desk.kinds.in_force
    told = []
    for case_id, link in found:
        kind = kinds.get(case_id.rpartition("-")[0])
        known = kind is not None and link in kind.links
        told.append((kind.links[link].title if kind and known else verbatim(link), case_id))
    return told


def _linked(request: Request, looked: Looked, pairs: Iterable[tuple[Text, str]]) -> list[Linked]:
    """Cases at other ends; of those that one may not see, the id alone."""
    held = list(pairs)
    mine = who.visible(request, [case_id for _, case_id in held])
    cases = {each.line.case_id: each for each in queues.shown(looked.counter, mine)}
    return [Linked(text, case_id, cases.get(case_id)) for text, case_id in held]


def verb_form(
    request: Request, looked: Looked, choice: Choice, problems: tuple[Problem, ...], sent: QueryDict
) -> HttpResponse:
    """A form once more, with what was typed and what is wrong; and what others did meanwhile."""
    seen = looked.seen
    shown = forms.form(seen.kind, seen.case, choice, sent, problems)
    before = who.revision(sent) or seen.case.revision
    meanwhile = [each for each in history(looked) if each.event.number > before]
    context = {
        "case": seen.case, "kind": seen.kind, "title": title(seen.kind, seen.case), "form": shown,
        "problems": problems, "meanwhile": meanwhile, "key": sent.get("key", ""),
    }  # fmt: skip
    return render(request, "console/cases/verb.html", context, status=422)


def file(request: Request, case_id: str, sha256: str) -> HttpResponse:
    """A file of a case, to be saved and never shown in the page's place."""
    looked = who.look(request, case_id)
    attached = _attached(looked.seen.events, sha256)
    content = attaching.content(place.home().folder / EVIDENCE, sha256)
    return saved(HttpResponse(content), attached.file.name, attached.file.media)


def _attached(events: tuple[Event, ...], sha256: str) -> Attached:
    for each in evidence.files(events):
        if each.file.sha256 == sha256:
            return each
    raise Http404
