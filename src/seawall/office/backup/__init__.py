"""Encrypted, verified copies of a home, and homes from them.

Public modules: `making`, `restoring`, `secret` (passphrase or key file), `postgresql` (stores that live
there). Inside: `archive` (a folder of sealed files and its manifest), `sealing` (one file),
`later` (erasures from a later place).
"""
