"""Price lists and the prices in them."""

from __future__ import annotations

from django_clopos.schemas.base import Flag, Json, Money, Name, Reference, Row, Stamp, Text


class PriceList(Row):
    """A named list of prices. Source: wire contract, section 13.9."""

    name: Name = None
    description: Text = None
    status: Flag = None
    prices: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class PriceListPrice(Row):
    """What a product costs in a price list. Source: wire contract, section 13.9."""

    list_id: Reference = None
    product_id: Reference = None
    price: Money = None
    list: Json = None
    product: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None
