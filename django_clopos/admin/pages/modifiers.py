"""The modifiers chosen with a product, read from JSON whose shape nobody documents.

Source: wire contract, sections 13.12 and 13.15: objects with a name and a price, or with an id and a count alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from django_clopos.admin.pages.differences import find_name
from django_clopos.admin.pages.look import Look
from django_clopos.models import Modifier
from django_clopos.models.fields import dump_json
from django_clopos.models.keys import BRAND_SPAN

_NAMES = ("name", "modifier_name", "title")
_IDS = ("modificator_id", "modifier_id", "id")
_MAX_CHARACTERS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A modifier as it was chosen."""

    name: str
    count: Decimal | None = None
    price: Decimal | None = None


def read_modifiers(look: Look, *values: Any) -> list[tuple[Chosen, ...]]:
    """Read the modifiers of several lines, in at most one query: what has no name is looked up by its id."""
    names = _look_up(look, (item for value in values for item in _list_items(value)))
    return [tuple(_read_item(item, names) for item in _list_items(value)) for value in values]


def _list_items(value: Any) -> list[Any]:
    if value in (None, "", [], {}):
        return []
    match value:
        case list():
            return value
        case dict() if all(isinstance(inner, dict) for inner in value.values()):
            return list(value.values())
        case _:
            return [value]


def _look_up(look: Look, items: Iterable[Any]) -> dict[int, str]:
    ids = {_find_id(item) for item in items if isinstance(item, dict) and _find_name(item) is None}
    keys = [Modifier.key(look.row.brand_id, each) for each in ids if each is not None]
    if not keys:
        return {}
    return dict(look.read_rows(Modifier).filter(pk__in=keys).values_list("clopos_id", "name"))


def _read_item(item: Any, names: Mapping[int, str]) -> Chosen:
    if not isinstance(item, dict):
        return Chosen(name=_shorten(item if isinstance(item, str) else dump_json(item)))
    key = _find_id(item)
    name = _find_name(item) or names.get(key or 0)
    if name is None:
        name = _("Modifier %(id)s") % {"id": key} if key else dump_json(item)
    return Chosen(name=_shorten(name), count=_read_number(item.get("count")), price=_read_number(item.get("price")))


def _find_name(item: Mapping[str, Any]) -> str | None:
    parts = (item, item.get("modificator"), item.get("modifier"))
    texts = (part.get(key) for part in parts if isinstance(part, dict) for key in _NAMES)
    return next((text for text in texts if isinstance(text, str) and text), None) or find_name(item)


def _find_id(item: Mapping[str, Any]) -> int | None:
    found = (item.get(key) for key in _IDS)
    return next((key for key in found if type(key) is int and 0 < key < BRAND_SPAN), None)


def _read_number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _shorten(text: str) -> str:
    return Truncator(text).chars(_MAX_CHARACTERS)
