"""The change log: whoever changes people or machines' tokens, by whatever path, leaves a row that nobody changes.

A row says that it was told to the ledger, once: the only change it takes.
"""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from seawall.records.change_log import Watched, watch

_KEPT = ("number", "at_us", "kind", "subject", "operation", "before", "after")
_SAID = "the change log is added to, and never changed"
PEOPLE = Watched("records_person", "'person:' || {row}.name",
                 ("name", "roles", "unit", "is_active", "reviewed_us"), ("password", "email", "shown"))  # fmt: skip
TOKENS = Watched("records_apitoken", "'token:' || {row}.number",
                 ("name", "scopes", "unit", "granted_by", "expires_us", "revoked_us"), ("hash",))  # fmt: skip


def _guard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    del apps
    vendor = editor.connection.vendor
    differs = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}[vendor]
    other = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in _KEPT)
    wrong = f"{other} OR OLD.told OR NOT NEW.told"
    if vendor == "sqlite":
        for do, when in (("UPDATE", f"WHEN {wrong}"), ("DELETE", "")):
            editor.execute(f"CREATE TRIGGER records_change_{do.lower()} BEFORE {do} ON records_change FOR EACH ROW {when} "
                           f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END")  # fmt: skip
        editor.execute("CREATE TRIGGER records_change_replace BEFORE INSERT ON records_change FOR EACH ROW WHEN "
                       "EXISTS (SELECT 1 FROM records_change c WHERE c.number = NEW.number) "
                       f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END")  # fmt: skip
        return
    raised = (
        f"BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END"
    )
    editor.execute(
        f"CREATE FUNCTION records_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {raised} $$"
    )
    for do, how in (
        ("UPDATE", f"FOR EACH ROW WHEN ({wrong})"),
        ("DELETE", "FOR EACH ROW"),
        ("TRUNCATE", "FOR EACH STATEMENT"),
    ):
        editor.execute(f"CREATE TRIGGER records_change_{do.lower()} BEFORE {do} ON records_change {how} "
                       "EXECUTE FUNCTION records_change_refuse()")  # fmt: skip
        editor.execute(
            f"ALTER TABLE records_change ENABLE ALWAYS TRIGGER records_change_{do.lower()}"
        )


class Migration(migrations.Migration):
    """The log, its guards, and the triggers of the tables it tells of."""

    dependencies: ClassVar = [("records", "0009_index")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("at_us", models.BigIntegerField()),
                ("kind", models.CharField(max_length=63)),
                ("subject", models.CharField(max_length=200)),
                ("operation", models.CharField(max_length=8)),
                ("before", models.TextField()),
                ("after", models.TextField()),
                ("told", models.BooleanField()),
            ],
            options={"indexes": [models.Index(fields=["told", "number"], name="change_untold")]},
        ),
        migrations.RunPython(_guard),
        migrations.RunPython(watch(PEOPLE, TOKENS)),
    ]
