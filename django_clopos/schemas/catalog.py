"""The catalog around the products: categories, stations, the stop list."""

from __future__ import annotations

from pydantic import Field

from django_clopos.schemas.base import (
    Flag,
    Json,
    Name,
    Object,
    Quantity,
    Record,
    Reference,
    RemoteId,
    Row,
    Small,
    Stamp,
    Text,
)


class Category(Row):
    """A node of the category tree, its children left as they came. Source: wire contract, section 13.5."""

    name: Name = None
    status: Small = None
    hidden: Flag = None
    type: Name = None
    position: Small = None
    parent_id: Reference = None
    depth: Small = None
    color: Name = None
    children: Json = None
    media: Json = None
    lft: Small = Field(None, alias="_lft")
    rgt: Small = Field(None, alias="_rgt")
    slug: Name = None
    properties: Object = None
    image: Json = None
    meta: Json = None
    code: Name = None
    emenu_position: Small = None
    emenu_hidden: Flag = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class Station(Row):
    """Where products are made, with its printer. Source: wire contract, section 13.6."""

    name: Name = None
    status: Small = None
    type: Small = None
    printable: Flag = None
    can_print: Flag = None
    reminder_enabled: Flag = None
    description: Text = None
    meta: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class StopListEntry(Record):
    """How much of a product is left in the venue that was asked. Source: wire contract, section 13.8."""

    product_id: RemoteId = Field(alias="id")
    limit: Quantity = None
    timestamp: Stamp = None
