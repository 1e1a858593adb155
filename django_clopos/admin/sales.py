"""Which columns, filters and search the lists of sale types, payment methods and orders have."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.badges import Tone, write_badge
from django_clopos.admin.columns import link_to_list, link_to_row
from django_clopos.admin.exports import Column
from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.inputs import MomentRangeFilter, PickFilter
from django_clopos.admin.pages.sales import ORDER, ORDER_ITEM, PAYMENT_METHOD, SALE_TYPE
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Order, OrderItem, PaymentMethod, Receipt, SaleType
from django_clopos.models.sales import WAITING_STATUSES


@admin.register(SaleType)
class SaleTypeAdmin(MirrorAdmin):
    """In-house, delivery, takeaway or the site's own."""

    page = SALE_TYPE
    list_display = ("clopos_id", "name", "channel", "system_type", "service_charge_rate", "position", "brand")
    list_filter = ("channel", *MirrorAdmin.list_filter)


@admin.register(PaymentMethod)
class PaymentMethodAdmin(MirrorAdmin):
    """Ways to pay."""

    page = PAYMENT_METHOD
    list_display = ("clopos_id", "name", "is_system", "customer_required", "position", "paid", "brand")
    list_filter = ("is_system", *MirrorAdmin.list_filter)

    @admin.display(description=gettext_lazy("receipts"))
    def paid(self, method: PaymentMethod) -> SafeString:
        """The receipts that were paid with it."""
        return link_to_list(Receipt, _("receipts"), payment_method=method.pk)


#: How orders ended, for the eye.
_TONES: dict[Any, Tone] = {
    Order.Status.DELIVERED: "good",
    Order.Status.COMPLETED: "good",
    Order.Status.RECEIVED: "good",
    Order.Status.CANCELLED: "bad",
    Order.Status.IGNORE: "bad",
}


@admin.register(Order)
class OrderAdmin(MirrorAdmin):
    """Orders from outside the restaurant."""

    page = ORDER
    list_display = (
        "clopos_id",
        "created_at",
        "venue",
        "state",
        "customer",
        "customer_name",
        "order_total",
        "sale_type",
        "integration",
        "linked",
        "brand",
    )
    list_filter = (
        ("created_at", MomentRangeFilter),
        "status",
        ("venue", ReferenceFilter),
        ("sale_type", ReferenceFilter),
        ("customer", PickFilter),
        *MirrorAdmin.list_filter,
    )
    ordering = ("-created_at",)
    ordered_by = ("clopos_id", "created_at", "customer_name", "order_total")
    search_fields = ("=clopos_id", "=number", "=integration_id", "=integration_uuid", "=customer_phone")
    search_help_text = gettext_lazy("Number, id in the other system or Clopos id, each in full.")
    export_columns = (
        "status", "type", "number", "total", "delivery_fee", "payment_status", "payment_method", "integration_id",
        "customer_phone", "updated_at",
    )  # fmt: skip
    export_computed = {
        "linked": Column(
            heading=gettext_lazy("receipt ids"),
            read=lambda order: ", ".join(str(receipt.clopos_id) for receipt in order.receipts.all()),
        )
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the receipts that name the orders in one query more, just what a link shows of them."""
        shown = Receipt.objects.only(
            "brand_id", "venue_id", "clopos_id", "order_number", "shift_date", "service_notification_id"
        )
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("receipts", shown.order_by("pk")))

    @admin.display(description=gettext_lazy("state"))
    def state(self, order: Order) -> SafeString | None:
        """How far the order is; those that wait for somebody stand out."""
        tone: Tone = "busy" if order.status in WAITING_STATUSES else _TONES.get(order.status, "plain")
        return None if order.status is None else write_badge(order.get_status_display(), tone)

    @admin.display(description=gettext_lazy("receipt"))
    def linked(self, order: Any) -> SafeString:
        """The receipts that name the order."""
        return format_html_join(", ", "{}", ((link_to_row(receipt),) for receipt in order.receipts.all()))


@admin.register(OrderItem)
class OrderItemAdmin(MirrorAdmin):
    """Products of the orders."""

    page = ORDER_ITEM
    list_display = ("id", "order", "product", "product_name", "count", "price", "brand")
    list_filter = (("product", PickFilter), *MirrorAdmin.list_filter[1:])
    ordered_by = ("id",)
    search_fields = ("=order__clopos_id", "=product__clopos_id")
