"""The brands that the user of a request may see: read once a request, for filters, columns, searches and clocks."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from django_clopos.access import show_rows
from django_clopos.models import Brand

_ATTRIBUTE = "_django_clopos_brands"


def list_brands(request: Any) -> tuple[Brand, ...]:
    """List them by slug, their credentials unread."""
    held = getattr(request, _ATTRIBUTE, None)
    if held is None or held[0] != request.user.pk:
        brands = show_rows(Brand.objects.defer("client_id", "client_secret", "integrator_id"), request)
        held = (request.user.pk, tuple(brands.order_by("slug")))
        setattr(request, _ATTRIBUTE, held)
    found: tuple[Brand, ...] = held[1]
    return found


def find_clock(request: Any) -> ZoneInfo | Any:
    """Find the zone in which days are meant that the user names: the brand's, or the site's where there are several."""
    zones = {brand.remote_timezone for brand in list_brands(request)}
    return ZoneInfo(zones.pop()) if len(zones) == 1 else timezone.get_current_timezone()
