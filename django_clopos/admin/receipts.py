"""Which columns, filters and search the lists of receipts, lines, payments and stock operations have."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.pages.receipts import RECEIPT, RECEIPT_LINE
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Receipt, ReceiptPayment, ReceiptProduct, StockOperation


@admin.register(Receipt)
class ReceiptAdmin(MirrorAdmin):
    """Sales."""

    page = RECEIPT
    list_display = (
        "clopos_id",
        "order_number",
        "shift_date",
        "venue",
        "status",
        "order_status",
        "total",
        "sale_type",
        "customer",
        "close_by_user",
        "closed_at",
        "is_returns",
        "brand",
    )
    list_filter = (
        "shift_date",
        ("venue", ReferenceFilter),
        "status",
        "order_status",
        ("sale_type", ReferenceFilter),
        "is_returns",
        *MirrorAdmin.list_filter,
    )
    search_fields = ("=clopos_id", "=order_number", "=fiscal_id", "=cid")


@admin.register(ReceiptProduct)
class ReceiptProductAdmin(MirrorAdmin):
    """Lines of the receipts."""

    page = RECEIPT_LINE
    list_display = ("clopos_id", "receipt", "product", "product_name", "count", "price", "total", "is_gift", "brand")
    list_filter = ("is_gift", *MirrorAdmin.list_filter[1:])
    search_fields = ("=clopos_id", "=receipt__clopos_id", "=product__clopos_id")


@admin.register(ReceiptPayment)
class ReceiptPaymentAdmin(MirrorAdmin):
    """Payments of the receipts."""

    list_display = ("id", "receipt", "payment_method", "name", "amount", "brand")
    list_filter = (("payment_method", ReferenceFilter), *MirrorAdmin.list_filter[1:])
    search_fields = ("=receipt__clopos_id", "^name")


@admin.register(StockOperation)
class StockOperationAdmin(MirrorAdmin):
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
    search_fields = ("=clopos_id", "=receipt__clopos_id", "=product__clopos_id")
