"""How the lender's machines, accesses and duties hold up.

Public modules: `settings` (limits, declared in a pack), `machines`, `accesses`, `notices`.
"""
