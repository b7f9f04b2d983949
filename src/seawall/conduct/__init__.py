"""How customers are treated: complaints and disputes, and contacts against the rules of collecting.

Public modules: `rules` (the limits, declared in a pack), `complaints`, `contacting`.
"""
