"""Policies to be read: the list, and one policy by its parts, its versions and its history."""

from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from seawall.acts.signing import now
from seawall.console.asking import Request, whole
from seawall.console.exporting import answer
from seawall.console.pages.policies.verbs import verbs
from seawall.core.text import Text
from seawall.office import policies, policy_sheet
from seawall.policy import explain, grids
from seawall.policy.comparing import SECTIONS

TABS: Final = (
    ("policy", Text(en="Overview", zh="概览")),
    ("policy_rules", Text(en="Rules", zh="规则")),
    ("policy_values", Text(en="Values", zh="取值")),
    ("policy_tables", Text(en="Tables", zh="决策表")),
    ("policy_cases", Text(en="Cases", zh="用例")),
    ("policy_versions", Text(en="Versions", zh="版本")),
    ("policy_diff", Text(en="Differences", zh="差异")),
    ("policy_replay", Text(en="Replay", zh="回放")),
    ("policy_history", Text(en="History", zh="历史")),
)


def listing(request: Request) -> HttpResponseBase:
    """Every policy: what is in force since when, by whom, and what waits; the file has no more than the page."""
    shelf = policies.shelf(now(), request.user.name)
    file = answer(request, policy_sheet.sheet(shelf), needs="policies.read")
    return file or render(request, "console/policies/list.html", {"shelf": shelf})


def start(request: Request) -> HttpResponse:
    """A new policy: its editor, empty."""
    return redirect("policy_edit", policy=request.GET.get("policy", "").strip() or "new_policy")


def overview(request: Request, policy: str) -> HttpResponse:
    """What a policy is, asks, and gives; where it stands."""
    return _page(request, policy, "policy")


def rules(request: Request, policy: str) -> HttpResponse:
    """Every rule: condition, reason, source, and whether anybody verified it."""
    return _page(request, policy, "policy_rules")


def values(request: Request, policy: str) -> HttpResponse:
    """What a policy asks, looks back on and computes."""
    return _page(request, policy, "policy_values")


def tables(request: Request, policy: str) -> HttpResponse:
    """Decision tables and scorecards."""
    return _page(request, policy, "policy_tables", hits=grids.HITS)


def cases(request: Request, policy: str) -> HttpResponse:
    """A version's own cases, run now."""
    ran = policies.ran(policy, version(request), now())
    return _page(request, policy, "policy_cases", shown=ran.shown, tried=ran.tried)


def versions(request: Request, policy: str) -> HttpResponse:
    """Every version: who wrote it, since when it was in force, and whether it can come back."""
    found = policies.versions(policy, before(request), verbs(request), now())
    return _page(request, policy, "policy_versions", shown=found.shown, versions=found.listed,
                 page_after=_after([each.written.number for each in found.listed]))  # fmt: skip


def differences(request: Request, policy: str) -> HttpResponse:
    """Two versions, held against each other."""
    asked = request.GET
    pair = policies.pair(policy, asked.get("before") or None, asked.get("after") or None, now())
    return _page(request, policy, "policy_diff", shown=pair.after, pair=pair, sections=SECTIONS)


def history(request: Request, policy: str) -> HttpResponse:
    """Who proposed, approved, published, and brought back what, when."""
    told = policies.history(policy, before(request), now())
    return _page(request, policy, "policy_history", shown=told.shown, told=told,
                 page_after=_after([each.number for each in told.published]))  # fmt: skip


def version(request: Request) -> str | None:
    """The beginning of the digest of the version that a page is asked for; None for what counts."""
    return request.GET.get("version") or None


def before(request: Request) -> int | None:
    """The number of the last row that the page before this one showed."""
    return whole(request.GET.get("after", ""))


def _after(numbers: list[int]) -> int | None:
    return numbers[-1] if len(numbers) == policies.PAGE else None


def _page(request: Request, policy: str, tab: str, **more: object) -> HttpResponse:
    shown = more.pop("shown", None) or policies.shown(policy, version(request), now())
    return render(request, f"console/policies/{tab}.html", {
        "policy": policy, "shown": shown, "tab": tab, "tabs": TABS, "then": explain.THEN, **more,
    })  # fmt: skip
