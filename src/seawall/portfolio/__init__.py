"""The book of loans: its contract, how a tape is brought into it, and what it tells.

Public modules: `tape` (the contract), `mapping` and `intake` (from a source's rows to the
contract), `schedule` and `cashflow` (what a mapping may derive), `month_end` (the derived state of
every loan at every month-end), `invariants` (what must hold), and one module per measure.
"""
