"""Three more ways around the guards of `0003_four_eyes`, closed.

A name in another script, case or width is refused: a maker cannot approve as somebody who looks like
another. A proposal is published once. On PostgreSQL the guards look at the office's own tables, and not
at temporary ones of the same name that a session puts before them; and a session that sees an old
state adds nothing, for it would not see who became a maker since.
"""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_NAMES = (
    ("writing", "writer"),
    ("proposal", "proposed_by"),
    ("approval", "approved_by"),
    ("publication", "published_by"),
)
_SPELT = {
    "sqlite": "NEW.{0} GLOB '*[^a-z0-9._@-]*' OR NEW.{0} NOT GLOB '[a-z0-9]*' OR LENGTH(NEW.{0}) > 63",
    "postgresql": """NEW.{0} COLLATE "C" !~ '^[a-z0-9][a-z0-9._@-]{{0,62}}$'""",
}
_SPELLING = (
    "a name is 1 to 63 small letters, digits, dots, lines and @: one person has one spelling"
)
_PUBLISHED = """
EXISTS (SELECT 1 FROM records_publication b WHERE b.proposal_id = NEW.proposal_id)"""
_OLD_STATE = "current_setting('transaction_isolation') <> 'read committed'"

_BEFORE = (
    "policyversion_kept", "writing_kept", "proposal_kept", "approval_kept", "publication_kept",
    "maker_approves", "approves_other", "approver_writes", "no_writer", "not_approved",
    "never_in_force", "other_policy",
)  # fmt: skip
"""The functions of the guards before."""


def _guards(vendor: str) -> list[tuple[str, str, str, str]]:
    """Name, table, condition and sentence of each new guard."""
    spelt = [
        (f"{table}_spelt", table, _SPELT[vendor].format(column), _SPELLING)
        for table, column in _NAMES
    ]
    return [
        *spelt,
        ("published_once", "publication", _PUBLISHED, "a proposal is published once"),
    ]


def _sqlite(editor: BaseDatabaseSchemaEditor) -> None:
    for name, table, condition, sentence in _guards("sqlite"):
        editor.execute(
            f"CREATE TRIGGER records_{name} BEFORE INSERT ON records_{table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )


_FUNCTION = """
CREATE FUNCTION records_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {path} AS $guard$
BEGIN
  -- One at a time: what another transaction is about to add must be seen.
  PERFORM pg_advisory_xact_lock(99219);
  IF {condition} THEN
    RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $guard$"""


def _postgresql(editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        # Where it is not named, the schema of temporary tables comes first.
        path = f"{cursor.fetchone()[0]}, pg_temp"
    for name in _BEFORE:
        editor.execute(f"ALTER FUNCTION records_{name}() SET search_path = {path}")
    old_state = "what others added must be seen: add rows under READ COMMITTED"
    seen = [(f"{table}_seen", table, _OLD_STATE, old_state) for table, _ in _NAMES]
    for name, table, condition, sentence in (*_guards("postgresql"), *seen):
        editor.execute(
            _FUNCTION.format(name=name, condition=condition, sentence=sentence, path=path)
        )
        editor.execute(
            f"CREATE TRIGGER records_{name} BEFORE INSERT ON records_{table} "
            f"FOR EACH ROW EXECUTE FUNCTION records_{name}()"
        )
        editor.execute(f"ALTER TABLE records_{table} ENABLE ALWAYS TRIGGER records_{name}")


def _guard(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    {"sqlite": _sqlite, "postgresql": _postgresql}[editor.connection.vendor](editor)


class Migration(migrations.Migration):
    """The triggers; there is no way back from them."""

    dependencies: ClassVar = [("records", "0003_four_eyes")]
    operations: ClassVar = [migrations.RunPython(_guard)]
