"""Which columns, filters and search the lists of receipts, lines, payments and stock operations have."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.badges import Tone, write_badge
from django_clopos.admin.filters import PaymentMethodFilter, ReferenceFilter
from django_clopos.admin.inputs import AmountRangeFilter, DayRangeFilter, PickFilter
from django_clopos.admin.pages.receipts import RECEIPT, RECEIPT_LINE
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Receipt, ReceiptPayment, ReceiptProduct, StockOperation

#: How far along a receipt is, for the eye.
_TONES: dict[Any, Tone] = {
    Receipt.Status.OPEN: "busy",
    Receipt.OrderStatus.CANCELLED: "bad",
    Receipt.OrderStatus.COMPLETED: "good",
    Receipt.OrderStatus.READY: "good",
}


@admin.register(Receipt)
class ReceiptAdmin(MirrorAdmin):
    """Sales, the newest business day first."""

    page = RECEIPT
    list_display = (
        "clopos_id",
        "order_number",
        "shift_date",
        "venue",
        "total",
        "state",
        "closed_at",
        "sale_type",
        "customer",
        "close_by_user",
        "brand",
    )
    list_filter = (
        ("shift_date", DayRangeFilter),
        ("venue", ReferenceFilter),
        "status",
        "order_status",
        ("sale_type", ReferenceFilter),
        PaymentMethodFilter,
        ("total", AmountRangeFilter),
        ("customer", PickFilter),
        ("user", PickFilter),
        ("open_by_user", PickFilter),
        ("close_by_user", PickFilter),
        "is_returns",
        *MirrorAdmin.list_filter,
    )
    ordering = ("-shift_date",)
    ordered_by = ("clopos_id", "shift_date", "total")
    search_fields = ("=clopos_id", "=order_number", "=fiscal_id", "=cid")
    search_help_text = gettext_lazy("Order number, fiscal id, UUID of the terminal or Clopos id, each in full.")
    export_columns = (
        "status", "order_status", "is_returns", "fiscal_id", "cid", "guests", "user", "open_by_user", "subtotal",
        "total_discount", "service_charge_value", "delivery_fee", "total_tax", "gift_total", "by_cash", "by_card",
        "remaining", "total_cost", "service_notification", "created_at", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave long texts unread that no list shows."""
        return super().get_queryset(request).defer("address", "description")

    @admin.display(description=gettext_lazy("state"))
    def state(self, receipt: Receipt) -> SafeString:
        """Open or closed, how far the kitchen is, and whether goods came back."""
        words: list[tuple[Any, Tone]] = [
            (receipt.get_status_display(), _TONES.get(receipt.status, "plain")),
            (receipt.get_order_status_display(), _TONES.get(receipt.order_status, "plain")),
            (_("return") if receipt.is_returns else None, "bad"),
        ]
        return format_html_join(" ", "{}", ((write_badge(word, tone),) for word, tone in words if word is not None))


class _OfReceiptAdmin(MirrorAdmin):
    """Parts of receipts: found by their receipt's id, never ordered by what has no index."""

    ordered_by: ClassVar[tuple[str, ...] | None] = ("clopos_id", "id")


@admin.register(ReceiptProduct)
class ReceiptProductAdmin(_OfReceiptAdmin):
    """Lines of the receipts."""

    page = RECEIPT_LINE
    list_display = ("clopos_id", "receipt", "product", "product_name", "count", "price", "total", "is_gift", "brand")
    list_filter = (("product", PickFilter), "is_gift", *MirrorAdmin.list_filter[1:])
    search_fields = ("=clopos_id", "=receipt__clopos_id", "=product__clopos_id")
    search_help_text = gettext_lazy("Clopos id of the line, its receipt or its product.")
    export_columns = ("product_type", "portion_size", "subtotal", "total_discount", "cost", "seller", "created_at")


@admin.register(ReceiptPayment)
class ReceiptPaymentAdmin(_OfReceiptAdmin):
    """Payments of the receipts."""

    list_display = ("id", "receipt", "payment_method", "name", "amount", "brand")
    list_filter = (("payment_method", ReferenceFilter), *MirrorAdmin.list_filter[1:])
    search_fields = ("=receipt__clopos_id",)
    search_help_text = gettext_lazy("Clopos id of the receipt.")


@admin.register(StockOperation)
class StockOperationAdmin(_OfReceiptAdmin):
    """What the receipts took from stock."""

    list_display = (
        "clopos_id",
        "receipt",
        "product",
        "quantity",
        "cost",
        "total_cost",
        "storage_name",
        "operated_at",
        "brand",
    )
    list_filter = (("product", PickFilter), *MirrorAdmin.list_filter)
    search_fields = ("=clopos_id", "=receipt__clopos_id", "=product__clopos_id")
    export_columns = ("before_quantity", "after_quantity", "before_cost", "operation_id", "stock_id", "storage_id")
