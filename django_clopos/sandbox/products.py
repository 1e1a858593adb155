"""Every product as a document: stock items, dishes, goods and their variants, timers.

A recipe holds edges: the ingredient's own fields are read from its document when the dish is answered.

Source: wire contract 13.7.
"""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from decimal import Decimal
from random import Random
from typing import Any

from django_clopos.sandbox import menu_table as table
from django_clopos.sandbox.amounts import amount, units
from django_clopos.sandbox.identifiers import make_uuid
from django_clopos.sandbox.menu import COLORS, category_ids, station_of
from django_clopos.sandbox.product_parts import (
    make_image,
    make_media,
    make_modifier_group,
    make_recipe_item,
    make_tax,
    offer,
)
from django_clopos.sandbox.stamps import DAY, naive, zulu

Document = dict[str, Any]

STORED_RELATIONS = ("recipe", "modificator_groups", "taxes", "packages", "tags", "codes", "setting")
"""Keys that a product document always holds and an answer drops unless `with` asks."""

_UNLISTED_ID = 8_001
_TRIMMED_KEYS = ("color", "meta", "emenu_position", "max_age")
"""Absent on stock items, as the current samples trim them. Source: wire contract 15.5."""


def make_products(*, rng: Random, opened: int) -> list[Document]:
    """Products of every type, variants included, ids ascending from 1; `opened` is epoch seconds."""
    return _Kitchen(rng, opened).products


