"""Relations that `with` asks for: what is stored with a record, or read for a whole page in one query each.

Records are stored with what the mirror itself asked for; those keys are left out until somebody asks for them. A
relation that no record holds and no table of the mirror gives is left out: absent is not null.
Source: wire contract, sections 5 and 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from django_clopos.client.endpoints import ENDPOINTS
from django_clopos.face.records import Item, Reader, Record, iterate_ids, split_items
from django_clopos.mirror import get_resource
from django_clopos.models import ModifierGroup, Order, PriceListPrice, Receipt
from django_clopos.sandbox.query import With

Add = Callable[[Reader, Sequence[Item], str, With], None]
"""Puts one relation into what is shown of a page's items."""

#: What a line says of the group of a modifier.
_GROUP_KEYS = ("id", "name", "type", "min_select", "max_select")
#: Part of plain records too.
_PLAIN = frozenset({"media"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """One relation of a resource's records."""

    add: Add
    of: str = ""
    """Name of the resource whose records it gives; empty: parts without a list of their own."""
    parts: Mapping[str, Relation] | None = None
    """What may be asked for below such parts."""

    @property
    def inner(self) -> Mapping[str, Relation]:
        """What may be asked for below it."""
        return self.parts or RELATIONS.get(self.of, {})

    @property
    def fields(self) -> frozenset[str] | None:
        """Columns that it may be limited to; None: nobody documents them."""
        return get_resource(self.of).table.schema.wire_keys() if self.of else None


def shape(reader: Reader, resource: str, items: Sequence[Item], with_: With) -> None:
    """Fill in what is shown of these items: their plain record, and the relations asked for, in that order."""
    hidden = _HIDDEN.get(resource, frozenset())
    for item in items:
        item.shown = {key: value for key, value in item.record.items() if key not in hidden}
        if resource == "categories":
            item.shown["children"] = []
    for name, child in with_.children.items():
        RELATIONS[resource][name].add(reader, items, name, child)
        if child.columns:
            _limit_columns(items, name, child.columns)


def _limit_columns(items: Iterable[Item], name: str, columns: Sequence[str]) -> None:
    for item in items:
        if name in item.shown:
            item.shown[name] = _limit(item.shown[name], columns)


def _limit(value: Any, columns: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_limit(each, columns) for each in value]
    if isinstance(value, dict):
        return {name: value.get(name) for name in columns}
    text = b"" if value is None else bytes(value)
    if text.startswith(b"["):
        found = split_items(text)
        return value if found is None else [_limit(item.record, columns) for item in found]
    found = split_items(b"[%b]" % text) if text.startswith(b"{") else None
    return value if found is None else _limit(found[0].record, columns)


def _add_stored(_: Reader, items: Sequence[Item], name: str, __: With) -> None:
    for item in items:
        if name in item.record:
            item.shown[name] = item.record[name]


def _refer(resource: str, field: str) -> Relation:
    """Make the relation to the record that a field names; null where there is none."""

    def add(reader: Reader, items: Sequence[Item], name: str, with_: With) -> None:
        keys = [(item, reader.key(number or 0)) for item, number in iterate_ids(items, field)]
        found = _read_shaped(reader, resource, (key for _, key in keys if key), with_)
        for item, key in keys:
            item.shown[name] = found.get(key or 0)

    return Relation(add=add, of=resource)


def _read_shaped(reader: Reader, resource: str, keys: Iterable[int], with_: With) -> dict[int, Record]:
    found = reader.read_keys(get_resource(resource).table.model, keys)
    shape(reader, resource, list(found.values()), with_)
    return {key: item.shown for key, item in found.items()}


def _gather(model: type[models.Model], field: str, resource: str, *, is_one: bool = False) -> Relation:
    """Make the relation to the records that refer to these items by a column: all of them, or the first or null."""

    def add(reader: Reader, items: Sequence[Item], name: str, with_: With) -> None:
        rows = reader.select(model).filter(**{f"{field}__in": [item.pk for item in items]}).order_by("pk")
        owners = dict(rows.values_list("pk", field))
        found = reader.read(rows)
        shape(reader, resource, found, with_)
        owned: dict[int, list[Record]] = defaultdict(list)
        for item in found:
            owned[owners.get(item.pk, 0)].append(item.shown)
        for item in items:
            item.shown[name] = next(iter(owned[item.pk]), None) if is_one else owned[item.pk]

    return Relation(add=add, of=resource)


def _add_customer(reader: Reader, items: Sequence[Item], name: str, with_: With) -> None:
    """An order may name its customer in several places; the column holds the one that counts."""
    rows = reader.select(Order).filter(pk__in=[item.pk for item in items])
    customers = dict(rows.values_list("pk", "customer_id"))
    found = _read_shaped(reader, "customers", (key for key in customers.values() if key), with_)
    for item in items:
        item.shown[name] = found.get(customers.get(item.pk) or 0)


def _add_variants(reader: Reader, items: Sequence[Item], name: str, with_: With) -> None:
    """Variants are stored inside their product, with their codes."""
    for item in items:
        if name in item.record:
            variants = split_items(item.record[name])
            if variants is not None:
                shape(reader, "products", variants, with_)
            item.shown[name] = item.record[name] if variants is None else [variant.shown for variant in variants]


def _add_lines(reader: Reader, items: Sequence[Item], name: str, with_: With) -> None:
    """Lines are stored inside their receipt, with their modifiers."""
    _add_stored(reader, items, name, with_)
    if not ("product" in with_.children or _asks_groups(with_)):
        return
    split = [(item, split_items(item.record.get(name))) for item in items]
    lines = [line for _, found in split for line in found or ()]
    for line in lines:
        line.shown = dict(line.record)
    if "product" in with_.children:
        _LINE_PRODUCT.add(reader, lines, "product", with_.children["product"])
    if _asks_groups(with_):
        _add_groups(reader, lines)
    for item, found in split:
        if found is not None:
            item.shown[name] = [line.shown for line in found]


def _asks_groups(with_: With) -> bool:
    return "modificator_group" in with_.children.get("modificators", With()).children


def _add_groups(reader: Reader, lines: Sequence[Item]) -> None:
    split = [(line, split_items(line.record.get("modificators"))) for line in lines]
    modifiers = [modifier for _, found in split for modifier in found or ()]
    keys = [(modifier, reader.key(number or 0)) for modifier, number in iterate_ids(modifiers, "modificator_group_id")]
    groups = reader.read_keys(ModifierGroup, (key for _, key in keys if key))
    for modifier, key in keys:
        group = groups.get(key or 0)
        known = None if group is None else {name: group.record.get(name) for name in _GROUP_KEYS}
        modifier.shown = {**modifier.record, "modificator_group": known}
    for line, found in split:
        if found is not None:
            line.shown["modificators"] = [modifier.shown for modifier in found]


_STORED = Relation(add=_add_stored)
_LINE_PRODUCT = _refer("products", "product_id")
_INGREDIENT = Relation(add=_add_stored, parts={"unit": _STORED})

#: By the name of the resource.
RELATIONS: dict[str, Mapping[str, Relation]] = {
    "customers": {"group": _refer("customer-groups", "group_id"), "balance": _STORED, "cashback_balance": _STORED},
    "products": {
        **dict.fromkeys(("taxes", "packages", "tags", "codes", "setting", "media", "unit"), _STORED),
        "category": _refer("categories", "category_id"),
        "station": _refer("stations", "station_id"),
        "modifications": Relation(add=_add_variants, of="products"),
        "modificator_groups": Relation(
            add=_add_stored,
            parts={"modificators": Relation(add=_add_stored, parts={"ingredient": _INGREDIENT})},
        ),
        "recipe": _INGREDIENT,
    },
    "price-lists": {"prices": _gather(PriceListPrice, "list_id", "price-list-prices")},
    "price-list-prices": {"product": _LINE_PRODUCT, "list": _refer("price-lists", "list_id")},
    "orders": {
        "receipt": _gather(Receipt, "service_notification_id", "receipts", is_one=True),
        "customer": Relation(add=_add_customer, of="customers"),
    },
    "receipts": {
        "receipt_products": Relation(
            add=_add_lines,
            parts={
                "modificators": Relation(add=_add_stored, parts={"modificator_group": _STORED}),
                "product": _LINE_PRODUCT,
            },
        )
    },
}

#: Keys of stored records that only `with` brings, by the name of the resource.
_HIDDEN = {
    endpoint.name: frozenset(name.partition(":")[0].partition(".")[0] for name in endpoint.with_ + endpoint.detail_with)
    - _PLAIN
    for endpoint in ENDPOINTS
}
