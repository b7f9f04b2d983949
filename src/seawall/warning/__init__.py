"""Early warning: trends watched by indicators, verdicts, alerts, and what all of that was worth.

Public modules: `series` (a measure's values over time in one segment), `verdict` (levels, and what a
detector says), `detectors` (one a file; `detectors.table` lists them), `indicator` (what is watched,
declared), `checking` (what is wrong with declarations), `panel` and `judging` (verdicts on every
segment), `holding` (levels held by hysteresis), `alert` (alerts as values), `alerting` (the machine:
what must happen now), `explained` (which alert explains which), `routing` (who is told), `explaining`
and `contribution` (an alert's account of itself), `backtest` (what alerts were worth), `waking`, `truths`,
`settings`, `problems`.
"""
