"""Roles and tokens wait for a second person; what waits, and that something did not, is in the change log."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

from seawall.records.change_log import Watched, watch_again

PEOPLE = Watched("records_person", "'person:' || {row}.name",
                 ("name", "roles", "unit", "is_active", "reviewed_us", "asked", "alone"),
                 ("password", "email", "shown"))  # fmt: skip
TOKENS = Watched("records_apitoken", "'token:' || {row}.number",
                 ("name", "scopes", "unit", "granted_by", "expires_us", "revoked_us", "confirmed_by"),
                 ("hash",))  # fmt: skip


def _counted(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Tokens that were granted before count as they did: by their granter alone."""
    del editor
    apps.get_model("records", "ApiToken").objects.update(confirmed_by=F("granted_by"))


class Migration(migrations.Migration):
    """Columns without a default, so that SQLite adds them and makes no table anew, which would lose its triggers."""

    dependencies: ClassVar = [("records", "0014_drafts")]

    operations: ClassVar = [
        migrations.AddField("person", "asked", models.TextField(null=True)),
        migrations.AddField("person", "alone", models.BooleanField(null=True)),
        migrations.AddField("apitoken", "confirmed_by", models.CharField(max_length=63, null=True)),
        migrations.RunPython(_counted),
        migrations.RunPython(watch_again(PEOPLE, TOKENS)),
    ]
