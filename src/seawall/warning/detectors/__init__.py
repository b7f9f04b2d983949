"""One detector a file; `table` lists them all."""
