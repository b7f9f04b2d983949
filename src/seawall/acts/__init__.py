"""Verbs that change the world: engines meet stores, one function each.

Public modules: `importing` (bring a tape in), `simulating` (make a synthetic lender's book),
`deriving` (month-ends and settlements, part of both), `publishing` (put a policy in force), `judging` (what a
policy would decide), `deciding` (an application in, a durable decision out), `verifying` (decide all again),
`remembering`, `replaying`, `opening` and `erasing` (people's data), `signing` (who does something).
"""
