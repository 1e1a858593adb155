"""Every table: the mirrored ones, the brand, and what a sync writes about itself."""

from __future__ import annotations

from django_clopos.models.access import BrandAccess
from django_clopos.models.bookkeeping import (
    Checkpoint,
    Drift,
    Lease,
    RejectedRow,
    RequestBudget,
    SyncRun,
    SyncStep,
)
from django_clopos.models.brands import Brand
from django_clopos.models.catalog import Category, Station, StopListEntry
from django_clopos.models.dashboard import Dashboard
from django_clopos.models.face import FaceCredential
from django_clopos.models.people import Customer, CustomerGroup, User
from django_clopos.models.pricing import PriceList, PriceListPrice
from django_clopos.models.products import (
    Modifier,
    ModifierGroup,
    Package,
    Product,
    ProductModifierGroup,
    ProductTax,
    RecipeItem,
    Tax,
)
from django_clopos.models.receipts import Receipt, ReceiptPayment, ReceiptProduct, StockOperation
from django_clopos.models.sales import Order, OrderItem, PaymentMethod, SaleType
from django_clopos.models.schedule import Schedule, Work
from django_clopos.models.truth import Change, ChangeCounter, Erasure, KnownMissing, Reconciliation
from django_clopos.models.venues import Venue

__all__ = [
    "Brand",
    "BrandAccess",
    "Category",
    "Change",
    "ChangeCounter",
    "Checkpoint",
    "Customer",
    "CustomerGroup",
    "Dashboard",
    "Drift",
    "Erasure",
    "FaceCredential",
    "KnownMissing",
    "Lease",
    "Modifier",
    "ModifierGroup",
    "Order",
    "OrderItem",
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
    "Reconciliation",
    "RejectedRow",
    "RequestBudget",
    "SaleType",
    "Schedule",
    "Station",
    "StockOperation",
    "StopListEntry",
    "SyncRun",
    "SyncStep",
    "Tax",
    "User",
    "Venue",
    "Work",
]
