"""Receipts with their lines and payments, and the stock that they took.

Receipts are most of all rows: fields here use types that pydantic checks without calling back into Python.
"""

from __future__ import annotations

from pydantic import AliasChoices, AliasPath, Field

from django_clopos.schemas.base import (
    Big,
    Day,
    Flag,
    Json,
    Money,
    Name,
    Quantity,
    Record,
    Reference,
    Row,
    Small,
    Stamp,
    Text,
)


class ReceiptPayment(Record):
    """What was paid by one method; the wire's `id` is the method's. Source: wire contract, section 12."""

    payment_method_id: Reference = Field(None, alias="id")
    name: Name = None
    amount: Money = None


class ReceiptProduct(Row):
    """A line of a receipt. Source: wire contract, section 13.15."""

    cid: Name = None
    receipt_id: Reference = None
    product_id: Reference = None
    product_name: Name = Field(None, validation_alias=AliasPath("meta", "product", "name"))
    product_type: Name = Field(None, validation_alias=AliasPath("meta", "product", "type"))
    product_hash: Name = None
    count: Quantity = None
    portion_size: Quantity = None
    price: Money = None
    subtotal: Money = None
    total: Money = None
    cost: Money = None
    is_gift: Flag = None
    discount_type: Small = None
    discount_value: Quantity = None
    discount_rate: Quantity = None
    total_discount: Money = None
    receipt_discount: Money = None
    loyalty_type: Name = None
    loyalty_value: Quantity = None
    seller_id: Reference = None
    preprint_count: Quantity = None
    station_printed_count: Quantity = None
    station_aborted_count: Quantity = None
    modificators: Json = Field(None, validation_alias=AliasChoices("modificators", "receipt_product_modificators"))
    meta: Json = None
    taxes: Json = None
    product: Json = None
    terminal_updated_at: Stamp = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class Receipt(Row):
    """A sale, open or closed. Source: wire contract, section 13.15."""

    venue_id: Reference = None
    cid: Name = None
    customer_id: Reference = None
    sale_type_id: Reference = None
    service_notification_id: Reference = None
    user_id: Reference = None
    open_by_user_id: Reference = None
    close_by_user_id: Reference = None
    courier_id: Reference = None
    seller_id: Reference = None
    terminal_id: Big = None
    closed_terminal_id: Big = None
    table_id: Big = None
    hall_id: Big = None
    cash_shift_cid: Name = None
    source: Name = None
    guests: Small = None
    status: Small = None
    order_status: Name = None
    order_number: Name = None
    daily_id: Big = Field(None, validation_alias=AliasPath("properties", "daily_id"))
    monthly_id: Big = Field(None, validation_alias=AliasPath("properties", "monthly_id"))
    lock: Flag = None
    is_returns: Flag = None
    printed: Flag = None
    inventory_status: Small = None
    report_status: Small = None
    local_status: Small = None
    suspicion: Small = None
    total: Money = None
    subtotal: Money = None
    original_subtotal: Money = None
    discount_type: Small = None
    customer_discount_type: Small = None
    discount_value: Quantity = None
    discount_rate: Quantity = None
    total_discount: Money = None
    rps_discount: Money = None
    service_charge: Quantity = None
    service_charge_value: Money = None
    delivery_fee: Money = None
    remaining: Money = None
    i_tax: Money = None
    e_tax: Money = None
    total_tax: Money = None
    by_cash: Money = None
    by_card: Money = None
    gift_total: Money = None
    gift_count: Quantity = None
    total_cost: Money = Field(None, alias="totalCost")
    loyalty_type: Name = None
    loyalty_value: Quantity = None
    fiscal_id: Name = None
    address: Text = None
    description: Text = None
    meta: Json = None
    properties: Json = None
    terminal_version: Name = None
    terminal_updated_at: Stamp = None
    payment_methods: list[ReceiptPayment] | None = None
    receipt_products: list[ReceiptProduct] | None = None
    created_at: Stamp = None
    updated_at: Stamp = None
    closed_at: Stamp = None
    shift_date: Day = None
    deleted_at: Stamp = None


class StockOperation(Row):
    """What one receipt took from stock. Source: wire contract, section 13.18."""

    receipt_id: Reference = None
    receipt_product_id: Reference = None
    product_id: Reference = None
    operation_id: Big = None
    stock_id: Big = None
    storage_id: Big = None
    storage_name: Name = Field(None, validation_alias=AliasPath("stock", "storage", "name"))
    quantity: Quantity = None
    before_quantity: Quantity = None
    after_quantity: Quantity = None
    cost: Money = None
    before_cost: Money = None
    total_cost: Money = None
    operated_at: Stamp = None
    product: Json = None
    stock: Json = None
