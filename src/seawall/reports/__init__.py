"""Reports: answers rendered for people. Values in, text or bytes out.

Public modules: `portfolio` (what the risk report tells, in which order), `charts` (Vega-Lite
specifications), `html` (one self-contained page), `pdf` (the same on paper), `fonts`.
"""
