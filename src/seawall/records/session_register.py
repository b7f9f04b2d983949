"""Sessions of people who signed in: rows of Django's and of allauth's, which nobody takes away when they run out.

Both tables are the console's. A process without it, as a worker of its own, knows neither model, and an office that
never had a console has neither table.
"""

from datetime import datetime

from django.db import connection, transaction

_SESSIONS = "django_session"
_DEVICES = "usersessions_usersession"
"""Where and with which browser somebody signed in, for each session."""


def sweep(at: datetime) -> int:
    """Take away sessions that ran out before a time, and what is told of them; how many there were.

    Args:
        at: aware.
    """
    there = connection.introspection.table_names()
    if _SESSIONS not in there:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        ran_out = connection.ops.adapt_datetimefield_value(at)
        cursor.execute(f"DELETE FROM {_SESSIONS} WHERE expire_date < %s", [ran_out])
        swept = cursor.rowcount
        if _DEVICES in there:
            cursor.execute(
                f"DELETE FROM {_DEVICES} WHERE NOT EXISTS (SELECT 1 FROM {_SESSIONS} "
                f"WHERE {_SESSIONS}.session_key = {_DEVICES}.session_key)"
            )
    return int(swept)
