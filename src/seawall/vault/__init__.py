"""The vault: people's data sealed under a key of each person; other rooms see tokens only.

`store` is what acts call. Below it: `plain` (a value that nothing prints), `declaration` and `forms`
(which fields there are, how they are checked and masked), `algorithms` and `envelope` (what is sealed
how), `ring` (the keys that wrap keys), `keys` (people's keys and blind indexes), `people` (the rows), `limits`
(how much one actor may open), `erasure` and `holds`, `rotation`, `database` with `sqlite` and
`postgresql`.
"""
