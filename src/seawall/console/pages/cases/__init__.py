"""Cases of every kind; nothing here knows any kind by name.

`queue` (lists and boards), `many` (one verb on many), `opening`, `record` (one case), `deeds` (what is done with it);
`forms` makes widgets of a kind's fields and reads them again; `who` is who asks.
"""
