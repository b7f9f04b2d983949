"""Django's own backend for SQLite, with the library of `driver` in the place of Python's."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]

from seawall.records.sqlite.driver import library

# Importing Django's backend told Python's library of Django's types; ours is told the same.
for _type, _convert in sqlite3.converters.items():
    library.register_converter(_type, _convert)
for (_class, _), _adapt in sqlite3.adapters.items():
    library.register_adapter(_class, _adapt)


class Cursor(library.Cursor):  # type: ignore[misc, name-defined]
    """Takes Django's `%s` for SQLite's `?`."""

    def execute(self, query: str, params: Any = None) -> Any:  # noqa: ANN401 - the driver's own
        """Run a statement; without values as it stands."""
        if params is None:
            return super().execute(query)
        return super().execute(self._converted(query, params), params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:  # noqa: ANN401 - the driver's own
        """Run a statement for each of many."""
        listed = list(param_list)
        return super().executemany(self._converted(query, listed[0] if listed else ()), listed)

    def _converted(self, query: str, params: object) -> str:
        names = list(params) if isinstance(params, Mapping) else None
        return base.SQLiteCursorWrapper.convert_query(self, query, param_names=names)


class DatabaseWrapper(base.DatabaseWrapper):
    """See `django.db.backends.sqlite3`."""

    Database = library
    init_commands: list[str]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - the driver's own
        """A connection, made as Django makes it."""
        connection = library.connect(**conn_params)
        register(connection)
        for command in ("PRAGMA foreign_keys = ON", *self.init_commands):
            connection.execute(command)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ANN401 - the driver's own
        """A cursor that takes Django's `%s`."""
        del name
        return self.connection.cursor(factory=Cursor)
