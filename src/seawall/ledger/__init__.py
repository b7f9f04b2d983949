"""What was done cannot be undone quietly: an append-only log with proofs.

`entry` says what happened; `log` keeps it (`Ledger.append`, `erase`, `prove`, `checkpoint`) in a
`store` (`sqlite`, `postgresql`); `audit` recomputes everything; `packing` exports what `verifier`
checks alone, offline; `publishing` writes tiles for other people's clients; `witness` lets another
party vouch. Below them: `tree`, `note`, `rows`, `sequencing`, `gathering`.
"""
