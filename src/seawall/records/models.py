"""Events as they came, and what windows need of them.

Times are whole microseconds since 1970 (UTC): integers compare quickly, and alike on every database.
"""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

if TYPE_CHECKING:
    Whole = models.BigIntegerField[int, int]
    WholeOrNone = models.BigIntegerField[int | None, int | None]
    Number = models.BigAutoField[int, int]
    Name = models.CharField[str, str]
    Long = models.TextField[str, str]
    Bytes = models.BinaryField[bytes, bytes]
    BytesOrNone = models.BinaryField[bytes | None, bytes | None]
    FloatOrNone = models.FloatField[float | None, float | None]


class Event(models.Model):
    """Something that happened, as it was told. Rows are added, never changed.

    Attributes:
        number: the order of storing.
        stream: what kind of event it is.
        event_id: unique in its stream.
        content: the stream's columns as JSON, keys sorted.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    stream: "Name" = models.CharField(max_length=63)
    event_id: "Name" = models.CharField(max_length=200)
    at_us: "Whole" = models.BigIntegerField()
    known_us: "Whole" = models.BigIntegerField()
    content: "Long" = models.TextField()

    class Meta:
        """An event is kept once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "event_id"], name="event_once")
        ]

    def __str__(self) -> str:
        """Stream and id."""
        return f"{self.stream} {self.event_id}"


class Series(models.Model):
    """A definition that observes every event of a stream.

    Attributes:
        digest: names the definition.
        definition: its text, from which any process can make it work.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    digest: "Name" = models.CharField(max_length=64, unique=True)
    stream: "Name" = models.CharField(max_length=63, db_index=True)
    definition: "Long" = models.TextField()

    def __str__(self) -> str:
        """Stream and digest."""
        return f"{self.stream} {self.digest}"


class Observation(models.Model):
    """What a series observed of an event.

    The table is its own index, by series, key and time: what one decision asks lies side by side.

    Attributes:
        key: a digest of the key's values.
        scaled: the value as whole ten-thousandths, where it can be added.
        number: the value.
        label: a digest of the value.
    """

    pk = models.CompositePrimaryKey("series_number", "key", "at_us", "event_number")
    series_number: "Whole" = models.BigIntegerField()
    key: "Bytes" = models.BinaryField(max_length=16)
    at_us: "Whole" = models.BigIntegerField()
    event_number: "Whole" = models.BigIntegerField()
    known_us: "Whole" = models.BigIntegerField()
    scaled: "WholeOrNone" = models.BigIntegerField(null=True)
    number: "FloatOrNone" = models.FloatField(null=True)
    label: "BytesOrNone" = models.BinaryField(max_length=16, null=True)

    def __str__(self) -> str:
        """Its place in the table."""
        return f"{self.series_number} {self.at_us} {self.event_number}"
