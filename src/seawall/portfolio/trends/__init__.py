"""The book period by period: trends, each as it could be known at its period's end.

Public modules: `facts` (the rows that trends count), and one module per subject. A trend is built
of what had happened by its period's end and of nothing that a later fact would change.
"""
