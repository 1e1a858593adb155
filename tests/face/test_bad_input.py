"""Whatever is asked, the face answers in its dialect: never an error of its own, never another tenant's row."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_clopos.face.endpoints import SOURCES
from django_clopos.face.relations import RELATIONS
from django_clopos.models import Brand, Customer, Product, Receipt, Venue
from django_clopos.testing import make, make_brand
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db

REFUSED = [
    "receipts?filters[0][0]=password&filters[0][1]=x",
    "receipts?filters[0][0]=raw__contains&filters[0][1]=x",
    "receipts?filters[0][0]=customer__name&filters[0][1]=x",
    "receipts?filters[0][0]=status&filters[0][1]=closed",
    "receipts?filters[0][0]=status&filters[0][1]=1%3B DROP TABLE",
    "receipts?filters[0][0]=status&filters[0][1]=" + "9" * 40,
    "customers?filters[0][0]=name&filters[0][1]=%00",
    "customers?filters[0][0]=name&filters[0][1]=" + "x" * 20_000,
    "customers?" + "&".join(f"filters[{n}][0]=name&filters[{n}][1]=x" for n in range(31)),
    "products?filters[0][0]=giftable&filters[0][1]=maybe",
    "products?filters[0][0]=has_barcode&filters[0][1]=2",
    "products?sort[0]=name&sort[1]=1",
    "receipts?sort[0]=brand__client_secret&sort[1]=1",
    "receipts?sort[0]=pk;--&sort[1]=1",
    "receipts?sort[0]=raw",
    "receipts?sort[0]=?",
    "price-lists?sort[0][0]=name&sort[0][1]=sideways",
    "receipts?with[]=brand",
    "receipts?with[]=receipt_products.product.category.parent.children",
    "products?with[]=" + ".".join(["modifications"] * 500),
    "products?with[]=category:id,secret",
    "orders?with[]=customer:raw",
    "products?selects=id,cost_of_everything",
    "receipts?limit=1000",
    "receipts?limit=" + "9" * 400,
    "receipts?page=" + "9" * 400,
    "receipts?page=1e3",
    "receipts?date[0]=2026-02-30",
    "receipts?date[0]=0001-01-01&date[1]=9999-12-31",
    "receipts?date[0]=2026-01-01&date[1]=2026-1-2",
    "customers?date[0]=2026-01-01",
    "receipts/" + "9" * 5000 + "/nothing",
    "receipts/1%00",
    "receipts/-1",
    "receipts/1.5",
    "receipts/cid/1",
]


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path[:60])
def test_what_cannot_be_honoured_is_refused(path: str, stranger: Program) -> None:
    answer = stranger.get(path)

    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]


FINDS_NOTHING = [
    "receipts?page=999999999999999",
    "receipts?date[0]=2026-01-02&date[1]=2026-01-01",
    "receipts?filters[0][0]=status",
    "receipts?filters[0][0]=status&filters[0][1]=99999999999",
    "receipts?filters[0][0]=terminal_id&filters[0][1]=99999999999999999",
    "receipts?filters[0][0]=customer_id&filters[0][1]=0",
]


@pytest.mark.parametrize("path", FINDS_NOTHING)
def test_what_finds_nothing_is_no_error(path: str, stranger: Program) -> None:
    assert stranger.rows(path) == []


@pytest.mark.parametrize("key", ["5", "999999999999", "1000000000000", "0", "٣", "9" * 5000])
def test_an_id_of_nobody_is_not_found(key: str, stranger: Program) -> None:
    for name in ("receipts", "products", "customers"):
        assert stranger.get(f"{name}/{quote(key)}").status_code == 404


@pytest.fixture
def stranger() -> Program:
    """A program of one brand beside another one."""
    return _open_two_brands()


def _open_two_brands() -> Program:
    mine, other = make_brand("mine"), make_brand("other")
    for brand, number, name in ((mine, 77, "mine"), (other, 5, "leaked")):
        make(Venue, brand=brand, clopos_id=1, raw={"id": 1, "name": name})
        for model in (Receipt, Customer, Product):
            venue = {"venue": 1} if model is Receipt else {}
            raw = {"id": number, "name": name}
            make(model, brand=brand, clopos_id=number, raw=raw, created_at="2026-01-01T12:00Z", **venue)
    program = Program(mine, sees_personal=True)
    program.get("venues")
    return program


_NUMBERS = st.sampled_from(["0", "1", "2", "-1"])
_NAMES = st.one_of(
    st.sampled_from(
        ["page", "limit", "selects", "include_children", "include_inactive", "type", "parent_id", "status"]
    ),
    st.sampled_from(["sort[0]", "sort[1]", "sort[0][0]", "sort[0][1]", "date[0]", "date[1]", "with[]", "with[0]"]),
    st.builds("filters[{}][0]".format, _NUMBERS),
    st.builds("filters[{}][1]".format, _NUMBERS),
    st.builds("filters[{}][1][{}]".format, _NUMBERS, _NUMBERS),
    st.text(alphabet="[]filterswdn01.", max_size=12),
)
_FIELDS = sorted(
    {name for source in SOURCES.values() for name in (*source.filters, *source.endpoint.sorts)}
    | {name for relations in RELATIONS.values() for name in relations}
)
_VALUES = st.one_of(
    st.sampled_from(_FIELDS),
    st.sampled_from(["1", "-1", "5", "true", "0", "2026-01-01", "9" * 30, "' OR 1=1 --", "5) OR (1=1", "%", "_", "\\"]),
    st.sampled_from(["receipt_products.product.unit", "receipt_products.modificators.modificator_group", "receipt:id"]),
    st.text(max_size=8),
)
_KEYS = st.one_of(
    st.just(""), st.sampled_from(["/5", "/77", "/0", "/stock-operations", "/5/stock-operations", "/cid/5"])
)
_PATHS = st.builds("{}{}".format, st.sampled_from(sorted(SOURCES)), _KEYS)
_QUERIES = st.lists(st.tuples(_NAMES, _VALUES), max_size=6)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_PATHS, query=_QUERIES, venue=st.one_of(st.none(), st.just("1"), st.text("0123456789-", max_size=3)))
def test_any_question_is_answered(
    path: str, query: list[tuple[str, str]], venue: str | None, stranger: Program
) -> None:
    text = "&".join(f"{quote(name, safe='[]')}={quote(value)}" for name, value in query)

    answer = stranger.get(f"{path}?{text}", venue=venue)

    body: dict[str, Any] = json.loads(answer.content)
    assert answer.status_code in {200, 400, 403, 404}
    assert "data" in body if answer.status_code == 200 else body["error"]
    assert "leaked" not in answer.content.decode()
    assert Brand.objects.count() == 2
