"""The expression language: small, total, typed, three-valued, and the same in Python and in SQL.

Public modules: `language` (parse a text into an expression), `types` (what values there are),
`python` (compile to a Python function over one record), `sql` (compile to a SQL expression for
DuckDB or Spark), `explain` (the value of every part for one record), `operators` (the one table
of all operators), `reference` (that table as a documentation page), `problems` (what can be wrong
with a text).
"""
