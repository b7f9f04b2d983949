"""The console: pages for people, and the API for machines.

A view makes one call to an act, a measure or the office, and renders; no rule of business lives here.
`serving` is what a server runs; `urls` lists every page, each with what it needs (`routing`, `access`);
`pages` are views by noun, `api` the machines' face. Words are bilingual at their place (`templatetags`).
"""
