"""The limits that complaints and collections contacts are held against: declared in a pack."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

CONFIG = ConfigDict(frozen=True, extra="forbid")


class Hours(BaseModel):
    """The local hours of contacting: from the first one on, and before the last one."""

    model_config = CONFIG

    cite: str
    from_: int = Field(alias="from", ge=0, le=23)
    until: int = Field(ge=1, le=24)


class Most(BaseModel):
    """At most so many of something within so many days."""

    model_config = CONFIG

    cite: str
    most: int = Field(ge=0)
    days: int = Field(ge=1)


class Within(BaseModel):
    """Something is done, or let be, for so many days."""

    model_config = CONFIG

    cite: str
    days: int = Field(ge=1)


class Rules(BaseModel):
    """The pack `conventions/conduct.yaml`.

    Attributes:
        utc_offset_hours: from UTC to the customers' local time.
        hours: when collecting is allowed.
        conversations: how many a debtor may be spoken to.
        calls: how many calls a debt may be called about.
        quiet: how long no call follows a conversation.
        complaint: within how many days a complaint is settled.
        dispute: within how many days a dispute is settled.
    """

    model_config = CONFIG

    since: date
    utc_offset_hours: int = Field(ge=-12, le=14)
    hours: Hours
    conversations: Most
    calls: Most
    quiet: Within
    complaint: Within
    dispute: Within
