"""Cases of every kind: lists, forms and records, none of which knows any kind by name.

`queue` is lists, boards, many at once; `opening` a new one; `record` one case and `deeds` what is done with it;
`forms` makes widgets of a kind's fields and reads them again.
"""
