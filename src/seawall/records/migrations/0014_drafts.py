"""Unfinished texts of policies."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table; its rows change as people write."""

    dependencies: ClassVar = [("records", "0013_ranges")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PolicyDraft",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("policy", models.CharField(max_length=63)),
                ("writer", models.CharField(max_length=63)),
                ("text", models.TextField()),
                ("cases", models.TextField(blank=True)),
                ("base", models.CharField(blank=True, max_length=64)),
                ("changed_us", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["writer", "policy"], name="draft_once"),
                ],
            },
        ),
    ]
