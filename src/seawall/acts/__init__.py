"""Verbs that change the world: engines meet stores, one function each.

Public modules: `importing` (bring a tape in), `simulating` (make a synthetic lender's book),
`deriving` (month-ends and settlements, part of both), `opening` and `erasing` (people's data), `signing`
(who does something).
"""
