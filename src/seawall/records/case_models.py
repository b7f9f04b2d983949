"""Cases: the kinds they are of, their events, and what is kept beside them so that it can be looked up.

Kinds, needs and events are added, never changed. A case's row, its clocks and the errands are what
the events come to: they may be thrown away and made again, and a check proves that they agree.
Times are whole microseconds since 1970 (UTC).
"""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

if TYPE_CHECKING:
    Whole = models.BigIntegerField[int, int]
    WholeOrNone = models.BigIntegerField[int | None, int | None]
    Number = models.BigAutoField[int, int]
    Name = models.CharField[str, str]
    Long = models.TextField[str, str]
    Flag = models.BooleanField[bool, bool]

DIGEST = 64
NAME = 63
ID = 120
KEY = 200
STATE = 63
TITLE = 200


class CaseKind(models.Model):
    """One version of a kind, as it was declared: cases go on under the version they began with.

    Attributes:
        digest: of what it says.
        text: the declaration as canonical JSON, whatever it named filled in.
    """

    digest: "Name" = models.CharField(primary_key=True, max_length=DIGEST)
    kind: "Name" = models.CharField(max_length=NAME)
    text: "Long" = models.TextField()

    def __str__(self) -> str:
        """Kind and digest."""
        return f"{self.kind} {self.digest[:12]}"


class CaseNeed(models.Model):
    """How many others must approve a verb of a kind's version: what the database itself asks for.

    Attributes:
        always: whether each doing needs them; otherwise only one that says it was approved is held to
            it here, and what the kind's expression says is proved by folding the events again.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    kind_digest: "Name" = models.CharField(max_length=DIGEST)
    verb: "Name" = models.CharField(max_length=NAME)
    people: "Whole" = models.BigIntegerField()
    always: "Flag" = models.BooleanField()

    class Meta:
        """One number for each verb."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind_digest", "verb"], name="need_once"),
            models.CheckConstraint(condition=models.Q(people__gte=1), name="need_is_one_or_more"),
        ]

    def __str__(self) -> str:
        """Verb and people."""
        return f"{self.kind_digest[:12]} {self.verb}: {self.people}"


class CaseEvent(models.Model):
    """What was done to a case, once.

    Attributes:
        number: the order of storing.
        case_id: the case's.
        place: the event's number in its case, from 1.
        key: of the command it came from; a command is done once.
        edits: whether it set fields of the case: who did is one of its makers.
        concerns: the digest of what was asked for, approved or done with approval; empty otherwise.
        body: the whole event as canonical JSON; the columns repeat it for the database's own rules.
        digest, previous: its SHA-256, and that of the event before: the case's chain.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    case_id: "Name" = models.CharField(max_length=ID)
    place: "Whole" = models.BigIntegerField()
    key: "Name" = models.CharField(max_length=KEY)
    kind_digest: "Name" = models.CharField(max_length=DIGEST)
    verb: "Name" = models.CharField(max_length=NAME)
    actor: "Name" = models.CharField(max_length=NAME)
    on_behalf_of: "Name" = models.CharField(max_length=NAME, blank=True)
    at_us: "Whole" = models.BigIntegerField()
    state: "Name" = models.CharField(max_length=STATE)
    edits: "Flag" = models.BooleanField()
    concerns: "Name" = models.CharField(max_length=DIGEST, blank=True)
    body: "Long" = models.TextField()
    digest: "Name" = models.CharField(max_length=DIGEST, unique=True)
    previous: "Name" = models.CharField(max_length=DIGEST, blank=True)

    class Meta:
        """A case has one event of each number, and of each command."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case_id", "place"], name="case_place_once"),
            models.UniqueConstraint(fields=["case_id", "key"], name="case_command_once"),
        ]

    def __str__(self) -> str:
        """Case, place and verb."""
        return f"{self.case_id} {self.place} {self.verb}"


