"""Which columns, filters and search the lists of prices have."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.inputs import PickFilter
from django_clopos.admin.pages.catalog import PRICE_LIST
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import PriceList, PriceListPrice


@admin.register(PriceList)
class PriceListAdmin(MirrorAdmin):
    """Price lists."""

    page = PRICE_LIST
    list_display = ("clopos_id", "name", "description", "status", "updated_at", "brand")
    list_filter = ("status", *MirrorAdmin.list_filter)


@admin.register(PriceListPrice)
class PriceListPriceAdmin(MirrorAdmin):
    """What products cost in the price lists."""

    list_display = ("clopos_id", "list", "product", "price", "updated_at", "brand")
    list_filter = (("list", ReferenceFilter), ("product", PickFilter), *MirrorAdmin.list_filter)
    search_fields = ("=clopos_id", "=product__clopos_id", "^product__name")
