"""A proposal on its way into force: seen, approved by another person, published; and the way back."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from seawall.acts import publishing
from seawall.acts.signing import now
from seawall.console import place
from seawall.console.asking import Request, see_other, signed
from seawall.console.exporting import saved
from seawall.console.pages.policies.verbs import verbs
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import policies
from seawall.office import publishing as office
from seawall.policy.comparing import SECTIONS


def proposal(request: Request, policy: str, number: int) -> HttpResponse:
    """A proposal with its evidence and what it changes, and what one may do with it."""
    seen = policies.reviewed(number, request.user.name, verbs(request), now())
    if seen.seen.version.policy != policy:
        raise Http404
    told = {"policy": policy, "reviewed": seen, "sections": SECTIONS}
    return render(request, "console/policies/proposal.html", told)


def report(request: Request, policy: str, number: int) -> HttpResponseBase:
    """The replay's report that was shown for a proposal, to be opened from one's own disk."""
    del request, policy
    file = office.evidence(place.home(), number)
    if file is None:
        raise Http404
    name = f"replay-{number}.html"
    return saved(FileResponse(file.open("rb")), name, "text/html; charset=utf-8")


def approve(request: Request, policy: str, number: int) -> HttpResponse:
    """Approve exactly what was seen."""
    evidence = request.POST.get("evidence", "")
    publishing.approve(place.ledger(), number, evidence, signed(request, "approve"))
    messages.success(request, _APPROVED.filled(number=number).in_(request.language))
    return see_other(reverse("policy_proposal", args=[policy, number]))


def publish(request: Request, policy: str, number: int) -> HttpResponse:
    """Put what was approved in force, at once or from a time on."""
    since = _since(request.POST.get("since", ""))
    publishing.publish(place.ledger(), number, signed(request, "publish"), since)
    messages.success(request, _PUBLISHED.filled(policy=policy).in_(request.language))
    return see_other(reverse("policy_history", args=[policy]))


def roll_back(request: Request, policy: str) -> HttpResponse:
    """Bring an earlier version back at once."""
    form = request.POST
    policies.roll_back(place.ledger(), policy, form.get("digest", ""), signed(request, "roll_back"),
                       form.get("reason", ""))  # fmt: skip
    messages.success(request, _BACK.filled(policy=policy).in_(request.language))
    return see_other(reverse("policy_history", args=[policy]))


def _since(given: str) -> datetime | None:
    """A time as a person writes it, in his own zone; None where he writes none.

    Raises:
        UnableToReadTime: it is none.
    """
    if not given.strip():
        return None
    try:
        local = datetime.fromisoformat(given.strip())
    except ValueError:
        raise UnableToReadTime(given) from None
    known = local if local.tzinfo else timezone.make_aware(local)
    return known.astimezone(UTC).replace(tzinfo=None)


class UnableToReadTime(Unable, ValueError):
    """A time is none."""

    def __init__(self, given: str) -> None:
        super().__init__(
            Text(
                en="{given} is no time: write it as 2026-11-27T09:00",
                zh="{given} 不是时间：请写作 2026-11-27T09:00",
            ),
            given=repr(given[:40]),
        )


_APPROVED = Text(en="Proposal {number} is approved.", zh="提案 {number} 已批准。")
_PUBLISHED = Text(en="{policy} is published.", zh="{policy} 已发布。")
_BACK = Text(en="{policy} is rolled back.", zh="{policy} 已回退。")
