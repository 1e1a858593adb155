"""Receipts: what is mirrored of sales, their lines and payments, and the stock they took."""

from __future__ import annotations

from datetime import timedelta

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.edges import items_of
from django_clopos.mirror.personal import OF_RECEIPT
from django_clopos.mirror.resource import ALWAYS_QUIET, Child, Resource, Table, Urgency
from django_clopos.mirror.strategies import NewestFirst, PerParent

RECEIPTS = Resource(
    endpoint=endpoints.RECEIPTS,
    table=Table(
        model=models.Receipt,
        schema=schemas.Receipt,
        children=(
            Child(
                model=models.ReceiptProduct,
                schema=schemas.ReceiptProduct,
                items=items_of("receipt_products"),
                parent="receipt",
                raw_only={
                    "meta": "the product's name and type are columns; the whole is in the receipt's record",
                    "taxes": "of unknown shape; in the receipt's record",
                    "product": "the product's own record, mirrored by products",
                },
            ),
            Child(
                model=models.ReceiptPayment,
                schema=schemas.ReceiptPayment,
                items=items_of("payment_methods"),
                parent="receipt",
            ),
        ),
        raw_only={
            "receipt_products": "rows of ReceiptProduct",
            "payment_methods": "rows of ReceiptPayment",
            "meta": "of varying shape, and the largest part of the record, which keeps it",
            "properties": "daily_id and monthly_id are columns",
        },
    ),
    strategy=NewestFirst(),
    personal=OF_RECEIPT,
    every=timedelta(minutes=2),
    urgency=Urgency.SOON,
    freshness="newest changes first with every sync; the last 30 days once an hour",
)

STOCK_OPERATIONS = Resource(
    endpoint=endpoints.STOCK_OPERATIONS,
    table=Table(
        model=models.StockOperation,
        schema=schemas.StockOperation,
        raw_only={
            "product": "the product's own record, mirrored by products",
            "stock": "its ids and the storage's name are columns",
        },
    ),
    strategy=PerParent(parent="receipt"),
    quiet=ALWAYS_QUIET | {"product"},  # the product's own record
    is_opt_in=True,
    freshness="read only when named: one request for each receipt",
)
