"""What is done with one case: each a command to its kind's machine, and back to the record."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.acts import attaching, handling
from seawall.acts.handling import Handled
from seawall.cases import choices
from seawall.cases.choices import Choice
from seawall.cases.evidence import ATTACH
from seawall.console import place
from seawall.console.asking import Request, key, see_other
from seawall.console.pages.cases import forms, record, who
from seawall.console.pages.cases.who import Looked
from seawall.console.templatetags.seawall import said
from seawall.core.problem import UnableToUseInput
from seawall.core.text import Text
from seawall.office import packs
from seawall.office.cases import EVIDENCE


def form(request: Request, case_id: str, verb: str) -> HttpResponse:
    """A verb's form on a page of its own."""
    looked = who.look(request, case_id)
    choice, seen = _choice(looked, verb), looked.seen
    shown = forms.form(seen.kind, seen.case, choice)
    context = {"case": seen.case, "kind": seen.kind, "title": record.title(seen.kind, seen.case), "form": shown,
               "problems": choice.against}  # fmt: skip
    return render(request, "console/cases/verb.html", context)


def do(request: Request, case_id: str, verb: str) -> HttpResponse:
    """Do a verb; where it is refused, the form comes back as it was typed."""
    looked = who.look(request, case_id)
    choice, seen = _choice(looked, verb), looked.seen
    if handling.done_before(case_id, key(request, verb)):  # a double click
        return see_other(_back(request, case_id))
    links = forms.linked(seen.kind, request.POST)
    fields = forms.given(choice, seen.case, request.POST)
    told = who.command(request, looked.actor, verb, fields, links)
    came = handling.handle(looked.counter.desk, case_id, told)
    if came.problems:
        return record.verb_form(
            request, who.look(request, case_id), choice, came.problems, request.POST
        )
    return done(request, came, choice.title)


def do_as_asked(request: Request, case_id: str, verb: str) -> HttpResponse:
    """Do exactly what was asked for, once enough others have approved it."""
    looked = who.look(request, case_id)
    waiting = looked.seen.case.asked.get(verb)
    if handling.done_before(case_id, key(request, verb)):
        return see_other(reverse("case", args=[case_id]))
    if waiting is None:
        raise Http404
    told = who.command(request, looked.actor, verb, dict(waiting.fields), waiting.links)
    told = replace(told, reason=waiting.reason)
    came = _came(handling.handle(looked.counter.desk, case_id, told))
    return done(request, came, looked.seen.kind.verbs[verb].title)


def approve(request: Request, case_id: str, verb: str) -> HttpResponse:
    """Approve what somebody else asked for: the very content that was shown, by its digest."""
    looked = who.look(request, case_id)
    fields: dict[str, object] = {"verb": verb, "digest": request.POST.get("digest", "")}
    told = who.command(request, looked.actor, "approve", fields)
    came = _came(handling.handle(looked.counter.desk, case_id, told))
    return done(request, came, Text(en="Approved", zh="已批准"))


def withdraw(request: Request, case_id: str, verb: str) -> HttpResponse:
    """Take back what was asked for."""
    looked = who.look(request, case_id)
    told = who.command(request, looked.actor, "withdraw", {"verb": verb})
    came = _came(handling.handle(looked.counter.desk, case_id, told))
    return done(request, came, Text(en="Withdrawn", zh="已撤回"))


def attach(request: Request, case_id: str) -> HttpResponse:
    """Attach a file."""
    looked = who.look(request, case_id)
    rules, sent = packs.evidence(), request.FILES.get("file")
    name = str(sent.name) if sent else "-"
    # One byte more than may be: enough to be told that it is too large, whatever it claims.
    content = sent.read(rules.bytes_most + 1) if sent else b""
    told = who.command(request, looked.actor, "attach", {})
    folder = place.home().folder / EVIDENCE
    came = attaching.attach(looked.counter.desk, folder, case_id, told, (rules, name, content))
    return done(request, _came(came), Text(en="Attached", zh="已上传"))


def _choice(looked: Looked, verb: str) -> Choice:
    """A verb as it is offered; whoever may not do it is told so by the machine. Raises `Http404`."""
    now = looked.counter.desk.clock()
    found = choices.one(looked.seen.kind, looked.seen.case, verb, looked.actor, now)
    if found is None or verb == ATTACH:
        raise Http404
    return found


def _came(came: Handled) -> Handled:
    """What came of it. Raises `UnableToUseInput` where it was refused."""
    if came.problems:
        raise UnableToUseInput(came.problems)
    return came


def done(request: Request, came: Handled, what: Text) -> HttpResponse:
    """Say what was done, and show the case."""
    if came.case is None or came.event is None:
        raise Http404
    if came.untold:
        messages.warning(request, said(_UNTOLD))
    elif came.event.verb == "ask":
        messages.success(request, said(_ASKED.filled(what=what)))
    else:
        messages.success(request, said(_DONE.filled(what=what)))
    return see_other(_back(request, came.case.id))


def _back(request: Request, case_id: str) -> str:
    """The page from which it was done: the case's own, or that of the alert which it is."""
    return reverse("alert" if request.POST.get("back") == "alert" else "case", args=[case_id])


_DONE = Text(en="Done: {what}.", zh="已完成：{what}。")
_ASKED = Text(
    en="Asked for: {what}. It is done once others have approved it.",
    zh="已申请：{what}。经他人批准后方可执行。",
)
_UNTOLD = Text(
    en="It is done. The ledger could not be told yet, and will be by the background worker.",
    zh="已完成。账本暂时无法记录，将由后台任务补记。",
)
