"""The menu as documents: categories, stations and products with all that nests in a product.

Source: wire contract 13.5 to 13.7 and 12.
"""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

from django_clopos.sandbox import menu_table as table
from django_clopos.sandbox.amounts import amount, units
from django_clopos.sandbox.identifiers import make_uuid
from django_clopos.sandbox.stamps import DAY, naive, zulu

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
"""There is no units endpoint; a unit comes with its product. Source: wire contract 12."""

_STATIONS = (
    # name, type (1 kitchen), printable, and the root categories it cooks
    ("Mətbəx", 1, 1, ("breakfast", "starters", "soups", "mains")),
    ("Bar", 0, 1, ("drinks",)),
    ("Təndir", 0, 0, ("sides",)),
    ("Şirniyyat sexi", 0, 1, ("sweets", "season")),
    ("Köhnə manqal", 0, 0, ()),
)
_COLORS = ("00bcd4", "34495e", "e67e22", "27ae60", "c0392b", "8e44ad")
_MEDIA_HOST = "https://cdn.example.com/clopos"


def make_categories(*, opened: int) -> list[Document]:
    """Flat documents with `parent_id`; the tree is built when a request asks for it."""
    ids = {row.key: number for number, row in enumerate(table.CATEGORIES, start=1)}
    bounds = _nested_set()
    return [
        {
            "id": ids[row.key],
            "name": row.name,
            "status": int(row.active),
            "hidden": row.key == "kitchen-account",
            "type": row.type,
            "position": None if row.parent is None else ids[row.key],
            "parent_id": ids[row.parent] if row.parent else None,
            "depth": _depth(row.key),
            "color": _COLORS[ids[row.key] % len(_COLORS)],
            "media": [_media(row.name)] if row.key in {"plov", "kabab", "sweets"} else [],
            "_lft": bounds[row.key][0],
            "_rgt": bounds[row.key][1],
            "slug": row.key,
            "properties": [],
            "created_at": zulu(opened + ids[row.key]),
            "updated_at": zulu(opened + ids[row.key] + DAY),
        }
        for row in table.CATEGORIES
    ]


def make_stations(*, opened: int) -> list[Document]:
    return [
        {
            "id": number,
            "name": name,
            "status": int(bool(roots)),
            "type": type_,
            "printable": printable,
            "can_print": bool(printable),
            "reminder_enabled": False,
            "description": name,
            "created_at": zulu(opened + number),
            "updated_at": zulu(opened + number),
            **({} if roots else {"deleted_at": zulu(opened + 200 * DAY)}),
        }
        for number, (name, type_, printable, roots) in enumerate(_STATIONS, start=1)
    ]


def make_products(*, rng: Random, opened: int) -> list[Document]:
    """Every product of every type, variants included, ids ascending in the order of making."""
    return _Kitchen(rng, opened).products


