"""Where the book lives: immutable Parquet files and one manifest that names the current ones.

Public module: `store`.
"""
