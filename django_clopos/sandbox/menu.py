"""How the menu is divided: categories and the stations that cook them. What is in it is made in `products`.

Source: wire contract 13.5 and 13.6.
"""

from collections.abc import Iterator
from typing import Any

from django_clopos.sandbox.menu_table import CATEGORIES
from django_clopos.sandbox.product_parts import make_media
from django_clopos.sandbox.stamps import DAY, zulu

Document = dict[str, Any]

COLORS = ("00bcd4", "34495e", "e67e22", "27ae60", "c0392b", "8e44ad")
_STATIONS = (
    # name, type (1 kitchen), printable, and the root categories it cooks
    ("Mətbəx", 1, 1, ("breakfast", "starters", "soups", "mains")),
    ("Bar", 0, 1, ("drinks",)),
    ("Təndir", 0, 0, ("sides",)),
    ("Şirniyyat sexi", 0, 1, ("sweets", "season")),
    ("Köhnə manqal", 0, 0, ()),
)


def category_ids() -> dict[str, int]:
    return {row.key: number for number, row in enumerate(CATEGORIES, start=1)}


def make_categories(*, opened: int) -> list[Document]:
    """Flat documents with `parent_id`; the tree is built when a request asks for it."""
    ids = category_ids()
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
            "depth": len(list(_line_of(row.key))) - 1,
            "color": COLORS[ids[row.key] % len(COLORS)],
            "media": [make_media(row.name)] if row.key in {"plov", "kabab", "sweets"} else [],
            "_lft": bounds[row.key][0],
            "_rgt": bounds[row.key][1],
            "slug": row.key,
            "properties": [],
            "created_at": zulu(opened + ids[row.key]),
            "updated_at": zulu(opened + ids[row.key] + DAY),
        }
        for row in CATEGORIES
    ]


def make_stations(*, opened: int) -> list[Document]:
    """The last one is closed and soft-deleted; the others lack `deleted_at`."""
    stations: list[Document] = [
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
        }
        for number, (name, type_, printable, roots) in enumerate(_STATIONS, start=1)
    ]
    stations[-1]["deleted_at"] = stations[-1]["updated_at"] = zulu(opened + 200 * DAY)
    return stations


def station_of(category: str) -> int | None:
    """The station that cooks a category, by its root."""
    *_, root = _line_of(category)
    return next((number for number, row in enumerate(_STATIONS, start=1) if root in row[3]), None)


def _line_of(key: str) -> Iterator[str]:
    """A category and its ancestors, up to the root."""
    parents = {row.key: row.parent for row in CATEGORIES}
    step: str | None = key
    while step:
        yield step
        step = parents[step]


def _nested_set() -> dict[str, tuple[int, int]]:
    """Left and right bounds as a nested set keeps them, counted from 1."""
    bounds: dict[str, tuple[int, int]] = {}
    counter = iter(range(1, 2 * len(CATEGORIES) + 1))

    def visit(parent: str | None) -> None:
        for row in CATEGORIES:
            if row.parent == parent:
                left = next(counter)
                visit(row.key)
                bounds[row.key] = (left, next(counter))

    visit(None)
    return bounds
