"""The wire's objects as pydantic models. Needs no Django."""

from __future__ import annotations

from django_clopos.schemas.catalog import Category, Station, StopListEntry
from django_clopos.schemas.people import Customer, CustomerGroup, User
from django_clopos.schemas.pricing import PriceList, PriceListPrice
from django_clopos.schemas.products import (
    Modifier,
    ModifierGroup,
    Package,
    Product,
    ProductModifierGroup,
    ProductTax,
    RecipeItem,
    Tax,
)
from django_clopos.schemas.receipts import Receipt, ReceiptPayment, ReceiptProduct, StockOperation
from django_clopos.schemas.sales import (
    Order,
    OrderCustomer,
    OrderDiscount,
    OrderItem,
    OrderMeta,
    OrderPayload,
    OrderService,
    PaymentMethod,
    SaleType,
)
from django_clopos.schemas.venues import Venue

__all__ = [
    "Category",
    "Customer",
    "CustomerGroup",
    "Modifier",
    "ModifierGroup",
    "Order",
    "OrderCustomer",
    "OrderDiscount",
    "OrderItem",
    "OrderMeta",
    "OrderPayload",
    "OrderService",
    "Package",
    "PaymentMethod",
    "PriceList",
    "PriceListPrice",
    "Product",
    "ProductModifierGroup",
    "ProductTax",
    "Receipt",
    "ReceiptPayment",
    "ReceiptProduct",
    "RecipeItem",
    "SaleType",
    "Station",
    "StockOperation",
    "StopListEntry",
    "Tax",
    "User",
    "Venue",
]
