"""Sessions are swept where there are any; those of a console are in `tests.console.pages.test_work`."""

from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from seawall.records import session_register, starting


def test_an_office_that_never_had_a_console_has_no_sessions_to_take_away(tmp_path: Path) -> None:
    starting.start(tmp_path / "office.sqlite")
    with connection.cursor() as cursor:
        for table in ("usersessions_usersession", "django_session"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
    assert session_register.sweep(datetime.now(UTC)) == 0
