"""What the change log's triggers say: every insert, update and delete of a table leaves a row, whatever path it came by.

Shared by the migrations of tables whose changes must be known: `0010_change_log` here, and the console's for second factors.
"""

from dataclasses import dataclass
from typing import Literal

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Operation = Literal["INSERT", "UPDATE", "DELETE"]
_MICROSECONDS = {
    "sqlite": "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)",
    "postgresql": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
}
_OBJECT = {"sqlite": "json_object({})", "postgresql": "CAST(json_build_object({}) AS TEXT)"}


@dataclass(frozen=True)
class Watched:
    """A table whose changes are kept.

    Attributes:
        table: its name.
        subject: SQL of the row's name, over `{row}`, such as `{row}.name`.
        shown: columns whose values are kept.
        hidden: columns of which only it is kept that they changed: they hold secrets.
    """

    table: str
    subject: str
    shown: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    def triggers(self, vendor: str) -> list[str]:
        """Statements that make the triggers; on PostgreSQL they fire for replicas, too, and nobody empties the table."""
        rows = [each for do in ("INSERT", "UPDATE", "DELETE") for each in self._trigger(vendor, do)]
        return rows if vendor == "sqlite" else rows + self._kept_from_emptying()

    def dropped(self, vendor: str) -> list[str]:
        """Statements that take the triggers away, to be made again over other columns."""
        names = [f"{self.table}_log_{do}" for do in ("insert", "update", "delete")]
        if vendor == "sqlite":
            return [f"DROP TRIGGER {name}" for name in names]
        names.append(f"{self.table}_log_truncate")
        drops = [
            (f"DROP TRIGGER {name} ON {self.table}", f"DROP FUNCTION {name}()") for name in names
        ]
        return [statement for both in drops for statement in both]

    def _trigger(self, vendor: str, do: Operation) -> list[str]:
        name, row = f"{self.table}_log_{do.lower()}", "OLD" if do == "DELETE" else "NEW"
        insert = (
            "INSERT INTO records_change (at_us, kind, subject, operation, before, after, told) VALUES ("
            f"{_MICROSECONDS[vendor]}, '{self.table}', {self.subject.format(row=row)}, '{do.lower()}', "
            f"{self._state(vendor, 'OLD', do)}, {self._state(vendor, 'NEW', do)}, {_FALSE[vendor]});"
        )
        when = f"WHEN ({self._changed(vendor)})" if do == "UPDATE" else ""
        on = f"AFTER {do} ON {self.table} FOR EACH ROW {when}"
        if vendor == "sqlite":
            return [f"CREATE TRIGGER {name} {on} BEGIN {insert} END"]
        body = f"BEGIN {insert} RETURN NULL; END"
        return [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ {body} $$",
            f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {name}",
        ]

    def _kept_from_emptying(self) -> list[str]:
        """TRUNCATE passes every trigger of rows, so it is refused: DELETE leaves its rows in the log."""
        name, said = (
            f"{self.table}_log_truncate",
            f"{self.table} is watched: delete its rows one by one",
        )
        body = (
            f"BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END"
        )
        return [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {self.table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {name}",
        ]

    def _state(self, vendor: str, row: Literal["OLD", "NEW"], do: Operation) -> str:
        """A row's shown values as JSON; of an update's new row also which hidden ones are others; '' where there is none."""
        if (row, do) in {("OLD", "INSERT"), ("NEW", "DELETE")}:
            return "''"
        pairs = [f"'{column}', {row}.{column}" for column in self.shown]
        if (row, do) == ("NEW", "UPDATE"):
            pairs += [f"'{column} changed', {_differs(vendor, column)}" for column in self.hidden]
        return _OBJECT[vendor].format(", ".join(pairs))

    def _changed(self, vendor: str) -> str:
        return " OR ".join(_differs(vendor, column) for column in (*self.shown, *self.hidden))


_FALSE = {"sqlite": "0", "postgresql": "FALSE"}


def _differs(vendor: str, column: str) -> str:
    how = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}[vendor]
    return f"(OLD.{column} {how} NEW.{column})"


def watch(*tables: Watched) -> "Making":
    """What a migration runs to watch some tables."""
    return Making(tables)


def watch_again(*tables: Watched) -> "Making":
    """What a migration runs to watch tables that are watched already in other columns than before."""
    return Making(tables, again=True)


@dataclass(frozen=True)
class Making:
    """Makes the triggers of some tables, as `migrations.RunPython` calls it; `again` in the place of those there are."""

    tables: tuple[Watched, ...]
    again: bool = False

    def __call__(self, apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        """Make them."""
        del apps
        vendor = editor.connection.vendor
        for table in self.tables:
            before = table.dropped(vendor) if self.again else []
            for statement in (*before, *table.triggers(vendor)):
                editor.execute(statement)
