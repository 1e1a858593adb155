"""A document as an endpoint sends it: without what was not asked for, with what `with` names.

Source: wire contract 5 (`with`), 12 and 13.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.product_parts import UNITS
from django_clopos.sandbox.products import STORED_RELATIONS
from django_clopos.sandbox.query import With

Document = dict[str, Any]
Resolve = Callable[[Brand, Document, With], object]

_NOT_SENT = {
    "receipts": frozenset({"receipt_products"}),
    "products": frozenset(STORED_RELATIONS),
    "stop-list": frozenset({"venue_id"}),
}
_OWN = {
    "receipts": {"receipt_products", "receipt_products.modificators"},
    "products": {"taxes", "packages", "tags", "codes", "setting", "media"},
}
"""Relations that come from the document alone."""


def shape(brand: Brand, collection: str, document: Document, with_: With) -> Document:
    """A new document; relations that the remote does not know are left out."""
    hidden = _NOT_SENT.get(collection, frozenset())
    sent = {key: value for key, value in document.items() if key not in hidden}
    if collection == "categories":
        sent["children"] = []
    for name, child in with_.children.items():
        resolve = _RELATIONS.get(collection, {}).get(name)
        if resolve is not None:
            sent[name] = _columns(resolve(brand, document, child), child.columns)
    return sent


def is_own(collection: str, with_: With) -> bool:
    """Whether the shape depends on no other document."""
    return set(_paths(with_)) <= _OWN.get(collection, set())


def _paths(with_: With, prefix: str = "") -> Iterator[str]:
    for name, child in with_.children.items():
        yield prefix + name
        yield from _paths(child, f"{prefix}{name}.")


def _columns(value: object, columns: tuple[str, ...]) -> object:
    if columns and isinstance(value, dict):
        return {key: value.get(key) for key in columns}
    if columns and isinstance(value, list):
        return [_columns(item, columns) for item in value]
    return value


def _stored(name: str) -> Resolve:
    return lambda _brand, document, _with: document.get(name)


def _reference(collection: str, field: str) -> Resolve:
    """The document that a field names, or null."""

    def resolve(brand: Brand, document: Document, with_: With) -> Document | None:
        target = brand.collection(collection).get(document.get(field) or 0)
        return None if target is None else shape(brand, collection, target, with_)

    return resolve


def _unit(_brand: Brand, document: Document, _with: With) -> Document | None:
    return UNITS.get(document.get("unit_id") or 0)


def _modifications(brand: Brand, document: Document, with_: With) -> list[Document]:
    variants = brand.collection("products").grouped("parent_id").get(document["id"], [])
    return [shape(brand, "products", variant, with_) for variant in variants]


def _recipe(brand: Brand, document: Document, with_: With) -> list[Document]:
    """Whole products with their pivot; one that no list holds is kept whole in the dish."""
    items = []
    for item in document.get("recipe") or ():
        target = brand.collection("products").get(item["id"])
        product = {} if target is None else shape(brand, "products", target, with_)
        items.append({**product, **item, "unit": _unit(brand, {**product, **item}, with_)})
    return items


def _modificator_groups(brand: Brand, document: Document, with_: With) -> list[Document]:
    within = with_.children.get("modificators", With()).children.get("ingredient", With())
    ingredient = _reference("products", "ingredient_id")
    return [
        {
            **group,
            "modificators": [
                {**modifier, "ingredient": ingredient(brand, modifier, within)} for modifier in group["modificators"]
            ],
        }
        for group in document.get("modificator_groups") or ()
    ]


def _receipt_products(brand: Brand, document: Document, with_: With) -> list[Document]:
    lines: list[Document] = document.get("receipt_products") or []
    product = with_.children.get("product")
    modifiers = with_.children.get("modificators")
    if product is not None:
        resolve = _reference("products", "product_id")
        lines = [{**line, "product": resolve(brand, line, product)} for line in lines]
    if modifiers is not None and "modificator_group" in modifiers.children:
        lines = [{**line, "modificators": _named_groups(brand, line)} for line in lines]
    return lines


def _named_groups(brand: Brand, line: Document) -> list[Document]:
    groups = {
        group["id"]: {key: group[key] for key in ("id", "name", "type", "min_select", "max_select")}
        for product in brand.collection("products").ordered()
        for group in product.get("modificator_groups") or ()
    }
    return [
        {**modifier, "modificator_group": groups.get(modifier.get("modificator_group_id"))}
        for modifier in line.get("modificators") or ()
    ]


def _receipt_of_order(brand: Brand, document: Document, with_: With) -> Document | None:
    receipts = brand.collection("receipts").grouped("service_notification_id").get(document["id"])
    return shape(brand, "receipts", receipts[0], with_) if receipts else None


def _customer_of_order(brand: Brand, document: Document, with_: With) -> Document | None:
    customer = brand.collection("customers").get((document.get("payload") or {}).get("customer_id") or 0)
    return None if customer is None else shape(brand, "customers", customer, with_)


def _prices(brand: Brand, document: Document, with_: With) -> list[Document]:
    prices = brand.collection("price-list-prices").grouped("list_id").get(document["id"], [])
    return [shape(brand, "price-list-prices", price, with_) for price in prices]


def _balance(_brand: Brand, document: Document, _with: With) -> Document:
    return {"id": document.get("balance_id"), "system_type": None, "name": "Balans", "type": "CUSTOMER", "amount": 0}


_RELATIONS: dict[str, dict[str, Resolve]] = {
    "customers": {
        "group": _reference("customer-groups", "group_id"),
        "balance": _balance,
        "cashback_balance": _stored("cashback_balance"),
    },
    "products": {
        **{name: _stored(name) for name in (*STORED_RELATIONS, "media")},
        "category": _reference("categories", "category_id"),
        "station": _reference("stations", "station_id"),
        "unit": _unit,
        "modifications": _modifications,
        "modificator_groups": _modificator_groups,
        "recipe": _recipe,
    },
    "price-lists": {"prices": _prices},
    "price-list-prices": {
        "product": _reference("products", "product_id"),
        "list": _reference("price-lists", "list_id"),
    },
    "orders": {"receipt": _receipt_of_order, "customer": _customer_of_order},
    "receipts": {"receipt_products": _receipt_products},
}
