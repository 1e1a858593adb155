"""What a query string may ask for. A name or a value that is not known is refused: ignored, it would mislead."""

from __future__ import annotations

from django.db import models
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

from django_clopos.models.base import compute_key


def refuse_unknown_parameters(request: Request, *, known: frozenset[str]) -> None:
    """Raise ValidationError for a parameter that is neither known here nor the framework's own."""
    allowed = known | {api_settings.URL_FORMAT_OVERRIDE}
    for name in request.query_params:
        if name not in allowed:
            raise ValidationError({name: [f"Unknown parameter. Known here: {', '.join(sorted(known))}."]})


def read_flag(request: Request, name: str) -> bool:
    """Read `true` or `false`; absent is false. Raises ValidationError for anything else."""
    match request.query_params.get(name):
        case None | "false":
            return False
        case "true":
            return True
        case _:
            raise ValidationError({name: ["Must be true or false."]})


def read_reference(request: Request, name: str, *, brand_id: int) -> int | None:
    """Read a Clopos id and give the key under the brand; None where it is absent. Raises ValidationError."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return compute_key(brand_id, int(text))
    except ValueError:
        raise ValidationError({name: ["Must be a Clopos id, such as 1."]}) from None


def has_reference(model: type[models.Model], name: str) -> bool:
    """Tell whether the model has a reference of this name, such as `venue`."""
    return any(field.name == name and field.many_to_one for field in model._meta.concrete_fields)
