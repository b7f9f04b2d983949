"""What the book already holds of the rows that a tape gives, as SQL.

A row is known by its key, and dated by its loan's `observed_on`. Given again with the same content
it changes nothing; given with another content it replaces the held row where its loan is observed
later than the book's, or where it only fills what comes to be known later (`tape.Column.later`), and
is an issue otherwise. Whatever these statements compare, `book_<table>`
is what the book holds, and `fresh` (what `fresh` here gives) the loans that are observed later.
"""

from seawall.portfolio import problems
from seawall.portfolio.tape import Table


def fresh(rows: str) -> str:
    """Loans that the book holds, observed later: `file`, `row`, `loan_id`, `application_id`."""
    return f"""
SELECT r.file, r.row, r.loan_id, r.application_id
FROM {rows} r JOIN book_loan b ON b.loan_id = r.loan_id WHERE r.observed_on > b.observed_on"""


def older(rows: str) -> str:
    """Issues: loans that the book knows from a later observation."""
    return f"""
SELECT r.file, r.row, 'observed_on' AS name, CAST(r.observed_on AS VARCHAR) AS value,
  '{problems.ROW_OLDER.code}' AS code, CAST(b.observed_on AS VARCHAR) AS detail
FROM {rows} r JOIN book_loan b ON b.loan_id = r.loan_id WHERE r.observed_on < b.observed_on"""


def differing(table: Table, rows: str) -> str:
    """Issues: rows with a held key and another content, which no later observation vouches for.

    Each names the first column that differs, the value given and the value held.
    """
    columns = [each.name for each in table.columns if each.name not in table.key]
    filled = {each.name for each in table.columns if each.later}
    unlike = {
        name: f"r.{name} IS DISTINCT FROM b.{name}{f' AND b.{name} IS NOT NULL' * (name in filled)}"
        for name in columns
    }
    name = _chosen({each: (unlike[each], f"'{each}'") for each in columns})
    value = _chosen({each: (unlike[each], _shown(f"r.{each}")) for each in columns})
    held = _chosen({each: (unlike[each], _shown(f"b.{each}")) for each in columns})
    return f"""
SELECT file, row, name, value, '{problems.ROW_DIFFERS.code}' AS code, detail FROM (
  SELECT r.file, r.row, {name} AS name, {value} AS value, {held} AS detail
  FROM {rows} r JOIN book_{table.name} b ON {_same_key(table)}
  ANTI JOIN ({_vouched(table, rows)}) v ON v.file = r.file AND v.row = r.row
) AS compared WHERE name IS NOT NULL"""


def derived_otherwise(table: Table, rows: str, units: str) -> str:
    """Issues: loans observed on the same day, of which other rows than the held ones are derived.

    Args:
        table: what is derived, whole loan by whole loan.
        rows: the derived rows.
        units: a relation with `file`, `row` and `loan_id` of every loan that was derived from.
    """
    columns = [each.name for each in table.columns if each.name != "loan_id"]
    given, held = (
        f"CONCAT_WS(' ', {', '.join(f'{side}.{name}' for name in columns)})" for side in "rb"
    )
    return f"""
SELECT u.file, u.row, '{table.name}' AS name, MIN({given}) AS value,
  '{problems.ROW_DIFFERS.code}' AS code, COALESCE(NULLIF(MIN({held}), ''), '–') AS detail
FROM {rows} r
FULL JOIN (SELECT * FROM book_{table.name} SEMI JOIN {units} USING (loan_id)) b
  ON {_same_key(table)}
JOIN (SELECT * FROM {units} SEMI JOIN book_loan USING (loan_id) ANTI JOIN fresh USING (loan_id)) u
  ON u.loan_id = COALESCE(r.loan_id, b.loan_id)
WHERE NOT ({_same_content(table)}) GROUP BY u.file, u.row"""


def unknown(table: Table, rows: str) -> str:
    """The rows that the book does not hold as they are: new ones, and those that replace."""
    same = f"{_same_key(table)} AND {_same_content(table)}"
    return f"(SELECT r.* FROM {rows} r ANTI JOIN book_{table.name} b ON {same})"


def replaced(table: Table, rows: str) -> str:
    """The keys of held rows that these rows, which `unknown` gave, replace."""
    keys = ", ".join(f"b.{name}" for name in table.key)
    return f"SELECT {keys} FROM book_{table.name} b SEMI JOIN {rows} r ON {_same_key(table)}"


def vanished(table: Table, rows: str, units: str) -> str:
    """The keys of held rows of loans observed later that are given no more.

    Args:
        table: one whose rows are told whole loan by whole loan.
        rows: every row that is given.
        units: a relation with the `loan_id` of every loan whose rows are given.
    """
    keys = ", ".join(f"b.{name}" for name in table.key)
    return f"""
SELECT {keys} FROM book_{table.name} b SEMI JOIN fresh f ON f.loan_id = b.loan_id
SEMI JOIN {units} u ON u.loan_id = b.loan_id
ANTI JOIN {rows} r ON {_same_key(table)}"""


def left(table: Table, gone: str) -> str:
    """The held rows without those whose keys are in a relation, in the order of their keys."""
    order = ", ".join(f"b.{name}" for name in table.key)
    return f"""
SELECT b.* FROM book_{table.name} b ANTI JOIN {gone} r ON {_same_key(table)} ORDER BY {order}"""


def standing(table: Table, rows: str) -> str:
    """Each row's `standing`: 0 the book holds it, 1 it is new, 2 it replaces a held one."""
    return f"""
SELECT r.file, r.row, CASE WHEN b.{table.key[0]} IS NULL THEN 1
  WHEN {_same_content(table)} THEN 0 ELSE 2 END AS standing
FROM {rows} r LEFT JOIN book_{table.name} b ON {_same_key(table)}"""


def _vouched(table: Table, rows: str) -> str:
    """Places of rows that a later observation vouches for: their row's, loan's or application's."""
    named = {column.name for column in table.columns}
    ways = ["f.file = r.file AND f.row = r.row"]
    ways += [f"f.{name} = r.{name}" for name in ("loan_id", "application_id") if name in named]
    parts = (f"SELECT r.file, r.row FROM {rows} r SEMI JOIN fresh f ON {way}" for way in ways)
    return " UNION ".join(parts)


def _same_key(table: Table) -> str:
    return " AND ".join(f"b.{name} = r.{name}" for name in table.key)


def _same_content(table: Table) -> str:
    names = (each.name for each in table.columns)
    return " AND ".join(f"b.{name} IS NOT DISTINCT FROM r.{name}" for name in names)


def _chosen(cases: dict[str, tuple[str, str]]) -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in cases.values())} END"


def _shown(value: str) -> str:
    return f"COALESCE(CAST({value} AS VARCHAR), '–')"
