"""What needs a person: alerts, incidents, complaints and their like, all run by one machine.

Public modules: `kind` (what a kind of case declares), `case` (actors, commands, events, and a case
as it stands), `step` (the machine: a command to events, or to why not), `fold` (a case and its
timeline from events alone), `reading` (kinds from text, checked), `roles`, `problems`.

When things are due: `calendar` (which days and hours are worked, as a pack says it), `shifts` (a
calendar laid out as working time), `limit` (within what time something is due), `clock` (one
running clock: its deadline, what has run of it, its state).
"""
