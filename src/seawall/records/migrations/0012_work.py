"""Background work, with what came of it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table; its rows move on by compare-and-swap."""

    dependencies: ClassVar = [("records", "0011_case_lists")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Work",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200, unique=True)),
                ("plan", models.CharField(blank=True, max_length=63)),
                ("task", models.CharField(max_length=63)),
                ("lane", models.CharField(max_length=63)),
                ("arguments", models.TextField()),
                ("asked_by", models.CharField(max_length=63)),
                ("state", models.CharField(max_length=63)),
                ("asked_us", models.BigIntegerField()),
                ("next_us", models.BigIntegerField()),
                ("tried", models.BigIntegerField()),
                ("worker", models.CharField(blank=True, max_length=120)),
                ("started_us", models.BigIntegerField(null=True)),
                ("ended_us", models.BigIntegerField(null=True)),
                ("result", models.TextField()),
                ("problem", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["state", "lane", "next_us", "number"], name="work_waiting"
                    ),
                    models.Index(fields=["plan", "asked_us"], name="work_of_plan"),
                    models.Index(fields=["task", "number"], name="work_of_task"),
                ],
            },
        ),
    ]
