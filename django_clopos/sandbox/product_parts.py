"""What nests in a product and has no endpoint of its own: units, modifiers, taxes, recipe edges, pictures.

Source: wire contract 12.
"""

from collections.abc import Iterable
from decimal import Decimal
from random import Random
from typing import Any

from django_clopos.sandbox.amounts import amount, units
from django_clopos.sandbox.identifiers import make_uuid
from django_clopos.sandbox.menu_table import ModifierGroupRow

Document = dict[str, Any]

UNITS: dict[int, Document] = {
    number: {
        "id": number,
        "_lft": number * 2 - 1,
        "_rgt": number * 2,
        "parent_id": None,
        "name": name,
        "type": type_,
        "symbol": symbol,
        "equal": None,
        "deleted_at": None,
    }
    for number, name, type_, symbol in (
        (1, "piece", "PIECE", "pcs"),
        (2, "kilogram", "WEIGHT", "kg"),
        (3, "litre", "VOLUME", "l"),
    )
}

_MEDIA_HOST = "https://cdn.example.com/clopos"
_BLUR_HASH = "LEIpFsE%t1}TxpENEgaK0iowRktQ"
_TAXES: tuple[tuple[str, int | Decimal, int, str], ...] = (
    # name, rate, type id, type name
    ("ƏDV", 18, 2, "Daxil"),
    ("Xidmət vergisi", Decimal("6.95"), 3, "Sabit vergi"),
)


def make_modifier_group(number: int, row: ModifierGroupRow, *, ingredients: dict[str, int], stamp: str) -> Document:
    """The group without a pivot; ids of its modifiers start at ten times its own."""
    return {
        "id": number,
        "name": row.name,
        "type": int(row.single),
        "min_select": int(row.single),
        "max_select": 1 if row.single else len(row.choices),
        "meta": None,
        "status": True,
        "adjust_to_portion": False,
        "modificators": [
            _modifier(number, place, choice, ingredients=ingredients, stamp=stamp)
            for place, choice in enumerate(row.choices)
        ],
        "created_at": stamp,
        "updated_at": stamp,
        "deleted_at": None,
    }


def _modifier(
    group: int, place: int, choice: tuple[str, str, str | None], *, ingredients: dict[str, int], stamp: str
) -> Document:
    """None is written as null and as 0 by turns. Source: wire contract 15.10."""
    name, price, ingredient = choice
    return {
        "id": group * 10 + place,
        "name": name,
        "price": amount(units(price)),
        "dish_id": 0,
        "ingredient_id": ingredients[ingredient] if ingredient else (0 if place % 2 else None),
        "group_id": group,
        "image": None,
        "cost_price": amount(units(price) // 4),
        "brutto": Decimal("0.05") if ingredient else 0,
        "default_count": 0,
        "min_count": 0,
        "max_count": 3,
        "meta": None,
        "status": True,
        "position": place,
        "created_at": stamp,
        "updated_at": stamp,
        "deleted_at": None,
        "media": [],
    }


def offer(groups: Iterable[Document], *, product: int) -> list[Document]:
    """Groups as they nest in a product, with their pivot."""
    return [{**group, "pivot": {"product_id": product, "modificator_group_id": group["id"]}} for group in groups]


def make_recipe_item(ingredient: Document, *, dish: int, gross: str) -> Document:
    """Amounts are strings here. Source: wire contract 10."""
    pivot = {"dish_id": dish, "ingredient_id": ingredient["id"], "net": "0.000", "gross": gross, "net_put": None}
    return {**ingredient, "pivot": pivot}


def make_tax(index: int, *, product: int) -> Document:
    """`sale_types[].status` is an empty map written as a list. Source: wire contract 12, Tax."""
    name, rate, type_id, type_name = _TAXES[index]
    number = index + 1
    sale_type = {"id": 1, "name": "Yerində", "media": [], "status": []}
    return {
        "id": number,
        "type_id": type_id,
        "rounding_option": "ROUND_HALF_UP",
        "priority": index,
        "calculation_type": 1,
        "name": name,
        "rate": rate,
        "meta": None,
        "is_default": index == 0,
        "status": 1,
        "created_at": "2025-08-16T15:21:15.000000Z",
        "deleted_at": None,
        "type": {"id": type_id, "name": type_name},
        "has_sale_types": True,
        "sale_types": [{**sale_type, "pivot": {"tax_id": number, "sale_type_id": 1}}],
        "pivot": {"product_id": product, "tax_id": number},
    }


def make_media(name: str) -> Document:
    return {
        "uuid": make_uuid(Random(name)),
        "mime_type": "image/jpeg",
        "size": 60_000 + Random(name).randrange(40_000),
        "urls": _addresses(name, "original", "extra_large", "thumb"),
        "blur_hash": _BLUR_HASH,
        "dimensions": {"width": 612, "height": 459},
    }


def make_image(name: str) -> Document:
    sizes = _addresses(name, "original", "large", "extra_large", "original_large", "thumb")
    return {**sizes, "blur_hash": _BLUR_HASH}


def _addresses(name: str, *sizes: str) -> dict[str, str]:
    stem = f"{_MEDIA_HOST}/{Random(name).getrandbits(64):016x}"
    return {size: f"{stem}/{size}.jpg" for size in sizes}
