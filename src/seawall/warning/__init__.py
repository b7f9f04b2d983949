"""Early warning: trends watched by indicators, verdicts, alerts, and what all of that was worth.

Modules: `indicator` (what is watched, declared), `checking` (what is wrong with declarations).
"""
