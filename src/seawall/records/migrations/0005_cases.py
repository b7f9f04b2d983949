"""Cases: kinds, their needs, events, and what the events come to."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables; what may be added to them is the next migration's."""

    dependencies: ClassVar = [("records", "0004_closer_guards")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CaseKind",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=63)),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("case_id", models.CharField(max_length=120)),
                ("place", models.BigIntegerField()),
                ("key", models.CharField(max_length=200)),
                ("kind_digest", models.CharField(max_length=64)),
                ("verb", models.CharField(max_length=63)),
                ("actor", models.CharField(max_length=63)),
                ("on_behalf_of", models.CharField(blank=True, max_length=63)),
                ("at_us", models.BigIntegerField()),
                ("state", models.CharField(max_length=63)),
                ("edits", models.BooleanField()),
                ("concerns", models.CharField(blank=True, max_length=64)),
                ("body", models.TextField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("previous", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case_id", "place"), name="case_place_once"),
                    models.UniqueConstraint(fields=("case_id", "key"), name="case_command_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseNeed",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind_digest", models.CharField(max_length=64)),
                ("verb", models.CharField(max_length=63)),
                ("people", models.BigIntegerField()),
                ("always", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind_digest", "verb"), name="need_once"),
                    models.CheckConstraint(
                        condition=models.Q(("people__gte", 1)), name="need_is_one_or_more"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseNow",
            fields=[
                ("case_id", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=63)),
                ("kind_digest", models.CharField(max_length=64)),
                ("unit", models.CharField(blank=True, max_length=120)),
                ("state", models.CharField(max_length=63)),
                ("is_open", models.BooleanField()),
                ("revision", models.BigIntegerField()),
                ("head", models.CharField(max_length=64)),
                ("content", models.TextField()),
                ("opened_us", models.BigIntegerField()),
                ("changed_us", models.BigIntegerField()),
                ("next_us", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["kind", "is_open", "-changed_us", "case_id"], name="case_of_kind"
                    ),
                    models.Index(fields=["is_open", "-changed_us", "case_id"], name="case_latest"),
                    models.Index(fields=["next_us"], name="case_by_clock"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Errand",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200, unique=True)),
                ("case_id", models.CharField(max_length=120)),
                ("place", models.BigIntegerField()),
                ("task", models.CharField(max_length=63)),
                ("content", models.TextField()),
                ("state", models.CharField(max_length=63)),
                ("next_us", models.BigIntegerField()),
                ("tried", models.BigIntegerField(default=0)),
                ("said", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "task", "next_us"], name="errand_waiting"),
                    models.Index(fields=["case_id"], name="errand_of_case"),
                ],
            },
        ),
    ]
