"""Seawall (防线): the open-source line of defence of online consumer lenders."""

__version__ = "0.1.0"
