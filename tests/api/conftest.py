"""Two brands, a user with every permission, and a client over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from django_clopos.models import Brand
from django_clopos.testing import make_brand


@pytest.fixture
def brand(db: None) -> Brand:
    return make_brand("first")


@pytest.fixture
def other_brand(db: None) -> Brand:
    return make_brand("second")


@pytest.fixture
def api(db: None) -> Any:
    """A client of a superuser."""
    client = APIClient()
    client.force_login(User.objects.create_superuser("root"))
    return client
