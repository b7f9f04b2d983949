"""What watching remembers beside its cases: the values that indicators had, and silences.

Rows are added, never changed. Times are whole microseconds since 1970 (UTC), days are ISO 8601.
"""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

if TYPE_CHECKING:
    Whole = models.BigIntegerField[int, int]
    Number = models.BigAutoField[int, int]
    Name = models.CharField[str, str]
    Long = models.TextField[str, str]
    WholeOrNone = models.BigIntegerField[int | None, int | None]
    FloatOrNone = models.FloatField[float | None, float | None]

NAME = 63
SEGMENT = 300
DAY = 10


class IndicatorValue(models.Model):
    """What an indicator's value was, as it was known at a time; the last row of a period counts.

    Attributes:
        segment: columns and values as JSON.
        ends_on: of the period.
        value, sample: None where there is none.
        level: the verdict, -1 where there is none.
        low, high: what is normal; None on a side without a limit, and in rows of before they were kept.
        held: the level that follows from this verdict and those before; None in such rows.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    indicator: "Name" = models.CharField(max_length=NAME)
    segment: "Name" = models.CharField(max_length=SEGMENT)
    ends_on: "Name" = models.CharField(max_length=DAY)
    value: "FloatOrNone" = models.FloatField(null=True)
    sample: "FloatOrNone" = models.FloatField(null=True)
    level: "Whole" = models.BigIntegerField()
    known_us: "Whole" = models.BigIntegerField()
    low: "FloatOrNone" = models.FloatField(null=True)
    high: "FloatOrNone" = models.FloatField(null=True)
    held: "WholeOrNone" = models.BigIntegerField(null=True)

    class Meta:
        """Values are looked up by indicator, segment and period; the latest of every segment at once."""

        indexes: ClassVar = [
            models.Index(fields=["indicator", "segment", "ends_on", "number"], name="value_of"),
            models.Index(fields=["ends_on"], name="value_latest"),
            models.Index(fields=["indicator", "ends_on", "number"], name="value_recent"),
        ]

    def __str__(self) -> str:
        """Indicator and period."""
        return f"{self.indicator} {self.segment} {self.ends_on}"


class AlertSilence(models.Model):
    """Nobody is told of some alerts for some time; fields as in `warning.alert.Silence`."""

    number: "Number" = models.BigAutoField(primary_key=True)
    act: "Name" = models.CharField(max_length=200, unique=True)
    reason: "Long" = models.TextField()
    asked_by: "Name" = models.CharField(max_length=NAME)
    since_us: "Whole" = models.BigIntegerField()
    until_us: "Whole" = models.BigIntegerField()
    indicator: "Name" = models.CharField(max_length=NAME, blank=True)
    team: "Name" = models.CharField(max_length=NAME, blank=True)
    segment: "Name" = models.CharField(max_length=SEGMENT)

    def __str__(self) -> str:
        """Number and who asked."""
        return f"{self.number} {self.asked_by}"
