"""How things are sold: sale types, payment methods, and the orders that come in from outside."""

from __future__ import annotations

from pydantic import AliasChoices, AliasPath, Field

from django_clopos.schemas.base import (
    Big,
    Flag,
    Json,
    Money,
    Name,
    Object,
    Part,
    Quantity,
    Record,
    Reference,
    Row,
    Small,
    Stamp,
    Text,
)


class SaleType(Row):
    """In-house, delivery, takeaway or the site's own. `status` maps venue ids to 0/1.

    Source: wire contract, section 13.10.
    """

    name: Name = None
    system_type: Name = None
    channel: Name = None
    status: Object = None
    service_charge_rate: Quantity = None
    position: Small = None
    media: Json = None
    payment_method_id: Reference = Field(
        None, validation_alias=AliasChoices("payment_method_id", AliasPath("payment_method", "id"))
    )
    payment_method: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class PaymentMethod(Row):
    """A way to pay. `status` maps venue ids to 0/1. Source: wire contract, section 13.11."""

    name: Name = None
    status: Object = None
    split: Small = None
    position: Small = None
    customer_required: Flag = None
    is_system: Flag = None
    balance_id: Big = Field(None, validation_alias=AliasChoices("balance_id", AliasPath("balance", "id")))
    balance: Object = None
    service: Object = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class OrderItem(Record):
    """One product of an order; product, meta and price may be missing.

    Source: wire contract, sections 13.12, 13.13 and 18.
    """

    product_id: Reference = Field(
        None, validation_alias=AliasChoices("product_id", AliasPath("meta", "order_product", "product", "id"))
    )
    product_name: Name = Field(
        None, validation_alias=AliasChoices("product_name", AliasPath("meta", "order_product", "product", "name"))
    )
    count: Quantity = Field(None, validation_alias=AliasChoices("count", AliasPath("meta", "order_product", "count")))
    portion_size: Quantity = None
    price: Money = Field(None, validation_alias=AliasChoices("price", AliasPath("meta", "price")))
    status: Name = Field(None, validation_alias=AliasChoices("status", AliasPath("meta", "order_product", "status")))
    product_hash: Name = Field(
        None, validation_alias=AliasChoices("product_hash", AliasPath("meta", "order_product", "product_hash"))
    )
    note: Text = None
    product_modificators: Json = Field(None, validation_alias=AliasChoices("product_modificators", "modifiers"))
    meta: Json = None


class OrderService(Record):
    """How and where an order is to be served."""

    sale_type_id: Reference = None
    sale_type_name: Name = None
    venue_id: Reference = None
    venue_name: Name = None


class OrderCustomer(Record):
    """Whom an order is for; id 0 is a guest."""

    id: Reference = None
    name: Name = None
    phone: Name = None
    address: Text = None
    customer_discount_type: Small = None


class OrderDiscount(Record):
    """The discount asked for with an order."""

    discount_type: Small = None
    discount_value: Quantity = None


class OrderMeta(Record):
    """Comment, discount and service charge of an order."""

    comment: Text = None
    discount: Part[OrderDiscount] = None
    apply_service_charge: Flag = None
    customer_discount_type: Small = None
    service_charge_value: Quantity = None
    order_total: Money = Field(None, alias="orderTotal")


class OrderPayload(Record):
    """What was ordered, by whom and how. Source: wire contract, section 13.12, "payload"."""

    auto_order_accept: Flag = None
    auto_order_sent_to_station: Flag = None
    delivery_fee: Money = None
    service: Part[OrderService] = None
    customer: Part[OrderCustomer] = None
    products: list[OrderItem] | None = None
    meta: Part[OrderMeta] = None
    customer_id: Reference = None
    sale_type_id: Reference = None
    payload_updated_at: Stamp = None


class Order(Row):
    """An order from outside the restaurant, such as a call center's. Source: wire contract, section 13.12."""

    venue_id: Reference = None
    type: Name = None
    integration: Name = None
    integration_uuid: Name = None
    integration_id: Name = None
    integration_status: Name = None
    integration_response: Json = None
    customer_ref_id: Name = None
    status: Name = None
    payload: Part[OrderPayload] = None
    number: Name = None
    total: Money = None
    total_amount: Money = None
    delivery_type: Name = None
    payment_status: Name = None
    payment_method_id: Reference = None
    payment_method: Json = None
    sale_type_id: Reference = None
    sale_type: Json = None
    customer_id: Reference = None
    customer: Json = None
    receipt_id: Reference = Field(None, validation_alias=AliasChoices("receipt_id", AliasPath("receipt", "id")))
    receipt: Json = None
    receive_user_id: Reference = None
    receive_terminal_id: Big = None
    line_items: Json = None
    properties: Object = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None
