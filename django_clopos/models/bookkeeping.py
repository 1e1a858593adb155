"""What a sync writes about itself: runs and steps, checkpoints, leases, rejected rows, drift, the request budget."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext as _

from django_clopos.models.brands import Brand
from django_clopos.models.fields import dump_json, load_json
from django_clopos.models.scope import OfBrand, OfNobody, OfTable, OfWalk, Place
from django_clopos.models.visible import OwnModel
from django_clopos.schemas.personal import IMPERSONAL_RESOURCES, IMPERSONAL_TABLES, mask_record, mask_value


class Status(models.TextChoices):
    """How a run or a step stands. A run is partial when some of its steps failed; queued, it waits for a worker."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    ABANDONED = "abandoned"


#: The counts of a step; a run sums its steps.
COUNTS = (
    "pages", "requests", "seen", "created", "updated", "unchanged", "missing", "removed", "rejected", "races",
)  # fmt: skip


class SyncRun(OwnModel):
    """One sync of one brand."""

    place: ClassVar[Place] = OfBrand()

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="runs")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RUNNING)
    options = models.JSONField(default=dict, blank=True, help_text="What was asked for.")
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        get_latest_by = "started_at"
        indexes: ClassVar = [models.Index(fields=["brand", "-started_at"], name="clopos_run_brand_started")]

    def __str__(self) -> str:
        return f"{self.brand}: {self.get_status_display()} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def duration(self) -> timedelta | None:
        """How long the run took; None while it runs."""
        return None if self.finished_at is None else self.finished_at - self.started_at

    def totals(self) -> dict[str, Any]:
        """Sum the counts of this run's steps, and the seconds they waited."""
        sums = self.steps.aggregate(**{name: Sum(name, default=0) for name in (*COUNTS, "waited_seconds")})
        return dict(sums)


class SyncStep(OwnModel):
    """One resource, and one venue where it has venues, of a run."""

    place: ClassVar[Place] = OfWalk(brand="run__brand", venue="venue")

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="steps")
    resource = models.CharField(max_length=40)
    venue = models.BigIntegerField(null=True, blank=True, help_text="The venue's Clopos id; empty: the whole brand.")
    walk = models.CharField(max_length=40, blank=True, help_text="How the remote was read.")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    waited_seconds = models.FloatField(default=0, help_text="Waited for the request budget and between retries.")
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0, help_text="Rows that a complete walk did not find.")
    races = models.PositiveIntegerField(default=0, help_text="Walks that the remote changed under our hands.")
    note = models.TextField(blank=True, help_text="What an accountant should know of this step.")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes: ClassVar = [models.Index(fields=["resource", "-finished_at"], name="clopos_step_finished")]

    def __str__(self) -> str:
        return f"{self.resource} {self.get_status_display()}"


class Checkpoint(OwnModel):
    """How far one walk has come; written in the same transaction as the page it speaks of."""

    place: ClassVar[Place] = OfWalk(venue="venue")

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="checkpoints")
    resource = models.CharField(max_length=40)
    venue = models.BigIntegerField(default=0, help_text="The venue's Clopos id; 0: the whole brand.")
    name = models.CharField(max_length=40)
    value = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "resource", "venue", "name"], name="clopos_checkpoint_unique")
        ]

    def __str__(self) -> str:
        return f"{self.resource}.{self.name} = {self.value}"


class Lease(OwnModel):
    """Who may write one resource of one brand, until when. The fence grows with every change of holder."""

    place: ClassVar[Place] = OfBrand()

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="leases")
    resource = models.CharField(max_length=40)
    owner = models.CharField(max_length=64, blank=True)
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    waiting_at = models.DateTimeField(null=True, blank=True, help_text="When another sync last asked for it.")
    fence = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["brand", "resource"], name="clopos_lease_unique")]

    def __str__(self) -> str:
        owner = self.owner or _("free")
        return f"{self.resource}: {owner}"


class RejectedRow(OwnModel):
    """A record that failed validation, kept with its reason until a valid one takes its place."""

    place: ClassVar[Place] = OfTable()
    personal: ClassVar = frozenset({"record", "reason"})

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="rejected_rows")
    resource = models.CharField(max_length=40)
    table = models.CharField(max_length=40, help_text="The model that the record would have filled.")
    key = models.CharField(max_length=64, help_text="The row's key; the record's digest where it has no id.")
    clopos_id = models.BigIntegerField(null=True, blank=True)
    venue = models.BigIntegerField(null=True, blank=True)
    content_hash = models.CharField(max_length=32)
    record = models.TextField(help_text="The record as received, without its secrets.")
    reason = models.TextField()
    count = models.PositiveIntegerField(default=1, help_text="How often it was refused.")
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, blank=True, related_name="rejected_rows")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "resource", "table", "key"], name="clopos_rejected_unique")
        ]

    def __str__(self) -> str:
        return (
            f"{self.resource} {self.clopos_id or self.key}: {self.reason.splitlines()[0][:80] if self.reason else ''}"
        )

    def mask(self) -> None:
        """Mask what the record says of persons, and the reason, which may quote it."""
        if self.table in IMPERSONAL_TABLES:
            return
        self.reason = mask_value(self.reason)
        try:
            self.record = dump_json(mask_record(self.table, load_json(self.record)))
        except ValueError:  # not JSON: nobody can tell what it says
            self.record = mask_value(self.record)


class DriftKind(models.TextChoices):
    """What the remote sent that the contract does not know."""

    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_VALUE = "unknown_value"
    MALFORMED_STAMP = "malformed_stamp"


class Drift(OwnModel):
    """Something the contract does not know, counted, with an example. It stops nothing."""

    place: ClassVar[Place] = OfWalk()
    personal: ClassVar = frozenset({"example"})

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="drift")
    resource = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=DriftKind.choices)
    path = models.CharField(max_length=255, help_text="The key, such as receipt_products.seller_id.")
    example = models.CharField(max_length=255, blank=True)
    count = models.PositiveBigIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["resource", "kind", "path"]
        verbose_name_plural = "drift"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "resource", "kind", "path"], name="clopos_drift_unique")
        ]

    def __str__(self) -> str:
        return f"{self.resource}.{self.path}: {self.get_kind_display()}"

    def mask(self) -> None:
        """Mask the example where it may come from what is said of a person."""
        if self.resource not in IMPERSONAL_RESOURCES:
            self.example = mask_value(self.example)


class RequestBudget(OwnModel):
    """The shared request budget of one integrator and brand, or of sign-ins, where no Redis keeps it.

    Times are the database server's.
    """

    place: ClassVar[Place] = OfNobody()

    key = models.CharField(
        max_length=64, unique=True, help_text="Digest of integrator and brand; for sign-ins, of the address."
    )
    arrival = models.FloatField(default=0, help_text="Theoretical arrival time of the next request, epoch seconds.")
    minute = models.BigIntegerField(default=0, help_text="Minute of the last request, counted from the epoch.")
    taken = models.PositiveIntegerField(default=0, help_text="Requests of that minute.")
    taken_before = models.PositiveIntegerField(default=0, help_text="Requests of the minute before it.")

    def __str__(self) -> str:
        return self.key
