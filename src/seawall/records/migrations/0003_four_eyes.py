"""What may be added to the tables of policies, kept by the database itself, superuser included.

A maker (who proposed a version, or wrote it, even last) never approves it; an approval is of exactly
what was proposed; only what was approved, or was in force before, is published; nothing that was
written is changed or taken away.
"""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLES = {
    # Each with its unique columns: SQLite's INSERT OR REPLACE takes a row away without asking the
    # triggers against deleting.
    "policyversion": ("number", "policy, digest"),
    "writing": ("number", "version_id, writer"),
    "proposal": ("number", "act"),
    "approval": ("number", "act", "proposal_id, approved_by"),
    "publication": ("number", "act"),
}


def _same(one: str, other: str) -> str:
    """Two people are one where only letters' case or blanks around the name differ."""
    return f"LOWER(TRIM({one})) = LOWER(TRIM({other}))"


_APPROVED_BY_OTHERS = f"""
SELECT 1 FROM records_approval a
JOIN records_proposal p ON p.number = a.proposal_id
JOIN records_policyversion v ON v.number = p.version_id
WHERE p.number = NEW.proposal_id AND p.version_id = NEW.version_id
  AND a.digest = v.digest AND a.evidence_digest = p.evidence_digest
  AND NOT {_same("a.approved_by", "p.proposed_by")}
  AND NOT EXISTS (SELECT 1 FROM records_writing w
    WHERE w.version_id = v.number AND {_same("w.writer", "a.approved_by")})"""

_GUARDS = (
    ("maker_approves", "approval", f"""
EXISTS (SELECT 1 FROM records_proposal p WHERE p.number = NEW.proposal_id
  AND ({_same("p.proposed_by", "NEW.approved_by")} OR EXISTS (
    SELECT 1 FROM records_writing w
    WHERE w.version_id = p.version_id AND {_same("w.writer", "NEW.approved_by")})))""",
     "a maker never approves his own change"),
    ("approves_other", "approval", """
NOT EXISTS (SELECT 1 FROM records_proposal p
  JOIN records_policyversion v ON v.number = p.version_id
  WHERE p.number = NEW.proposal_id AND v.digest = NEW.digest
    AND p.evidence_digest = NEW.evidence_digest)""",
     "an approval is of exactly what was proposed"),
    ("approver_writes", "writing", f"""
EXISTS (SELECT 1 FROM records_approval a JOIN records_proposal p ON p.number = a.proposal_id
  WHERE p.version_id = NEW.version_id AND {_same("a.approved_by", "NEW.writer")})""",
     "who approved a version cannot become one of its makers"),
    ("no_writer", "proposal", """
NOT EXISTS (SELECT 1 FROM records_writing w WHERE w.version_id = NEW.version_id)""",
     "a version without a writer cannot be proposed"),
    ("not_approved", "publication", f"""
NEW.proposal_id IS NOT NULL AND NOT EXISTS ({_APPROVED_BY_OTHERS})""",
     "only what another person approved is published"),
    ("never_in_force", "publication", """
NEW.proposal_id IS NULL AND NOT EXISTS (
  SELECT 1 FROM records_publication b WHERE b.version_id = NEW.version_id
    AND b.policy = NEW.policy AND b.effective_us <= NEW.published_us)""",
     "only a version that was in force comes back"),
    ("other_policy", "publication", """
NOT EXISTS (SELECT 1 FROM records_policyversion v
  WHERE v.number = NEW.version_id AND v.policy = NEW.policy)""",
     "a version is published as the policy it is of"),
)  # fmt: skip


def _standing(table: str) -> str:
    """Whether a row that is to be added would take the place of another."""
    tests = []
    for key in _TABLES[table]:
        same = " AND ".join(f"t.{name} = NEW.{name}" for name in key.split(", "))
        tests.append(f"EXISTS (SELECT 1 FROM records_{table} t WHERE {same})")
    return " OR ".join(tests)


def _sqlite(editor: BaseDatabaseSchemaEditor) -> None:
    made = "CREATE TRIGGER records_{name} BEFORE {what} ON records_{table} {when} BEGIN {say}; END"
    for table in _TABLES:
        say = f"SELECT RAISE(ABORT, 'rows of records_{table} are never changed')"
        for what in ("UPDATE", "DELETE"):
            name = f"{table}_{what.lower()}"
            editor.execute(made.format(name=name, what=what, table=table, when="", say=say))
        when = f"WHEN {_standing(table)}"
        editor.execute(
            made.format(name=f"{table}_instead", what="INSERT", table=table, when=when, say=say)
        )
    for name, table, condition, sentence in _GUARDS:
        say = f"SELECT RAISE(ABORT, '{sentence}')"
        when = f"WHEN {condition}"
        editor.execute(made.format(name=name, what="INSERT", table=table, when=when, say=say))


_FUNCTION = """
CREATE FUNCTION records_{name}() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  -- One at a time: what another transaction is about to add must be seen.
  PERFORM pg_advisory_xact_lock(99219);
  IF {condition} THEN
    RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $guard$"""


def _postgresql(editor: BaseDatabaseSchemaEditor) -> None:
    def trigger(name: str, what: str, table: str, each: str) -> None:
        editor.execute(
            f"CREATE TRIGGER records_{name} BEFORE {what} ON records_{table} "
            f"FOR EACH {each} EXECUTE FUNCTION records_{name}()"
        )
        # ALWAYS: a session that calls itself a replica is not spared.
        editor.execute(f"ALTER TABLE records_{table} ENABLE ALWAYS TRIGGER records_{name}")

    for table in _TABLES:
        sentence = f"rows of records_{table} are never changed"
        name = f"{table}_kept"
        editor.execute(_FUNCTION.format(name=name, condition="TRUE", sentence=sentence))
        trigger(name, "UPDATE OR DELETE OR TRUNCATE", table, "STATEMENT")
    for name, table, condition, sentence in _GUARDS:
        editor.execute(_FUNCTION.format(name=name, condition=condition, sentence=sentence))
        trigger(name, "INSERT", table, "ROW")


def _guard(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    {"sqlite": _sqlite, "postgresql": _postgresql}[editor.connection.vendor](editor)


class Migration(migrations.Migration):
    """The triggers; there is no way back from them."""

    dependencies: ClassVar = [("records", "0002_policies")]
    operations: ClassVar = [migrations.RunPython(_guard)]
