"""What may be added to the events of cases, kept by the database itself, superuser included.

A case's events follow each other, under the version of the kind that it began with; what needs others'
approval is done only when so many others approved exactly that, and nothing was edited since; who made or
edited a case, asked, or acts for one who did, never approves; nothing that was written is changed or taken
away. The columns repeat what the body says, which is what its digest is of.
"""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLES = {
    # Each with its unique columns: SQLite's INSERT OR REPLACE takes a row away without asking the
    # triggers against deleting.
    "casekind": ("digest",),
    "caseneed": ("number", "kind_digest, verb"),
    "caseevent": ("number", "case_id, place", "case_id, key", "digest"),
}

_EARLIER = "records_caseevent e WHERE e.case_id = NEW.case_id AND e.place < NEW.place"
_ABOUT = "('ask', 'approve')"
"""Built-in verbs about a request: their field `digest` names it."""
_SILENT = "('ask', 'approve', 'withdraw', 'comment', 'link', 'warn', 'breach')"
"""Built-in verbs that set no field of the case: what they carry is of their own."""


def _person(one: str, other: str) -> str:
    """Whether two rows have a person in common, acting for himself or for another."""
    pairs = (("actor", "actor"), ("actor", "on_behalf_of"), ("on_behalf_of", "actor"))
    same = [f"{one}.{a} = {other}.{b}" for a, b in pairs]
    same.append(f"({one}.on_behalf_of <> '' AND {one}.on_behalf_of = {other}.on_behalf_of)")
    return f"({' OR '.join(same)})"


_KIN = f"""({_person("e", "NEW")} OR EXISTS (
    SELECT 1 FROM records_caseevent p WHERE p.case_id = NEW.case_id AND p.on_behalf_of <> ''
    AND {_person("p", "NEW")} AND {_person("p", "e")}))"""
"""Whether one person, or one of whom the other was ever the delegate, stands behind both rows."""
_NEEDED = """(SELECT n.people FROM records_caseneed n
  WHERE n.kind_digest = NEW.kind_digest AND n.verb = NEW.verb AND (n.always OR NEW.concerns <> ''))"""
_FIELD = {
    "sqlite": "json_extract({row}.body, '$.{path}')",
    "postgresql": "({row}.body::jsonb #>> string_to_array('{path}', '.'))",
}
"""A value of an event's body, as text."""


def _about(vendor: str, row: str) -> str:
    """The verb that an event is about: its own, or the one that it asks for, approves or withdraws."""
    named = _FIELD[vendor].format(row=row, path="fields.verb")
    return (
        f"CASE WHEN {row}.verb IN ('ask', 'approve', 'withdraw') THEN {named} ELSE {row}.verb END"
    )


def _guards(vendor: str) -> tuple[tuple[str, str, str], ...]:
    """Names, conditions that refuse a row, and what is said then."""
    same_verb = f"{_about(vendor, 'e')} = {_about(vendor, 'NEW')}"
    asked = f"""(SELECT MAX(e.place) FROM {_EARLIER} AND NEW.concerns <> ''
  AND e.verb = 'ask' AND e.concerns = NEW.concerns AND {same_verb})"""
    links = _FIELD[vendor].format(row="e", path="links")
    # A request ends with whatever changes what it is about, with another one for its verb, when it is
    # withdrawn, and when it was done.
    void = f"""EXISTS (SELECT 1 FROM {_EARLIER} AND e.place > {asked}
  AND (e.edits OR {links} <> '[]' OR e.kind_digest <> NEW.kind_digest OR e.verb <> 'approve' AND {same_verb}
  OR e.state <> (SELECT a.state FROM records_caseevent a
    WHERE a.case_id = NEW.case_id AND a.place = {asked})))"""
    approved = f"""(SELECT COUNT(DISTINCT CASE WHEN e.on_behalf_of = '' THEN e.actor ELSE e.on_behalf_of END)
  FROM {_EARLIER} AND e.place > {asked} AND e.verb = 'approve' AND e.concerns = NEW.concerns)"""
    return (
        ("approves_own", f"""NEW.verb = 'approve' AND EXISTS (SELECT 1 FROM {_EARLIER}
  AND (e.edits OR e.place = 1 OR e.verb = 'ask' AND e.concerns = NEW.concerns)
  AND {_KIN})""",
         "a maker never approves his own change"),
        ("approves_nothing", f"NEW.verb = 'approve' AND ({asked} IS NULL OR {void})",
         "only what is asked for, and was not edited since, is approved"),
        ("approves_twice", f"""NEW.verb = 'approve' AND EXISTS (SELECT 1 FROM {_EARLIER}
  AND e.place > {asked} AND e.verb = 'approve' AND e.concerns = NEW.concerns
  AND {_KIN})""",
         "an approver approves once"),
        ("not_approved", f"""{_NEEDED} IS NOT NULL
  AND ({asked} IS NULL OR {void} OR {approved} < {_NEEDED})""",
         "this needs the approval of others, of exactly what is done"),
        ("chain", f"""NEW.previous <> COALESCE((SELECT e.digest FROM {_EARLIER}
    AND e.place = NEW.place - 1), CASE WHEN NEW.place = 1 THEN '' ELSE '-' END)""",
         "an event follows the last one of its case"),
        ("other_version", f"""NOT EXISTS (
    SELECT 1 FROM records_casekind k WHERE k.digest = NEW.kind_digest)
  OR NEW.verb <> 'upgrade' AND EXISTS (SELECT 1 FROM {_EARLIER}
    AND e.place = NEW.place - 1 AND e.kind_digest <> NEW.kind_digest)""",
         "a case goes on under the version of its kind that it began with"),
    )  # fmt: skip


