"""Which columns, filters and search the lists of sale types, payment methods and orders have."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.pages.sales import ORDER, ORDER_ITEM, PAYMENT_METHOD, SALE_TYPE
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Order, OrderItem, PaymentMethod, SaleType


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
    list_display = ("clopos_id", "name", "is_system", "customer_required", "position", "brand")
    list_filter = ("is_system", *MirrorAdmin.list_filter)


@admin.register(Order)
class OrderAdmin(MirrorAdmin):
    """Orders from outside the restaurant."""

    page = ORDER
    list_display = (
        "clopos_id",
        "created_at",
        "venue",
        "status",
        "customer",
        "customer_name",
        "order_total",
        "sale_type",
        "integration",
        "brand",
    )
    list_filter = (
        "status",
        ("venue", ReferenceFilter),
        ("sale_type", ReferenceFilter),
        "created_at",
        *MirrorAdmin.list_filter,
    )
    search_fields = ("=clopos_id", "=number", "=integration_id", "=integration_uuid", "=customer_phone")


@admin.register(OrderItem)
class OrderItemAdmin(MirrorAdmin):
    """Products of the orders."""

    page = ORDER_ITEM
    list_display = ("id", "order", "product", "product_name", "count", "price", "brand")
    list_filter = MirrorAdmin.list_filter[1:]
    search_fields = ("=order__clopos_id", "=product__clopos_id")
