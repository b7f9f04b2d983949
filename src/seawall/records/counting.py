"""What the office's database holds, counted for whoever watches the system; and whether it answers at all."""

from django.db import connection
from django.db.models import Count

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


def waiting_errands() -> dict[str, int]:
    """How many errands wait to be done, by what is to be done."""
    held = _rows("Errand").filter(state="waiting").order_by()
    return dict(held.values_list("task").annotate(n=Count("number")))