def body(vendor: str, silent: str = _SILENT) -> tuple[tuple[str, str, str], ...]:
    """That the columns repeat the body, and that names are spelt in one way only."""
    same = {"sqlite": "{} IS NOT {}", "postgresql": "{} IS DISTINCT FROM {}"}[vendor]

    def field(path: str) -> str:
        return _FIELD[vendor].format(row="NEW", path=path)

    texts = {
        "NEW.case_id": field("case"), "NEW.key": field("key"), "NEW.verb": field("verb"),
        "NEW.actor": field("actor"), "NEW.state": field("state"),
        "NEW.kind_digest": field("kind_digest"), "NEW.previous": field("previous"),
        "NEW.on_behalf_of": f"COALESCE({field('on_behalf_of')}, '')",
        "CAST(NEW.place AS VARCHAR(20))": f"CAST({field('number')} AS VARCHAR(20))",
        "NEW.concerns": f"CASE WHEN NEW.verb IN {_ABOUT} THEN {field('fields.digest')}"
        f" ELSE {field('approved')} END",
        "NEW.edits": f"({field('fields')} <> '{{}}' AND NEW.verb NOT IN {silent})",
    }  # fmt: skip
    unlike = " OR ".join(same.format(column, said) for column, said in texts.items())
    if (
        vendor == "sqlite"
    ):  # of a name given twice SQLite reads the first value, whoever reads the body the last
        unlike += " OR (SELECT COUNT(*) <> COUNT(DISTINCT fullkey) FROM json_tree(NEW.body))"
    wrong = {
        "sqlite": "({0} GLOB '*[^a-z0-9._@-]*')",
        "postgresql": "({0} !~ '^[a-z0-9._@-]*$')",
    }[vendor].format
    names = f"NEW.actor = '' OR {wrong('NEW.actor')} OR {wrong('NEW.on_behalf_of')}"
    return (
        ("body", unlike, "the columns of an event repeat its body"),
        ("names", names, "a name is small letters, digits and . _ @ - only"),
    )


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
    for name, condition, sentence in (*body("sqlite"), *_guards("sqlite")):
        say = f"SELECT RAISE(ABORT, '{sentence}')"
        told = {"name": f"case_{name}", "what": "INSERT", "table": "caseevent"}
        editor.execute(made.format(**told, when=f"WHEN {condition}", say=say))


FUNCTION = """
CREATE FUNCTION records_{name}() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
  {lock}IF ({condition}) THEN
    RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $guard$"""
LOCK = "PERFORM pg_advisory_xact_lock(99220, hashtext(NEW.case_id));\n  "
"""One at a time for each case: what another transaction is about to add must be seen."""


def _postgresql(editor: BaseDatabaseSchemaEditor) -> None:
    def trigger(name: str, what: str, table: str, each: str) -> None:
        editor.execute(
            f"CREATE TRIGGER records_{name} BEFORE {what} ON records_{table} "
            f"FOR EACH {each} EXECUTE FUNCTION records_{name}()"
        )
        # ALWAYS: a session that calls itself a replica is not spared.
        editor.execute(f"ALTER TABLE records_{table} ENABLE ALWAYS TRIGGER records_{name}")

    for table in _TABLES:
        sentence, name = f"rows of records_{table} are never changed", f"{table}_kept"
        told = {"name": name, "condition": "TRUE", "sentence": sentence, "lock": ""}
        editor.execute(FUNCTION.format(**told))
        trigger(name, "UPDATE OR DELETE OR TRUNCATE", table, "STATEMENT")
    for name, condition, sentence in (*body("postgresql"), *_guards("postgresql")):
        made = {"name": f"case_{name}", "condition": condition, "sentence": sentence}
        editor.execute(FUNCTION.format(**made, lock=LOCK))
        trigger(f"case_{name}", "INSERT", "caseevent", "ROW")


def _guard(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    {"sqlite": _sqlite, "postgresql": _postgresql}[editor.connection.vendor](editor)


class Migration(migrations.Migration):
    """The triggers; there is no way back from them."""

    dependencies: ClassVar = [("records", "0005_cases")]
    operations: ClassVar = [migrations.RunPython(_guard)]
