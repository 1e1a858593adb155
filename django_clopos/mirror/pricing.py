"""Pricing: what is mirrored of price lists and their prices."""

from __future__ import annotations

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.resource import ALWAYS_QUIET, Resource, Table
from django_clopos.mirror.strategies import Snapshot

PRICE_LISTS = Resource(
    endpoint=endpoints.PRICE_LISTS,
    table=Table(
        model=models.PriceList,
        schema=schemas.PriceList,
        raw_only={"prices": "each price is a row, mirrored by price-list-prices"},
    ),
    strategy=Snapshot(),
    quiet=ALWAYS_QUIET | {"prices"},  # rows of price-list-prices, with a history of their own
    freshness="read whole with every sync",
)

PRICE_LIST_PRICES = Resource(
    endpoint=endpoints.PRICE_LIST_PRICES,
    table=Table(
        model=models.PriceListPrice,
        schema=schemas.PriceListPrice,
        raw_only={
            "list": "the list's own record, mirrored by price-lists",
            "product": "the product's own record, mirrored by products",
        },
    ),
    strategy=Snapshot(),
    quiet=ALWAYS_QUIET | {"list", "product"},  # whole records of other resources
    freshness="read whole with every sync",
)