class _Kitchen:
    """Gives out ids and remembers them by name, because recipes and modifiers refer to ingredients."""

    def __init__(self, rng: Random, opened: int) -> None:
        self.rng = rng
        self.opened = opened
        self.products: list[Document] = []
        self.ids: dict[str, int] = {}
        self.categories = {row.key: number for number, row in enumerate(table.CATEGORIES, start=1)}
        self.active = {row.key: row.active for row in table.CATEGORIES}
        for row in table.INGREDIENTS:
            self._add_stock(row, type_="INGREDIENT")
        for row in table.PREPARATIONS:
            self._add_stock(row, type_="PREPARATION")
        self.groups = [self._modifier_group(number, group) for number, group in _numbered_groups()]
        for dish in table.DISHES:
            self._add_dish(dish)
        for goods in table.GOODS:
            self._add_goods(goods)
        for timer in table.TIMERS:
            self._add_timer(*timer)
        self._age_some()

    def _add(self, name: str, *, category: str, type_: str, price: str, cost: str, **fields: Any) -> Document:
        number = len(self.products) + 1
        self.ids.setdefault(name, number)
        document = _product(number, name, type_, units(price), units(cost), self.opened + number * 60)
        document["category_id"] = self.categories[category]
        document["station_id"] = _station_of(category)
        document["cid"] = make_uuid(self.rng)
        document.update(fields)
        self.products.append(document)
        return document

    def _add_stock(self, row: table.StockRow, *, type_: str) -> None:
        document = self._add(row.name, category=row.category, type_=type_, price="0", cost=row.cost)
        document |= {
            "station_id": None,
            "unit_id": row.unit_id,
            "giftable": False,
            "inventory_behavior": 1 if type_ == "INGREDIENT" else 0,
            "low_stock": Decimal("2.5") if row.unit_id == 2 else 10,
            "unit_weight": 1 if row.unit_id == 2 else 0,
            "recipe": self._recipe(row.name, document["id"]),
            "packages": [{"id": document["id"], "name": "Qutu", "equal": 10}] if row.unit_id == 1 else [],
        }
        for key in ("color", "meta", "emenu_position", "max_age"):
            del document[key]

    def _add_dish(self, row: table.DishRow) -> None:
        document = self._add(row.name, category=row.category, type_="DISH", price=row.price, cost=row.cost)
        document |= {
            "cooking_time": row.minutes,
            "status": int(self.active[row.category]),
            "sold_by_weight": row.by_weight,
            "unit_id": 2 if row.by_weight else 1,
            "inventory_behavior": 0 if row.name in table.RECIPES else 3,
            "recipe": self._recipe(row.name, document["id"]),
            "modificator_groups": [
                {**group, "pivot": {"product_id": document["id"], "modificator_group_id": group["id"]}}
                for group, offered in self.groups
                if row.category in offered
            ],
            "taxes": [_tax(document["id"], index) for index in ([0, 1] if row.category == "cakes" else [0])],
            "tags": [{"id": 1, "name": "Acılı"}] if row.category == "lamb" else [],
        }

    def _add_goods(self, row: table.GoodsRow) -> None:
        parent = self._add(row.name, category=row.category, type_="GOODS", price=row.price, cost=row.cost)
        parent |= {
            "has_modifications": bool(row.variants),
            "barcode": None if row.variants else f"4760000{parent['id']:06d}",
            "taxes": [_tax(parent["id"], 0)],
            "codes": [] if row.variants else [{"id": parent["id"], "code": f"4760000{parent['id']:06d}"}],
            "inventory_behavior": 1,
        }
        for name, price, cost in row.variants:
            variant = self._add(name, category=row.category, type_="MODIFICATION", price=price, cost=cost)
            variant |= {
                "parent_id": parent["id"],
                "parent_name": row.name,
                "full_name": f"{row.name} {name}",
                "name_slug": name.replace(".", "").replace(" ", "-").lower(),
                "codes": [{"id": variant["id"], "code": f"4760000{variant['id']:06d}"}],
                "inventory_behavior": 1,
            }
            del variant["color"]

    def _add_timer(self, name: str, minutes: int, price: str, later: str) -> None:
        setting = {
            "interval": minutes,
            "calculation_methods": 0,
            "prices": [{"price": amount(units(price)), "from": 0}, {"price": amount(units(later)), "from": 120}],
        }
        self._add(name, category="fun", type_="TIMER", price=price, cost="0", setting=setting, station_id=None)

    def _recipe(self, name: str, dish: int) -> list[Document]:
        """Edges only: the ingredient's own fields are read from its document when it is answered."""
        edges = [
            {"id": self.ids[part], "pivot": _recipe_pivot(dish, self.ids[part], gross)}
            for part, gross in table.RECIPES.get(name, ())
        ]
        if name == table.UNLISTED_INGREDIENT[0]:
            edges.append(self._unlisted_ingredient(dish))
        return edges

    def _unlisted_ingredient(self, dish: int) -> Document:
        _, name, gross = table.UNLISTED_INGREDIENT
        document = _product(8_001, name, "INGREDIENT", 0, units("3.9"), self.opened)
        for relation in STORED_RELATIONS:
            document.pop(relation, None)
        return {**document, "pivot": _recipe_pivot(dish, 8_001, gross)}

    def _modifier_group(
        self, number: int, row: table.ModifierGroupRow
    ) -> tuple[Document, tuple[str, ...]]:
        stamp = zulu(self.opened + number)
        group = {
            "id": number,
            "name": row.name,
            "type": int(row.single),
            "min_select": int(row.single),
            "max_select": 1 if row.single else len(row.choices),
            "meta": None,
            "status": True,
            "adjust_to_portion": False,
            "modificators": [
                _modifier(number * 10 + place, number, place, choice, self.ids.get(choice[2] or ""), stamp)
                for place, choice in enumerate(row.choices)
            ],
            "created_at": stamp,
            "updated_at": stamp,
            "deleted_at": None,
        }
        return group, row.categories

    def _age_some(self) -> None:
        """A tenth were edited since; two were soft-deleted; three have prices of their own in a venue."""
        for document in self.rng.sample(self.products, k=len(self.products) // 10):
            document["updated_at"] = naive(self.opened + self.rng.randrange(30 * DAY, 300 * DAY))
        for name in ("Medovik", "Qara çay (qutu)"):
            document = self.products[self.ids[name] - 1]
            document["deleted_at"] = document["updated_at"] = naive(self.opened + 310 * DAY)
            document["status"] = 0
        for name in ("Lülə kabab", "Şah plov", "Armudu çay"):
            document = self.products[self.ids[name] - 1]
            document["prices"] = [{"price": document["price"], "venue_id": venue} for venue in (1, 2, 3)]


STORED_RELATIONS = (
    "recipe",
    "modificator_groups",
    "taxes",
    "packages",
    "tags",
    "codes",
    "setting",
)
"""Keys a product document always holds and an answer drops unless `with` asks. Source: wire contract 13.7."""


def _numbered_groups() -> Iterator[tuple[int, table.ModifierGroupRow]]:
    return enumerate(table.MODIFIER_GROUPS, start=1)


def _product(number: int, name: str, type_: str, price: int, cost: int, made: int) -> Document:
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
        "name_slug": name.lower().replace(" ", "-"),
        "slug": name.lower().replace(" ", "-"),
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
        "media": [_media(name)] if number % 9 == 0 else [],
        "image": _image(name) if number % 9 == 0 else None,
        "meta": _product_meta(name, number),
        "emenu_category_id": 0,
        "emenu_position": number,
        "emenu_hidden": False,
        "ignore_service_charge": type_ == "TIMER",
        "is_inventory_behavior_changeable": True,
        "color": _COLORS[number % len(_COLORS)],
        "properties": []
        if number % 4
        else {"measure": Decimal("0.25"), "measure_unit_id": 2, "stop_list_setting": []},
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


def _product_meta(name: str, number: int) -> Document:
    """`langs` holds `[]` where a language has no text. Source: wire contract 15.3."""
    return {
        "langs": {"az": [] if number % 3 else {"name": name, "description": None}, "ru": []},
        "availability": {"itemAvailability": 1, "itemVisibility": 1, "schedules": {"monday": []}},
        "gov_package_code": None,
        "modifier_pos": {"5": 0} if number % 7 == 0 else [],
        "allergies": [],
        "diets": [],
    }


def _modifier(
    number: int, group: int, place: int, choice: tuple[str, str, str | None], ingredient: int | None, stamp: str
) -> Document:
    name, price, part = choice
    return {
        "id": number,
        "name": name,
        "price": amount(units(price)),
        "dish_id": 0,
        "ingredient_id": ingredient if part else (0 if place % 2 else None),
        "group_id": group,
        "image": None,
        "cost_price": amount(units(price) // 4),
        "brutto": Decimal("0.05") if part else 0,
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


def _recipe_pivot(dish: int, ingredient: int, gross: str) -> Document:
    """Amounts are strings here. Source: wire contract 10."""
    return {"dish_id": dish, "ingredient_id": ingredient, "net": "0.000", "gross": gross, "net_put": None}


def _tax(product: int, index: int) -> Document:
    """`sale_types[].status` is an empty map written as a list. Source: wire contract 12, Tax."""
    name, rate, type_id, type_name = (("ƏDV", 18, 2, "Daxil"), ("Xidmət vergisi", Decimal("6.95"), 3, "Sabit vergi"))[
        index
    ]
    return {
        "id": index + 1,
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
        "sale_types": [
            {"id": 1, "name": "Yerində", "media": [], "pivot": {"tax_id": index + 1, "sale_type_id": 1}, "status": []}
        ],
        "pivot": {"product_id": product, "tax_id": index + 1},
    }


def _media(name: str) -> Document:
    stem = f"{_MEDIA_HOST}/{Random(name).getrandbits(64):016x}"
    return {
        "uuid": make_uuid(Random(name)),
        "mime_type": "image/jpeg",
        "size": 60_000 + Random(name).randrange(40_000),
        "urls": {size: f"{stem}/{size}.jpg" for size in ("original", "extra_large", "thumb")},
        "blur_hash": "LEIpFsE%t1}TxpENEgaK0iowRktQ",
        "dimensions": {"width": 612, "height": 459},
    }


def _image(name: str) -> Document:
    stem = f"{_MEDIA_HOST}/{Random(name).getrandbits(64):016x}"
    sizes = ("original", "large", "extra_large", "original_large", "thumb")
    return {**{size: f"{stem}/{size}.jpg" for size in sizes}, "blur_hash": "LEIpFsE%t1}TxpENEgaK0iowRktQ"}


def _rate(part: int, whole: int) -> int | Decimal:
    return amount(part * 1_000_000 // whole) if whole else 0


def _parents(key: str) -> Iterator[str]:
    parents = {row.key: row.parent for row in table.CATEGORIES}
    parent: str | None = key
    while parent:
        yield parent
        parent = parents[parent]


def _depth(key: str) -> int:
    return len(list(_parents(key))) - 1


def _station_of(category: str) -> int | None:
    *_, root = _parents(category)
    return next((number for number, row in enumerate(_STATIONS, start=1) if root in row[3]), None)


def _nested_set() -> dict[str, tuple[int, int]]:
    """Left and right bounds as a nested set keeps them, counted from 1. Source: wire contract 13.5."""
    bounds: dict[str, tuple[int, int]] = {}
    counter = iter(range(1, 2 * len(table.CATEGORIES) + 1))

    def visit(parent: str | None) -> None:
        for row in table.CATEGORIES:
            if row.parent == parent:
                left = next(counter)
                visit(row.key)
                bounds[row.key] = (left, next(counter))

    visit(None)
    return bounds
