"""The ground of the house: values that every room speaks in, and nothing that acts.

Public modules: `text` (bilingual words), `problem` (what is wrong with an input, as a value),
`pack` (declarations read from YAML, with their places), `period` (months), `steps` (named SQL
steps), `engine` (who runs them: DuckDB, Spark), `expression` (the language of conditions),
`measure` (a named function from facts to numbers, at a date or period by period), `by_period` (what
the SQL of trends is made of), `canonical` (JSON with one spelling).
"""
