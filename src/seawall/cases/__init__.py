"""What needs a person: alerts, incidents, complaints and their like, all run by one machine.

Public modules: `kind` (what a kind of case declares), `case` (actors, commands, events, and a case
as it stands), `step` (the machine: a command to events, or to why not), `fold` (a case and its
timeline from events alone), `reading` (kinds from text, checked), `roles`, `problems`.

When things are due: `calendar` (which days and hours are worked, as a pack says it), `limit` (within
what time something is due), `clock` (one running limit: its deadline, what has run of it, its state),
`due` (the clocks of a case), `statute` (limits of law), `examples` (cases beside these packs), `shifts`
(a calendar laid out).

What to do, and what was done: `process` (measures over any event log: variants, waiting, rework,
conformance), `playbook` (who does what by when), `playbook_checks` (from a file to a playbook),
`playbook_cases` (the cases beside one), `playbook_run` (where a run stands), `drill` (the same as an
exercise, and its score), `exercise` (its written record).
"""
