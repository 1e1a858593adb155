"""What a query string may ask for. A name or a value that is not known is refused: ignored, it would mislead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from django import forms
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

_FEW = 20


def refuse_unknown_parameters(request: Request, *, known: Iterable[str]) -> None:
    """Raise ValidationError for a parameter that is not known here nor the framework's own, or is given twice."""
    names = sorted(known)
    for name, values in request.query_params.lists():
        if name not in names and name != api_settings.URL_FORMAT_OVERRIDE:
            raise ValidationError({name: [f"Unknown parameter. {_name_known(name, names)}"]})
        if len(values) > 1:
            raise ValidationError({name: ["Given more than once; several values are separated by commas."]})


def _name_known(name: str, names: list[str]) -> str:
    """Name the parameters there are; where they are many, those that may have been meant."""
    if len(names) <= _FEW:
        return f"Known here: {', '.join(names)}."
    meant = difflib.get_close_matches(name, names, n=3) or [each for each in names if each.startswith(name[:3])][:3]
    hint = f"Did you mean {', '.join(meant)}? " if meant else ""
    return f"{hint}The schema of the API lists them all."


def read_flag(request: Request, name: str) -> bool:
    """Read `true` or `false`; absent is false. Raises ValidationError for anything else."""
    match request.query_params.get(name):
        case None | "false":
            return False
        case "true":
            return True
        case _:
            raise ValidationError({name: ["Must be true or false."]})


def read_number(request: Request, name: str, *, low: int, high: int, default: int) -> int:
    """Read a whole number. Raises ValidationError outside the bounds, both included."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high):
        raise ValidationError({name: [f"Must be a whole number from {low} to {high}."]})
    return int(text)


def read_field(request: Request, name: str, field: forms.Field) -> object:
    """Read a value as a form's field does; None where it is absent. Raises ValidationError."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        found: object = field.clean(text)
    except forms.ValidationError as error:
        raise ValidationError({name: error.messages}) from None
    return found
