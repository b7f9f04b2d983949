"""What a synthetic lender is: the pack `simulator/lender.yaml`.

A *curve* is a list of `[place, value]` knots with straight lines between them, flat outside.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from seawall.core.text import Text

Kind = Literal[
    "weakening_channel", "fraud_ring", "outage", "regional_shock", "rate_rise", "complaint_surge"
]
Segment = Literal["channel", "region", "product"]
Share = Annotated[float, Field(ge=0, le=1)]


def _rising(knots: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if not knots or any(a[0] >= b[0] for a, b in pairwise(knots)):
        raise ValueError("a curve needs knots whose places rise")
    return knots


Curve = Annotated[tuple[tuple[float, float], ...], AfterValidator(_rising)]
Hours = Annotated[tuple[float, ...], Field(min_length=24, max_length=24)]
Months = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
Weekdays = Annotated[tuple[float, ...], Field(min_length=7, max_length=7)]
Weights = dict[str, Annotated[float, Field(ge=0)]]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Declared):
    """So many instalments, `days` apart, or monthly where empty; `scale` moves amounts."""

    instalments: int = Field(ge=1, le=60)
    days: int | None = Field(default=None, ge=1, le=31)
    weight: float = Field(gt=0)
    scale: float = Field(default=1.0, gt=0)


class Amount(_Declared):
    """Amounts, in the lender's currency, rounded to a step.

    Attributes:
        quantiles: a curve from probability to the amount of a first loan.
        per_earlier: growth per earlier loan of the same customer, from loan `grows_from` on.
        most: the largest loan.
    """

    quantiles: Curve
    per_earlier: float = Field(default=0.0, ge=0)
    grows_from: int = 1
    step: int = Field(ge=1)
    most: int


class Delay(_Declared):
    """A share of the payments made within a month of the due date, evenly so many days after it.

    Negative days are early.
    """

    days: tuple[int, int]
    share: Share


class Heal(_Declared):
    """Odds of a loan behind by so many instalments, at the next due date: all, or just one."""

    all: Share
    one: Share


class Recovery(_Declared):
    """After charge-off.

    Attributes:
        share: share of loans that pay something.
        mean: mean part of the unpaid principal these pay, gamma with `shape`, at most all of it.
        payments: the most payments it comes in; any number up to it is equally likely.
        days: mean days (exponential) from charge-off to the first, and between payments.
        cost: cost of collecting over the cash collected.
    """

    share: Share
    mean: Share
    shape: float = Field(gt=0)
    payments: int = Field(ge=1)
    days: float = Field(gt=0)
    cost: Share


class Product(_Declared):
    """A product.

    Attributes:
        fee_rate: flat fee per 30 days over the amount lent; a product without one bears interest.
        returning: share of loans that go to customers who had one of this product before.
        returns_after: months on book, all paid on time, after which a customer may have another
            loan before the first is repaid; only after repayment where empty.
        returns_days: how fast the odds of coming back fade (mean of an exponential).
        miss: probability that an instalment is missed (not paid before the next due date) by a
            person of latent risk 0.
        spread: change of the log of that probability per standard deviation of latent risk.
        aging: curve of instalment number to a factor on `miss`.
        prepay: curve of instalment number to the probability of paying the whole loan off.
        delays: when those who do not miss pay; the shares sum to 1.
        heal: for one, two, three … missed instalments; the last stands for all more.
    """

    title: Text
    weight: float = Field(gt=0)
    terms: tuple[Term, ...]
    amount: Amount
    fee_rate: float | None = None
    returning: Share
    returns_after: int | None = None
    returns_days: float = Field(gt=0)
    miss: Share
    spread: float = Field(gt=0)
    aging: Curve
    prepay: Curve
    delays: tuple[Delay, ...]
    heal: tuple[Heal, ...]
    charge_off_days: int = Field(ge=1)
    recovery: Recovery

    @model_validator(mode="after")
    def _delays_sum(self) -> Self:
        if abs(sum(delay.share for delay in self.delays) - 1) > 1e-6:  # noqa: PLR2004 - rounding
            raise ValueError("the shares of the delays must sum to 1")
        return self


class Grade(_Declared):
    """A risk grade: its share of loans, and its annual rates from its best to its worst score."""

    share: Share
    rates: tuple[float, float]


class Channel(_Declared):
    """A channel: weight among applications, factor on misses, partners that feed it."""

    title: Text
    weight: float
    risk: float
    partners: tuple[str, ...] = ()


class Region(_Declared):
    """A region: weight among people, factor on misses."""

    title: Text
    weight: float
    risk: float


class Volume(_Declared):
    """How applications spread over time: growth, season, days of the week, local hours."""

    growth_monthly: float
    season: Months
    weekdays: Weekdays
    hours: Hours


class Macro(_Declared):
    """The economy.

    Attributes:
        unemployment: its mean rate; `swing` the cycle's amplitude, `noise` a month's deviation.
        phase_months: months from the cycle's mean, rising, to the first simulated month.
        risk_per_point: change of the log of the miss hazard per percentage point.
        heal_elasticity: how strongly bad times lower the odds of catching up.
        fx: units of currency per US dollar at the start; `fx_volatility` monthly.
        funding_spread: over the policy rate; the cost follows it after `funding_lag_days`.
    """

    unemployment: float
    swing: float
    cycle_months: int
    phase_months: int
    noise: float
    risk_per_point: float
    heal_elasticity: float
    season_risk: Months
    policy_rate: float
    fx: float
    fx_volatility: float
    funding_spread: float
    funding_noise: float
    funding_lag_days: int


class Risk(_Declared):
    """The latent risk, a standard normal trait of each person.

    Attributes:
        seen: correlation of the score with it.
        delay: correlation of the delay of payments with it.
        relapse: factor on the hazard of loans that missed before.
        late_part: share of those missing who pay a part, and the part of the instalment.
    """

    seen: Share
    delay: Share
    relapse: float
    late_part: tuple[Share, Share]


class Traits(_Declared):
    """Attributes of people; `_risk` entries move them per standard deviation of latent risk."""

    age: Curve
    age_least: int
    age_risk: float
    income_median: float
    income_spread: float
    income_risk: float
    amount_income: Share
    debt_share: Curve
    bureau: tuple[float, float]
    bureau_seen: Share
    lenders_mean: float
    lenders_risk: float
    inquiries_mean: float
    inquiries_risk: float
    employment: Weights
    education: Weights
    home: Weights
    household_share: Share
    household_size: int = Field(ge=2)


class Score(_Declared):
    """Points at the average person, per standard deviation, and per earlier loan (up to some)."""

    centre: float
    scale: float
    per_earlier: float
    earlier_most: int


class Underwriting(_Declared):
    """How applications are decided.

    Attributes:
        approval_rate: approved over all.
        take_up: lent over approved.
        refer_band: points below the month's cut within which a person decides later.
        override: standard deviation, in points, of what moves decisions besides the score.
        lenders_most, inquiries_most, debt_share_most: above these an application is declined.
        cut: share of loans granted below the amount asked for, and the most they are cut by.
        headroom: the most a limit exceeds what was asked for, as a share of it.
        seconds: least and most time of an automatic decision; `refer_hours` of a referral.
    """

    policy: str
    approval_rate: float = Field(gt=0, lt=1)
    take_up: float = Field(gt=0, le=1)
    refer_band: float
    override: float
    lenders_most: int
    inquiries_most: int
    debt_share_most: float
    cut: tuple[Share, Share]
    headroom: float
    seconds: tuple[int, int]
    refer_hours: tuple[int, int]
    score: Score


class LateFee(_Declared):
    """A late fee: after so many days, so large a share of the payment."""

    after_days: int
    share: Share


class Contacts(_Declared):
    """Collections.

    Attributes:
        per_missed: mean contacts per missed instalment and month.
        from_day: earliest day after a due date.
        hours: local hours in which contacts are allowed.
        media: weights by the number of missed instalments (the last stands for more).
        reached, wrong_party: of all; `promise_paying`, `promise`, `refused`: of those reached,
            by whether they are about to pay.
        kept: promises of those about to pay that name the day they do.
        promise_days: days a broken promise is given for.
        agents: how many people call; `agency_from` missed instalments on, agencies do.
    """

    per_missed: float
    from_day: int
    hours: tuple[int, int]
    media: tuple[Weights, ...]
    reached: Share
    wrong_party: Share
    promise_paying: Share
    promise: Share
    refused: Share
    kept: Share
    promise_days: tuple[int, int]
    agents: int
    agency_from: int
    agencies: Weights


class Grievance(_Declared):
    """Complaints or disputes: monthly rate per open loan, topics, lognormal days to settle."""

    monthly: float
    topics: Weights
    days_median: float
    days_spread: float


class Operations(_Declared):
    """Machines and staff: daily levels, and what they become in an outage.

    Attributes:
        latency_ms, latency_spread: lognormal daily level.
        errors: mean API errors a day; `error_event` the count of one burst's event.
        backup_hours: when the nightly backup is done (UTC); `backup_missed` share of nights.
        outage_hours: local hour an outage begins and how long it lasts a day.
        outage_latency, outage_errors: factors on an outage's days.
        retry_days: within how many days after an outage its failed payments come in.
        staff: users of the lender's own systems; `sign_in_failed`, `permission_denied` a day.
        customer_sign_in_failed: a day, per 1,000 loans of the plan.
        burst_daily: mean API error bursts a day.
        office_hours: local hours in which customers complain.
        notices: of regulators; `monthly` is for the lender as a whole.
    """

    latency_ms: float
    latency_spread: float
    errors: float
    burst_daily: float
    office_hours: tuple[int, int]
    backup_hour: int
    backup_missed: Share
    outage_hours: tuple[int, int]
    outage_latency: float
    outage_errors: float
    retry_days: int
    staff: int
    sign_in_failed: float
    permission_denied: float
    customer_sign_in_failed: float
    notices: Grievance


class Planted(_Declared):
    """A trouble to plant.

    Attributes:
        from_, to: months as fractions of the simulated months, both included.
        day: day of the month on which it starts, and ends after `size` days, for outages.
        size: in `changes`' unit.
        months: over how many months it builds up.
        members: people per device, address and contact, for fraud rings; `score` what they show.
    """

    id: str
    kind: Kind
    title: Text
    changes: str
    segment: dict[Segment, str]
    from_: float = Field(alias="from", ge=0, le=1)
    to: float = Field(ge=0, le=1)
    day: int = Field(default=1, ge=1, le=28)
    size: float
    months: int = Field(default=1, ge=1)
    members: int = Field(default=1, ge=1)
    score: float = 0.0


class Lender(_Declared):
    """The whole lender."""

    id: str
    title: Text
    currency: str = Field(pattern="^[A-Z]{3}$")
    utc_offset_hours: int = Field(ge=-12, le=14)
    volume: Volume
    macro: Macro
    products: dict[str, Product]
    grades: dict[str, Grade]
    risk: Risk
    traits: Traits
    underwriting: Underwriting
    channels: dict[str, Channel]
    regions: dict[str, Region]
    purposes: Weights
    late_fee: LateFee
    contacts: Contacts
    complaints: Grievance
    disputes: Grievance
    operations: Operations
    troubles: tuple[Planted, ...]

    def names(self, segment: Segment) -> list[str]:
        """The values of a segment, in order."""
        values: dict[Segment, list[str]] = {
            "channel": list(self.channels),
            "region": list(self.regions),
            "product": list(self.products),
        }
        return values[segment]