class _Kitchen:
    """Gives out ids and remembers them by name, because recipes and modifiers refer to ingredients."""

    def __init__(self, rng: Random, opened: int) -> None:
        self.rng = rng
        self.opened = opened
        self.products: list[Document] = []
        self.ids: dict[str, int] = {}
        self.categories = category_ids()
        self.is_active = {row.key: row.active for row in table.CATEGORIES}
        for row in table.INGREDIENTS:
            self._add_stock(row, type_="INGREDIENT")
        for row in table.PREPARATIONS:
            self._add_stock(row, type_="PREPARATION")
        self.groups = self._modifier_groups()
        for dish in table.DISHES:
            self._add_dish(dish)
        for goods in table.GOODS:
            self._add_goods(goods)
        for name, minutes, price, later in table.TIMERS:
            self._add("fun", name, type_="TIMER", price=price)["setting"] = _timer_setting(minutes, price, later)
        self._age_some()

    def _add(self, category: str, name: str, *, type_: str, price: str = "0", cost: str = "0") -> Document:
        number = len(self.products) + 1
        self.ids.setdefault(name, number)
        made = self.opened + number * 60
        document = _product(number, name, type_=type_, price=units(price), cost=units(cost), made=made)
        document["category_id"] = self.categories[category]
        document["station_id"] = station_of(category)
        document["cid"] = make_uuid(self.rng)
        self.products.append(document)
        return document

    def _add_stock(self, row: table.StockRow, *, type_: str) -> None:
        document = self._add(row.category, row.name, type_=type_, cost=row.cost)
        document |= {
            "unit_id": row.unit_id,
            "giftable": False,
            "inventory_behavior": 1 if type_ == "INGREDIENT" else 0,
            "low_stock": Decimal("2.5") if row.unit_id == 2 else 10,
            "unit_weight": 1 if row.unit_id == 2 else 0,
            "recipe": self._recipe(row.name, document["id"]),
            "packages": [{"id": document["id"], "name": "Qutu", "equal": 10}] if row.unit_id == 1 else [],
        }
        for key in _TRIMMED_KEYS:
            del document[key]

    def _add_dish(self, row: table.DishRow) -> None:
        document = self._add(row.category, row.name, type_="DISH", price=row.price, cost=row.cost)
        number = document["id"]
        document |= {
            "cooking_time": row.minutes,
            "status": int(self.is_active[row.category]),
            "sold_by_weight": row.by_weight,
            "unit_id": 2 if row.by_weight else 1,
            "inventory_behavior": 0 if row.name in table.RECIPES else 3,
            "recipe": self._recipe(row.name, number),
            "modificator_groups": offer(
                (group for group, categories in self.groups if row.category in categories), product=number
            ),
            "taxes": [make_tax(index, product=number) for index in ([0, 1] if row.category == "cakes" else [0])],
            "tags": [{"id": 1, "name": "Acılı"}] if row.category == "lamb" else [],
        }

    def _add_goods(self, row: table.GoodsRow) -> None:
        """A parent with variants has no price and is not sold; its variants inherit nothing."""
        parent = self._add(row.category, row.name, type_="GOODS", price=row.price, cost=row.cost)
        parent |= {
            "has_modifications": bool(row.variants),
            "inventory_behavior": 1,
            "taxes": [make_tax(0, product=parent["id"])],
        }
        if not row.variants:
            parent |= _barcodes(parent["id"])
            parent["barcode"] = parent["codes"][0]["code"]
        for name, price, cost in row.variants:
            variant = self._add(row.category, name, type_="MODIFICATION", price=price, cost=cost)
            variant |= {
                "parent_id": parent["id"],
                "parent_name": row.name,
                "full_name": f"{row.name} {name}",
                "inventory_behavior": 1,
                **_barcodes(variant["id"]),
            }
            del variant["color"]

    def _modifier_groups(self) -> list[tuple[Document, tuple[str, ...]]]:
        stamp = zulu(self.opened + 60)
        return [
            (make_modifier_group(number, row, ingredients=self.ids, stamp=stamp), row.categories)
            for number, row in enumerate(table.MODIFIER_GROUPS, start=1)
        ]

    def _recipe(self, name: str, dish: int) -> list[Document]:
        parts = table.RECIPES.get(name, ())
        edges = [make_recipe_item({"id": self.ids[part]}, dish=dish, gross=gross) for part, gross in parts]
        if name == table.UNLISTED_INGREDIENT[0]:
            edges.append(self._unlisted_ingredient(dish))
        return edges

    def _unlisted_ingredient(self, dish: int) -> Document:
        """The whole product, because no list gives it. Source: wire contract 12, recipe item."""
        _, name, gross = table.UNLISTED_INGREDIENT
        product = _product(_UNLISTED_ID, name, type_="INGREDIENT", price=0, cost=units("3.9"), made=self.opened)
        for relation in STORED_RELATIONS:
            del product[relation]
        return make_recipe_item(product, dish=dish, gross=gross)

    def _age_some(self) -> None:
        """A tenth were edited since, two were soft-deleted, three have prices by venue."""
        for document in self.rng.sample(self.products, k=len(self.products) // 10):
            document["updated_at"] = naive(self.opened + self.rng.randrange(30 * DAY, 300 * DAY))
        for name in ("Medovik", "Qara çay (qutu)"):
            document = self.products[self.ids[name] - 1]
            document["deleted_at"] = document["updated_at"] = naive(self.opened + 310 * DAY)
            document["status"] = 0
        for name in ("Lülə kabab", "Şah plov", "Armudu çay"):
            document = self.products[self.ids[name] - 1]
            document["prices"] = [{"price": document["price"], "venue_id": venue} for venue in (1, 2, 3)]


def _product(number: int, name: str, *, type_: str, price: int, cost: int, made: int) -> Document:
    has_picture = number % 9 == 0
    return {
        "id": number,
        "cid": None,
        "parent_id": None,
        "station_id": None,
        "category_id": None,
        "accounting_category_id": None,
        "unit_id": 1,
        "type": type_,
        "name": name,
        "parent_name": "",
        "full_name": name,
        "name_slug": name.lower().replace(".", "").replace(" ", "-"),
        "slug": name.lower().replace(".", "").replace(" ", "-"),
        "position": None,
        "barcode": None,
        "gov_code": f"{2_100_000 + number}" if type_ == "DISH" else None,
        "status": 1,
        "hidden": 0,
        "sold_by_weight": False,
        "discountable": type_ != "TIMER",
        "giftable": type_ in {"DISH", "GOODS", "MODIFICATION"},
        "has_modifications": False,
        "description": None,
        "price": amount(price),
        "cost_price": amount(cost),
        "markup_rate": _rate(price - cost, cost),
        "gross_margin": _rate(price - cost, price),
        "cooking_time": 0,
        "inventory_behavior": 3,
        "low_stock": 0,
        "net_output": 1,
        "max_age": None,
        "unit_weight": 0,
        "venues": [],
        "media": [make_media(name)] if has_picture else [],
        "image": make_image(name) if has_picture else None,
        "meta": _meta(name, number),
        "emenu_category_id": 0,
        "emenu_position": number,
        "emenu_hidden": False,
        "ignore_service_charge": type_ == "TIMER",
        "is_inventory_behavior_changeable": True,
        "color": COLORS[number % len(COLORS)],
        "properties": _properties(number),
        "created_at": naive(made),
        "updated_at": naive(made + 3600),
        "deleted_at": None,
        "recipe": [],
        "modificator_groups": [],
        "taxes": [],
        "packages": [],
        "tags": [],
        "codes": [],
        "setting": None,
    }


def _meta(name: str, number: int) -> Document:
    """`langs` holds `[]` where a language has no text. Source: wire contract 15.3."""
    return {
        "langs": {"az": [] if number % 3 else {"name": name, "description": None}, "ru": []},
        "availability": {"itemAvailability": 1, "itemVisibility": 1, "schedules": {"monday": []}},
        "gov_package_code": None,
        "modifier_pos": {"5": 0} if number % 7 == 0 else [],
        "allergies": [],
        "diets": [],
    }


def _properties(number: int) -> Document | list[object]:
    """Empty as `[]` three times in four. Source: wire contract 15.3."""
    return [] if number % 4 else {"measure": Decimal("0.25"), "measure_unit_id": 2, "stop_list_setting": []}


def _timer_setting(minutes: int, price: str, later: str) -> Document:
    prices = [{"price": amount(units(price)), "from": 0}, {"price": amount(units(later)), "from": 120}]
    return {"interval": minutes, "calculation_methods": 0, "prices": prices}


def _barcodes(product: int) -> Document:
    """Element shape of `codes` is inferred: the contract never shows it."""
    return {"codes": [{"id": product, "code": f"4760000{product:06d}"}]}


def _rate(part: int, whole: int) -> int | Decimal:
    """Percent with four decimals."""
    return amount(part * 1_000_000 // whole) if whole else 0
