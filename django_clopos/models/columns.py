"""How each type of the wire is stored: one nullable column a type, NULL told apart from an empty text.

Functions rather than field classes, so that migrations name plain Django fields only.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from django_clopos.models.fields import ExactJSONField


def name(verbose_name: str | None = None, **options: Any) -> models.CharField[str | None, str | None]:
    """Make a column for a short text: a name, an enum value, a code."""
    return models.CharField(verbose_name, max_length=255, null=True, blank=True, **options)


def text(verbose_name: str | None = None, **options: Any) -> models.TextField[str | None, str | None]:
    """Make a column for a text of any length."""
    return models.TextField(verbose_name, null=True, blank=True, **options)


def decimal(
    verbose_name: str | None = None, **options: Any
) -> models.DecimalField[Decimal | int | str | None, Decimal | None]:
    """Make a column for an amount, a quantity or a rate: 15 digits before the point, 6 behind it."""
    return models.DecimalField(verbose_name, max_digits=21, decimal_places=6, null=True, blank=True, **options)


def small(verbose_name: str | None = None, **options: Any) -> models.IntegerField[int | None, int | None]:
    """Make a column for an integer of 32 bits."""
    return models.IntegerField(verbose_name, null=True, blank=True, **options)


def big(verbose_name: str | None = None, **options: Any) -> models.BigIntegerField[int | None, int | None]:
    """Make a column for an integer of 64 bits, such as the id of a thing that has no endpoint."""
    return models.BigIntegerField(verbose_name, null=True, blank=True, **options)


def flag(verbose_name: str | None = None, **options: Any) -> models.BooleanField[bool | None, bool | None]:
    """Make a column for a boolean."""
    return models.BooleanField(verbose_name, null=True, blank=True, **options)


def stamp(verbose_name: str | None = None, **options: Any) -> models.DateTimeField[datetime | None, datetime | None]:
    """Make a column for a moment, stored aware."""
    return models.DateTimeField(verbose_name, null=True, blank=True, **options)


def day(verbose_name: str | None = None, **options: Any) -> models.DateField[date | None, date | None]:
    """Make a column for a calendar day."""
    return models.DateField(verbose_name, null=True, blank=True, **options)


def json(verbose_name: str | None = None, **options: Any) -> ExactJSONField:
    """Make a column for a JSON value of unknown or varying shape."""
    return ExactJSONField(verbose_name, null=True, blank=True, **options)
