"""Which columns, filters and search the list of products has, and what a product's page shows of what belongs to it."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.pages.products import MODIFIER, MODIFIER_GROUP, PRODUCT, TAX
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import (
    Modifier,
    ModifierGroup,
    Package,
    Product,
    ProductModifierGroup,
    ProductTax,
    RecipeItem,
    Tax,
)


@admin.register(Product)
class ProductAdmin(MirrorAdmin):
    """Products of every type."""

    page = PRODUCT
    list_display = (
        "clopos_id",
        "full_name",
        "type",
        "category",
        "price",
        "cost_price",
        "gross_margin",
        "status",
        "brand",
    )
    list_filter = ("type", "hidden", "sold_by_weight", "is_nested", *MirrorAdmin.list_filter)
    search_fields = ("=clopos_id", "^name", "^full_name", "=barcode")


@admin.register(ModifierGroup)
class ModifierGroupAdmin(MirrorAdmin):
    """Modifiers that are chosen together."""

    page = MODIFIER_GROUP
    list_display = ("clopos_id", "name", "type", "min_select", "max_select", "status", "brand")
    list_filter = ("type", "status", *MirrorAdmin.list_filter)


@admin.register(Modifier)
class ModifierAdmin(MirrorAdmin):
    """Choices of the groups."""

    page = MODIFIER
    list_display = ("clopos_id", "name", "group", "price", "ingredient", "status", "brand")
    list_filter = ("status", *MirrorAdmin.list_filter)


@admin.register(Package)
class PackageAdmin(MirrorAdmin):
    """How products are packed."""

    list_display = ("clopos_id", "name", "product", "equal", "brand")


@admin.register(Tax)
class TaxAdmin(MirrorAdmin):
    """Tax rates."""

    page = TAX
    list_display = ("clopos_id", "name", "rate", "is_default", "status", "brand")
    list_filter = ("is_default", *MirrorAdmin.list_filter)


class _EdgeAdmin(MirrorAdmin):
    """Rows that only tie two others together: found by a product's name or id."""

    list_filter = MirrorAdmin.list_filter[1:]
    search_fields = ("=product__clopos_id", "^product__name")


@admin.register(RecipeItem)
class RecipeItemAdmin(_EdgeAdmin):
    """What goes into the dishes."""

    list_display = ("id", "dish", "ingredient", "gross", "net", "brand")
    search_fields = ("=dish__clopos_id", "^dish__name")


@admin.register(ProductModifierGroup)
class ProductModifierGroupAdmin(_EdgeAdmin):
    """Which products offer which modifier groups."""

    list_display = ("id", "product", "modifier_group", "position", "brand")


@admin.register(ProductTax)
class ProductTaxAdmin(_EdgeAdmin):
    """Which products carry which taxes."""

    list_display = ("id", "product", "tax", "position", "brand")
