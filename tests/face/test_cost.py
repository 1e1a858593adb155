"""What an answer costs in queries, however many rows it has."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_clopos.face.endpoints import SOURCES
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db

LINES = "with[]=receipt_products&with[]=receipt_products.modificators"

#: Credential with its brand, total, page; where venues count, the venue asked for; where it must be known whether they
#: do, what the sync learned; for each relation that is read, one.
QUERIES = {
    "venues": 2,
    "users": 3,
    "customers": 3,
    "customers?with[]=group": 4,
    "customer-groups": 3,
    "categories": 5,
    "categories?include_children=false": 3,
    "stations": 3,
    "products": 3,
    "products?with[]=taxes&with[]=recipe&with[]=modificator_groups&with[]=modifications": 3,
    "products?with[]=category&with[]=station": 5,
    "products?filters[0][0]=tags&filters[0][1]=1": 4,
    "products/stop-list": 3,
    "price-lists": 3,
    "price-lists?with[]=prices": 5,
    "price-lists/prices": 3,
    "price-lists/prices?with[]=product&with[]=list": 5,
    "sale-types": 3,
    "payment-methods": 3,
    "orders": 5,
    "orders?with[]=receipt&with[]=customer": 9,
    "receipts": 5,
    f"receipts?{LINES}": 5,
    "receipts?with[]=receipt_products.product.station&with[]=receipt_products.modificators.modificator_group": 8,
    "receipts/1/stock-operations": 5,
    "receipts/1": 4,
    "products/30?with[]=category": 3,
}


@pytest.mark.parametrize("path", QUERIES)
@pytest.mark.parametrize("limit", [60, 100])
def test_an_answer_takes_these_queries(path: str, limit: int, program: Program) -> None:
    program.get("venues")
    with CaptureQueriesContext(connection) as queries:
        answer = program.get(f"{path}{'&' if '?' in path else '?'}limit={limit}", venue=None)

    assert answer.status_code == 200
    assert len(queries) == QUERIES[path], "\n".join(query["sql"][:200] for query in queries)


def test_every_endpoint_is_counted() -> None:
    assert {path.partition("?")[0].replace("/1/", "/{id}/") for path in QUERIES} >= set(SOURCES)
