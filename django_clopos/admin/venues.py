"""Which columns and filters the list of venues has."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.pages.venues import VENUE
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Venue


@admin.register(Venue)
class VenueAdmin(MirrorAdmin):
    """Branches."""

    page = VENUE
    list_display = ("clopos_id", "name", "is_main", "status", "address", "phone", "brand")
    list_filter = ("is_main", *MirrorAdmin.list_filter)
