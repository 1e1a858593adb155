"""What an answer costs in queries, however many rows it has."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_clopos.face.endpoints import SOURCES
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db

LINES = "with[]=receipt_products&with[]=receipt_products.modificators"

#: Credential with its brand, total, keys of the page, their records; where venues count, the venue asked for; where it
#: must be known whether they do, what the sync learned; for each relation that is read, one or two.
QUERIES = {
    "venues": 2,
    "users": 4,
    "customers": 4,
    "customers?with[]=group": 5,
    "customer-groups": 4,
    "categories": 6,
    "categories?include_children=false": 4,
    "stations": 4,
    "products": 4,
    "products?with[]=taxes&with[]=recipe&with[]=modificator_groups&with[]=modifications": 4,
    "products?with[]=category&with[]=station": 6,
    "products?filters[0][0]=tags&filters[0][1]=1": 5,
    "products/stop-list": 3,
    "price-lists": 4,
    "price-lists?with[]=prices": 6,
    "price-lists/prices": 4,
    "price-lists/prices?with[]=product&with[]=list": 6,
    "sale-types": 4,
    "payment-methods": 4,
    "orders": 6,
    "orders?with[]=receipt&with[]=customer": 10,
    "receipts": 6,
    f"receipts?{LINES}": 6,
    "receipts?with[]=receipt_products.product.station&with[]=receipt_products.modificators.modificator_group": 9,
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
