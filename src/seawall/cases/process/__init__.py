"""Process measures over an event log, as named SQL steps: what was done, in which order, how long.

Public modules: `log` (the relation they read), `variants`, `graph`, `activities`, `durations`,
`conformance` (against a declared machine), `outside` (other people's logs), `tables` (all measures).
"""
