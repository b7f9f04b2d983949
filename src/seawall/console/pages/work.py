"""Background work: what is due when, what came of it, and what somebody wants done now."""

from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.console.asking import Request, see_other, signed, whole
from seawall.office.work import jobs, schedule

MOST = 50


def page(request: Request) -> HttpResponse:
    """The schedule with the last run of each entry, and the latest work."""
    told, now = schedule.shipped(), datetime.now(UTC)
    runs = jobs.last_runs(told)
    listed = jobs.listed(MOST + 1, before=whole(request.GET.get("after", "")))
    return render(request, "console/settings/work.html", {
        "entries": [(each, runs[each.id], told.next_due(each, now)) for each in told.entries],
        "late": jobs.late(told, now, runs),
        "jobs": listed[:MOST],
        "after": listed[MOST - 1].number if len(listed) > MOST else None,
    })  # fmt: skip


def ask(request: Request) -> HttpResponse:
    """Have an entry of the schedule done now."""
    known = {each.id: each.task for each in schedule.shipped().entries}
    asked = request.POST.get("entry", "")
    if asked not in known:
        raise Http404
    jobs.ask(known[asked], {}, signed(request, "work.ask"))
    return see_other(reverse("work"))