class CaseNow(models.Model):
    """A case as its events leave it.

    Attributes:
        unit: the part of the institution that opened it.
        revision, head: number and digest of its last event.
        content: the case as JSON.
        next_us: when the next of its clocks warns or runs out; None where none runs.
        title: what it is called by.
        assignee: who has it in hand, as names are compared; empty where nobody is named.
        waits: whether something in it waits for approval.
        due_us: the earliest deadline of a clock that runs, past ones too; None where none runs.
    """

    case_id: "Name" = models.CharField(primary_key=True, max_length=ID)
    kind: "Name" = models.CharField(max_length=NAME)
    kind_digest: "Name" = models.CharField(max_length=DIGEST)
    unit: "Name" = models.CharField(max_length=ID, blank=True)
    state: "Name" = models.CharField(max_length=STATE)
    is_open: "Flag" = models.BooleanField()
    revision: "Whole" = models.BigIntegerField()
    head: "Name" = models.CharField(max_length=DIGEST)
    content: "Long" = models.TextField()
    opened_us: "Whole" = models.BigIntegerField()
    changed_us: "Whole" = models.BigIntegerField()
    next_us: "WholeOrNone" = models.BigIntegerField(null=True)
    title: "Name" = models.CharField(max_length=TITLE, blank=True, default="")
    assignee: "Name" = models.CharField(max_length=ID, blank=True, default="")
    waits: "Flag" = models.BooleanField(default=False)
    due_us: "WholeOrNone" = models.BigIntegerField(null=True)

    class Meta:
        """Each list that a page shows has an index that is in its order; see `case_lists`."""

        indexes: ClassVar = [
            models.Index(fields=["kind", "is_open", "-changed_us", "case_id"], name="case_of_kind"),
            models.Index(fields=["is_open", "-changed_us", "case_id"], name="case_latest"),
            models.Index(fields=["next_us"], name="case_by_clock"),
            models.Index(fields=["kind", "state", "-changed_us", "case_id"], name="case_of_state"),
            models.Index(fields=["unit", "is_open", "-changed_us", "case_id"], name="case_of_unit"),
            models.Index(
                fields=["unit", "kind", "state", "-changed_us", "case_id"],
                name="case_of_unit_state",
            ),
            models.Index(
                fields=["assignee", "is_open", "-changed_us", "case_id"],
                condition=~models.Q(assignee=""),
                name="case_of_person",
            ),
            models.Index(
                fields=["-changed_us", "case_id"],
                condition=models.Q(waits=True),
                name="case_waiting",
            ),
            models.Index(
                fields=["unit", "due_us", "case_id"],
                condition=models.Q(due_us__isnull=False),
                name="case_by_due",
            ),
        ]

    def __str__(self) -> str:
        """Case and state."""
        return f"{self.case_id} {self.state}"


class CaseWord(models.Model):
    """A word of a case's title, for those who look for one."""

    pk = models.CompositePrimaryKey("word", "case_id")
    word: "Name" = models.CharField(max_length=NAME)
    case_id: "Name" = models.CharField(max_length=ID)

    class Meta:
        """By word they are found; by case they are taken away."""

        indexes: ClassVar = [models.Index(fields=["case_id"], name="word_of_case")]

    def __str__(self) -> str:
        """Word and case."""
        return f"{self.word} {self.case_id}"


class CaseLink(models.Model):
    """A link, as the case that it leads to needs it: who leads here."""

    pk = models.CompositePrimaryKey("to_id", "case_id", "link")
    to_id: "Name" = models.CharField(max_length=ID)
    case_id: "Name" = models.CharField(max_length=ID)
    link: "Name" = models.CharField(max_length=NAME)

    def __str__(self) -> str:
        """From where to where."""
        return f"{self.case_id} {self.link} {self.to_id}"


class Errand(models.Model):
    """Something to be done because of an event: an entry to tell, a notice to send, a case to open.

    Attributes:
        key: case, event and place among its errands: an errand is queued once.
        task: `tell`, `notify` or `open`.
        content: what is to be done, as JSON.
        state: `waiting`, `done`, `dropped` (no longer wanted) or `dead` (given up).
        next_us: not before; moved ahead by whoever takes it up, so that two do not do it at once.
        tried: how often.
        said: what came of the last try.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    key: "Name" = models.CharField(max_length=KEY, unique=True)
    case_id: "Name" = models.CharField(max_length=ID)
    place: "Whole" = models.BigIntegerField()
    task: "Name" = models.CharField(max_length=NAME)
    content: "Long" = models.TextField()
    state: "Name" = models.CharField(max_length=NAME)
    next_us: "Whole" = models.BigIntegerField()
    tried: "Whole" = models.BigIntegerField(default=0)
    said: "Long" = models.TextField(blank=True)

    class Meta:
        """What waits is taken up in the order of its time."""

        indexes: ClassVar = [
            models.Index(fields=["state", "task", "next_us"], name="errand_waiting"),
            models.Index(fields=["case_id"], name="errand_of_case"),
        ]

    def __str__(self) -> str:
        """Key and state."""
        return f"{self.key} {self.state}"
