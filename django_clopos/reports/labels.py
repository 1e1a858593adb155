"""How a row is called that a receipt refers to, be it in the mirror or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_clopos.models import Category, PaymentMethod, Product, SaleType, User, Venue
from django_clopos.models.base import BRAND_SPAN

#: What `str` of a row needs; the record and other large columns are not read.
_COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Venue: ("clopos_id", "name"),
    Category: ("clopos_id", "name"),
    SaleType: ("clopos_id", "name"),
    PaymentMethod: ("clopos_id", "name"),
    Product: ("clopos_id", "name", "full_name"),
    User: ("clopos_id", "username", "first_name", "last_name"),
}


def name_rows(
    model: type[models.Model], keys: Iterable[int | None], *, otherwise: Mapping[int, str | None] | None = None
) -> dict[int | None, str]:
    """Name rows by primary key, in one query.

    What is not in the mirror is called as in `otherwise`, else by its Clopos id; None is called none.
    """
    wanted = set(keys)
    rows = model._default_manager.filter(pk__in=wanted - {None}).only(*_COLUMNS[model])
    names: dict[int | None, str] = {row.pk: str(row) for row in rows}
    return {key: names.get(key) or (otherwise or {}).get(key or 0) or name_missing(model, key) for key in wanted}


def name_missing(model: type[models.Model], key: int | None) -> str:
    """Name a row that is not in the mirror, or the lack of a reference."""
    kind = str(model._meta.verbose_name)
    if key is None:
        return _("No %(kind)s") % {"kind": kind}
    return _("%(kind)s %(id)s (not in the mirror)") % {"kind": capfirst(kind), "id": key % BRAND_SPAN}
