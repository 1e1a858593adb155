"""Brand: the tenant, with its credentials, time zone and currency. A site's own row, not a mirrored one."""

from __future__ import annotations

import zoneinfo
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from django_clopos.models.fields import EncryptedField
from django_clopos.models.scope import OfBrand, Place
from django_clopos.models.visible import OwnModel


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless the name is an IANA time zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        message = _("%(name)s is no IANA time zone; use a name such as Asia/Baku.")
        raise ValidationError(message, params={"name": name}) from None


def validate_base_url(address: str) -> None:
    """Raise ValidationError unless the address is one of http or https. URLValidator refuses hosts without a dot."""
    if not address.startswith(("http://", "https://")):
        raise ValidationError(_("The address must start with http:// or https://."))


class Brand(OwnModel):
    """One tenant of the remote. Source: wire contract, section 1."""

    place: ClassVar[Place] = OfBrand(brand="pk")

    slug = models.SlugField(max_length=100, unique=True, help_text="The brand's name in the API, such as openapitest.")
    name = models.CharField(max_length=255, blank=True)
    is_active = models.BooleanField(default=True, help_text="An inactive brand is not synced.")
    base_url = models.CharField(
        "base URL",
        max_length=255,
        blank=True,
        validators=[validate_base_url],
        help_text="With the version; empty: the setting or the environment decides.",
    )
    client_id = models.CharField(max_length=255, blank=True)
    client_secret = EncryptedField(blank=True, help_text="Encrypted at rest, or env:NAME of an environment variable.")
    integrator_id = models.CharField(max_length=255, blank=True)
    remote_timezone = models.CharField(
        max_length=64,
        default="Asia/Baku",
        validators=[validate_timezone],
        help_text="Zone in which the remote writes times that carry no zone.",
    )
    venue_timezones = models.JSONField(
        default=dict, blank=True, help_text='Zones of venues that differ, by Clopos id: {"3": "Asia/Tashkent"}.'
    )
    date_timezone = models.CharField(
        "zone of days",
        max_length=64,
        blank=True,
        validators=[validate_timezone],
        help_text="Zone of the days by which the remote lists orders and receipts; empty: that of its times.",
    )
    currency = models.CharField(max_length=3, default="AZN", help_text="ISO code; the API names no currency.")
    held_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Nothing is asked of the remote before; empty: all is well."
    )
    holds = models.PositiveIntegerField(default=0, editable=False, help_text="In a row; each is longer than the last.")
    hold_reason = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name or self.slug

    def timezone_of(self, venue: int | None = None) -> zoneinfo.ZoneInfo:
        """Return the zone of naive stamps, for a venue's Clopos id or for the whole brand."""
        return zoneinfo.ZoneInfo(self.venue_timezones.get(str(venue), self.remote_timezone))

    def date_zone(self) -> zoneinfo.ZoneInfo:
        """Return the zone of `date[]`, which the remote does not document. Source: wire contract, section 19."""
        return zoneinfo.ZoneInfo(self.date_timezone or self.remote_timezone)
