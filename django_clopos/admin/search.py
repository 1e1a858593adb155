"""How the words that are typed into a list's search box are looked for: by index wherever Django would not.

Django compares `=field` by UPPER(field), which no index of the field serves. Here it is the very text; a Clopos id is
turned into the keys that it may have. Every word must be found, each in any of the fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.text import smart_split, unescape_string_literal

from django_clopos.models.keys import BRAND_SPAN, compute_key

#: The longest text that a column searched for the very text can hold.
_LONGEST = 255
#: Up to so many found rows are named by their keys.
_MOST_KEYS = 1000


def search_rows(
    rows: models.QuerySet[Any], fields: Iterable[str], text: str, *, brands: Iterable[int]
) -> models.QuerySet[Any]:
    """Keep the rows in which every word is found.

    `fields` as in `ModelAdmin.search_fields`: `=` the very text, `^` its beginning in either case. `brands`: primary
    keys of those whose rows may be found by their Clopos ids.
    """
    fields, brands = tuple(fields), tuple(brands)
    for word in _split(text):
        condition = Q(pk__in=())
        for field in fields:
            condition |= _match(rows.model, field, word, brands)
        rows = rows.filter(condition)
    return _name_by_keys(rows)


def _name_by_keys(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Look the keys of few rows up first, in one query, without the order of the list.

    PostgreSQL takes any short number for a common one and would walk a million rows in the order of the list to find
    the few that have it (360 ms). Many rows stay a condition: that walk then ends soon.
    """
    keys = list(rows.order_by().values_list("pk", flat=True)[: _MOST_KEYS + 1])
    return rows if len(keys) > _MOST_KEYS else rows.filter(pk__in=keys)


def _split(text: str) -> list[str]:
    words = []
    for bit in smart_split(text):
        is_quoted = bit[0] == bit[-1] and bit[0] in "\"'" and len(bit) > 1
        words.append(unescape_string_literal(bit) if is_quoted else bit)
    return words


def _match(model: type[models.Model], field: str, word: str, brands: tuple[int, ...]) -> Q:
    path = field.lstrip("=^")
    if path == "clopos_id" or path.endswith("__clopos_id"):
        return _match_clopos_id(path, word, brands)
    if field.startswith("^"):
        return Q(**{f"{path}__istartswith": word})
    column = _find_column(model, path)
    if isinstance(column, models.IntegerField):
        return Q(**{path: int(word)}) if _is_number(word) else Q(pk__in=())
    return Q(**{f"{path}__exact": word}) if len(word) <= _LONGEST else Q(pk__in=())


def _match_clopos_id(path: str, word: str, brands: tuple[int, ...]) -> Q:
    """Compare keys: the primary key is indexed, and so are most references, where Clopos ids are not."""
    number = int(word.removeprefix("#")) if _is_number(word.removeprefix("#")) else 0
    if not 0 < number < BRAND_SPAN:
        return Q(pk__in=())
    target = path.removesuffix("clopos_id").removesuffix("__") or "pk"
    return Q(**{f"{target}__in": [compute_key(brand, number) for brand in brands]})


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < len(str(2**63))


def _find_column(model: type[models.Model], path: str) -> models.Field[Any, Any] | None:
    current: Any = model
    field: Any = None
    for part in path.split("__"):
        try:
            field = current._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        current = field.related_model
    return field  # type: ignore[no-any-return]  # looked up by name
