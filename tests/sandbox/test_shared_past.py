"""Brands that share a past hold the same objects, and yet show and change documents of their own."""

from typing import Any

import pytest

from django_clopos.sandbox import Sandbox
from django_clopos.sandbox.encoding import decode
from django_clopos.sandbox.marks import PLACEHOLDER, make_mark
from tests.sandbox.conftest import TODAY, Api, Clock, make_sandbox

BRANDS = ("demo", "other")
LINES = "with[0]=receipt_products"


@pytest.fixture
def remote(clock: Clock) -> Sandbox:
    return make_sandbox(clock, brands=BRANDS, shares_past=True)


@pytest.fixture
def other(remote: Sandbox) -> Api:
    return Api(remote, brand="other").log_in()


def by_id(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def test_the_past_is_held_once(remote: Sandbox) -> None:
    first, second = (remote.brand(slug).collection("receipts").ordered() for slug in BRANDS)
    assert first
    assert all(one is another for one, another in zip(first, second, strict=True))


@pytest.mark.parametrize("collection", ["receipts", "orders", "customers", "products"])
def test_no_document_is_equal_to_another_brands(remote: Sandbox, collection: str) -> None:
    one, another = (by_id(remote.documents(slug, collection)) for slug in BRANDS)
    assert one.keys() == another.keys()
    assert all(one[key] != another[key] for key in one if one[key].get("cid") or collection == "orders")
    assert sum(one[key] != another[key] for key in one) > len(one) * 0.8


@pytest.mark.parametrize("path", [f"receipts?limit=200&{LINES}", "orders?limit=200&with[0]=receipt", "customers"])
def test_what_is_served_is_what_the_documents_tell(api: Api, other: Api, remote: Sandbox, path: str) -> None:
    for client, slug in ((api, "demo"), (other, "other")):
        told = by_id(remote.documents(slug, path.partition("?")[0]))
        text = client.get(path).text
        assert PLACEHOLDER not in text
        assert make_mark(slug) in text
        for row in decode(client.get(path, venue=2).content)["data"]:
            shared = row.keys() & told[row["id"]].keys()
            assert {name: row[name] for name in shared} == {name: told[row["id"]][name] for name in shared}


def test_a_change_is_one_brands_own(api: Api, other: Api, remote: Sandbox) -> None:
    key = api.rows("receipts?limit=1")[0]["id"]
    before = other.get(f"receipts/{key}").json()
    remote.change("demo", "receipts", key, fiscal_id="f1")
    assert api.get(f"receipts/{key}").json()["data"]["fiscal_id"] == "f1"
    assert other.get(f"receipts/{key}").json() == before
    remote.remove("demo", "receipts", key)
    assert api.get(f"receipts/{key}").status_code == 404
    assert other.get(f"receipts/{key}").json() == before


def test_relations_of_one_brand_are_not_served_to_another(api: Api, other: Api, remote: Sandbox) -> None:
    path = "products?limit=100&with[0]=category"
    category = next(row["category"]["id"] for row in api.rows(path) if row["category"])
    remote.change("demo", "categories", category, name="Bizim")
    remote.change("other", "categories", category, name="Qonaq")
    for client, name in ((api, "Bizim"), (other, "Qonaq"), (api, "Bizim")):
        assert {row["category"]["name"] for row in client.rows(path) if row["category_id"] == category} == {name}


def test_a_receipt_is_found_by_the_cid_that_its_brand_shows(api: Api, other: Api) -> None:
    receipt = api.rows("receipts?limit=1")[0]
    assert api.get(f"receipts/cid/{receipt['cid']}").json()["data"]["id"] == receipt["id"]
    assert other.get(f"receipts/cid/{receipt['cid']}").status_code == 404


def test_without_sharing_no_placeholder_is_held() -> None:
    sandbox = Sandbox(days=2, receipts_per_day=5, today=TODAY)
    assert PLACEHOLDER not in repr(sandbox.documents("demo", "receipts"))
