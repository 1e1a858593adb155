"""The wire's objects as pydantic models. Needs no Django."""

from __future__ import annotations

from django_clopos.schemas.catalog import Category, Station, StopListEntry
from django_clopos.schemas.parts import (
    Balance,
    CashbackBalance,
    Dimensions,
    ImageUrls,
    Media,
    Price,
    TimerSetting,
    Unit,
)
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
    "Balance",
    "CashbackBalance",
    "Category",
    "Customer",
    "CustomerGroup",
    "Dimensions",
    "ImageUrls",
    "Media",
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
    "Price",
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
    "TimerSetting",
    "Unit",
    "User",
    "Venue",
]
