"""Commands: each makes one call to an act or a measure, then speaks.

Public modules: `main` (the commands), `screen` (tables, progress and problems on a terminal),
`export` (answers as JSON, CSV, Parquet), `doctor` (what the machine has and lacks).
"""
