"""A public client, unchanged, reads the face as it reads the remote: every call gives the same result or same error."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.test import Client
from integrify.clopos.client import CloposClientClass
from pydantic import ValidationError

from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG, make_sandbox
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db

#: Fields that the client insists on and documented records lack or give another type, by collection.
INSISTED: dict[str, dict[str, Any]] = {
    "customer-groups": {"system_type": "my_customers"},
    "products": {"low_stock": 0},
    "sale-types": {"status": {"1": 1, "2": 0}},
    "payment-methods": {"balance": None},
    "orders": {"integration_id": None, "status": "RECEIVED"},
    "receipts": {"properties": {}},
}

#: Every read call that it offers, those of staff apart: it insists on their `pin`, which no mirror keeps.
CALLS: dict[str, tuple[str, tuple[int, ...], dict[str, Any]]] = {
    "venues": ("get_venues", (), {}),
    "customers": ("get_customers", (), {}),
    "customers with groups": ("get_customers", (), {"with_": ["group"]}),
    "customers filtered": ("get_customers", (), {"filters": [{"by": "group_id", "value": "1"}]}),
    "customer": ("get_customer_by_id", (1,), {}),
    "customer groups": ("get_customer_groups", (), {}),
    "categories": ("get_categories", (), {}),
    "categories of a type": ("get_categories", (), {"type": "INGREDIENT", "include_children": False}),
    "category": ("get_category_by_id", (1,), {}),
    "stations": ("get_stations", (), {}),
    "stations filtered": ("get_stations", (), {"status": 1, "can_print": True}),
    "station": ("get_station_by_id", (1,), {}),
    "products": ("get_products", (), {"page": 2, "limit": 40}),
    "products filtered": ("get_products", (), {"filters": {"type": ["DISH"]}}),
    "product": ("get_product_by_id", (30,), {"with_": ["taxes", "modificator_groups", "recipe", "packages", "media"]}),
    "stop list": ("get_stop_list", (), {}),
    "stop list of ids": ("get_stop_list", (), {"filters": [{"by": "id", "from_": 1, "to": 40}]}),
    "sale types": ("get_sale_types", (), {}),
    "payment methods": ("get_payment_methods", (), {}),
    "orders": ("get_orders", (), {"status": "RECEIVED"}),
    "order": ("get_order_by_id", (3,), {}),
    "receipts": ("get_receipts", (), {"limit": 200, "sort_by": "total", "date_from": "2026-11-18"}),
    "receipt": ("get_receipt_by_id", (1,), {}),
    # Documented without `success`, which the client tells answers by.
    "stock operations": ("get_receipt_stock_operations", (1,), {}),
    "price lists": ("get_price_lists", (), {}),
    "prices": ("get_price_list_prices", (), {}),
    # Refused.
    "no customer": ("get_customer_by_id", (999999,), {}),
    "no user": ("get_user_by_id", (999999,), {}),
    "no product": ("get_product_by_id", (999999,), {}),
    "no receipt": ("get_receipt_by_id", (999999,), {}),
    "stop list by limit": ("get_stop_list", (), {"filters": [{"by": "limit", "from_": 1}]}),
}

#: The calls of these parse; the other reads answer without the `success` that the client looks for.
PARSED = [name for name, (call, ids, _) in CALLS.items() if ids != (999999,) and "price" not in call + name
          and name not in {"stock operations", "prices", "stop list by limit"}]  # fmt: skip


def call_django(request: httpx.Request) -> httpx.Response:
    """Answer a request of httpx by the site."""
    answer = Client().generic(
        request.method,
        request.url.path,
        request.content,
        content_type=request.headers.get("content-type", ""),
        QUERY_STRING=request.url.query.decode(),
        headers={name: value for name, value in request.headers.items() if name.startswith("x-")},
    )
    return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


def open_integrify(transport: httpx.BaseTransport) -> CloposClientClass[Any]:
    """Open the client under another base URL."""
    client: CloposClientClass[Any] = CloposClientClass(base_url="http://clopos.test/open-api/v2/")
    client.request_executor.__dict__["client"] = httpx.Client(transport=transport)
    return client


@pytest.fixture(scope="module")
def restaurant() -> Sandbox:
    """A remote whose records carry what the client insists on."""
    sandbox = make_sandbox()
    for collection, fields in INSISTED.items():
        for document in sandbox.documents(SLUG, collection):
            sandbox.change(SLUG, collection, document["id"], updated_at=document["updated_at"], **fields)
    return sandbox


Outcome = list[tuple[Any, str]] | tuple[int, dict[str, Any]]


def ask(client: CloposClientClass[Any], token: str, name: str) -> Outcome:
    """Make a call; give what it parsed, or where and why it could not."""
    method, ids, options = CALLS[name]
    try:
        answer = getattr(client, method)(*ids, headers={"x-token": token}, **options)
    except ValidationError as error:
        return [(problem["loc"], problem["type"]) for problem in error.errors()]
    return answer.status_code, answer.body.model_dump(exclude={"time", "timestamp", "unix"})


@pytest.fixture(scope="module")
def outcomes(restaurant: Sandbox, program: Program) -> dict[str, tuple[Outcome, Outcome]]:
    """What every call gives of the remote and of the face."""
    theirs = open_integrify(httpx.WSGITransport(app=restaurant))
    ours = open_integrify(httpx.MockTransport(call_django))
    credentials = restaurant.credentials(SLUG)
    their_token = theirs.auth(
        credentials.client_id, credentials.client_secret, SLUG, credentials.integrator_id
    ).body.token
    our_token = ours.auth(program.credential.client_id, program.secret, SLUG, "any").body.token
    return {name: (ask(theirs, their_token, name), ask(ours, our_token, name)) for name in CALLS}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_gives_the_same_result_or_error(name: str, outcomes: dict[str, tuple[Outcome, Outcome]]) -> None:
    theirs, ours = outcomes[name]
    assert ours == theirs


@pytest.mark.parametrize("name", PARSED)
def test_a_call_parses(name: str, outcomes: dict[str, tuple[Outcome, Outcome]]) -> None:
    _, ours = outcomes[name]
    assert isinstance(ours, tuple), ours
    assert (ours[0], ours[1]["success"]) == (200, True)


def test_most_read_calls_parse() -> None:
    assert len({CALLS[name][0] for name in PARSED}) >= 15


def test_every_read_call_but_those_of_staff_is_compared() -> None:
    offered = {name for name in open_integrify(httpx.MockTransport(call_django)).urls if name.startswith("get_")}
    assert offered - {call for call, _, _ in CALLS.values()} == {"get_users"}
