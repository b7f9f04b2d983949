"""The composition root: `packs`, `tables`, `homes`, `measuring`, `judging`, `witnessing`, `pages`.

Settings, packs, engines and stores meet here, and nowhere else.
"""
