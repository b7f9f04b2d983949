"""From when on a notice of a regulator counts as unattended: declared in a pack."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.text import Text


class Settings(BaseModel):
    """The pack `conventions/resilience.yaml`.

    Attributes:
        notice_days: a regulator's notice still open after so many days is unattended.
        customer_app: the subject that failed sign-ins of customers name; all others are staff.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    rationale: Text
    notice_days: int = Field(ge=0)
    customer_app: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
