"""The expression language: small, total, typed, three-valued, and the same in Python and in SQL.

Public modules: `language` (parse a text into an expression), `types` (what values there are),
`python` (compile to a Python function over one record, or many expressions into one), `sql`
(compile to a SQL expression for DuckDB or Spark), `explain` (the value of every part for one
record), `writing` (an expression as text again), `operators` (the one table of all operators),
`reference` (that table as a page), `sample` (random expressions and records, to compare engines
with), `problems` (what can be wrong with a text).
"""
