"""Background work: what is due when, what came of it, and what somebody wants done now."""

from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from seawall.console.asking import Request, signed
from seawall.office.work import jobs, schedule

MOST = 50


def page(request: Request) -> HttpResponse:
    """The schedule with the last run of each entry, and the latest work."""
    told, now = schedule.shipped(), datetime.now(UTC)
    after = request.GET.get("after", "")
    runs = jobs.last_runs(told)
    listed = jobs.listed(MOST + 1, before=int(after) if after.isdecimal() else None)
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
    return redirect("work")
