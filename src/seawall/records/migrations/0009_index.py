"""An index of the ledger's entries, and of its decisions."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three tables; the place starts at nought, so that the index is made from the first entry on."""

    dependencies: ClassVar = [("records", "0008_people")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="IndexPlace",
            fields=[
                ("one", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("leaf", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO records_indexplace (one, size, leaf) VALUES (1, 0, '')",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name="EntryLine",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=200)),
                ("on_behalf_of", models.CharField(blank=True, max_length=200)),
                ("at_us", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "number"], name="entry_of_kind"),
                    models.Index(fields=["subject", "number"], name="entry_of_subject"),
                    models.Index(fields=["actor", "number"], name="entry_of_actor"),
                    models.Index(fields=["actor", "kind", "number"], name="entry_of_who_did"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionLine",
            fields=[
                ("entry", models.BigIntegerField(primary_key=True, serialize=False)),
                ("application_id", models.CharField(max_length=200)),
                ("policy", models.CharField(blank=True, max_length=200)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("customer_token", models.CharField(blank=True, max_length=200)),
                ("actor", models.CharField(max_length=200)),
                ("unit", models.CharField(max_length=200)),
                ("at_us", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["unit", "at_us", "entry"], name="decision_latest"),
                    models.Index(
                        fields=["unit", "policy", "outcome", "at_us", "entry"],
                        name="decision_of_policy",
                    ),
                    models.Index(
                        fields=["unit", "outcome", "at_us", "entry"], name="decision_of_outcome"
                    ),
                    models.Index(
                        fields=["unit", "reason", "at_us", "entry"], name="decision_of_reason"
                    ),
                    models.Index(
                        fields=["customer_token", "at_us", "entry"], name="decision_of_customer"
                    ),
                    models.Index(fields=["application_id"], name="decision_of_application"),
                ],
            },
        ),
    ]
