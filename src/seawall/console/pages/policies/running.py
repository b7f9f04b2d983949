"""What takes minutes: a replay with its swap sets, a whole check, a proposal; how far it is, and what came out."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from seawall.acts.signing import now
from seawall.console import place
from seawall.console.asking import Request
from seawall.console.pages.policies import reading
from seawall.office import policies, policy_runs
from seawall.office.policy_runs import CHECK, PROPOSAL, REPLAY


def replay(request: Request, policy: str) -> HttpResponse:
    """What can be replayed, and the latest replays."""
    asked = policies.replayable(place.home(), policy, reading.version(request), now())
    return render(request, "console/policies/policy_replay.html", {
        "policy": policy, "shown": asked.shown, "tab": "policy_replay", "tabs": reading.TABS,
        "asked": asked, "runs": policy_runs.runs(place.home()).latest(REPLAY, policy),
    })  # fmt: skip


def begin(request: Request, policy: str) -> HttpResponse:
    """Begin a replay."""
    form = request.POST
    over = policy_runs.over(policy, form.get("against", ""), form.get("where", ""))
    version = policies.shown(policy, form.get("version") or None, now()).version
    run = policy_runs.begin_replay(place.home(), version, over, request.user.name)
    return redirect("policy_run", policy=policy, run=run.id)


def run(request: Request, policy: str, run: str) -> HttpResponse:
    """How far a piece of work is, or what came out of it."""
    home = place.home()
    found = policy_runs.runs(home).run(run)
    if found is None or found.about != policy:
        raise Http404
    if found.kind == PROPOSAL and (number := policy_runs.proposed(home, run)) is not None:
        return redirect("policy_proposal", policy=policy, number=number)
    told = {"policy": policy, "run": found}
    if found.state == "done":
        told |= {"leaf": policy_runs.replayed(home, run)} if found.kind == REPLAY else {}
        told |= {"marks": policy_runs.checked(home, run)} if found.kind == CHECK else {}
    fragment = request.htmx and found.state == "running"
    return render(request, f"console/policies/{'progress' if fragment else 'run'}.html", told)
