"""The face answers as the remote that was mirrored: the same rows in the same order, with the same keys and digits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from django_clopos.sandbox.endpoints import ENDPOINTS
from tests.face.conftest import Program
from tests.sandbox.conftest import Api

pytestmark = pytest.mark.django_db

LISTS = [endpoint.path for endpoint in ENDPOINTS if "{" not in endpoint.path]
RECEIPT_LINES = "with[]=receipt_products&with[]=receipt_products.modificators"

ASKED = [
    *LISTS,
    *(f"{path}?page=2&limit=3" for path in LISTS),
    *(f"{endpoint.path}?sort[0]={name}&sort[1]={way}&limit=9" for endpoint in ENDPOINTS for name in endpoint.sorts
      for way in (1, -1) if endpoint.path != "price-lists" and name not in {"name", "email", "address", "cid"}),
    "price-lists?sort[0][0]=id&sort[0][1]=desc",
    "price-lists?sort[0][0]=created_at&sort[0][1]=asc&with[]=prices",
    "price-lists?selects=id,name,prices&with[]=prices",
    "price-lists/prices?filters[0][0]=list_id&filters[0][1]=1&limit=5&with[]=product&with[]=list",
    "price-lists/prices?filters[0][0]=product_id&filters[0][1][0]=40&filters[0][1][1]=41",
    "price-lists/prices?page=999",
    "categories?include_inactive=true",
    "categories?include_children=false",
    "categories?include_children=false&include_inactive=1&filters[0][0]=type&filters[0][1]=INGREDIENT",
    "categories?type=PRODUCT&limit=2",
    "categories?parent_id=1",
    "categories?filters[0][0]=parent_id&filters[0][1]=1&include_inactive=true",
    "categories?type=NONSENSE",
    "categories/1", "categories/2?include_children=false", "categories/999",
    "stations?status=1", "stations?can_print=true", "stations/1", "stations/77", "stations/kitchen",
    "customers?limit=5&with[]=group", "customers/3?with[]=group", "customers/99999",
    "customers?filters[0][0]=group_id&filters[0][1]=1", "customers?filters[0][0]=name&filters[0][1]=a",
    "customers?filters[0][0]=name", "customers?filters[0][0]=phones&filters[0][1]=0",
    "users/99999", "users/seven",
    "products?limit=100&with[]=taxes&with[]=codes&with[]=modificator_groups&with[]=recipe&with[]=packages&with[]=tags",
    "products?limit=100&with[]=modifications", "products?limit=100&with[]=modifications.codes",
    "products?limit=100&with[]=category&with[]=station", "products?limit=10&with[]=category:id,name&with[]=media",
    "products?limit=100&with[]=tags:name&with[]=modifications:id,price",
    "products?selects=id,name,price", "products?limit=200", "products?page=99",
    "products/1", "products/30?with[]=recipe&with[]=media&with[]=tags", "products/8001", "products/bad",
    "products/00000000-0000-4000-8000-000000000000",
    "products/stop-list?filters[0][0]=id&filters[0][1][0]=1&filters[0][1][1]=40",
    "products/stop-list?filters[0][0]=limit&filters[0][1][0]=1",
    *(f"products?limit=100&filters[0][0]={name}&filters[0][1]={value}" for name in (
        "giftable", "discountable", "haveIngredients", "sold_by_portion", "has_variants", "has_modifiers",
        "has_barcode", "has_service_charge") for value in ("1", "0", "true", "false")),
    "products?limit=100&filters[0][0]=type&filters[0][1][0]=DISH&filters[0][1][1]=TIMER",
    "products?limit=100&filters[0][0]=category_id&filters[0][1]=2&filters[1][0]=type&filters[1][1]=DISH",
    "products?limit=100&filters[0][0]=tags&filters[0][1]=1", "products?filters[0][0]=tags&filters[0][1]=9",
    "products?limit=100&filters[0][0]=station_id&filters[0][1]=1",
    "products?limit=100&filters[0][0]=inventory_behavior&filters[0][1]=3",
    "orders?with[]=receipt:id,service_notification_id,status", "orders?with[]=receipt&with[]=customer",
    "orders?filters[0][0]=id&filters[0][1]=1", "orders?status=RECEIVED", "orders/999999",
    f"receipts?{RECEIPT_LINES}", "receipts?with[]=receipt_products.product.station",
    "receipts?with[]=receipt_products.modificators.modificator_group&limit=30",
    "receipts?with[]=receipt_products:id,product_id",
    "receipts?date[0]=2026-11-18&date[1]=2026-11-19", "receipts?date[0]=2026-11-20", "receipts?date[0]=2031-01-01",
    "orders?date[0]=2026-11-17&date[1]=2026-11-18",
    "receipts?filters[0][0]=status&filters[0][1]=1", "receipts?filters[0][0]=terminal_id&filters[0][1]=1",
    "receipts?filters[0][0]=customer_id&filters[0][1]=5", "receipts?filters[0][0]=sale_type_id&filters[0][1]=2",
    "receipts/999999", "receipts/999999/stock-operations", "receipts/first", "receipts/cid/nonsense",
    "receipts/cid/00000000-0000-4000-8000-000000000000",
    "receipts?page=0", "receipts?limit=-1", "receipts?limit=many", "receipts?sort[0]=created_at&sort[1]=2",
    "receipts?date[0]=yesterday", "receipts?unknown=1&sort_by=created_at",
    "venues/1", "nothing", "receipts/1/nothing", "",
]  # fmt: skip


def as_text(answer: Any) -> tuple[int, object]:
    """Give status and body in the order of their keys and the digits of their numbers, the clock left out."""
    body = json.loads(answer.content, parse_int=str, parse_float=str, object_pairs_hook=list)
    return answer.status_code, [pair for pair in body if pair[0] not in {"time", "timestamp", "unix"}]


def without_secrets(body: Any) -> Any:
    """Leave out what the mirror never keeps of staff."""
    match body:
        case list():
            return [without_secrets(each) for each in body if not _is_secret(each)]
        case tuple():
            return tuple(without_secrets(each) for each in body)
    return body


def _is_secret(pair: Any) -> bool:
    return isinstance(pair, tuple | list) and len(pair) == 2 and pair[0] in {"pin", "card", "barcode"}


@pytest.mark.parametrize("venue", [None, 2])
@pytest.mark.parametrize("path", ASKED)
def test_an_answer_is_that_of_the_remote(path: str, venue: int | None, program: Program, remote: Api) -> None:
    theirs, ours = as_text(remote.get(path, venue=venue)), as_text(program.get(path, venue=venue))
    if path.startswith("users"):
        theirs = without_secrets(theirs)

    assert ours == theirs
