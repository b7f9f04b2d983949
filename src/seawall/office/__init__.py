"""The composition root.

Public modules: `packs`, `tables`, `homes`, `measuring`, `judging`, `publishing`, `witnessing`, `pages`,
`condition` (can a home be used safely?) and `backup`.

Settings, packs, engines and stores meet here, and nowhere else.
"""
