"""Credit and fraud policy: a text an analyst can read, run on one application or on millions.

Public modules: `declaration` (what a policy file says), `program` (what it means: read, checked,
merged with its overlays), `decider` (compile to a Python function over one application), `history`
(compile to SQL steps over many), `decision` (what comes out, and its record), `explain` (as plain
sentences; one decision taken apart), `check` (what can never or may wrongly happen, each with a
example), `cases` (tests beside a policy), `window` (counts and sums over time), `swaps` (one
policy against another), `arms` (challengers), `problems`.
"""
