"""The market around the lender, from series of the book. Public module: `rates`."""
