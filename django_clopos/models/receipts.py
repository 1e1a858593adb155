"""Receipts with their lines and payments, and the stock that they took.

These tables grow with every sale, and every index slows the first load: each one here serves a query that would
otherwise read the whole table. What a line's `meta` says besides the product's name and type stays in the receipt's
record.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from django_clopos.models import columns
from django_clopos.models.base import ChildModel, KeyedChildModel, MirrorModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.products import Product
from django_clopos.models.sales import DiscountType
from django_clopos.models.scope import OfVenue, Place


class Receipt(MirrorModel):
    """A sale, open or closed; a closed one may still change. Source: wire contract, section 13.15."""

    place: ClassVar[Place] = OfVenue()
    personal: ClassVar = frozenset({"address", "description"})
    records: ClassVar = frozenset({"raw"})

    class Status(models.IntegerChoices):
        """Source: wire contract, section 11."""

        OPEN = 1
        CLOSED = 2

    class OrderStatus(models.TextChoices):
        """How far the kitchen is; a closed receipt may be in progress. Source: wire contract, section 11."""

        NEW = "NEW"
        SCHEDULED = "SCHEDULED"
        IN_PROGRESS = "IN_PROGRESS"
        READY = "READY"
        PICKED_UP = "PICKED_UP"
        COMPLETED = "COMPLETED"
        CANCELLED = "CANCELLED"

    class Source(models.TextChoices):
        """Source: wire contract, section 11."""

        WEB = "web"
        POS = "pos", "POS"

    venue = MirrorForeignKey("Venue", related_name="receipts")
    cid = columns.name(help_text="UUID given by the terminal, stable before the receipt reaches the remote.")
    status = columns.small(choices=Status.choices)
    order_status = columns.name(choices=OrderStatus.choices)
    order_number = columns.name(help_text="With its leading zeros.")
    source = columns.name(choices=Source.choices)
    shift_date = columns.day("business day")
    closed_at = columns.stamp()
    customer = MirrorForeignKey("Customer", related_name="receipts")
    sale_type = MirrorForeignKey("SaleType", related_name="receipts")
    service_notification = MirrorForeignKey("Order", related_name="receipts", verbose_name="order")
    user = MirrorForeignKey("User", related_name="receipts", verbose_name="staff user")
    open_by_user = MirrorForeignKey("User", related_name="opened_receipts", verbose_name="opened by")
    close_by_user = MirrorForeignKey("User", related_name="closed_receipts", verbose_name="closed by")
    courier = MirrorForeignKey("User", related_name="delivered_receipts")
    seller = MirrorForeignKey("User", related_name="sold_receipts")
    guests = columns.small()
    table_id = columns.big()
    hall_id = columns.big()
    terminal_id = columns.big()
    closed_terminal_id = columns.big()
    cash_shift_cid = columns.name()
    total = columns.decimal()
    subtotal = columns.decimal()
    original_subtotal = columns.decimal()
    discount_type = columns.small(choices=DiscountType.choices)
    customer_discount_type = columns.small(choices=DiscountType.choices)
    discount_value = columns.decimal()
    discount_rate = columns.decimal()
    total_discount = columns.decimal()
    rps_discount = columns.decimal("discount of the lines")
    service_charge = columns.decimal(help_text="Percent.")
    service_charge_value = columns.decimal(help_text="Amount.")
    delivery_fee = columns.decimal()
    remaining = columns.decimal(help_text="Still to be paid.")
    i_tax = columns.decimal("included tax")
    e_tax = columns.decimal("excluded tax")
    total_tax = columns.decimal()
    by_cash = columns.decimal()
    by_card = columns.decimal()
    gift_total = columns.decimal()
    gift_count = columns.decimal()
    total_cost = columns.decimal(help_text="Cost of the goods sold.")
    loyalty_type = columns.name()
    loyalty_value = columns.decimal()
    fiscal_id = columns.name()
    daily_id = columns.big("number of the day")
    monthly_id = columns.big("number of the month")
    lock = columns.flag("locked")
    is_returns = columns.flag("return")
    printed = columns.flag()
    inventory_status = columns.small()
    report_status = columns.small()
    local_status = columns.small()
    suspicion = columns.small()
    address = columns.text()
    description = columns.text()
    terminal_version = columns.name()
    terminal_updated_at = columns.stamp()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        get_latest_by = "created_at"
        indexes: ClassVar = [
            models.Index(fields=["brand", "shift_date"], name="clopos_receipt_shift_date"),
            # The rows of a window of days, which a complete walk of that window is compared with.
            models.Index(fields=["brand", "created_at"], name="clopos_receipt_created"),
            # What changed since a moment, in the order of changes, for programs that poll the API.
            models.Index(fields=["brand", "synced_at", "id"], name="clopos_receipt_synced"),
            models.Index(fields=["customer"], name="clopos_receipt_customer", condition=Q(customer__isnull=False)),
            models.Index(
                fields=["service_notification"],
                name="clopos_receipt_order",
                condition=Q(service_notification__isnull=False),
            ),
            models.Index(fields=["brand"], name="clopos_receipt_open", condition=Q(status=1, removed_at__isnull=True)),
            # All that the reports sum, so that they read the days they are asked about from the index alone: half of
            # their time. Keys rather than INCLUDE, which SQLite does not have; MySQL skips it for its condition.
            models.Index(
                fields=[
                    "brand", "shift_date", "venue", "status", "is_returns", "closed_at", "created_at", "sale_type",
                    "user", "guests", "total", "subtotal", "gift_total", "total_discount", "service_charge_value",
                    "delivery_fee", "i_tax", "e_tax", "total_cost", "id",
                ],
                name="clopos_receipt_sales",
                condition=Q(removed_at__isnull=True),
            ),
            # Lists are read newest first from one of these, and narrowed by what is rare through the others. Where a
            # value is common, its rows are met soon on the way through the days, and no index is needed.
            models.Index(fields=["shift_date", "id"], name="clopos_receipt_days"),
            models.Index(fields=["venue", "shift_date", "id"], name="clopos_receipt_venue_days"),
            models.Index(fields=["shift_date", "id"], name="clopos_receipt_unclosed", condition=Q(status=1)),
            models.Index(fields=["shift_date", "id"], name="clopos_receipt_returns", condition=Q(is_returns=True)),
            models.Index(
                fields=["shift_date", "id"], name="clopos_receipt_removed", condition=Q(removed_at__isnull=False)
            ),
            models.Index(fields=["total"], name="clopos_receipt_total"),
            models.Index(fields=["order_status"], name="clopos_receipt_order_status"),
            models.Index(fields=["sale_type"], name="clopos_receipt_sale_type"),
            models.Index(fields=["user"], name="clopos_receipt_user"),
            models.Index(fields=["open_by_user"], name="clopos_receipt_opened_by"),
            models.Index(fields=["close_by_user"], name="clopos_receipt_closed_by"),
            # What receipts are searched by.
            models.Index(
                fields=["order_number"], name="clopos_receipt_number", condition=Q(order_number__isnull=False)
            ),
            models.Index(fields=["fiscal_id"], name="clopos_receipt_fiscal", condition=Q(fiscal_id__isnull=False)),
            models.Index(fields=["cid"], name="clopos_receipt_cid", condition=Q(cid__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        number = self.order_number or self.clopos_id
        if self.shift_date is None:
            return f"{self._meta.verbose_name} {number}"
        return _("receipt %(number)s of %(day)s") % {"number": number, "day": self.shift_date}

    @property
    def is_open(self) -> bool:
        """Whether the receipt is still open."""
        return self.status == self.Status.OPEN


class ReceiptProduct(KeyedChildModel):
    """A line of a receipt. Source: wire contract, section 13.15."""

    place: ClassVar[Place] = OfVenue(venue="receipt__venue")
    records: ClassVar = frozenset({"modificators"})

    receipt = MirrorForeignKey("Receipt", related_name="receipt_products", db_index=True)
    product = MirrorForeignKey("Product", related_name="receipt_products", db_index=True)
    product_name = columns.name(help_text="The product's name when it was sold.")
    product_type = columns.name(choices=Product.Type.choices)
    cid = columns.name()
    count = columns.decimal()
    portion_size = columns.decimal()
    price = columns.decimal()
    subtotal = columns.decimal()
    total = columns.decimal()
    cost = columns.decimal()
    is_gift = columns.flag("gift")
    discount_type = columns.small(choices=DiscountType.choices)
    discount_value = columns.decimal()
    discount_rate = columns.decimal()
    total_discount = columns.decimal()
    receipt_discount = columns.decimal("share of the receipt's discount")
    loyalty_type = columns.name()
    loyalty_value = columns.decimal()
    seller = MirrorForeignKey("User", related_name="sold_receipt_products")
    modificators = columns.json("modifiers")
    product_hash = columns.name()
    preprint_count = columns.decimal()
    station_printed_count = columns.decimal()
    station_aborted_count = columns.decimal()
    terminal_updated_at = columns.stamp()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(KeyedChildModel.Meta):
        verbose_name = "receipt line"

    def __str__(self) -> str:
        product = self.product_name or self.product or _("a product not mirrored")
        return f"{self.count} x {product}"


class ReceiptPayment(ChildModel):
    """What was paid of a receipt by one method. Source: wire contract, section 12, "Payment method in receipt"."""

    place: ClassVar[Place] = OfVenue(venue="receipt__venue")

    receipt = MirrorForeignKey("Receipt", related_name="payments")
    position = models.PositiveIntegerField()
    payment_method = MirrorForeignKey("PaymentMethod", related_name="payments")
    name = columns.name(help_text="The method's name when it was paid.")
    amount = columns.decimal()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["receipt", "position"], name="clopos_receipt_payment_unique"),
        ]
        indexes: ClassVar = [
            # The receipts that were paid by a method.
            models.Index(fields=["payment_method", "receipt"], name="clopos_payment_method"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"


class StockOperation(MirrorModel):
    """What one receipt took from stock; read only when asked for. Source: wire contract, section 13.18."""

    place: ClassVar[Place] = OfVenue(venue="receipt__venue")

    receipt = MirrorForeignKey("Receipt", related_name="stock_operations", db_index=True)
    receipt_product = MirrorForeignKey("ReceiptProduct", related_name="stock_operations")
    product = MirrorForeignKey("Product", related_name="stock_operations")
    operation_id = columns.big()
    stock_id = columns.big()
    storage_id = columns.big()
    storage_name = columns.name()
    quantity = columns.decimal()
    before_quantity = columns.decimal()
    after_quantity = columns.decimal()
    cost = columns.decimal()
    before_cost = columns.decimal()
    total_cost = columns.decimal()
    operated_at = columns.stamp()

    def __str__(self) -> str:
        product = self.product or _("a product not mirrored")
        return f"{self.quantity} x {product}"
