"""What proves that the mirror is true: its history, its comparisons with the remote, what the remote no longer has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from django_clopos.models.bookkeeping import SyncRun
from django_clopos.models.brands import Brand
from django_clopos.models.fields import ExactJSONField
from django_clopos.models.scope import OfBrand, OfBrandNamed, OfTable, OfWalk, Place
from django_clopos.models.visible import OwnModel
from django_clopos.schemas.personal import mask_record


class ChangeKind(models.TextChoices):
    """What happened to a row."""

    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"
    RESTORED = "restored"


class Change(OwnModel):
    """One change of one mirrored row. `seq` has no gaps and follows the order of commits, brand by brand."""

    place: ClassVar[Place] = OfTable(row_id="row_id")
    records: ClassVar = frozenset({"before", "after"})

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="changes", db_index=False)
    seq = models.BigIntegerField(help_text="Counted from 1 within the brand, without gaps, in the order of commits.")
    resource = models.CharField(max_length=40)
    table = models.CharField(max_length=40, help_text="The model, such as Product.")
    row_id = models.BigIntegerField(help_text="The row's primary key.")
    clopos_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    before = ExactJSONField(null=True, blank=True, help_text="The record's changed keys as they were.")
    after = ExactJSONField(null=True, blank=True, help_text="The same keys as they are since then.")
    changed_at = models.DateTimeField()
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, blank=True, related_name="changes")

    class Meta:
        ordering = ["-seq"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["brand", "seq"], name="clopos_change_seq")]
        indexes: ClassVar = [models.Index(fields=["table", "row_id", "seq"], name="clopos_change_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.clopos_id or self.row_id}: {self.get_kind_display()}"

    def mask(self) -> None:
        """Mask what both sides say of persons."""
        self.before, self.after = mask_record(self.table, self.before), mask_record(self.table, self.after)


class ChangeCounter(OwnModel):
    """The last `seq` of a brand; locked last in a page's transaction, so that numbers are committed in order."""

    place: ClassVar[Place] = OfBrand()

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="change_counter")
    last_seq = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(null=True, blank=True, help_text="History is complete from this moment on.")

    def __str__(self) -> str:
        return f"{self.brand}: {self.last_seq}"


class Reconciliation(OwnModel):
    """One comparison of local with remote, for one resource, venue and day."""

    place: ClassVar[Place] = OfWalk(venue="venue")

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="reconciliations")
    batch = models.UUIDField(help_text="The same for all rows of one `clopos_verify`.")
    resource = models.CharField(max_length=40)
    venue = models.BigIntegerField(null=True, blank=True, help_text="The venue's Clopos id; empty: the whole brand.")
    day = models.DateField(null=True, blank=True, help_text="Empty: the whole list.")
    is_deep = models.BooleanField("ids, amounts and digests", default=False)
    local_count = models.IntegerField(null=True, blank=True)
    remote_count = models.IntegerField(null=True, blank=True)
    differences = models.JSONField(
        default=dict, blank=True, help_text="Clopos ids: missing here, extra here, different."
    )
    is_equal = models.BooleanField(default=False)
    is_healed = models.BooleanField(default=False)
    error = models.TextField(blank=True, help_text="Why it could not be compared.")
    compared_at = models.DateTimeField()

    class Meta:
        ordering = ["-compared_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["brand", "resource", "-compared_at"], name="clopos_reconciled")]

    def __str__(self) -> str:
        verdict = _("equal") if self.is_equal else _("different")
        return f"{self.resource} {self.day or ''}: {verdict}"


class KnownMissing(OwnModel):
    """An id that rows refer to and that the remote answers with 404, so that it is not asked for again."""

    place: ClassVar[Place] = OfWalk()

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="known_missing")
    resource = models.CharField(max_length=40)
    clopos_id = models.BigIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "known missing"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "resource", "clopos_id"], name="clopos_known_missing_unique")
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.clopos_id}"


class Erasure(OwnModel):
    """That data was erased on request: what and how much, never whose name."""

    place: ClassVar[Place] = OfBrandNamed(slug="brand_slug")

    brand_slug = models.CharField(max_length=100)
    subject = models.CharField(max_length=100, help_text="Brand, or customer with its Clopos id.")
    customer = models.BigIntegerField(
        null=True, blank=True, help_text="Clopos id of the customer, whose personal data every later sync leaves out."
    )
    counts = models.JSONField(default=dict)
    erased_at = models.DateTimeField()

    class Meta:
        ordering = ["-erased_at"]

    def __str__(self) -> str:
        return _("%(subject)s of %(brand)s") % {"subject": self.subject, "brand": self.brand_slug}
