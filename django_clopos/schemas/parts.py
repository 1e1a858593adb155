"""Objects that stay JSON inside a row, typed for who reads one: ``TimerSetting.model_validate(product.setting)``.

Rows do not hold them as such, because a picture of a new shape must not cost the product it belongs to.
Source: wire contract, section 12.
"""

from __future__ import annotations

from pydantic import Field

from django_clopos.schemas.base import Json, Money, Name, Part, Quantity, Record, Reference, Row, Small, Stamp, Text


class ImageUrls(Record):
    """Addresses of one picture in several sizes, any subset of them."""

    original: Text = None
    large: Text = None
    extra_large: Text = None
    original_large: Text = None
    thumb: Text = None
    blur_hash: Name = None


class Dimensions(Record):
    """Size of a picture in pixels."""

    width: Small = None
    height: Small = None


class Media(Record):
    """A picture; the short form has its addresses only."""

    uuid: Name = None
    mime_type: Name = None
    size: Small = None
    urls: Part[ImageUrls] = None
    blur_hash: Name = None
    dimensions: Part[Dimensions] = None


class Unit(Row):
    """What a product is counted or weighed in."""

    name: Name = None
    type: Name = None
    symbol: Name = None
    equal: Quantity = None
    parent_id: Reference = None
    lft: Small = Field(None, alias="_lft")
    rgt: Small = Field(None, alias="_rgt")
    deleted_at: Stamp = None


class Balance(Row):
    """An account that payments go to."""

    name: Name = None
    type: Name = None
    system_type: Name = None
    venue_id: Reference = None
    description: Text = None
    amount: Money = None
    position: Small = None
    pivot: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class CashbackBalance(Row):
    """A customer's cashback."""

    name: Name = None
    type: Name = None
    amount: Money = None


class Price(Record):
    """A product's price in a venue, or a timer's extra fee from a minute on."""

    price: Money = None
    venue_id: Reference = None
    from_minute: Small = Field(None, alias="from")


class TimerSetting(Record):
    """How a product that is sold by time is priced."""

    interval: Small = None
    calculation_methods: Small = None
    prices: list[Price] | None = None
