"""Events as they came, and what windows need of them; policies on their way into force.

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
    ToVersion = models.ForeignKey["PolicyVersion", "PolicyVersion"]
    ToProposal = models.ForeignKey["Proposal", "Proposal"]
    ToProposalOrNone = models.ForeignKey["Proposal | None", "Proposal | None"]


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


_DIGEST = 64
_ACTOR = 63
_ACT = 200


class PolicyVersion(models.Model):
    """A policy's text, once per digest. Rows are added, never changed, as in all tables below.

    Attributes:
        policy: the policy's id.
        digest: of what it says, `policy.program.Program.digest`.
        texts: the files it was read from and the cases beside them, as JSON: a list of name and
            text, the base first.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    policy: "Name" = models.CharField(max_length=63)
    digest: "Name" = models.CharField(max_length=_DIGEST)
    texts: "Long" = models.TextField()

    class Meta:
        """A text is kept once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "digest"], name="version_once")
        ]

    def __str__(self) -> str:
        """Policy and digest."""
        return f"{self.policy} {self.digest[:12]}"


class Writing(models.Model):
    """Who wrote a version: all who did are its makers."""

    number: "Number" = models.BigAutoField(primary_key=True)
    version: "ToVersion" = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    writer: "Name" = models.CharField(max_length=_ACTOR)
    written_us: "Whole" = models.BigIntegerField()

    class Meta:
        """Each maker once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "writer"], name="writer_once")
        ]

    def __str__(self) -> str:
        """Version and writer."""
        return f"{self.version_id} {self.writer}"  # type: ignore[attr-defined]


class Proposal(models.Model):
    """A version that somebody wants to see in force.

    Attributes:
        act: the act's key: an act is done once.
        evidence: what was shown for it (cases, replay), as canonical JSON.
        evidence_digest: its SHA-256, which approvals name.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    act: "Name" = models.CharField(max_length=_ACT, unique=True)
    version: "ToVersion" = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    evidence: "Long" = models.TextField()
    evidence_digest: "Name" = models.CharField(max_length=_DIGEST)
    proposed_by: "Name" = models.CharField(max_length=_ACTOR)
    proposed_us: "Whole" = models.BigIntegerField()

    def __str__(self) -> str:
        """Number and version."""
        return f"{self.number}: {self.version_id}"  # type: ignore[attr-defined]


class Approval(models.Model):
    """Somebody else's word for exactly what was proposed.

    Attributes:
        digest: the version's, as the approver saw it.
        evidence_digest: of the evidence that the approver saw.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    act: "Name" = models.CharField(max_length=_ACT, unique=True)
    proposal: "ToProposal" = models.ForeignKey(Proposal, on_delete=models.PROTECT)
    digest: "Name" = models.CharField(max_length=_DIGEST)
    evidence_digest: "Name" = models.CharField(max_length=_DIGEST)
    approved_by: "Name" = models.CharField(max_length=_ACTOR)
    approved_us: "Whole" = models.BigIntegerField()

    class Meta:
        """One word each."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "approved_by"], name="approver_once")
        ]

    def __str__(self) -> str:
        """Proposal and approver."""
        return f"{self.proposal_id} {self.approved_by}"  # type: ignore[attr-defined]


class Publication(models.Model):
    """A version that is in force from a time on, until a later one is.

    Attributes:
        proposal: the approved one; None where an earlier version comes back (a rollback).
        effective_us: never before `published_us`: nothing is in force in hindsight.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    act: "Name" = models.CharField(max_length=_ACT, unique=True)
    policy: "Name" = models.CharField(max_length=63)
    version: "ToVersion" = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    proposal: "ToProposalOrNone" = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True)
    effective_us: "Whole" = models.BigIntegerField()
    published_by: "Name" = models.CharField(max_length=_ACTOR)
    published_us: "Whole" = models.BigIntegerField()
    reason: "Long" = models.TextField()

    class Meta:
        """What is in force is looked up by policy and time."""

        indexes: ClassVar = [
            models.Index(fields=["policy", "effective_us", "number"], name="in_force")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(effective_us__gte=models.F("published_us")),
                name="not_in_hindsight",
            )
        ]

    def __str__(self) -> str:
        """Policy and since when."""
        return f"{self.policy} {self.effective_us}"


# Django looks for a room's rows in this module.
from seawall.records.case_models import (  # noqa: E402
    CaseEvent,
    CaseKind,
    CaseLink,
    CaseNeed,
    CaseNow,
    CaseWord,
    Errand,
)
from seawall.records.draft_models import PolicyDraft  # noqa: E402
from seawall.records.index_models import DecisionLine, EntryLine, IndexPlace  # noqa: E402
from seawall.records.people_models import ApiToken, Change, Person, SavedFilter  # noqa: E402
from seawall.records.watch_models import AlertSilence, IndicatorValue  # noqa: E402
from seawall.records.work_models import Work  # noqa: E402

__all__ = [
    "AlertSilence",
    "ApiToken",
    "CaseEvent",
    "CaseKind",
    "CaseLink",
    "CaseNeed",
    "CaseNow",
    "CaseWord",
    "Change",
    "DecisionLine",
    "EntryLine",
    "Errand",
    "IndexPlace",
    "IndicatorValue",
    "Person",
    "PolicyDraft",
    "SavedFilter",
    "Work",
]
