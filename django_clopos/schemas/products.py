"""Products of every type, and what comes nested in them: variants, recipes, modifiers, packages, taxes.

What a product holds of other rows is read here as an edge only, so that one broken ingredient loses no dish; the nested
objects that are rows of their own are validated one by one.
"""

from __future__ import annotations

from pydantic import AliasChoices, AliasPath, Field

from django_clopos.schemas.base import (
    Big,
    Flag,
    Json,
    Money,
    Name,
    Object,
    Quantity,
    Record,
    Reference,
    Row,
    Small,
    Stamp,
    Text,
)


class ModifierGroup(Row):
    """Modifiers that are chosen together. Source: wire contract, section 12, "Modificator group"."""

    name: Name = None
    type: Small = None
    min_select: Small = None
    max_select: Small = None
    status: Flag = None
    adjust_to_portion: Flag = None
    meta: Json = None
    modificators: Json = None
    modifiers: Json = None
    pivot: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class Modifier(Row):
    """One choice of a group, possibly with the product it uses up. Source: wire contract, section 12, "Modificator"."""

    name: Name = None
    price: Money = None
    cost_price: Money = None
    group_id: Reference = None
    dish_id: Reference = None
    ingredient_id: Reference = Field(
        None, validation_alias=AliasChoices("ingredient_id", AliasPath("ingredient", "id"))
    )
    ingredient: Json = None
    brutto: Quantity = None
    default_count: Quantity = None
    min_count: Quantity = None
    max_count: Quantity = None
    status: Flag = None
    position: Small = None
    image: Json = None
    media: Json = None
    meta: Json = None
    pivot: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class Package(Row):
    """A way a product is packed, and how many of it are inside. Source: wire contract, section 12."""

    product_id: Reference = None
    name: Name = None
    equal: Quantity = None
    pivot: Json = None


class Tax(Row):
    """A tax rate. Source: wire contract, section 12."""

    name: Name = None
    rate: Quantity = None
    type_id: Big = None
    type: Object = None
    rounding_option: Name = None
    calculation_type: Small = None
    priority: Small = None
    is_default: Flag = None
    status: Small = None
    has_sale_types: Flag = None
    sale_types: Json = None
    meta: Json = None
    pivot: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class ProductModifierGroup(Record):
    """That a product offers a modifier group."""

    modifier_group_id: Reference = Field(None, alias="id")

    @classmethod
    def wire_keys(cls) -> frozenset[str]:
        return ModifierGroup.wire_keys()


class ProductTax(Record):
    """That a product carries a tax."""

    tax_id: Reference = Field(None, alias="id")

    @classmethod
    def wire_keys(cls) -> frozenset[str]:
        return Tax.wire_keys()


class RecipeItem(Record):
    """How much of a product goes into a dish: flat as documented, or a whole product with a pivot as sent.

    Source: wire contract, section 12, "Recipe item".
    """

    ingredient_id: Reference = Field(
        None, validation_alias=AliasChoices("ingredient_id", AliasPath("pivot", "ingredient_id"), "id")
    )
    net: Quantity = Field(None, validation_alias=AliasChoices("net", AliasPath("pivot", "net")))
    gross: Quantity = Field(None, validation_alias=AliasChoices("gross", AliasPath("pivot", "gross")))
    net_put: Quantity = Field(None, validation_alias=AliasChoices("net_put", AliasPath("pivot", "net_put")))

    @classmethod
    def wire_keys(cls) -> frozenset[str]:
        return Product.wire_keys() | super().wire_keys()


class Product(Row):
    """A thing that is sold or stocked: dish, good, variant, timer, ingredient. Source: wire contract, section 13.7."""

    cid: Name = None
    parent_id: Reference = None
    station_id: Reference = None
    category_id: Reference = None
    accounting_category_id: Reference = None
    unit_id: Big = None
    type: Name = None
    name: Name = None
    parent_name: Name = None
    full_name: Name = None
    name_slug: Name = None
    slug: Name = None
    description: Text = None
    barcode: Name = None
    codes: Json = None
    gov_code: Name = None
    color: Name = None
    position: Small = None
    status: Small = None
    hidden: Flag = None
    sold_by_weight: Flag = None
    discountable: Flag = None
    giftable: Flag = None
    has_modifications: Flag = None
    ignore_service_charge: Flag = None
    is_inventory_behavior_changeable: Flag = None
    price: Money = None
    prices: Json = None
    cost_price: Money = None
    cost: Money = None
    total_cost: Money = None
    average_cost: Money = None
    markup_rate: Quantity = None
    gross_margin: Quantity = None
    cooking_time: Small = None
    max_age: Small = None
    inventory_behavior: Small = None
    low_stock: Quantity = None
    unit_weight: Quantity = None
    net_output: Quantity = None
    total_quantity: Quantity = None
    open_receipts_count: Small = None
    e_menu_id: Big = None
    emenu_category_id: Big = None
    emenu_position: Small = None
    emenu_hidden: Flag = None
    venues: Json = None
    media: Json = None
    image: Json = None
    tags: Json = None
    unit: Object = None
    setting: Object = None
    meta: Object = None
    properties: Object = None
    category: Json = None
    station: Json = None
    modifications: Json = None
    variants: Json = None
    packages: Json = None
    modificator_groups: list[ProductModifierGroup] | None = None
    recipe: list[RecipeItem] | None = None
    taxes: list[ProductTax] | None = None
    pivot: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None
