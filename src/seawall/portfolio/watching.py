"""What trends look back at, and from how many on: declared in a pack, used by every trend."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.text import Text


class Watching(BaseModel):
    """The pack `conventions/watching.yaml`.

    Attributes:
        drift_months: a distribution is compared with so many months before.
        growth_months: disbursements are compared with those of so many months before.
        losses_months: recoveries are told against what was charged off in so many months before.
        vintage_months: ages at which a month's loans are told, in months on book.
        vintage_late_days: a loan counts once it was more than so many days past due.
        many_loans: a customer with so many open loans or more borrows a lot.
        many_lenders: an applicant with so many other lenders or more does.
        shared_days: tokens are shared between customers who applied within so many days.
        shared_customers: a token is crowded from so many other customers on.
        rapid_hours: an application soon follows another of its device within so many hours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    rationale: Text
    drift_months: int = Field(ge=1)
    growth_months: int = Field(ge=1)
    losses_months: int = Field(ge=1)
    vintage_months: tuple[int, ...] = Field(min_length=1)
    vintage_late_days: int = Field(ge=0)
    many_loans: int = Field(ge=2)
    many_lenders: int = Field(ge=1)
    shared_days: int = Field(ge=1)
    shared_customers: int = Field(ge=1)
    rapid_hours: int = Field(ge=1)
