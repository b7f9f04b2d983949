"""Second factors are in the change log, too: that one was added or taken away, never its secret."""

from typing import ClassVar

from django.db import migrations

from seawall.records.change_log import Watched, watch

_WHO = "'person:' || (SELECT p.name FROM records_person p WHERE p.number = {row}.user_id)"
FACTORS = Watched("mfa_authenticator", _WHO, ("id", "type"), ("data",))


class Migration(migrations.Migration):
    """Triggers on allauth's table of factors."""

    dependencies: ClassVar = [
        ("mfa", "0003_authenticator_type_uniq"),
        ("records", "0010_change_log"),
    ]
    operations: ClassVar = [migrations.RunPython(watch(FACTORS))]
