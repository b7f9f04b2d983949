"""What takes minutes: a replay with its swap sets, a whole check, a proposal; how far it is, and what came out."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from seawall.acts.signing import now
from seawall.console import place
from seawall.console.asking import Request, see_other, signed
from seawall.console.pages.policies import reading
from seawall.office import policies, policy_runs


def replay(request: Request, policy: str) -> HttpResponse:
    """What can be replayed, and the latest replays."""
    asked = policies.replayable(place.home(), policy, reading.version(request), now())
    return render(request, "console/policies/policy_replay.html", {
        "policy": policy, "shown": asked.shown, "tab": "policy_replay", "tabs": reading.TABS,
        "asked": asked, "jobs": policy_runs.latest(policy),
    })  # fmt: skip


def begin(request: Request, policy: str) -> HttpResponse:
    """Ask for a replay."""
    form = request.POST
    over = policy_runs.over(policy, form.get("against", ""), form.get("where", ""))
    version = policies.shown(policy, form.get("version") or None, now()).version
    job = policy_runs.begin_replay(version, over, signed(request, "replay"))
    return see_other(reverse("policy_run", args=[policy, job.number]))


def run(request: Request, policy: str, number: int) -> HttpResponse:
    """How far a piece of work is, or what came out of it."""
    found = policy_runs.run(number)
    if found is None or found.policy != policy:
        raise Http404
    if found.number is not None:
        there = reverse("policy_proposal", kwargs={"policy": policy, "number": found.number})
        # A page that asks again and again takes a redirect for its next piece: it is told to go there itself.
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
    told = {"policy": policy, "run": found, "job": found.job}
    return render(request, "console/policies/run.html", told)
