"""The values that indicators had, and silences."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two tables; their rows are added, never changed."""

    dependencies: ClassVar = [("records", "0006_case_guards")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="AlertSilence",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=200, unique=True)),
                ("reason", models.TextField()),
                ("asked_by", models.CharField(max_length=63)),
                ("since_us", models.BigIntegerField()),
                ("until_us", models.BigIntegerField()),
                ("indicator", models.CharField(blank=True, max_length=63)),
                ("team", models.CharField(blank=True, max_length=63)),
                ("segment", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("indicator", models.CharField(max_length=63)),
                ("segment", models.CharField(max_length=300)),
                ("ends_on", models.CharField(max_length=10)),
                ("value", models.FloatField(null=True)),
                ("sample", models.FloatField(null=True)),
                ("level", models.BigIntegerField()),
                ("known_us", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["indicator", "segment", "ends_on", "number"], name="value_of"
                    ),
                    models.Index(fields=["ends_on"], name="value_latest"),
                ],
            },
        ),
    ]
