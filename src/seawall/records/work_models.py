"""Background work: what the schedule or somebody asked for, who runs it, and what came of it.

A row is claimed by compare-and-swap, held for a while, and held on to as long as its worker lives.
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

NAME = 63
KEY = 200
WORKER = 120


class Work(models.Model):
    """A piece of work.

    Attributes:
        key: of what was asked; the same is asked once.
        plan: the schedule's entry; empty where somebody asked.
        task: what is done; arguments as JSON.
        lane: which of a worker's lanes runs it.
        state: `waiting`, `running`, `done` or `failed`.
        asked_us: when it was asked for, or due.
        next_us: when it may be taken: waiting, not before; running, when its worker no longer holds it.
        tried: how often a worker began it.
        worker: who runs it, or ran it last.
        started_us, ended_us: of the last try.
        result: what came of it, as JSON.
        problem: why it failed, a sentence in each language as JSON; empty where it did not.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    key: "Name" = models.CharField(max_length=KEY, unique=True)
    plan: "Name" = models.CharField(max_length=NAME, blank=True)
    task: "Name" = models.CharField(max_length=NAME)
    lane: "Name" = models.CharField(max_length=NAME)
    arguments: "Long" = models.TextField()
    asked_by: "Name" = models.CharField(max_length=NAME)
    state: "Name" = models.CharField(max_length=NAME)
    asked_us: "Whole" = models.BigIntegerField()
    next_us: "Whole" = models.BigIntegerField()
    tried: "Whole" = models.BigIntegerField()
    worker: "Name" = models.CharField(max_length=WORKER, blank=True)
    started_us: "WholeOrNone" = models.BigIntegerField(null=True)
    ended_us: "WholeOrNone" = models.BigIntegerField(null=True)
    result: "Long" = models.TextField()
    problem: "Long" = models.TextField(blank=True)

    class Meta:
        """Work is taken by lane and time; a plan's last row says when it was last due."""

        indexes: ClassVar = [
            models.Index(fields=["state", "lane", "next_us", "number"], name="work_waiting"),
            models.Index(fields=["plan", "asked_us"], name="work_of_plan"),
            models.Index(fields=["task", "number"], name="work_of_task"),
        ]

    def __str__(self) -> str:
        """Number, task and state."""
        return f"{self.number} {self.task} {self.state}"
