"""Cases of every kind: `queue` (lists, boards, many at once), `opening`, `record` (one case) and `deeds` (what is done
with it); `forms` makes widgets of a kind's fields and reads them again. Nothing here knows any kind by name."""
