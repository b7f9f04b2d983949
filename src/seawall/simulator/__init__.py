"""A whole synthetic lender, seeded and reproducible, with planted troubles as ground truth.

Public modules: `declaration` (the lender's pack), `truth` (which troubles are planted, where and
when), `lender` (the tables of the book, as a stream of values).
"""
