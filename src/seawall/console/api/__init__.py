"""What machines ask: everything under `/api/v1`, each route with the scope that a token must have.

- `main`: the API, its routers, and how it refuses.
- `tokens`: who asks; `answers`: what every route may answer besides its own.
- `facts`, `decisions`, `alerts`, `cases`, `measures`, `ledger`, `health`: the routes, by noun.

What is counted and timed for Prometheus stands in `console.counting`.
"""
