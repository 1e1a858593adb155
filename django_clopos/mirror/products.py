"""Products: what is mirrored of them, and which rows of other tables come nested in them.

A product may hold whole products: its variants, its ingredients, the ingredients of its modifiers, and these hold more.
Those also listed at top level are kept from there; the rest are filled from where they are nested.
Source: wire contract, sections 12 and 13.7.
"""

from __future__ import annotations

from collections.abc import Iterator

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.edges import find_objects, items_of, without_pivot
from django_clopos.mirror.resource import ALWAYS_QUIET, Child, JsonObject, Nested, Resource, Table
from django_clopos.mirror.strategies import Snapshot

#: How far products inside products are followed: a dish, its preparation, what that is made of, and some to spare.
DEEPEST_PRODUCT = 6


def find_products(product: JsonObject, *, levels: int = DEEPEST_PRODUCT) -> Iterator[JsonObject]:
    """Give every whole product inside a product, without pivots; of one that comes twice the fuller record is last."""
    if levels == 0:
        return
    for inner in (*_find_modifier_ingredients(product), *_find_ingredients(product), *_find_variants(product)):
        yield from find_products(inner, levels=levels - 1)
        yield inner


def find_modifier_groups(product: JsonObject) -> Iterator[JsonObject]:
    """Give every modifier group of a product and of the products inside it."""
    for owner in (*find_products(product), product):
        yield from map(without_pivot, find_objects(owner, key="modificator_groups"))


def find_modifiers(product: JsonObject) -> Iterator[JsonObject]:
    """Give every modifier of a product's groups, each with its group's id."""
    for group in find_modifier_groups(product):
        for modifier in (*find_objects(group, key="modifiers"), *find_objects(group, key="modificators")):
            yield {"group_id": group.get("id")} | without_pivot(modifier)


def find_taxes(product: JsonObject) -> Iterator[JsonObject]:
    """Give every tax of a product and of the products inside it."""
    for owner in (*find_products(product), product):
        yield from map(without_pivot, find_objects(owner, key="taxes"))


def find_packages(product: JsonObject) -> Iterator[JsonObject]:
    """Give every package of a product and of the products inside it, each with the id of what is packed."""
    for owner in (*find_products(product), product):
        for package in find_objects(owner, key="packages"):
            yield {"product_id": owner.get("id")} | without_pivot(package)


def _find_variants(product: JsonObject) -> Iterator[JsonObject]:
    for variant in find_objects(product, key="modifications"):
        yield {"parent_id": product.get("id")} | without_pivot(variant)


def _find_ingredients(product: JsonObject) -> Iterator[JsonObject]:
    for item in find_objects(product, key="recipe"):
        # The flat form of a recipe item names a product by `ingredient_id` and holds none.
        if "id" in item and "ingredient_id" not in item:
            yield without_pivot(item)


def _find_modifier_ingredients(product: JsonObject) -> Iterator[JsonObject]:
    for group in find_objects(product, key="modificator_groups"):
        for modifier in (*find_objects(group, key="modifiers"), *find_objects(group, key="modificators")):
            ingredient = modifier.get("ingredient")
            if isinstance(ingredient, dict) and "id" in ingredient:
                yield without_pivot(ingredient)


_CHILDREN = (
    Child(
        model=models.RecipeItem,
        schema=schemas.RecipeItem,
        items=items_of("recipe"),
        parent="dish",
    ),
    Child(
        model=models.ProductModifierGroup,
        schema=schemas.ProductModifierGroup,
        items=items_of("modificator_groups"),
        parent="product",
    ),
    Child(
        model=models.ProductTax,
        schema=schemas.ProductTax,
        items=items_of("taxes"),
        parent="product",
    ),
)

_RAW_ONLY = {
    "category": "the category's own record, mirrored by categories",
    "station": "the station's own record, mirrored by stations",
    "modifications": "each variant is a product of its own, with this one as its parent",
    "variants": "named by the design, never seen; variants come as modifications",
    "packages": "rows of Package",
    "recipe": "rows of RecipeItem",
    "modificator_groups": "rows of ModifierGroup, Modifier and ProductModifierGroup",
    "taxes": "rows of Tax and ProductTax",
    "pivot": "belongs to the edge that a nested product came by",
}

_PIVOT = {"pivot": "belongs to the edge that the record came by"}

LISTED_PRODUCT = Table(
    model=models.Product,
    schema=schemas.Product,
    children=_CHILDREN,
    raw_only=_RAW_ONLY,
    fixed={"is_nested": False},
)

NESTED_PRODUCT = Table(
    model=models.Product,
    schema=schemas.Product,
    children=_CHILDREN,
    raw_only=_RAW_ONLY,
    fixed={"is_nested": True},
)

PRODUCTS = Resource(
    endpoint=endpoints.PRODUCTS,
    table=LISTED_PRODUCT,
    strategy=Snapshot(),
    nested=(
        Nested(table=NESTED_PRODUCT, find=find_products, yields=True),
        Nested(
            table=Table(
                model=models.ModifierGroup,
                schema=schemas.ModifierGroup,
                raw_only=_PIVOT
                | {
                    "modificators": "rows of Modifier",
                    "modifiers": "the design's name of modificators, never seen",
                },
            ),
            find=find_modifier_groups,
        ),
        Nested(
            table=Table(
                model=models.Modifier,
                schema=schemas.Modifier,
                raw_only=_PIVOT | {"ingredient": "a product; the row refers to it"},
            ),
            find=find_modifiers,
        ),
        Nested(table=Table(model=models.Tax, schema=schemas.Tax, raw_only=_PIVOT), find=find_taxes),
        Nested(table=Table(model=models.Package, schema=schemas.Package, raw_only=_PIVOT), find=find_packages),
    ),
    # Running totals of stock and sales, and whole records of other resources.
    quiet=ALWAYS_QUIET | {"total_quantity", "total_cost", "open_receipts_count", "category", "station"},
    freshness="read whole with every sync",
)
