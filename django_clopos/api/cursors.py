"""A place in a list as a word for an address: signed, so that whoever sends it back sends what was given."""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import models
from rest_framework.exceptions import ValidationError

from django_clopos.api.orders import Order, Place


def write_cursor(order: Order, place: Place, *, scope: str, is_backwards: bool = False) -> str:
    """Write a place and the direction of reading. `scope` names the list, so that it fits no other."""
    key, value, tie = place
    content = [order.name, is_backwards, key, None if value is None else str(value), tie]
    return _make_signer(scope).sign_object(content)


def read_cursor(text: str, order: Order, model: type[models.Model], *, scope: str) -> tuple[Place, bool]:
    """Read a place and the direction. Raises ValidationError where it was not written here, or for another order."""
    try:
        name, is_backwards, key, value, tie = _make_signer(scope).unsign_object(text)
    except (BadSignature, ValueError):
        raise ValidationError({"cursor": ["Not a cursor of this list: follow `next`, or begin again."]}) from None
    if name != order.name:
        raise ValidationError({"cursor": ["The cursor is of another order: begin again."]})
    return (key, None if value is None else _find_field(model, order).to_python(value), tie), is_backwards


def _find_field(model: type[models.Model], order: Order) -> Any:
    return model._meta.pk if order.column == "pk" else model._meta.get_field(order.column)


def _make_signer(scope: str) -> Signer:
    return Signer(salt=f"django_clopos.api.cursor.{scope}")
