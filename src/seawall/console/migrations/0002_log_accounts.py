"""By which addresses and accounts elsewhere people sign in is in the change log, too; of a factor, also whose it is."""

from typing import ClassVar

from django.db import migrations

from seawall.records.change_log import Watched, watch, watch_again

_WHO = "'person:' || (SELECT p.name FROM records_person p WHERE p.number = {row}.user_id)"
FACTORS = Watched("mfa_authenticator", _WHO, ("id", "type", "user_id"), ("data",))
ADDRESSES = Watched("account_emailaddress", _WHO, ("id", "user_id", "verified"), ("email",))
ELSEWHERE = Watched("socialaccount_socialaccount", _WHO, ("id", "user_id", "provider"), ("uid",))


class Migration(migrations.Migration):
    """Triggers on three of allauth's tables: a row that is given to another person lets in somebody else."""

    dependencies: ClassVar = [
        ("console", "0001_log_factors"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations: ClassVar = [
        migrations.RunPython(watch_again(FACTORS)),
        migrations.RunPython(watch(ADDRESSES, ELSEWHERE)),
    ]
