"""How things are sold: sale types, payment methods, and the orders that come in from outside."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from django_clopos.models import columns
from django_clopos.models.base import ChildModel, MirrorModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.scope import OfBrand, OfVenue, Place
from django_clopos.models.venues import Venue


class Channel(models.TextChoices):
    """How a sale reaches the guest. Source: wire contract, section 11."""

    IN = "IN", "In-house"
    DELIVERY = "DELIVERY"
    TAKEAWAY = "TAKEAWAY"


class DiscountType(models.IntegerChoices):
    """How a discount's value is meant. Source: wire contract, section 11."""

    NONE = 0
    PERCENTAGE = 1
    FIXED = 2


class StatusByVenue(MirrorModel):
    """A row whose `status` is a map from venue to 0 or 1."""

    status = columns.json("active by venue", help_text='By the venue\'s Clopos id: {"1": 1, "2": 0}.')

    class Meta(MirrorModel.Meta):
        abstract = True

    def is_active_in(self, venue: Venue | int) -> bool | None:
        """Tell whether this is on in a venue, given as a row or by Clopos id. None: the remote does not say."""
        clopos_id = venue.clopos_id if isinstance(venue, Venue) else venue
        value = (self.status or {}).get(str(clopos_id))
        return None if value is None else bool(value)


class SaleType(StatusByVenue):
    """In-house, delivery, takeaway or the site's own. Source: wire contract, section 13.10."""

    place: ClassVar[Place] = OfBrand()

    name = columns.name()
    system_type = columns.name(choices=Channel.choices)
    channel = columns.name(choices=Channel.choices)
    service_charge_rate = columns.decimal(help_text="Percent.")
    position = columns.small()
    payment_method = MirrorForeignKey("PaymentMethod", related_name="sale_types")
    media = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(StatusByVenue.Meta):
        ordering = ["position", "id"]


class PaymentMethod(StatusByVenue):
    """A way to pay. Source: wire contract, section 13.11."""

    place: ClassVar[Place] = OfBrand()

    name = columns.name()
    split = columns.small(help_text="1: can be one of several payments.")
    position = columns.small()
    customer_required = columns.flag()
    is_system = columns.flag()
    balance_id = columns.big()
    balance = columns.json()
    service = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(StatusByVenue.Meta):
        ordering = ["position", "id"]


#: Orders that wait for the restaurant. From RECEIVED on an order is a receipt, which says itself whether it is open;
#: the others are done. Source: wire contract, section 11; that RECEIVED means so is inferred from `receive_user_id`.
WAITING_STATUSES = ["PENDING", "NEW", "SCHEDULED", "CONFIRMED", "IN_PROGRESS", "READY"]


class Order(MirrorModel):
    """An order from outside the restaurant, such as a call center's. Source: wire contract, section 13.12."""

    place: ClassVar[Place] = OfVenue()
    personal: ClassVar = frozenset(
        {
            "customer_name", "customer_phone", "customer_address", "comment", "integration_response",
            "customer_ref_id", "properties",
        }
    )  # fmt: skip
    records: ClassVar = frozenset({"raw"})

    class Type(models.TextChoices):
        """Source: wire contract, section 11."""

        CALL_CENTER_ORDER = "CALL_CENTER_ORDER"

    class Status(models.TextChoices):
        """Documented, of older documents, and seen live. Source: wire contract, section 11."""

        PENDING = "PENDING"
        RECEIVED = "RECEIVED"
        IGNORE = "IGNORE", "Ignored"
        DELIVERED = "DELIVERED"
        NEW = "NEW"
        SCHEDULED = "SCHEDULED"
        IN_PROGRESS = "IN_PROGRESS"
        READY = "READY"
        PICKED_UP = "PICKED_UP"
        CONFIRMED = "CONFIRMED"
        COMPLETED = "COMPLETED"
        CANCELLED = "CANCELLED"

    class IntegrationStatus(models.TextChoices):
        """Source: wire contract, section 11."""

        CREATED = "CREATED"

    venue = MirrorForeignKey("Venue", related_name="orders")
    type = columns.name(choices=Type.choices)
    status = columns.name(choices=Status.choices)
    number = columns.name()
    customer = MirrorForeignKey("Customer", related_name="orders")
    customer_name = columns.name()
    customer_phone = columns.name()
    customer_address = columns.text()
    sale_type = MirrorForeignKey("SaleType", related_name="orders")
    receipt = MirrorForeignKey(
        "Receipt",
        related_name="linked_orders",
        help_text="As the order itself names it. Receipts name their order more reliably: see `receipts`.",
    )
    comment = columns.text()
    order_total = columns.decimal()
    total = columns.decimal()
    total_amount = columns.decimal()
    delivery_fee = columns.decimal()
    delivery_type = columns.name()
    discount_type = columns.small(choices=DiscountType.choices)
    discount_value = columns.decimal()
    customer_discount_type = columns.small(choices=DiscountType.choices)
    apply_service_charge = columns.flag()
    service_charge_value = columns.decimal()
    payment_method = MirrorForeignKey("PaymentMethod", related_name="orders")
    payment_status = columns.name()
    auto_order_accept = columns.flag("accepted automatically")
    auto_order_sent_to_station = columns.flag("sent to the station automatically")
    receive_user = MirrorForeignKey("User", related_name="received_orders", verbose_name="received by")
    receive_terminal_id = columns.big()
    integration = columns.name()
    integration_uuid = columns.name()
    integration_id = columns.name(help_text="The order's id in the other system.")
    integration_status = columns.name(choices=IntegrationStatus.choices)
    integration_response = columns.json()
    customer_ref_id = columns.name()
    properties = columns.json()
    payload_updated_at = columns.stamp()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        indexes: ClassVar = [
            models.Index(fields=["brand", "created_at"], name="clopos_order_created"),
            models.Index(fields=["brand", "synced_at", "id"], name="clopos_order_synced"),
            models.Index(fields=["customer"], name="clopos_order_customer", condition=Q(customer__isnull=False)),
            models.Index(
                fields=["brand"],
                name="clopos_order_waiting",
                condition=Q(status__in=WAITING_STATUSES, removed_at__isnull=True),
            ),
            models.Index(fields=["created_at", "id"], name="clopos_order_newest"),
            models.Index(fields=["status"], name="clopos_order_status"),
            models.Index(fields=["number"], name="clopos_order_number", condition=Q(number__isnull=False)),
            models.Index(
                fields=["integration_id"], name="clopos_order_external", condition=Q(integration_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number or self.clopos_id}"

    @property
    def payload(self) -> dict[str, Any]:
        """What was ordered, as the remote sent it; empty where it sent nothing."""
        payload = self.raw.get("payload")
        return payload if isinstance(payload, dict) else {}


class OrderItem(ChildModel):
    """One product of an order. Source: wire contract, section 13.12, "payload.products"."""

    place: ClassVar[Place] = OfVenue(venue="order__venue")
    personal: ClassVar = frozenset({"note"})
    records: ClassVar = frozenset({"product_modificators"})

    order = MirrorForeignKey("Order", related_name="items")
    position = models.PositiveIntegerField()
    product = MirrorForeignKey("Product", related_name="order_items", db_index=True)
    product_name = columns.name()
    count = columns.decimal()
    portion_size = columns.decimal()
    price = columns.decimal()
    status = columns.name()
    note = columns.text()
    product_hash = columns.name()
    product_modificators = columns.json("modifiers")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="clopos_order_item_unique"),
        ]

    def __str__(self) -> str:
        product = self.product_name or self.product or _("a product not named")
        return f"{self.count} x {product}"
