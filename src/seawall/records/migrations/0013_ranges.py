"""Beside each value of an indicator: what was normal, and the level that was held."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns, empty in the rows that are there; and an index by which a board is read."""

    dependencies: ClassVar = [("records", "0012_work")]

    operations: ClassVar = [
        migrations.AddField("IndicatorValue", "low", models.FloatField(null=True)),
        migrations.AddField("IndicatorValue", "high", models.FloatField(null=True)),
        migrations.AddField("IndicatorValue", "held", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "IndicatorValue",
            models.Index(fields=["indicator", "ends_on", "number"], name="value_recent"),
        ),
    ]
