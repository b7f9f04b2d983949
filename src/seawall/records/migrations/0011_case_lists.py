"""What lists of cases are looked up by: title, assignee, approvals that wait, deadlines; and files attached to cases.

Rows that are there already get theirs from what they hold as JSON; their deadlines wait for the next tick, which
counts the clocks of every case that it is told to look at.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from seawall.records.case_words import words

_GUARDS = import_module("seawall.records.migrations.0006_case_guards")
_ATTACHING = "('ask', 'approve', 'withdraw', 'comment', 'attach', 'link', 'warn', 'breach')"
"""Built-in verbs that set no field of the case: a file that is attached is not one."""
_TITLE_MOST = 200
_TOGETHER = 1_000
_Row = tuple[str, str, str]


def _compare_words_plainly(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Words are looked up by how they begin, which an index in a language's order cannot do."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            'ALTER TABLE records_caseword ALTER COLUMN word TYPE varchar(63) COLLATE "C"'
        )


def _fill(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT digest, text FROM records_casekind")
        headings = {digest: _heading(json.loads(text)) for digest, text in cursor.fetchall()}
    after = ""
    while rows := _rows(editor, after):
        for case_id, digest, content in rows:
            _fill_one(editor, case_id, headings.get(digest), json.loads(content))
        after = rows[-1][0]


def _rows(editor: BaseDatabaseSchemaEditor, after: str) -> list[_Row]:
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, kind_digest, content FROM records_casenow WHERE case_id > %s "
            f"ORDER BY case_id LIMIT {_TOGETHER}",
            [after],
        )
        return list(cursor.fetchall())


def _heading(kind: dict[str, dict[str, dict[str, object]]]) -> str | None:
    texts = [name for name, field in kind["fields"].items() if field["type"] == "text"]
    required = (name for name in texts if kind["fields"][name].get("required"))
    return next(required, texts[0] if texts else None)


def _fill_one(
    editor: BaseDatabaseSchemaEditor, case_id: str, heading: str | None, content: dict[str, Any]
) -> None:
    title = next(_lines(content["fields"], heading), "")[:_TITLE_MOST]
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_casenow SET title = %s, waits = %s, "
            "next_us = CASE WHEN next_us IS NULL AND NOT is_open THEN NULL ELSE 0 END WHERE case_id = %s",
            [title, bool(content["waits"]), case_id],
        )
        cursor.executemany(
            "INSERT INTO records_caseword (word, case_id) VALUES (%s, %s)",
            [(word, case_id) for word in words(title)],
        )
        cursor.executemany(
            "INSERT INTO records_caselink (to_id, case_id, link) VALUES (%s, %s, %s)",
            sorted({(to, case_id, link) for link, to in content["links"]}),
        )


def _lines(fields: object, heading: str | None) -> Iterator[str]:
    told = fields.get(heading or "") if isinstance(fields, dict) else None
    return iter(told.strip().splitlines() if isinstance(told, str) else ())


def _let_attach(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    vendor = editor.connection.vendor
    name, condition, sentence = next(
        each for each in _GUARDS.body(vendor, _ATTACHING) if each[0] == "body"
    )
    if vendor == "sqlite":
        editor.execute(f"DROP TRIGGER records_case_{name}")
        editor.execute(
            f"CREATE TRIGGER records_case_{name} BEFORE INSERT ON records_caseevent WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    made = _GUARDS.FUNCTION.format(
        name=f"case_{name}", condition=condition, sentence=sentence, lock=_GUARDS.LOCK
    )
    editor.execute(made.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


class Migration(migrations.Migration):
    """Four columns, six indexes, a table of words, and one guard that knows of attaching."""

    dependencies: ClassVar = [("records", "0010_change_log")]

    operations: ClassVar = [
        migrations.AddField(
            "CaseNow", "title", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField(
            "CaseNow", "assignee", models.CharField(blank=True, default="", max_length=120)
        ),
        migrations.AddField("CaseNow", "waits", models.BooleanField(default=False)),
        migrations.AddField("CaseNow", "due_us", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            name="CaseWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "word", "case_id",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("word", models.CharField(max_length=63)),
                ("case_id", models.CharField(max_length=120)),
            ],
            options={"indexes": [models.Index(fields=["case_id"], name="word_of_case")]},
        ),
        migrations.CreateModel(
            name="CaseLink",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "to_id", "case_id", "link",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("to_id", models.CharField(max_length=120)),
                ("case_id", models.CharField(max_length=120)),
                ("link", models.CharField(max_length=63)),
            ],
        ),
        migrations.RunPython(_compare_words_plainly),
        migrations.RunPython(_fill),
        migrations.RunPython(_let_attach),
        migrations.AddIndex(
            "CaseNow",
            models.Index(fields=["kind", "state", "-changed_us", "case_id"], name="case_of_state"),
        ),
        migrations.AddIndex(
            "CaseNow",
            models.Index(fields=["unit", "is_open", "-changed_us", "case_id"], name="case_of_unit"),
        ),
        migrations.AddIndex(
            "CaseNow",
            models.Index(
                fields=["unit", "kind", "state", "-changed_us", "case_id"], name="case_of_unit_state"
            ),
        ),
        migrations.AddIndex(
            "CaseNow",
            models.Index(
                fields=["assignee", "is_open", "-changed_us", "case_id"],
                condition=~models.Q(assignee=""),
                name="case_of_person",
            ),
        ),
        migrations.AddIndex(
            "CaseNow",
            models.Index(
                fields=["-changed_us", "case_id"], condition=models.Q(waits=True), name="case_waiting"
            ),
        ),
        migrations.AddIndex(
            "CaseNow",
            models.Index(
                fields=["unit", "due_us", "case_id"],
                condition=models.Q(due_us__isnull=False),
                name="case_by_due",
            ),
        ),
    ]  # fmt: skip
