"""The operator table as a page: every operator with its meaning and both compilations."""

from seawall.core.expression import language, types
from seawall.core.expression.operators import OPERATORS, Operator
from seawall.core.expression.python import Body
from seawall.core.expression.sql import sql_text

INPUTS: dict[str, types.Type] = {
    "income": types.NUMBER,
    "other_income": types.NUMBER,
    "debt": types.NUMBER,
    "age": types.INTEGER,
    "term": types.INTEGER,
    "city": types.TEXT,
    "name": types.TEXT,
    "employed": types.BOOLEAN,
    "born_on": types.DATE,
    "opened_on": types.DATE,
    "applied_on": types.DATE,
    "applied_at": types.TIMESTAMP,
}
"""What the examples of the operator table speak of."""


def page() -> str:
    """All operators in the table's order, as Markdown."""
    return "\n".join(section(operator) for operator in OPERATORS)


def section(operator: Operator) -> str:
    """One operator: meaning, kinds, and an example compiled both ways."""
    expression = language.parse(operator.example, inputs=INPUTS)
    duckdb, spark = (sql_text(expression, name, clean=True) for name in ("duckdb", "spark"))
    renamed = spark.replace("`", '"') != duckdb
    return "\n".join(
        [
            f"### `{operator.form}`",
            "",
            operator.meaning.en,
            "",
            operator.meaning.zh,
            "",
            f"Kinds: {_kinds(operator)}.",
            "",
            f"`{operator.example}` becomes",
            "",
            "```python",
            _python(expression).rstrip(),
            "```",
            "",
            "```sql",
            duckdb,
            *(["-- Spark:", spark] if renamed else []),
            "```",
            "",
        ]
    )


def _python(expression: language.Expression) -> str:
    body = Body()
    for name, type_ in expression.inputs:
        body.take(name, type_, clean=True)
    return body.source(body.bind(expression))


def _kinds(operator: Operator) -> str:
    if operator.name == "CASE":
        return "conditions boolean, or of one kind with a; results of one kind, which it gives"
    rows = (
        f"({', '.join(row.takes)}{', …' if row.repeats else ''}) → {row.gives}"
        for row in operator.overloads
    )
    return "; ".join(rows)
