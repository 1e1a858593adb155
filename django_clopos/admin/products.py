"""Which columns, filters and search the list of products has, and what a product's page shows of what belongs to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.badges import write_badge
from django_clopos.admin.columns import link_to_list, write_aligned
from django_clopos.admin.exports import Column
from django_clopos.admin.formats import write_number
from django_clopos.admin.inputs import AmountRangeFilter, CategoryFilter, PickFilter
from django_clopos.admin.pages.products import MODIFIER, MODIFIER_GROUP, PRODUCT, TAX
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import (
    Modifier,
    ModifierGroup,
    Package,
    Product,
    ProductModifierGroup,
    ProductTax,
    ReceiptProduct,
    RecipeItem,
    StopListEntry,
    Tax,
)


def _compute_margin(product: Product) -> Decimal | None:
    """Compute percent of the price from what is mirrored: the remote's own figure may be stale."""
    if not product.price or product.cost_price is None:
        return None
    return round((product.price - product.cost_price) / product.price * 100, 1)


def _list_stops(product: Product) -> list[tuple[str, str, bool]]:
    """List where the product is limited: what is left, the venue, whether nothing is left."""
    return [
        (write_number(entry.limit) or "?", str(entry.venue or _("a venue not mirrored")), entry.is_sold_out)
        for entry in product.stop_list.all()
    ]


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
        "margin",
        "variant_count",
        "stops",
        "sold",
        "brand",
    )
    list_filter = (
        ("category", CategoryFilter),
        "type",
        ("price", AmountRangeFilter),
        "hidden",
        "sold_by_weight",
        "is_nested",
        *MirrorAdmin.list_filter,
    )
    search_fields = ("=clopos_id", "^name", "^full_name", "=barcode")
    search_help_text = gettext_lazy("Beginning of the name, or barcode or Clopos id in full.")
    export_columns = ("status", "hidden", "parent", "barcode", "gross_margin", "markup_rate", "updated_at")
    export_computed = {
        "margin": Column(heading=gettext_lazy("margin, %"), read=_compute_margin),
        "variant_count": Column(heading=gettext_lazy("variants"), read=lambda row: int(row.variants_found or 0)),
        "stops": Column(
            heading=gettext_lazy("stop list"),
            read=lambda row: "; ".join(f"{venue}: {limit}" for limit, venue, _ in _list_stops(row)),
        ),
    }
    export_needs = ("price", "cost_price")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count variants in the same query, and read what is on the stop list in one more."""
        variants = Product.objects.order_by().filter(parent=OuterRef("pk"), removed_at=None).values("parent")
        entries = StopListEntry.objects.live().select_related("venue").defer("raw", "venue__raw").order_by("venue")
        rows: QuerySet[Any] = super().get_queryset(request)
        counted = Subquery(variants.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
        found: QuerySet[Any] = rows.annotate(variants_found=counted)
        return found.prefetch_related(Prefetch("stop_list", entries))

    @admin.display(description=gettext_lazy("margin"))
    def margin(self, product: Product) -> SafeString | None:
        """Percent of the price that is left."""
        margin = _compute_margin(product)
        return None if margin is None else write_aligned(f"{write_number(margin, places=1)}\u00a0%")

    @admin.display(description=gettext_lazy("variants"))
    def variant_count(self, product: Any) -> SafeString | None:
        """How many variants there are to sell."""
        return write_aligned(product.variants_found) if product.variants_found else None

    @admin.display(description=gettext_lazy("stop list"))
    def stops(self, product: Product) -> SafeString:
        """Where it is sold out, or how much is left."""
        words = (
            write_badge(_("%(venue)s: sold out") % {"venue": venue}, "bad")
            if is_out
            else write_badge(f"{venue}: {limit}", "busy")
            for limit, venue, is_out in _list_stops(product)
        )
        return format_html_join(" ", "{}", ((word,) for word in words))

    @admin.display(description=gettext_lazy("receipts"))
    def sold(self, product: Product) -> SafeString:
        """The lines of receipts that sold it."""
        return link_to_list(ReceiptProduct, _("lines"), product=product.pk)


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
    list_filter = (("group", PickFilter), "status", *MirrorAdmin.list_filter)


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
