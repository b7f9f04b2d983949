"""Policies on their way into force: versions, writers, proposals, approvals, publications."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


def _to(model: str, *, null: bool = False) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(null=null, on_delete=django.db.models.deletion.PROTECT, to=model)


class Migration(migrations.Migration):
    """The tables; who may add what to them is the next migration's."""

    dependencies: ClassVar = [("records", "0001_events")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("policy", models.CharField(max_length=63)),
                ("digest", models.CharField(max_length=64)),
                ("texts", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["policy", "digest"], name="version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Writing",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("writer", models.CharField(max_length=63)),
                ("written_us", models.BigIntegerField()),
                ("version", _to("records.policyversion")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["version", "writer"], name="writer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=200, unique=True)),
                ("evidence", models.TextField()),
                ("evidence_digest", models.CharField(max_length=64)),
                ("proposed_by", models.CharField(max_length=63)),
                ("proposed_us", models.BigIntegerField()),
                ("version", _to("records.policyversion")),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=200, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("evidence_digest", models.CharField(max_length=64)),
                ("approved_by", models.CharField(max_length=63)),
                ("approved_us", models.BigIntegerField()),
                ("proposal", _to("records.proposal")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["proposal", "approved_by"], name="approver_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=200, unique=True)),
                ("policy", models.CharField(max_length=63)),
                ("effective_us", models.BigIntegerField()),
                ("published_by", models.CharField(max_length=63)),
                ("published_us", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("proposal", _to("records.proposal", null=True)),
                ("version", _to("records.policyversion")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["policy", "effective_us", "number"], name="in_force")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(effective_us__gte=models.F("published_us")),
                        name="not_in_hindsight",
                    )
                ],
            },
        ),
    ]
