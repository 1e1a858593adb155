"""What the commands that need no remote work on: a brand that is stored, and resources by name."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.mirror.resource import Resource
from django_clopos.models.brands import Brand
from django_clopos.sync.connection import find_brand


def find_stored_brand(slug: str | None) -> Brand:
    """Give a brand that is in the database. Raises ImproperlyConfigured where there is none."""
    brand = find_brand(slug, create=False)
    if brand.pk is None:
        raise ImproperlyConfigured(f"Brand {brand.slug!r} is not in the database yet: nothing of it is mirrored.")
    return brand


def choose_resources(names: Sequence[str]) -> list[Resource]:
    """Turn names into declarations, in sync order; none: all. Raises ImproperlyConfigured for an unknown name."""
    try:
        named = [get_resource(name) for name in names]
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None
    return [resource for resource in RESOURCES if resource in named or not named]
