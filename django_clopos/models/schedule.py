"""When each brand's work is due: one row for each brand and job, which a worker claims while it does it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from django_clopos.models.brands import Brand
from django_clopos.models.scope import OfBrand, Place
from django_clopos.models.visible import OwnModel


class Work(models.TextChoices):
    """What a job does."""

    POLL = "poll"
    TRAILING = "trailing", "trailing window"
    BACKFILL = "backfill"
    VERIFY = "verify", "verification"
    PRUNE = "prune", "pruning"


class Schedule(OwnModel):
    """One job of one brand: how often, when next, and how it went. At most one message of it is under way."""

    place: ClassVar[Place] = OfBrand()

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="schedules")
    work = models.CharField(max_length=16, choices=Work.choices)
    resource = models.CharField(max_length=40, blank=True, help_text="Empty: the whole brand.")
    every_seconds = models.PositiveIntegerField(
        "every (seconds)", null=True, blank=True, help_text="Empty: the setting CADENCE, or the default."
    )
    is_paused = models.BooleanField("paused", default=False)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Empty: there is nothing to do.")
    ticket = models.BigIntegerField(default=0, help_text="Number of the newest message; older ones are void.")
    queued_at = models.DateTimeField(null=True, blank=True)
    room_made_at = models.DateTimeField(
        null=True, blank=True, help_text="When a backfill last ended early so that this could start."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=32, blank=True)
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(null=True, blank=True)
    alive_until = models.DateTimeField(null=True, blank=True, help_text="Renewed while it works; past: it was killed.")
    finished_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["brand", "resource", "work"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "work", "resource"], name="clopos_schedule_unique")
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="clopos_schedule_due")]

    def __str__(self) -> str:
        return f"{self.brand}: {self.job}"

    @property
    def job(self) -> str:
        """The job's name, such as `receipts`, `receipts.trailing` or `verify`."""
        return name_job(self.work, self.resource)


def name_job(work: str, resource: str) -> str:
    """Name a job as settings and commands do: a poll by its resource, anything else of a resource after a dot."""
    if not resource:
        return str(work)
    return resource if work == Work.POLL else f"{resource}.{work}"
