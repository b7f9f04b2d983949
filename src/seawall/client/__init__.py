"""A client of the API, for a lender's own machines in Python; of the house it needs this package and `core`.

- `house`: `House`, whose methods ask.
- `told`: what it answers, as typed values.
- `wire`: how it asks: one connection kept open, the same request sent again where that is safe.
- `refusals`: what it raises.
"""
