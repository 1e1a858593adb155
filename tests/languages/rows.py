"""A row of every table whose texts are in Greek letters, so that any Latin word of a page is the program's own."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from django_clopos.models import Brand, SyncRun
from django_clopos.models.base import ReadOnlyModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.testing import make, make_brand

TEXT = "κείμενο"

#: Columns whose values are words of the API, of settings or of commands.
_WORDS = {"content_hash": "0", "resource": "receipts", "table": "Receipt", "walk": "snapshot", "currency": "AZN"}


def make_every_row() -> dict[str, Any]:
    """Make a row of every table, and give each one's key by its model's name."""
    brand = make_brand("μάρκα", name=TEXT)
    return {model._meta.model_name: _make(model, brand).pk for model in _list_models()}


def _list_models() -> list[Any]:
    return list(apps.get_app_config("django_clopos").get_models())


def _make(model: Any, brand: Brand) -> Any:
    if model._meta.concrete_model is Brand:
        return brand
    values = {field.name: _fill(field) for field in model._meta.concrete_fields if _needs_value(field)}
    if issubclass(model, ReadOnlyModel):
        return make(model, brand=brand, **values)
    names = {field.name for field in model._meta.concrete_fields}
    user = _make_user()
    others = {"brand": brand, "user": user, "created_by": user, "run": _find_run(brand), "brand_slug": brand.slug}
    return model.objects.create(**values, **{name: other for name, other in others.items() if name in names})


def _needs_value(field: Any) -> bool:
    given = {"id", "raw", "position", "brand", "user", "created_by", "run", "brand_slug"}
    return field.name not in given or isinstance(field, MirrorForeignKey)


def _fill(field: Any) -> Any:  # one answer for each kind of column
    if isinstance(field, MirrorForeignKey):
        return 1
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.JSONField():
            return [1] if field.name == "venues" and field.default is list else {"κλειδί": TEXT}
        case models.CharField() | models.TextField():
            return _WORDS.get(field.name, TEXT)
        case models.BooleanField():
            return True
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return timezone.localdate()
        case models.UUIDField():
            return uuid.UUID(int=1)
        case models.DecimalField():
            return Decimal("1.5")
        case _:
            return 1


def _make_user() -> User:
    return User.objects.get_or_create(username="χρήστης")[0]


def _find_run(brand: Brand) -> SyncRun:
    return SyncRun.objects.filter(brand=brand).first() or SyncRun.objects.create(brand=brand, started_at=timezone.now())
