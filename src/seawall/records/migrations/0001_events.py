"""Events, series, and the observations of series on events."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_KEY = "PRIMARY KEY (series_number, key, at_us, event_number)"
_TABLE = {
    # The rows themselves stand in the order of the key; nothing is stored twice.
    "sqlite": f"""
CREATE TABLE records_observation (
  series_number bigint NOT NULL, key BLOB NOT NULL, at_us bigint NOT NULL,
  event_number bigint NOT NULL, known_us bigint NOT NULL, scaled bigint NULL, number real NULL,
  label BLOB NULL, {_KEY}) WITHOUT ROWID""",
    "postgresql": f"""
CREATE TABLE records_observation (
  series_number bigint NOT NULL, key bytea NOT NULL, at_us bigint NOT NULL,
  event_number bigint NOT NULL, known_us bigint NOT NULL, scaled bigint NULL,
  number double precision NULL, label bytea NULL,
  {_KEY} INCLUDE (known_us, scaled, number, label))""",
}


def _make(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(_TABLE[editor.connection.vendor])


def _drop(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute("DROP TABLE records_observation")


class Migration(migrations.Migration):
    """The room's first tables."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("stream", models.CharField(max_length=63)),
                ("event_id", models.CharField(max_length=200)),
                ("at_us", models.BigIntegerField()),
                ("known_us", models.BigIntegerField()),
                ("content", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["stream", "event_id"], name="event_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("stream", models.CharField(db_index=True, max_length=63)),
                ("definition", models.TextField()),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Observation",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "series_number",
                                "key",
                                "at_us",
                                "event_number",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("series_number", models.BigIntegerField()),
                        ("key", models.BinaryField(max_length=16)),
                        ("at_us", models.BigIntegerField()),
                        ("event_number", models.BigIntegerField()),
                        ("known_us", models.BigIntegerField()),
                        ("scaled", models.BigIntegerField(null=True)),
                        ("number", models.FloatField(null=True)),
                        ("label", models.BinaryField(max_length=16, null=True)),
                    ],
                )
            ],
            database_operations=[migrations.RunPython(_make, _drop)],
        ),
    ]
