"""A client of the API, for a lender's own machines in Python; it needs nothing of the house but this package.

- `house`: `House`, whose methods ask.
- `told`: what it answers, as typed values.
- `wire`: how it asks: one connection kept open, the same request sent again where that is safe.
- `refusals`: what it raises.
"""
