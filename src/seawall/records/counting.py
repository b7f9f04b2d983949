"""What the office's database holds, counted for whoever watches the system; and whether it answers at all."""

from django.db import connection
from django.db.models import Count, Max

from seawall.records.rows import rows as _rows


def alive() -> bool:
    """Whether the database answers a question; raises what keeps it from that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def open_cases() -> dict[str, int]:
    """How many cases are open, by kind."""
    held = _rows("CaseNow").filter(is_open__in=[True]).order_by()
    return dict(held.values_list("kind").annotate(n=Count("case_id")))


def waiting_work() -> int:
    """How much background work is not over."""
    return int(_rows("Work").filter(state__in=("waiting", "running")).count())


def last_done() -> dict[str, int]:
    """When each entry of the schedule was last done, in microseconds since 1970 (UTC)."""
    held = _rows("Work").filter(state="done").exclude(plan="").order_by()
    return dict(held.values_list("plan").annotate(at=Max("ended_us")))


def waiting_errands() -> dict[str, int]:
    """How many errands wait to be done, by what is to be done."""
    held = _rows("Errand").filter(state="waiting").order_by()
    return dict(held.values_list("task").annotate(n=Count("number")))
