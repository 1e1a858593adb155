"""Which columns and filters the lists around the products have: categories, stations, the stop list."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.columns import link_to_list
from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.inputs import PickFilter
from django_clopos.admin.pages.catalog import CATEGORY, STATION, STOP_LIST_ENTRY
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Category, Product, Station, StopListEntry


@admin.register(Category)
class CategoryAdmin(MirrorAdmin):
    """Nodes of the category tree."""

    page = CATEGORY
    list_display = (
        "clopos_id",
        "name",
        "type",
        "parent",
        "depth",
        "position",
        "status",
        "hidden",
        "sorted_in",
        "brand",
    )
    list_filter = ("type", "hidden", *MirrorAdmin.list_filter)

    @admin.display(description=gettext_lazy("products"))
    def sorted_in(self, category: Category) -> SafeString:
        """The products of the category and of those below it."""
        return link_to_list(Product, _("products"), category=category.pk)


@admin.register(Station)
class StationAdmin(MirrorAdmin):
    """Where products are made."""

    page = STATION
    list_display = ("clopos_id", "name", "type", "status", "printable", "updated_at", "brand")
    list_filter = ("type", "printable", *MirrorAdmin.list_filter)


@admin.register(StopListEntry)
class StopListEntryAdmin(MirrorAdmin):
    """What is sold out or limited."""

    page = STOP_LIST_ENTRY
    list_display = ("product", "venue", "limit", "timestamp", "removed_at", "brand")
    list_display_links = ("limit",)  # the product is a link to the product
    list_filter = (("venue", ReferenceFilter), ("product", PickFilter), *MirrorAdmin.list_filter)
    search_fields = ("=product__clopos_id", "^product__name")
