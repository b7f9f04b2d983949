"""Options that many commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The home folder.  [default: $SEAWALL_HOME or ./seawall-home]"),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Only results and problems.")]
LangOption = Annotated[
    str | None, typer.Option("--lang", help="en or zh.  [default: $SEAWALL_LANG or the locale]")
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Analysis date.  [default: the book's last month-end]"
    ),
]
SEGMENTS = (
    "customer_token, product, channel, partner, region, grade, purpose, currency, vintage_year, "
    "vintage_quarter"
)
"""What `--by` may name, for its help; a test holds it against `portfolio.segments`."""
ByOption = Annotated[str, typer.Option("--by", help=f"Break down by, comma-separated: {SEGMENTS}.")]
PolicyArgument = Annotated[str, typer.Argument(help="A shipped policy's id, or a YAML file.")]
ActorOption = Annotated[
    str,
    typer.Option(
        "--as", envvar="SEAWALL_ACTOR", help="Who does it.  [env: SEAWALL_ACTOR]", show_envvar=False
    ),
]
