"""Early warning: trends watched by indicators, verdicts, alerts, and what all of that was worth.

Public modules: `indicator` (what is watched, declared), `checking` (what is wrong with declarations),
`holding` (levels held by hysteresis), `alert` (alerts as values), `alerting` (the machine: what must
happen now), `explained` (which alert explains which), `routing` (who is told), `contribution` (which
segments drive a change), `backtest` (what alerts were worth), `problems`.
"""
