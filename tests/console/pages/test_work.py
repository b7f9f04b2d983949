"""Background work on screen: the schedule and its runs, and what an administrator wants done now."""

import html
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seawall.acts.signing import Signed, now
from seawall.office.homes import Home
from seawall.office.work import jobs, schedule
from seawall.office.work.worker import Worker
from seawall.records.models import Person

AsWhom = Callable[[str], Client]


def text(client: Client, path: str = "/settings/work/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_schedule_is_shown_in_both_languages_and_says_that_nobody_works(as_: AsWhom) -> None:
    dana = as_("dana")
    shown = text(dana)
    for entry in schedule.shipped().entries:
        assert entry.title.en in shown
    assert "no worker works" in shown
    assert "Do it now" not in shown, "who looks touches nothing"
    dana.post("/me/change", {"language": "zh", "theme": "auto", "time_zone": "UTC"})
    assert "后台任务" in text(dana)


def test_who_may_not_see_it_does_not(as_: AsWhom) -> None:
    assert as_("frank").get("/settings/work/").status_code == 403
    assert as_("charlie").get("/settings/work/").status_code == 404
    assert as_("dana").post("/settings/work/ask", {"entry": "prove"}).status_code == 403


def test_an_administrator_has_an_entry_done_and_sees_what_came_of_it(
    as_: AsWhom, lender: Home
) -> None:
    root = as_("root")
    assert root.post("/settings/work/ask", {"entry": "paint"}).status_code == 404
    asked = root.post("/settings/work/ask", {"entry": "prove", "act": "asked-once"})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/settings/work/")
    (job,) = [each for each in jobs.listed(10) if each.task == "cases.prove"]
    assert (job.asked_by, job.state) == ("root", "waiting")
    assert "waits for a worker" in text(root)
    plan = schedule.shipped().model_copy(update={"entries": ()})
    Worker(lender, plan, lambda _: None).once()
    assert jobs.job(job.number).state == "done"
    assert 'class="chip good"' in text(root)


def test_sessions_that_ran_out_are_taken_away_and_others_go_on(as_: AsWhom, lender: Home) -> None:
    gone, stays, root = as_("dana"), as_("dana"), as_("root")
    dana = Person.objects.get(name="dana")
    past = datetime.now(UTC) - timedelta(seconds=1)
    for client in (gone, stays):
        UserSession.objects.get_or_create(
            session_key=client.session.session_key,
            defaults={"user": dana, "ip": "127.0.0.1"},
        )
    ended = Session.objects.filter(session_key=gone.session.session_key)
    assert ended.update(expire_date=past) == 1
    before, ran_out = Session.objects.count(), Session.objects.filter(expire_date__lte=past).count()
    assert root.post("/settings/work/ask", {"entry": "sessions", "act": "s"}).status_code == 303
    plan = schedule.shipped().model_copy(update={"entries": ()})
    Worker(lender, plan, lambda _: None).once()
    (job,) = [each for each in jobs.listed(10) if each.task == "people.sweep"]
    assert job.result == {"sessions": ran_out}
    assert Session.objects.count() == before - ran_out
    told = UserSession.objects.values_list("session_key", flat=True)
    assert stays.session.session_key in told
    assert set(told) <= set(Session.objects.values_list("session_key", flat=True))
    assert stays.get("/me/").status_code == 200
    assert gone.get("/me/").status_code == 302


@pytest.mark.parametrize("runs", [1, 60])
def test_it_costs_the_same_however_much_was_done(as_: AsWhom, runs: int) -> None:
    for n in range(runs):
        jobs.ask("work.forget", {}, Signed(f"many-{n}", "root", now()))
    client = as_("root")
    client.get("/settings/work/")
    with CaptureQueriesContext(connection) as told:
        client.get("/settings/work/")
    assert len(told) <= 12
    if runs > 50:
        assert "?after=" in text(client)
