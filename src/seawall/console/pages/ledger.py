"""The ledger: browsed, one entry with its proof, verified now, exported for whoever verifies it alone."""

import json
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from seawall.acts import decision_entries
from seawall.console import access, place
from seawall.console.asking import Request, see_other, signed, whole
from seawall.console.exporting import answer, saved
from seawall.core.institution import HOUSE
from seawall.office import ledger_sheets, ledgers
from seawall.office.ledgers import Onlooker, Shown
from seawall.office.work import jobs
from seawall.records.entry_index import Browsed

CHECKPOINTS_SHOWN: Final = 10
VERIFYING: Final = "ledger.verify"
"""The task of a worker that verifies the whole ledger."""
JOBS_LOOKED_AT: Final = 100
RUNS_SHOWN: Final = 3
AT_ONCE: Final = 1_000
"""Rows that a file reads from the database at once."""
_TEXT: Final = "text/plain; charset=utf-8"


def page(request: Request) -> HttpResponseBase:
    """Entries, the latest first, by kind, subject and actor; as a file where one is asked for."""
    asked = {name: request.GET.get(name, "").strip() for name in ("kind", "subject", "actor")}
    counter = place.ledgers()
    before = whole(request.GET.get("after", ""))
    which = Browsed(asked["kind"], asked["subject"], asked["actor"], before)
    found = counter.browse(which)
    sheet = ledger_sheets.of_entries(which._replace(most=AT_ONCE))
    return answer(request, sheet, needs="ledger.export") or render(request, "console/ledger/page.html", {
        "found": found,
        "page_after": found.after,
        "kinds": counter.kinds(),
        "searched": any(asked.values()),
        "now": counter.checkpoint().checkpoint,
        "verified": counter.verified()[:1],
    })  # fmt: skip


def entry(request: Request, number: int) -> HttpResponse:
    """One entry: what it tells for ever, its body, its proof."""
    found = _found(number)
    return render(request, "console/ledger/entry.html", {
        "found": found,
        "told": found.entry.told,
        "body": json.dumps(found.entry.content, ensure_ascii=False, indent=2),
        "may_read": _onlooker(request).reads(found.entry),
        "is_decision": found.entry.told["kind"] == decision_entries.KIND,
        "proof": [each.hex() for each in found.proof.hashes],
        "root": found.root.hex(),
    })  # fmt: skip


def proof(request: Request, number: int) -> HttpResponse:
    """An entry's proof as a file, as `seawall ledger prove` writes it; without a body that one may not see."""
    found = _found(number)
    text = found.proof.text(body=_onlooker(request).reads(found.entry))
    return saved(HttpResponse(f"{text}\n"), f"ledger-{number}.json", "application/json")


def proofs(request: Request) -> HttpResponse:
    """Verifications, checkpoints with their witnesses, the public key, packs."""
    return _proofs(request)


def verify(request: Request) -> HttpResponse:
    """Recompute the ledger, or ask a worker to; what is wrong is shown, and where nothing is, the verification."""
    if "whole" in request.POST:
        jobs.ask(VERIFYING, {}, signed(request, "verify"))
        return see_other(reverse("ledger_proofs"))
    _, problems = place.ledgers().verify(signed(request, "verify"))
    if problems:
        return _proofs(request, problems=problems)
    return see_other(reverse("ledger_proofs"))


def pack(request: Request) -> HttpResponse:
    """A pack of entries, which an auditor verifies alone; for whoever may see the whole house, its decisions too."""
    if not access.sees(request.user, HOUSE):
        raise Http404
    if not _onlooker(request).reads_all:
        raise PermissionDenied
    first, last = (whole(request.GET.get(name, "")) for name in ("first", "last"))
    if first is None or last is None:
        raise Http404
    made = place.ledgers().pack(first, last)
    return saved(HttpResponse(made), f"ledger-{first}-{last}.zip", "application/zip")


def checkpoint(request: Request) -> HttpResponse:
    """The signed checkpoint of now, to be kept elsewhere, or shown to a witness."""
    del request
    return saved(HttpResponse(place.ledgers().checkpoint().note), "checkpoint.txt", _TEXT)


def key(request: Request) -> HttpResponse:
    """The ledger's public key."""
    del request
    return saved(HttpResponse(f"{place.ledgers().ledger.key}\n"), "ledger.pub", _TEXT)


def _proofs(request: Request, **more: object) -> HttpResponse:
    counter = place.ledgers()
    counter.catch_up()
    return render(request, "console/ledger/proofs.html", {
        "verified": counter.verified(),
        "now": counter.checkpoint(),
        "kept": counter.kept(CHECKPOINTS_SHOWN),
        "key": str(counter.ledger.key),
        "most": ledgers.PACK_MOST,
        "large": counter.ledger.size > ledgers.WHOLE_MOST,
        "runs": [each for each in jobs.listed(JOBS_LOOKED_AT) if each.task == VERIFYING][:RUNS_SHOWN],
        **more,
    })  # fmt: skip


def _found(number: int) -> Shown:
    counter = place.ledgers()
    if number >= counter.ledger.size:
        raise Http404
    return counter.shown(number)


def _onlooker(request: Request) -> Onlooker:
    return Onlooker(access.may(request.user, "decisions.read"), request.user.unit)
