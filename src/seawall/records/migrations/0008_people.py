"""People, machines' tokens, and lists that people keep for themselves."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three tables; their guards come with `0010_change_log`."""

    dependencies: ClassVar = [
        ("records", "0007_watch"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=63, unique=True)),
                ("shown", models.CharField(max_length=120)),
                ("email", models.EmailField(max_length=254, null=True, unique=True)),
                ("roles", models.TextField(default="[]")),
                ("unit", models.CharField(max_length=120)),
                ("language", models.CharField(default="en", max_length=2)),
                ("theme", models.CharField(default="auto", max_length=8)),
                ("time_zone", models.CharField(default="UTC", max_length=63)),
                ("is_active", models.BooleanField(default=True)),
                ("added_us", models.BigIntegerField()),
                ("reviewed_us", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=63)),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("scopes", models.TextField()),
                ("unit", models.CharField(max_length=120)),
                ("granted_by", models.CharField(max_length=63)),
                ("granted_us", models.BigIntegerField()),
                ("expires_us", models.BigIntegerField()),
                ("revoked_us", models.BigIntegerField(null=True)),
                ("used_us", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("person", models.CharField(max_length=63)),
                ("page", models.CharField(max_length=63)),
                ("title", models.CharField(max_length=120)),
                ("asked", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "page", "title"), name="filter_once")
                ],
            },
        ),
    ]
