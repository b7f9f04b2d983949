"""What people call the values of segments: the file `conventions/names.yaml`."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from seawall.core.text import Text

Values = Mapping[str, Mapping[str, Text]]
"""By segment column and value."""


class Names(BaseModel):
    """The names that an institution gives; a value without one is said as it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    values: dict[str, dict[str, Text]]


def said(values: Values, column: str, value: str) -> Text:
    """A value by its name, or as it stands."""
    return values.get(column, {}).get(value, Text(en=value, zh=value))
