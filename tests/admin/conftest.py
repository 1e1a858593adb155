"""A brand and the pages of the admin as a superuser sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from django_clopos.models import Brand
from django_clopos.testing import make_brand

Get = Callable[..., str]


@pytest.fixture
def brand(db: None) -> Brand:
    return make_brand("first")


@pytest.fixture
def get_list(admin_client: Any) -> Get:
    """Read the list of a model."""

    def get(model: Any, **query: Any) -> str:
        return _read(admin_client, reverse(f"admin:django_clopos_{model._meta.model_name}_changelist"), query)

    return get


@pytest.fixture
def get_page(admin_client: Any) -> Get:
    """Read the page of a row."""

    def get(row: Any) -> str:
        return _read(admin_client, reverse(f"admin:django_clopos_{row._meta.model_name}_change", args=[row.pk]), {})

    return get


def _read(client: Any, address: str, query: dict[str, Any]) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return str(answer.content.decode())
