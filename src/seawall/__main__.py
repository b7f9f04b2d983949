"""`python -m seawall`, the same as the command `seawall`."""

from seawall.cli.main import run

run()
