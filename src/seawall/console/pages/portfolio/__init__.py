"""Pages of the portfolio: `views`, and `filters` that they keep in their addresses."""
