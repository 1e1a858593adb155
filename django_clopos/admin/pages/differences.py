"""What differs between two versions of a part of a record, value by value, in words that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from django_clopos.access import MASK
from django_clopos.admin.pages.values import write_number
from django_clopos.models.fields import dump_json

_MAX_CHARACTERS = 120
_NAMES = ("name", "full_name", "product_name", "username")
_KEYS = ("id", "product_id", "modificator_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A value that changed, and the keys that lead to it."""

    path: tuple[str, ...]
    before: str | None
    """None: there was nothing."""
    after: str | None


def list_differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, limit: int
) -> tuple[tuple[Difference, ...], bool]:
    """List what differs, at most so many values; and tell whether there are more.

    The top keys are known to have changed: one whose sides look alike, because both are masked, is listed too.
    """
    before, after = _as_mapping(before), _as_mapping(after)
    found = list(islice(_compare_top(before, after), limit + 1))
    return tuple(found[:limit]), len(found) > limit


def _as_mapping(side: Any) -> Mapping[str, Any]:
    """Take a side as keys and values; one that is masked as a whole has none."""
    return side if isinstance(side, Mapping) else {}


def _compare_top(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        differences = list(_compare((key,), old, new))
        yield from differences or [Difference(path=(key,), before=_write(old), after=_write(new))]


def _compare(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    match old, new:
        case (dict(), dict()):
            for key in {**old, **new}:
                yield from _compare((*path, str(key)), old.get(key), new.get(key))
        case (list(), list()) if _is_keyed(old) and _is_keyed(new):
            yield from _compare(path, _key(old), _key(new))
        case _ if old != new:
            yield Difference(path=path, before=_write(old), after=_write(new))


def _is_keyed(items: list[Any]) -> bool:
    """Tell whether the items of a list are objects that can be told apart."""
    return all(isinstance(item, dict) and _find_key(item) is not None for item in items)


def _find_key(item: Mapping[str, Any]) -> Any:
    return next((item[key] for key in _KEYS if item.get(key) is not None), None)


def _key(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Name each item; two of one name are told apart by their ids."""
    named: dict[str, Any] = {}
    for item in items:
        name, key = find_name(item), _find_key(item)
        label = f"{name} ({key})" if name else str(key)
        named[label if label not in named else f"{label}, {len(named) + 1}"] = item
    return named


def find_name(item: Mapping[str, Any]) -> str | None:
    """Find what an object of a record is called; None where it does not say."""
    inner = item.get("meta")
    product = inner.get("product") if isinstance(inner, dict) else None
    for part in (item, product):
        if isinstance(part, dict):
            name = next((part[key] for key in _NAMES if isinstance(part.get(key), str) and part[key]), None)
            if name:
                return str(name)
    return None


def _write(value: Any) -> str | None:
    if value in (None, "", [], {}):
        return None
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case Decimal():
            return write_number(value)
        case dict():
            text = find_name(value) or dump_json(value)
        case list():
            text = dump_json(value)
        case _:
            text = str(value)
    return text if text == MASK else Truncator(text).chars(_MAX_CHARACTERS)
