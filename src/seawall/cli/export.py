"""Answers for other programs: JSON, CSV, Parquet."""

import csv
import io
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from seawall.core.spreadsheet import harmless


def text(rows: pa.Table, form: str) -> str:
    """Rows as JSON (a list of objects; money as text, so that no cent is lost) or as CSV."""
    if form == "json":
        return json.dumps(rows.to_pylist(), default=_plain, ensure_ascii=False, indent=1)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.column_names)
    for row in rows.to_pylist():
        writer.writerow(map(_cell, row.values()))
    return out.getvalue().rstrip("\n")


def write(rows: pa.Table, form: str, target: Path | None) -> None:
    """Rows to a file, or to the standard output where none is named (Parquet as bytes)."""
    if form == "parquet" and target is None and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is bytes; name a file with -o", param_hint="--format")
    if form == "parquet":
        pq.write_table(rows, target or pa.PythonFile(sys.stdout.buffer, mode="w"))
    elif target is None:
        sys.stdout.write(text(rows, form) + "\n")
    else:
        target.write_text(text(rows, form) + "\n", encoding="utf-8")


def form_of(form: str, output: Path | None) -> str:
    """What to write: as asked, else as the file's name says, else, without a name's end, CSV.

    Raises:
        typer.BadParameter: the name says another form, or none that is written.
    """
    named = output.suffix.removeprefix(".") if output else ""
    known = ("json", "csv", "parquet")
    if form == "table":
        if named and named not in known:
            msg = f"no form is called .{named}: name the file .{', .'.join(known)}, or say --format"
            raise typer.BadParameter(msg, param_hint="--output")
        return named or "csv"
    if named in known and named != form:
        msg = f"--format {form} and a file named .{named} contradict each other"
        raise typer.BadParameter(msg, param_hint="--format")
    return form


def _cell(value: object) -> object:
    """A CSV cell; a text that a spreadsheet would compute is marked as text."""
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else value


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value))
