"""The package's door: sorted, complete, and without Django."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from django_clopos import client
from django_clopos.client import ENDPOINTS, Endpoint, Scope, errors


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout.strip()


def test_the_client_loads_no_django() -> None:
    loaded = run(
        "import sys, django_clopos.client\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(loaded & {'django', 'celery', 'rest_framework', 'redis'}))"
    )

    assert loaded == ""


def test_the_client_works_without_redis() -> None:
    told = run(
        "import sys; sys.modules['redis'] = None\n"
        "from django_clopos.client import Config, RedisBudget\n"
        "config = Config(base_url='http://x.example', brand='b', client_id='i', client_secret='s', integrator_id='g')\n"
        "try: RedisBudget.from_url('redis://127.0.0.1', config=config)\n"
        "except ValueError as error: print(error)\n"
    )

    assert told == "Install django-clopos[redis] to share the request budget through Redis."


def test_every_public_name_is_there_and_every_error_is_public() -> None:
    assert all(hasattr(client, name) for name in client.__all__)
    assert {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.CloposError)
    } <= set(client.__all__)


def test_endpoints_have_the_names_of_the_resources() -> None:
    assert [endpoint.name for endpoint in ENDPOINTS] == [
        *("venues", "users", "customer-groups", "customers", "categories", "stations", "products", "stop-list"),
        *(
            "price-lists",
            "price-list-prices",
            "sale-types",
            "payment-methods",
            "orders",
            "receipts",
            "stock-operations",
        ),
    ]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_a_page_can_be_halved_twice(endpoint: Endpoint[Any]) -> None:
    assert endpoint.page_maximum is None or endpoint.page_maximum % 4 == 0


def test_scopes_are_declared() -> None:
    scopes = {endpoint.name: endpoint.scope for endpoint in ENDPOINTS if endpoint.scope is not Scope.BRAND}

    assert scopes == {
        "stop-list": Scope.VENUE,
        "stock-operations": Scope.VENUE,
        "orders": Scope.UNKNOWN,
        "receipts": Scope.UNKNOWN,
    }
