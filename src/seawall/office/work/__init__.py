"""Work in the background: what the schedule has due, and what people ask for from pages.

Public modules: `jobs` (ask for work, see what became of it), `tasks` (the table of what can be done),
`schedule` (when what is due), `worker` (does it).
"""
