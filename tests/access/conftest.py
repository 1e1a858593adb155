"""Two brands, of which one has two venues, and clients signed in as users who may see more or less of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from django_clopos.models import Brand, BrandAccess, Venue
from django_clopos.testing import make, make_brand

PERSONAL = "view_personal_data"


@pytest.fixture
def brand(db: None) -> Brand:
    """A brand with the venues 1 and 2."""
    first = make_brand("first")
    for number in (1, 2):
        make(Venue, brand=first, name=f"venue-{number}-of-first")
    return first


@pytest.fixture
def other_brand(db: None) -> Brand:
    """A brand with the venue 1."""
    second = make_brand("second")
    make(Venue, brand=second, name="venue-1-of-second")
    return second


def make_user(name: str = "clerk", *, permissions: str = "all", is_personal: bool = False) -> User:
    """Make a user of the admin. `permissions`: all, none, or a regular expression of codenames."""
    user = User.objects.create_user(name, is_staff=True)
    ours = Permission.objects.filter(content_type__app_label="django_clopos", codename__startswith="view_")
    chosen = {"all": ours, "none": ours.none()}.get(permissions) or ours.filter(codename__regex=permissions)
    user.user_permissions.add(*chosen.exclude(codename=PERSONAL))
    if is_personal:
        user.user_permissions.add(ours.get(codename=PERSONAL))
    return user


def sign_in(user: User) -> Client:
    """Give a client of a user."""
    client = Client()
    client.force_login(user)
    return client


def allow(user: User, brand: Brand, *venues: int) -> User:
    """Let a user see a brand, or some of its venues."""
    BrandAccess.objects.create(user=user, brand=brand, venues=list(venues))
    return user


def list_of(model: Any) -> str:
    """Give the address of a list of the admin."""
    return reverse(f"admin:django_clopos_{model._meta.model_name}_changelist")


def page_of(row: Any) -> str:
    """Give the address of a page of the admin."""
    return reverse(f"admin:django_clopos_{row._meta.model_name}_change", args=[row.pk])


def read(client: Client, address: str, **query: Any) -> str:
    """Read an answer as text, whatever its status."""
    return client.get(address, query).content.decode()
