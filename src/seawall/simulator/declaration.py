"""What a synthetic lender is: the pack `simulator/lender.yaml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.text import Text

Kind = Literal[
    "weakening_channel", "fraud_ring", "outage", "regional_shock", "rate_rise", "complaint_surge"
]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Declared):
    """So many instalments; `days` apart, or monthly where empty."""

    instalments: int = Field(ge=1, le=60)
    days: int | None = None
    weight: float = Field(gt=0)


class Amount(_Declared):
    """Lognormal amounts, cut to limits and rounded down to a step."""

    median: float
    spread: float
    least: int
    most: int
    step: int


class Grace(_Declared):
    """When those who pay within 30 days do so: shares that sum to one."""

    early: float
    on_day: float
    week: float
    month: float


class Recovery(_Declared):
    """After charge-off: share of loans that pay something, mean share paid, cost of collecting."""

    share: float
    mean: float
    cost: float


class Product(_Declared):
    """A product.

    Attributes:
        miss: probability that an instalment is not paid within 30 days by an average customer.
        heal: for one, two, three or more missed instalments: the probabilities of catching up
            wholly, and of paying just one.
        prepay: probability a month of paying the whole loan off.
        fee_rate: flat fee per instalment over the amount; loans without one bear interest.
    """

    title: Text
    weight: float
    terms: tuple[Term, ...]
    amount: Amount
    fee_rate: float | None = None
    miss: float
    grace: Grace
    heal: tuple[tuple[float, float], ...]
    prepay: float
    charge_off_days: int
    recovery: Recovery


class Grade(_Declared):
    """A risk grade: its share of loans and its annual rate."""

    share: float
    rate: float


class Channel(_Declared):
    """A channel: weight among applications, hazard against the average."""

    title: Text
    weight: float
    risk: float


class Region(_Declared):
    """A region: weight among people, hazard against the average."""

    weight: float
    risk: float


class Macro(_Declared):
    """The cycle: unemployment swings around its mean; each point of it moves the hazard."""

    unemployment: float
    swing: float
    cycle_months: int
    risk_per_point: float
    policy_rate: float
    fx: float
    fx_volatility: float
    funding_spread: float


class Risk(_Declared):
    """Spread of the log hazard between people, and how much of it the score sees."""

    spread: float
    seen: float = Field(ge=0, le=1)


class LateFee(_Declared):
    """A late fee: after so many days, so large a share of the payment."""

    after_days: int
    share: float


class Contacts(_Declared):
    """Collections contacts per missed instalment, and what comes of them (probabilities)."""

    per_missed: float
    reached: float
    promise: float
    promise_if_paying: float
    kept: float
    wrong_party: float
    refused: float
    agency: float


class PartPayments(_Declared):
    """Share of those who miss an instalment that pay a part of it."""

    share: float
    part: float


class Planted(_Declared):
    """A trouble to plant; `from_` and `to` place it as fractions of the simulated months."""

    id: str
    kind: Kind
    title: Text
    segment: dict[str, str]
    from_: float = Field(alias="from", ge=0, le=1)
    to: float = Field(ge=0, le=1)
    size: float


class Lender(_Declared):
    """The whole lender."""

    id: str
    title: Text
    currency: str
    utc_offset_hours: int
    approval_rate: float = Field(gt=0, lt=1)
    referred: float = Field(ge=0, le=1)
    shared_devices: float = Field(ge=0, le=1)
    repeat_share: float = Field(ge=0, lt=1)
    growth_monthly: float
    season_volume: tuple[float, ...] = Field(min_length=12, max_length=12)
    season_risk: tuple[float, ...] = Field(min_length=12, max_length=12)
    macro: Macro
    products: dict[str, Product]
    grades: dict[str, Grade]
    risk: Risk
    channels: dict[str, Channel]
    partners: dict[str, tuple[str, ...]]
    regions: dict[str, Region]
    purposes: dict[str, float]
    late_fee: LateFee
    part_payments: PartPayments
    contacts: Contacts
    complaints_per_1000_open: float
    sign_ins_failed_daily: float
    backups_missed: float
    complaint_days_median: float
    troubles: tuple[Planted, ...]
