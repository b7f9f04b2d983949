"""The office's rows: Django models and their migrations, on SQLite or PostgreSQL; no views.

Public modules: `starting` (open a database), `event_store` (events and what windows need of them),
`policy_register`, `case_register`, `watch_register`, `models`. Django is configured here, in code, when `starting.start`
is called, and never on import.
"""
