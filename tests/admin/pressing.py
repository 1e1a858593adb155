"""A user of the admin with just some permissions, and the buttons that they press."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from django_clopos.models import (
    Brand,
    BrandAccess,
)


def address(name: str, key: int) -> str:
    return reverse(f"admin:django_clopos_{name}", args=[key])


def make_clerk(brand: Brand, *permissions: str, venues: tuple[int, ...] = ()) -> Client:
    """Sign a user in who may see the brand, or venues of it."""
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    BrandAccess.objects.create(user=user, brand=brand, venues=list(venues))
    client = Client()
    client.force_login(user)
    return client


def press(client: Client, name: str, key: int, **values: Any) -> str:
    answer = client.post(address(name, key), values, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()
