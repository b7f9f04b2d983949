"""How the institution cuts delinquency: declared in a pack, used by every measure."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seawall.core.text import Text


class Bucket(BaseModel):
    """A delinquency bucket: up to `most` days past due, inclusive; the last one has no end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[0-9]+(-[0-9]+|\+)$")
    most: int | None = Field(default=None, ge=1)
    title: Text


class Performance(BaseModel):
    """A loan is bad once more than `bad_after_days` past due, within so many months on book.

    Attributes:
        bad_after_days: days past due at a month-end, exclusive.
        within_months: a loan younger than this that is not bad is not yet known to be good.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bad_after_days: int = Field(ge=0)
    within_months: int = Field(ge=1)


class Conventions(BaseModel):
    """The pack `conventions/delinquency.yaml`.

    Attributes:
        buckets: past-due buckets, from the mildest on.
        marks: "more than so many days past due" marks that vintages are followed over.
        early_payments: which of a loan's first instalments are watched for default.
        early_late_days: by how many days an early instalment must be late to count.
        window_months: over how many months transitions are averaged.
        performance: what counts as a bad loan when decisions are judged afterwards.
        unlent_times_as_bad: how many times as bad as loans that were made those might be that
            were not; a replay shows the bad rate for each.
        top: concentration is told for so many of the largest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    cite: str
    buckets: tuple[Bucket, ...] = Field(min_length=1)
    current: Text
    repaid: Text
    charged_off: Text
    marks: tuple[int, ...] = Field(min_length=1)
    early_payments: tuple[int, ...] = Field(min_length=1)
    early_late_days: tuple[int, ...] = Field(min_length=1)
    window_months: int = Field(ge=1)
    performance: Performance
    unlent_times_as_bad: tuple[float, ...] = Field(min_length=1)
    top: tuple[int, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> "Conventions":
        limits = [bucket.most for bucket in self.buckets]
        closed = [most for most in limits[:-1] if most is not None]
        if limits[-1] is not None or len(closed) != len(limits) - 1 or closed != sorted(closed):
            msg = "buckets must rise by `most`, and only the last one has none"
            raise ValueError(msg)
        return self

    def states(self) -> tuple[str, ...]:
        """Every state a loan can be in at a month-end, from the best to the worst.

        Repaid stands first: it is where a loan should end.
        """
        return ("repaid", "current", *(bucket.code for bucket in self.buckets), "charged_off")

    def titles(self) -> dict[str, Text]:
        """Every state's name for people, in the order of `states`."""
        named = {bucket.code: bucket.title for bucket in self.buckets}
        named |= {"current": self.current, "repaid": self.repaid, "charged_off": self.charged_off}
        return {state: named[state] for state in self.states()}

    def bucket_sql(self, days: str) -> str:
        """The bucket's code for a count of days past due, as a SQL expression."""
        *closed, last = self.buckets
        cuts = "".join(f"WHEN {days} <= {each.most} THEN '{each.code}' " for each in closed)
        return f"CASE WHEN {days} <= 0 THEN 'current' {cuts}ELSE '{last.code}' END"

    def order_sql(self, state: str) -> str:
        """A number that sorts states from the best to the worst, as a SQL expression."""
        cuts = "".join(f"WHEN '{each}' THEN {n} " for n, each in enumerate(self.states()))
        return f"CASE {state} {cuts}END"
