"""Which columns and filters the list of venues has."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.columns import link_to_list
from django_clopos.admin.pages.venues import VENUE
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Receipt, Venue


@admin.register(Venue)
class VenueAdmin(MirrorAdmin):
    """Branches."""

    page = VENUE
    list_display = ("clopos_id", "name", "is_main", "status", "address", "phone", "sold", "brand")
    list_filter = ("is_main", *MirrorAdmin.list_filter)

    @admin.display(description=gettext_lazy("receipts"))
    def sold(self, venue: Venue) -> SafeString:
        """The receipts of the venue."""
        return link_to_list(Receipt, _("receipts"), venue__id__exact=venue.pk)
